"""Builds the site: reads the repositories that have changed, and writes the pages that differ."""

from __future__ import annotations

import hashlib
import os
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import chain

from markupsafe import Markup

from ..policy.program_version import VERSION
from ..policy.record import Record
from .contents_cache import ContentsCache
from .drawings import months_chart
from .file_names import contents_file
from .fingerprint import fingerprint_of
from .home import home_of, models_script, months_of, recent_events, rows_in_page
from .links import LinkTemplates
from .pages import ASSETS, TEMPLATES, Pages, Site
from .places import names_of, without_duplicates
from .reading import read_repository
from .state import STATE_FILE, State, StoredRepository, locked, read_state, refuse_others, state_bytes
from .summary import summary_of
from .writer import Writer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .reading import PolicyOf
    from .summary import Summary

    Progress = Callable[[int, int], None]

# Reading fewer repositories is faster than starting more processes.
WORTH_PROCESSES = 8


class Options(Record):
    """The user's options. `also` are other files on which the pages depend: Git's own configuration."""

    title: str = "Model registry"
    base_url: str = ""
    links: LinkTemplates = LinkTemplates()
    also: tuple[str, ...] = ()


class Built(Record):
    """The result of a build. `problems` are (name, reason) of unreadable repositories; `files` counts all pages."""

    repositories: int
    models: int
    files: int
    written: int
    removed: int
    read: int
    problems: Sequence[tuple[str, str]]


class _Done(Record):
    """The result for one repository, whose pages were written."""

    name: str
    kept: StoredRepository
    written: int


def build(
    places: Sequence[str],
    folder: str,
    policy_of: PolicyOf,
    options: Options = Options(),  # noqa: B008 -- a record does not change
    progress: Progress | None = None,
) -> Built:
    """Build the site of the repositories at `places` in `folder`.

    Raises ForeignFolder if that folder contains something else, and OSError if it
    can't be written.
    """
    refuse_others(folder)
    os.makedirs(folder, exist_ok=True)
    with locked(folder):
        return _build(without_duplicates(places), folder, policy_of, options, progress or _no_progress)


def _no_progress(done: int, of: int) -> None:
    """Report no progress: the default."""


def _build(places: Sequence[str], folder: str, policy_of: PolicyOf, options: Options, progress: Progress) -> Built:
    state = read_state(folder)
    made_by = _made_by(options)
    writer = Writer(folder)
    writer.prepare()
    if not state.files:
        # Written first, so that after an interruption the next build recognizes the folder as its own.
        Writer(folder).write(STATE_FILE, state_bytes(state))
    named = list(zip(names_of(places), places, strict=True))
    site = Site(options.title, options.base_url, options.links, VERSION, int(time.time()))
    kept, stale = {}, []
    for name, place in named:
        # Taken before the repository is read, so that the next build sees what changes meanwhile.
        found = fingerprint_of(place, options.also)
        before = state.repositories.get(name) if state.made_by == made_by else None
        if before is not None and found is not None and before.fingerprint == found:
            kept[name] = before
        else:
            stale.append((name, place, found))
    written = 0
    for done in _made(stale, partial(_make, folder, site, made_by, policy_of), progress):
        kept[done.name] = done.kept
        written += done.written
    summaries = [kept[name].summary for name, _ in named]
    _write_site(writer, site, summaries)
    files = frozenset(chain(writer.files, *(one.files for one in kept.values())))
    removed = writer.remove(sorted(state.files - files))
    Writer(folder).write(STATE_FILE, state_bytes(State(made_by, {name: kept[name] for name, _ in named}, files)))
    return Built(
        len(summaries),
        sum(len(summary.rows) for summary in summaries),
        len(files),
        written + writer.written,
        removed,
        len(stale),
        [(summary.name, summary.problem) for summary in summaries if summary.problem],
    )


def _made(
    stale: Sequence[tuple[str, str, str | None]],
    make: Callable[[tuple[str, str, str | None]], _Done],
    progress: Progress,
) -> Iterator[_Done]:
    """Read repositories and write their pages, in several processes if that is faster and possible."""
    with ExitStack() as stack:
        pool = _several_processes() if len(stale) >= WORTH_PROCESSES else None
        done = map(make, stale) if pool is None else stack.enter_context(pool).map(make, stale, chunksize=4)
        for number, one in enumerate(done, 1):
            progress(number, len(stale))
            yield one


def _several_processes() -> ProcessPoolExecutor | None:
    """A process for each CPU; None if there is only one CPU, or no shared memory for the locks between processes."""
    if (os.cpu_count() or 1) == 1:
        return None
    try:
        return ProcessPoolExecutor()
    except (OSError, NotImplementedError, ImportError):
        return None


# One per process and site, because loading the templates costs as much as reading a repository.
_pages: dict[Site, Pages] = {}


def _make(folder: str, site: Site, made_by: str, policy_of: PolicyOf, stale: tuple[str, str, str | None]) -> _Done:
    name, place, fingerprint = stale
    writer = Writer(folder)
    contents = ContentsCache(writer.read(contents_file(name)), made_by)
    facts = read_repository(place, name, policy_of, contents)
    pages = _pages.get(site)
    if pages is None:
        pages = _pages[site] = Pages(site)
    for file, text in pages.of_repository(facts):
        writer.write(file, text)
    if (data := contents.as_bytes()) is not None:
        writer.write(contents_file(name), data)
    # An unreadable repository gets no fingerprint, so that the next build tries it again.
    kept = StoredRepository(None if facts.problem else fingerprint, writer.files, summary_of(facts))
    return _Done(name, kept, writer.written)


def _write_site(writer: Writer, site: Site, summaries: Sequence[Summary]) -> None:
    pages = Pages(site)
    chart = Markup(months_chart(months_of(summaries), site.built))  # noqa: S704 -- made of numbers
    home = home_of(summaries)
    page = pages.home(home=home, rows=rows_in_page(summaries), recent=recent_events(summaries), chart=chart)
    writer.write("index.html", page)
    writer.write("repositories.html", pages.repositories(summaries))
    writer.write("rules.html", pages.rules())
    writer.write("data/models.js", models_script(summaries))
    for name in sorted(os.listdir(ASSETS)):
        with open(os.path.join(ASSETS, name), encoding="utf-8") as file:
            writer.write(name, file.read())


def _made_by(options: Options) -> str:
    """A text that changes with the program, the templates or the options; every page is then rebuilt."""
    told = hashlib.sha256(repr((VERSION, options)).encode("utf-8", "surrogateescape"))
    own = os.path.dirname(TEMPLATES)
    for folder in (TEMPLATES, own, os.path.join(os.path.dirname(own), "contents")):
        for name in sorted(os.listdir(folder)):
            if name.endswith((".html", ".py")):
                with open(os.path.join(folder, name), "rb") as file:
                    told.update(file.read())
    return told.hexdigest()
