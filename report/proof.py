"""What a push of bad tags proves about a hook, judged by the report that the hook printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..policy.record import Record
from ..policy.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Literal

    Proven = Literal["refuses", "reports", "no", "unknown"]

RULE = re.compile(r"\[([a-z-]+)\]")
REFUSES = "tagwarden: refused"
REPORTS = "; it would have been refused"


class Status(Record):
    """What was found out about the hooks of the repository at the path `repository`.

    `proven` is "refuses" (tagwarden refused a bad tag), "reports" (it reported the tag and let it pass: in mode
    "evaluate", or in a clone that only warns), "no", or "unknown" if no push could be made the way users make it.
    `hooks` maps the name of each of our hooks to its file. `problems` are sentences that say what is wrong and what to
    do, `missing` are the guarantees that do not hold here, and `said` is the output of the hooks.
    """

    repository: str
    proven: Proven
    hooks: Mapping[str, str]
    problems: tuple[str, ...]
    missing: tuple[str, ...]
    said: str


def named_rules(said: str, tags: Iterable[str]) -> set[str]:
    """The ids of the rules named in a report on the bad `tags`; none if `said` mentions none of these tags."""
    return set(RULE.findall(said)) & set(RULES) if any(tag in said for tag in tags) else set()


def what_is_proven(said: str, tags: Iterable[str], *, refused: bool | None) -> Proven:
    """What a push of bad `tags` proves about the hooks, whose output is `said`.

    `refused` is whether the push was refused, None if it did not end.
    """
    if refused is None:
        return "unknown"
    if not named_rules(said, tags):
        return "no"
    if refused:
        return "refuses" if REFUSES in said else "no"
    return "reports" if REPORTS in said else "no"


NOT_JUDGED = "a bad tag was refused, but not because tagwarden judged it"
ACCEPTED = "a bad tag was accepted"


def what_went_wrong(*, refused: bool) -> str:
    """Why a push of bad tags proves nothing, by whether it was `refused`."""
    return NOT_JUDGED if refused else ACCEPTED
