"""A baseline: a list of an audit's known findings, which no longer count.

It is a text file, which can be reviewed and kept under version control. Each
line is one finding: the rule, the id of the object that the ref points at, and
the ref. So a finding counts again if the tag is moved, or if the tag breaks the
same rule more often than the baseline says.
"""

from __future__ import annotations

from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .verdict import Finding, Verdict

FIRST_LINE = "# Known findings of `tagwarden audit`: they don't count. A line is a rule, the object, the ref.\n"


class KnownFinding(Record):
    """A line of a baseline. `ref` may contain surrogates (bytes that are not UTF-8)."""

    rule: str
    oid: str
    ref: str


class BaselineResult(Record):
    """A verdict without its known findings.

    `known` counts the findings that were removed, `outdated` the lines of the
    baseline that no finding matched.
    """

    verdict: Verdict
    known: int
    outdated: int


def known_findings(findings: Iterable[Finding], ids: Mapping[str, str]) -> list[KnownFinding]:
    """A line for each finding that has a ref, sorted by ref and rule. `ids` maps each ref to its object's id."""
    found = [_line(finding, ids) for finding in findings]
    return sorted((line for line in found if line is not None), key=lambda line: (line.ref, line.rule))


def format_baseline(lines: Iterable[KnownFinding]) -> str:
    """The text of a baseline file with these lines."""
    return FIRST_LINE + "".join(f"{line.rule} {line.oid} {line.ref}\n" for line in lines)


def parse_baseline(text: str) -> list[KnownFinding]:
    """The lines of a baseline file, without comments and blank lines.

    Raises ValueError, with the line's number, for a malformed line.
    """
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        rule, _, rest = line.removesuffix("\r").partition(" ")
        oid, _, ref = rest.partition(" ")
        if not ref.startswith("refs/"):
            raise ValueError(f"line {number} is not a rule, an object's id and a ref")
        found.append(KnownFinding(rule, oid, ref))
    return found


def without_known(verdict: Verdict, known: Iterable[KnownFinding], ids: Mapping[str, str]) -> BaselineResult:
    """Remove the `known` findings from a verdict in mode "enforce". `ids` maps each ref to its object's id."""
    left = _count(known)
    total = sum(left.values())
    findings = []
    for finding in verdict.findings:
        line = _line(finding, ids)
        if line is not None and left.get(line):
            left[line] -= 1
        else:
            findings.append(finding)
    accepted = not any(finding.severity == "error" for finding in findings)
    outdated = sum(left.values())
    return BaselineResult(verdict._replace(findings=tuple(findings), accepted=accepted), total - outdated, outdated)


def _count(lines: Iterable[KnownFinding]) -> dict[KnownFinding, int]:
    counted: dict[KnownFinding, int] = {}
    for line in lines:
        counted[line] = counted.get(line, 0) + 1
    return counted


def _line(finding: Finding, ids: Mapping[str, str]) -> KnownFinding | None:
    oid = ids.get(finding.ref or "")
    return KnownFinding(finding.rule, oid, finding.ref) if oid and finding.ref else None
