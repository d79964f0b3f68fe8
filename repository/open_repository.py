"""Opens a repository that a user names: a folder, or a URL of which only the tags are fetched."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.grammar.names import TAGS
from .git.bounded_program import MOST_BYTES, MOST_MEMORY, SaidTooMuch, TookTooLong, run_bounded
from .git.command import Git
from .git.processes import run
from .git.program import GitProgram
from .remote.names import is_remote
from .remote.reader import RemoteReader, fetch_missing
from .remote.remote import LONGEST_COMPLAINT, TIMEOUT_SETTING, Remote, seconds_for_remotes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# For all of a repository's tags, from wherever it is.
DEFAULT_SECONDS = 120.0


@contextlib.contextmanager
def open_repository(place: str | None, models: Sequence[str] | None = None) -> Iterator[GitProgram]:
    """A reader of the repository at `place`, None for the one at hand.

    Of a URL, or a remote of the repository at hand, the tags are fetched into a
    folder that is deleted in the end; with `models` (as tags spell them) only
    theirs. Raises CannotJudge where there is no such repository.
    """
    with contextlib.ExitStack() as stack:
        if place is None:
            git = Git.here()
        elif is_url(place):
            import tempfile

            git = Git.at(stack.enter_context(tempfile.TemporaryDirectory(prefix="tagwarden-")))
            _fetch_tags(git, place, models)
        elif os.path.isdir(place):
            git = Git.at(place)
        elif _is_remote_here(place):
            yield stack.enter_context(open_remote(place, models))
            return
        else:
            raise CannotJudge(f"{place!r} is not a repository: it is neither a folder nor a URL nor a remote's name.")
        reader = stack.enter_context(contextlib.closing(GitProgram(git)))
        git.folder()
        yield reader


def _is_remote_here(name: str) -> bool:
    try:
        return is_remote(Git.here(), name)
    except CannotJudge:  # not even in a repository
        return False


@contextlib.contextmanager
def open_remote(name: str, models: Sequence[str] | None = None) -> Iterator[GitProgram]:
    """A reader of the tags that the remote `name` of the repository at hand has; with `models` only theirs.

    Nothing is written into that repository. Raises CannotJudge where the remote
    does not give them.
    """
    import tempfile

    git = Git.here()
    wanted = git.line("config", "--get", TIMEOUT_SETTING, accepted=(0, 1))
    remote = Remote(git, name, seconds=seconds_for_remotes(wanted or None, DEFAULT_SECONDS))
    listing = remote.list(models)
    tags = {tag: oid for tag, oid in listing.tags.items() if "@" in tag or "#" in tag}
    with tempfile.TemporaryDirectory(prefix="tagwarden-") as folder:
        seeing = fetch_missing(git, remote, tags, into=folder)
        with contextlib.closing(RemoteReader(seeing, listing, remote=None)) as reader:
            yield reader


def is_url(place: str) -> bool:
    """Whether Git takes `place` as a URL (git-fetch(1)): `scheme://…`, or `host:path` where that is no path here."""
    if "://" in place:
        return True
    host, colon, _ = place.partition(":")
    return bool(colon and host) and "/" not in host and not os.path.exists(place)


def _fetch_tags(git: Git, url: str, models: Sequence[str] | None) -> None:
    object_format = _object_format(git, url)
    run(git.command("init", "--quiet", "--bare", f"--object-format={object_format}"), environment=git.user_environment)
    patterns = ["*"] if models is None else [f"{model}{sign}*" for model in models for sign in "@#"]
    # What the tags point at is fetched without its history and without any file.
    fetch = [
        "fetch",
        "--quiet",
        "--no-tags",
        "--depth=1",
        "--filter=tree:0",
        "--no-write-fetch-head",
        "--end-of-options",
    ]
    _answered(git, url, [*fetch, url, *(f"{TAGS}{pattern}:{TAGS}{pattern}" for pattern in patterns)])


def _object_format(git: Git, url: str) -> str:
    """What the ids of that repository are made by, told from their length."""
    # Only where HEAD names no commit are all refs listed, of which there may be a million.
    head = _answered(git, url, ["ls-remote", "--end-of-options", url, "HEAD"])
    named = head or _answered(git, url, ["ls-remote", "--end-of-options", url])
    return "sha256" if len(named.partition(b"\t")[0].strip()) == 64 else "sha1"


def _answered(git: Git, url: str, arguments: Sequence[str]) -> bytes:
    environment = {**git.user_environment, "LC_ALL": "C"}
    wanted = git.line("config", "--get", TIMEOUT_SETTING, accepted=(0, 1))
    seconds = seconds_for_remotes(wanted or None, DEFAULT_SECONDS)
    try:
        answered = run_bounded(git.command(*arguments), environment=environment, seconds=seconds, memory=MOST_MEMORY)
    except TookTooLong:
        raise CannotJudge(
            f"The tags of {url!r} could not be fetched within {seconds:g} seconds. Try again later, or give it longer: "
            f"`git config --global {TIMEOUT_SETTING} 600`."
        ) from None
    except SaidTooMuch:
        raise CannotJudge(
            f"The tags of {url!r} could not be fetched: it says more than {MOST_BYTES // 1024**2} MiB about them, and "
            "has not come to an end."
        ) from None
    if answered.status != 0:
        said = "; ".join(answered.complaints)[:LONGEST_COMPLAINT] or f"exit status {answered.status}"
        raise CannotJudge(f"The tags of {url!r} could not be fetched. Git says: {said}")
    return answered.output
