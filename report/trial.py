"""The differences between a tried policy and the one in force, as lines of text."""

from __future__ import annotations

from .escape import escape
from .text import MOST_OF_ONE_RULE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Protocol

    from ..policy.verdict import Finding

    class Push(Protocol):
        """A push of the push log, with the errors that only one of the two policies finds in it."""

        @property
        def line(self) -> int: ...
        @property
        def time(self) -> str: ...
        @property
        def pusher(self) -> str | None: ...
        @property
        def findings(self) -> Sequence[Finding]: ...


def lines_about_tags(judged: int, newly: Sequence[Finding], no_longer: Sequence[Finding]) -> Iterator[str]:
    """How the tried policy differs from the one in force about the existing tags.

    `judged` counts the tags, `newly` are the errors that only the tried policy finds, `no_longer` those that only the
    policy in force finds.
    """
    yield f"existing tags: {judged}; newly wrong: {len(newly)}; no longer wrong: {len(no_longer)}"
    yield from _some("newly wrong", [_finding(one) for one in newly])
    yield from _some("no longer wrong", [_finding(one) for one in no_longer])


def lines_about_pushes(
    judged: int, newly: Sequence[Push], no_longer: Sequence[Push], undetermined: int
) -> Iterator[str]:
    """How the tried policy differs from the one in force about the pushes in the push log.

    `judged` counts the pushes, `newly` are those that only the tried policy refuses, `no_longer` those that only the
    policy in force refuses, and `undetermined` counts those that can't be judged again.
    """
    yield f"pushes in the push log: {judged}; newly refused: {len(newly)}; no longer refused: {len(no_longer)}"
    yield from _some("newly refused", [_push(one) for one in newly])
    yield from _some("no longer refused", [_push(one) for one in no_longer])
    if undetermined:
        yield f"  can't be judged again, because their objects no longer exist: {undetermined}"


def _some(what: str, listed: Sequence[str]) -> Iterator[str]:
    for one in listed[:MOST_OF_ONE_RULE]:
        yield f"  {what}: {one}"
    if len(listed) > MOST_OF_ONE_RULE:
        yield f"  {what}: {len(listed) - MOST_OF_ONE_RULE} more"


def _finding(finding: Finding) -> str:
    return f"{escape(finding.tag or finding.ref or 'the push')} [{finding.rule}] {escape(finding.message)}"


def _push(push: Push) -> str:
    who = f" by {escape(push.pusher)}" if push.pusher is not None else ""
    time = push.time.partition(".")[0].removesuffix("Z") + "Z"
    return f"line {push.line}, {time}{who}: " + "; ".join(map(_finding, push.findings))
