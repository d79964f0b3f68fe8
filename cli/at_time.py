"""`--at`, with which reading commands show the registry at an earlier time, and other options that are times."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from ..policy.errors import CannotJudge
from ..policy.moments import read_moment
from ..policy.record import Record
from ..report.escape import display
from ..report.table import utc_text
from ..repository.past import PastTags
from ..repository.remote.reader import RemoteReader
from .lines import echo_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Literal

    from ..repository.git.program import GitProgram
    from ..repository.git.reader import TagReader
    from ..server_hooks.log.tags_at import LoggedTags


def moment_option(
    name: str, explanation: str, *, day: Literal["first", "last"]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option whose value is a point in time, in seconds since 1970.

    `day` says whether a date alone means its first or its last second.
    """

    def read(ctx: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
        if value is None:
            return None
        try:
            return read_moment(value, now=int(time.time()), day=day)
        except ValueError as problem:
            raise click.BadParameter(str(problem), ctx, parameter) from None

    return click.option(name, metavar="TIME", callback=read, help=explanation)


at_option = moment_option(
    "--at",
    "Show the state at that time: 2026-11-21 (end of the day, UTC), 2026-11-21T10:30+01:00, or 7d for a week ago.",
    day="last",
)


class Snapshot(Record):
    """The tags of a repository, now or at an earlier time.

    `keys` are the keys of a JSON document about that time, `how` are notes on how
    the tags of that time are known. `tags` is the same object as `reader`, None
    for now.
    """

    reader: TagReader
    keys: Mapping[str, str] = {}
    how: Sequence[str] = ()
    tags: PastTags | None = None

    def report_gaps(self) -> list[str]:
        """Report on stderr which tags could not be read; returns all notes for a JSON document."""
        gaps = self.tags.notes if self.tags else []
        echo_notes(gaps)
        return [*self.how, *(display(note) for note in gaps)]

    def refuse_gaps(self) -> None:
        """Raise CannotJudge if a tag that counted then can't be read any more, because the answer might be wrong."""
        if self.tags and self.tags.lost:
            raise CannotJudge(f"What stood at {self.keys['at']} can't be told: {self.tags.notes[0]}.")


def as_of(reader: GitProgram, moment: int | None, models: Sequence[str] | None = None) -> Snapshot:
    """The tags as they were at `moment` (None: now), of `models` only if given.

    They come from the push log, if the repository has one that reaches back so
    far, else from the dates of the tags. Which of them is reported on stderr.
    """
    if moment is None:
        return Snapshot(reader)
    at = utc_text(moment)
    logged = _logged(reader, moment, models)
    by_dates = logged is None or moment < logged.begins
    notes = [*_on_the_log(logged, by_dates=by_dates), *([f"{at} is yet to come"] if moment > time.time() else [])]
    way = "the dates of the tags" if by_dates else "the push log"
    click.echo(f"as of {at}, by {way}", err=True)
    echo_notes(notes)
    tags = PastTags(reader, moment, logged.tags if logged else {}, by_dates=by_dates)
    return Snapshot(tags, {"at": at, "by": "tagger" if by_dates else "push-log"}, notes, tags)


def _on_the_log(logged: LoggedTags | None, *, by_dates: bool) -> Iterator[str]:
    if logged is None:
        yield "tags that were moved or deleted since then are not known, because there is no push log here"
    elif by_dates:
        begins = utc_text(logged.begins)
        yield f"the push log begins at {begins}; tags that were moved or deleted before that are not known"
    elif logged.back_at is not None:
        yield f"the server's clock was set back before line {logged.back_at} of the push log; the order of lines counts"


def _logged(reader: GitProgram, moment: int, models: Sequence[str] | None) -> LoggedTags | None:
    if isinstance(reader, RemoteReader):
        return None  # a log in this repository is not the remote's
    from ..server_hooks.log.tags_at import tags_in_log_at

    try:
        return tags_in_log_at(reader.git.common_folder(), moment, models)
    except OSError as error:
        raise CannotJudge(f"The push log can't be read: {error.filename}: {error.strerror}.") from error
