"""Proves hooks, in clones and on servers, by a real push of bad tags to a temporary repository."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS
from ...policy.record import Record
from ..git.bounded_program import TimedOut, run_bounded
from .errors import CannotInstall

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..git.bounded_program import CompletedProgram
    from .hooked_repository import HookedRepository

# A near miss, and a lightweight tag: no policy has a reason to accept either.
BAD_TAGS = ("tagwarden-status@v0.1", "tagwarden-status@v0.0.1")
BAD_REFS = tuple(TAGS + tag for tag in BAD_TAGS)

# The time limit in seconds for all hooks of the repository together.
PATIENCE = 120.0


class Outcome(Record):
    """The outcome of a push of bad tags: whether it was refused (None: it did not end), and what Git and hooks said.

    `guarded` is whether a server's push lock would have been held until the refs were updated; None if unknown.
    """

    refused: bool | None
    said: str
    guarded: bool | None = None


class Tried(Record):
    """The result of a program that runs hooks, and whether it ended in time."""

    answered: CompletedProgram
    ended: bool


def try_hooks(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    given: bytes = b"",
    folder: str | None = None,
    terminal: bool = False,
) -> Tried:
    """Run `command`, which runs hooks, for at most PATIENCE seconds.

    The parameters are those of `run_bounded`. Raises CannotJudge if it can't be started, or writes too much.
    """
    try:
        answered = run_bounded(
            command, environment=environment, given=given, folder=folder, terminal=terminal, seconds=PATIENCE
        )
    except TimedOut as late:
        return Tried(late.so_far, ended=late.ended)
    return Tried(answered, ended=True)


@contextmanager
def scratch_folder(repository: HookedRepository) -> Iterator[str]:
    """The path of a temporary folder in which pushes can be tried for `repository`.

    Raises CannotInstall if it can't be made, or for a CannotJudge or OSError inside the `with` block.
    """
    try:
        # What another hook started may still write into it.
        with tempfile.TemporaryDirectory(prefix="tagwarden-status-", ignore_cleanup_errors=True) as folder:
            yield folder
    except (CannotJudge, OSError) as error:
        raise CannotInstall(f"no push could be tried for {repository.path}: {error}") from error
