"""Findings that are known, and when they count again."""

from __future__ import annotations

import pytest

from tagwarden.policy.baseline import KnownFinding, format_baseline, known_findings, parse_baseline, without_known
from tagwarden.policy.verdict import Finding, Verdict

ONE, TWO = "1" * 40, "2" * 40
IDS = {"refs/tags/churn@1.0": ONE, "refs/tags/m@v1.0.0": TWO, "refs/tags/m@v\udceb": TWO}


def finding(ref: str | None, rule: str = "annotated", severity: str = "error") -> Finding:
    return Finding(rule, severity, ref, None, "is wrong", None, None)  # type: ignore[arg-type]


def verdict(*findings: Finding) -> Verdict:
    return Verdict(False, "enforce", "built-in", None, findings, 7)


def test_what_is_written_is_read_again_byte_for_byte() -> None:
    lines = known_findings([finding(ref) for ref in IDS], IDS)

    assert parse_baseline(format_baseline(lines)) == lines
    assert [line.ref for line in lines] == sorted(IDS)


def test_comments_empty_lines_and_foreign_ends_of_lines_are_no_matter() -> None:
    assert parse_baseline(f"# why\r\n\r\nannotated {ONE} refs/tags/x@1\r\n") == [
        KnownFinding("annotated", ONE, "refs/tags/x@1")
    ]


@pytest.mark.parametrize("line", ["annotated", f"annotated {ONE}", f"annotated {ONE} x@1", 'mode = "enforce"'])
def test_a_line_of_another_file_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        parse_baseline(f"# one\n{line}\n")


def test_known_findings_do_not_count() -> None:
    found = verdict(*map(finding, IDS))

    held = without_known(found, known_findings(found.findings, IDS), IDS)

    assert (held.verdict.findings, held.verdict.accepted, held.known, held.outdated) == ((), True, 3, 0)


def test_a_tag_that_changed_counts_again() -> None:
    found = verdict(finding("refs/tags/m@v1.0.0"))
    known = known_findings(found.findings, IDS)

    held = without_known(found, known, {**IDS, "refs/tags/m@v1.0.0": ONE})

    assert (len(held.verdict.findings), held.verdict.accepted, held.outdated) == (1, False, 1)


def test_another_rule_and_one_finding_more_of_the_same_count() -> None:
    found = verdict(finding("refs/tags/m@v1.0.0"), finding("refs/tags/m@v1.0.0"), finding("refs/tags/m@v1.0.0", "who"))

    held = without_known(found, known_findings(found.findings[:1], IDS), IDS)

    assert [one.rule for one in held.verdict.findings] == ["annotated", "who"]


def test_what_names_no_ref_is_never_known_and_a_warning_refuses_nothing() -> None:
    found = verdict(finding(None), finding("refs/tags/m@v1.0.0", severity="warning"))

    assert known_findings(found.findings[:1], IDS) == []
    assert not without_known(found, known_findings(found.findings, IDS), IDS).verdict.accepted
    assert without_known(verdict(found.findings[1]), [], IDS).verdict.accepted
