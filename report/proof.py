"""What a push of bad tags proves about a hook, read from the report that the hook wrote."""

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
    """What was found out about the hooks of the repository at `repository`.

    `proven`: "refuses" (a bad tag was refused by tagwarden), "reports" (it was
    reported and accepted: in mode "evaluate", or where a clone only warns), "no", or "unknown" where no
    push could be made as users make it. `hooks` maps each hook of ours to its
    file. `problems` say what is wrong and what to do, `missing` which
    guarantees do not hold here, `said` what the hooks said.
    """

    repository: str
    proven: Proven
    hooks: Mapping[str, str]
    problems: tuple[str, ...]
    missing: tuple[str, ...]
    said: str


def named_rules(said: str, tags: Iterable[str]) -> set[str]:
    """The rules that a report on the bad `tags` names; none where it is about something else."""
    return set(RULE.findall(said)) & set(RULES) if any(tag in said for tag in tags) else set()


def what_is_proven(said: str, tags: Iterable[str], *, refused: bool | None) -> Proven:
    """What a push of bad `tags` proves about hooks that `said` this.

    `refused` is whether it was refused, None where it did not come to an end.
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
    """Why a push of bad tags that was `refused`, or was not, proves nothing."""
    return NOT_JUDGED if refused else ACCEPTED
