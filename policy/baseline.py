"""A baseline: known findings of an audit, which no longer count.

It is a text file, for review and version control, with a line for each finding:
the rule, the object that the ref names, and the ref. So the findings on a tag
count again when the tag changes or breaks the rule once more.
"""

from __future__ import annotations

from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .verdict import Finding, Verdict

FIRST_LINE = "# Known findings of `tagwarden audit`: they don't count. A line is a rule, the object, the ref.\n"


class KnownFinding(Record):
    """A line of a baseline. `ref` may hold surrogates (bytes that are not UTF-8)."""

    rule: str
    oid: str
    ref: str


class Held(Record):
    """What is left of a verdict, how many findings were `known`, and how many lines of the baseline are `outdated`."""

    verdict: Verdict
    known: int
    outdated: int


def known_findings(findings: Iterable[Finding], ids: Mapping[str, str]) -> list[KnownFinding]:
    """A line for each finding, sorted by ref. `ids` maps each ref to its object; findings without a ref get no line."""
    found = [_line(finding, ids) for finding in findings]
    return sorted((line for line in found if line is not None), key=lambda line: (line.ref, line.rule))


def format_baseline(lines: Iterable[KnownFinding]) -> str:
    """The whole file."""
    return FIRST_LINE + "".join(f"{line.rule} {line.oid} {line.ref}\n" for line in lines)


def parse_baseline(text: str) -> list[KnownFinding]:
    """The lines of a file; comments and empty ones are left out. Raises ValueError with the number of a bad line."""
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


def without_known(verdict: Verdict, known: Iterable[KnownFinding], ids: Mapping[str, str]) -> Held:
    """Take the known findings out of a verdict that enforces. `ids` is the object that each ref names."""
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
    return Held(verdict._replace(findings=tuple(findings), accepted=accepted), total - outdated, outdated)


def _count(lines: Iterable[KnownFinding]) -> dict[KnownFinding, int]:
    counted: dict[KnownFinding, int] = {}
    for line in lines:
        counted[line] = counted.get(line, 0) + 1
    return counted


def _line(finding: Finding, ids: Mapping[str, str]) -> KnownFinding | None:
    oid = ids.get(finding.ref or "")
    return KnownFinding(finding.rule, oid, finding.ref) if oid and finding.ref else None
