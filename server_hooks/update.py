"""What the `update` hook file starts: judges one ref of a push, for hosts that offer nothing better.

Git calls it for each ref in turn, after it has stored the objects. It knows
what it accepted of the same push before (`earlier_updates.py`), but not what is
still to come: an assignment is judged before the registration that it needs,
and what comes before a refused ref stays, unless the push is atomic.
"""

from __future__ import annotations

import os

from ..repository.ref_updates import parse_receive_lines
from .gate import judge_updates_here
from .leaving import leave_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

NOTE = (
    "the update hook judges ref by ref, in the order of their names, and sees nothing of those still to come; "
    "push what another tag needs before that tag"
)


def main(arguments: Sequence[str]) -> NoReturn:
    """Judge the ref and leave with 0 (accepted), 1 (refused) or 3 (could not judge).

    `arguments`: the hosting system or "", the foreign hook to run if the ref
    is accepted or "", and what Git gave: ref, old id, new id.
    """
    host, foreign, ref, old, new = arguments

    def judge() -> int:
        updates = parse_receive_lines(os.fsencode(f"{old} {new} {ref}\n"))

        def run_foreign() -> int:
            from ..repository.foreign_hook import run_foreign_hook

            return run_foreign_hook(foreign, (ref, old, new), b"")

        return judge_updates_here(
            updates, hook="update", host=host, note=NOTE, foreign=run_foreign if foreign else None
        )

    leave_with(judge, host=host)
