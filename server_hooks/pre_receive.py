"""What the `pre-receive` hook file starts: judges all refs of a push as one set."""

from __future__ import annotations

import os

from ..repository.ref_updates import parse_receive_lines, read_all_stdin
from .gate import judge_updates_here
from .leaving import leave_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def main(arguments: Sequence[str]) -> NoReturn:
    """Judge the push and leave with 0 (accepted), 1 (refused) or 3 (could not judge).

    `arguments`: the hosting system or "", the foreign hook to run if the push
    is accepted or "", and the lines that the hook file has read; the rest of
    Git's lines is on stdin.
    """
    host, foreign, lines = arguments

    def judge() -> int:
        given = os.fsencode(lines) + read_all_stdin()

        def run_foreign() -> int:
            from ..repository.foreign_hook import run_foreign_hook

            return run_foreign_hook(foreign, (), given)

        return judge_updates_here(
            parse_receive_lines(given), hook="pre-receive", host=host, foreign=run_foreign if foreign else None
        )

    leave_with(judge, host=host)
