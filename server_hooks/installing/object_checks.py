"""Advises to turn on Git's own check of pushed objects; this program never turns it on itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...report.advice import Advice

if TYPE_CHECKING:
    from ..served_repository import ServedRepository

# git-config(1): the second counts if the first is not set.
SETTINGS = ("receive.fsckObjects", "transfer.fsckObjects")


def advice_on_object_checks(repository: ServedRepository) -> list[Advice]:
    """The advice, if neither setting was ever set; else nothing."""
    if any(repository.setting(name) is not None for name in SETTINGS):
        return []
    why = "Git accepts malformed objects. To refuse them, and any branch whose old history contains some"
    return [Advice(why, ("git", "-C", repository.path, "config", SETTINGS[0], "true"), repository.path)]
