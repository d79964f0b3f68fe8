"""What the `update` hook knows of the refs that Git showed it before, in the same push.

Git calls it for each ref in turn; it may move each ref before it goes on to
the next, or (atomic pushes, and all pushes of Git 2.55) none before the
last. So what was accepted is remembered beside the push lock, which the whole
push holds, and judged along with each further ref, as one set.
"""

from __future__ import annotations

import os

from ..repository.ref_updates import parse_receive_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..policy.push import RefUpdate
    from ..policy.verdict import Verdict

ZERO = "0"


def lines_of(updates: Sequence[RefUpdate]) -> bytes:
    """The updates as the lines that pre-receive would get."""
    lines = []
    for update in updates:
        zero = ZERO * len(update.new or update.old or "")
        lines.append(f"{update.old or zero} {update.new or zero} {update.ref}\n")
    return os.fsencode("".join(lines))


def with_earlier(accepted: bytes, updates: Sequence[RefUpdate]) -> Sequence[RefUpdate]:
    """`updates`, after those of the accepted ones that can matter to them: all of the same models, in any case."""
    beginnings = tuple({_model_of(update.ref) for update in updates})
    lines = [line for line in accepted.splitlines(keepends=True) if _model_of(_ref_of(line)) in beginnings]
    return [*parse_receive_lines(b"".join(lines)), *updates] if lines else updates


def about_these(verdict: Verdict, updates: Sequence[RefUpdate]) -> Verdict:
    """`verdict` without what was said of the earlier refs already, but for what refuses these."""
    refs = {update.ref for update in updates}
    findings = tuple(
        finding
        for finding in verdict.findings
        if finding.ref in refs or (finding.severity == "error" and not verdict.accepted)
    )
    return verdict._replace(findings=findings, judged=len(updates))


def _ref_of(line: bytes) -> str:
    return os.fsdecode(line.rstrip(b"\n").split(b" ", 2)[-1])


def _model_of(ref: str) -> str:
    return ref.partition("@")[0].partition("#")[0].lower()
