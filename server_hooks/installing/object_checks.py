"""Advises to turn on Git's own check of pushed objects; this program never turns it on itself."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..served_repository import ServedRepository

# git-config(1): the second counts if the first is not set.
SETTINGS = ("receive.fsckObjects", "transfer.fsckObjects")


def advice_on_object_checks(repository: ServedRepository) -> list[str]:
    """The advice, if neither setting was ever set; else nothing."""
    if any(repository.setting(name) is not None for name in SETTINGS):
        return []
    command = f"git -C {shlex.quote(repository.path)} config {SETTINGS[0]} true"
    also = "this also refuses a branch whose old history contains some"
    return [f"Git accepts malformed objects in this repository. To refuse them: {command} ({also})"]
