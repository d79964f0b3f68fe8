"""What the `update` hook file starts: judges one ref of a push, for hosts that offer nothing better.

Git calls it for each ref in turn, after it has stored the objects. So it can't
see what else is pushed: a set of tags that is right only together is judged
tag by tag in the order of the refs, and what comes before a refused ref stays.

A server with this hook takes no atomic pushes (`atomic_pushes.py`).
"""

from __future__ import annotations

import os

from ..repository.ref_updates import parse_receive_lines
from .gate import judge_updates_here
from .leaving import ACCEPTED, leave_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

NOTE = (
    "the update hook judges ref by ref and sees nothing else of the push; "
    "tags that are right only together must be pushed one after the other"
)


def main(arguments: Sequence[str]) -> NoReturn:
    """Judge the ref and leave with 0 (accepted), 1 (refused) or 3 (could not judge).

    `arguments`: the hosting system or "", the foreign hook to run if the ref
    is accepted or "", and what Git gave: ref, old id, new id.
    """
    host, foreign, ref, old, new = arguments

    def judge() -> int:
        updates = parse_receive_lines(os.fsencode(f"{old} {new} {ref}\n"))
        status = judge_updates_here(updates, hook="update", host=host, note=NOTE)
        if status != ACCEPTED or not foreign:
            return status
        from ..repository.foreign_hook import run_foreign_hook

        return run_foreign_hook(foreign, (ref, old, new), b"")

    leave_with(judge, host=host)
