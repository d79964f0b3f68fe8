"""Settles a push once it is over: at once if all of its refs are in place, else line by line."""

from __future__ import annotations

import os

from .mark import everything_is_settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def settler(common_dir: str, logged: str, settings: str = "") -> Callable[[bool], None]:
    """The function that the holder of the push lock calls at the end, with True if all refs were seen in place.

    `logged` is the hash of the push's line, "" if it has none; `settings` is the
    file with settings for all repositories, "" for none. The function raises
    CannotJudge if it can't settle; the next holder then does it.
    """

    def settled(in_place: bool) -> None:
        if everything_is_settled(common_dir):
            return
        if not in_place and not logged:
            # We refused this push; the next settlement skips its line.
            return
        from .unsettled import settle_in_place

        if in_place and settle_in_place(common_dir, logged):
            return
        from ...repository.git.command import Git
        from .settlement import settle

        settle(common_dir, Git.of_folder(common_dir, settings_file=settings))

    common_dir = os.path.abspath(common_dir)
    return settled
