"""What both kinds of hook are proven by: bad tags, pushed for real to a scratch repository."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS
from ...policy.record import Record
from ..git.bare.empty import make_empty_repository
from ..git.bounded_program import TookTooLong, run_bounded
from .errors import CannotInstall

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..git.bounded_program import Answered
    from .hooked_repository import HookedRepository

# A near miss, and a lightweight tag: no policy has a reason to want either.
BAD_TAGS = ("tagwarden-status@v0.1", "tagwarden-status@v0.0.1")
BAD_REFS = tuple(TAGS + tag for tag in BAD_TAGS)

# Seconds that all hooks of the repository have together.
PATIENCE = 120.0


class Outcome(Record):
    """How the push of bad tags ended: `refused` is None where it did not end. `said` is what Git and the hooks said.

    `guarded` tells whether a server's push lock would have outlived the hook;
    None where nothing says so.
    """

    refused: bool | None
    said: str
    guarded: bool | None = None


class Tried(Record):
    """What a program answered that runs hooks, and whether it came to its end in time."""

    answered: Answered
    ended: bool


def try_hooks(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    given: bytes = b"",
    folder: str | None = None,
    terminal: bool = False,
) -> Tried:
    """Run `command`, which runs hooks, for as long as they may take.

    The parameters are those of `run_bounded`. Raises CannotJudge where it can't be
    started, or never stops talking.
    """
    try:
        answered = run_bounded(
            command, environment=environment, given=given, folder=folder, terminal=terminal, seconds=PATIENCE
        )
    except TookTooLong as late:
        return Tried(late.until_then, ended=late.ended)
    return Tried(answered, ended=True)


@contextmanager
def scratch_repository(repository: HookedRepository) -> Iterator[str]:
    """The path of a bare repository for `repository` to push to, empty and without hooks, gone at the end.

    CannotInstall where it can't be made, or what is done with it fails.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="tagwarden-status-") as folder:
            path = os.path.join(folder, "scratch.git")
            make_empty_repository(path, sha256=repository.object_format == "sha256")
            yield path
    except (CannotJudge, OSError) as error:
        raise CannotInstall(f"no push could be tried for {repository.path}: {error}") from error
