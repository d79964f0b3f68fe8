"""Opens a repository that a user names: a folder, or a URL of which only the tags are fetched."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from ..policy.approvals.refs import ROOT
from ..policy.errors import CannotJudge
from ..policy.grammar.names import TAGS
from .git.bounded_program import MOST_BYTES, MOST_MEMORY, SaidTooMuch, TookTooLong, run_bounded
from .git.command import Git
from .git.program import GitProgram
from .git.waiting_word import word_about
from .remote.names import is_remote_anywhere
from .remote.reader import RemoteReader, fetch_missing, fetch_missing_refs
from .remote.remote import LONGEST_COMPLAINT, TIMEOUT_SETTING, Remote, seconds_for_remotes
from .remote.scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# For all of a repository's tags, from wherever it is.
DEFAULT_SECONDS = 120.0


@contextlib.contextmanager
def open_repository(
    place: str | None, models: Sequence[str] | None = None, *, approvals: bool = False
) -> Iterator[GitProgram]:
    """A reader of the repository at `place`, None for the one at hand.

    Of a URL, or a remote of the repository at hand, the tags are fetched into a
    folder that is deleted in the end; with `models` (as tags spell them) only
    theirs; with `approvals` what there is of approvals, too. Raises CannotJudge where there is no such repository.
    """
    with contextlib.ExitStack() as stack:
        if place is None:
            git = Git.here()
        elif is_url(place):
            import tempfile

            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tagwarden-"))
            _fetch_tags(Git.here(), place, models, into=folder, approvals=approvals)
            git = Git.at(folder)
        elif _is_remote_here(place):
            yield stack.enter_context(open_remote(place, models, approvals=approvals))
            return
        elif os.path.isdir(place):
            git = Git.at(place)
        else:
            raise CannotJudge(f"{place!r} is not a repository: it is neither a folder nor a URL nor a remote's name.")
        reader = stack.enter_context(contextlib.closing(GitProgram(git)))
        git.folder()
        yield reader


@contextlib.contextmanager
def open_remote(name: str, models: Sequence[str] | None = None, *, approvals: bool = False) -> Iterator[GitProgram]:
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
    if approvals:
        listing = listing._replace(approvals=remote.refs_matching([f"{ROOT}*"]))
    with tempfile.TemporaryDirectory(prefix="tagwarden-") as folder:
        seeing = fetch_missing(git, remote, tags, into=os.path.join(folder, "tags"))
        seeing = fetch_missing_refs(seeing, remote, listing.approvals or {}, into=os.path.join(folder, "approvals"))
        with contextlib.closing(RemoteReader(seeing, listing, remote=None)) as reader:
            yield reader


def _is_remote_here(place: str) -> bool:
    """Whether `place` is a remote of the repository at hand, which comes before a folder of that name, as for Git.

    Else anybody who adds such a folder to the repository would decide what its CI reads.
    """
    if os.path.isdir(place) and (os.path.isabs(place) or "/" in place or place in (".", "..")):
        return False
    return is_remote_anywhere(Git.here(), place)


def is_url(place: str) -> bool:
    """Whether Git takes `place` as a URL (git-fetch(1)): `scheme://…`, or `host:path` where that is no path here."""
    if "://" in place:
        return True
    host, colon, _ = place.partition(":")
    return bool(colon and host) and "/" not in host and not os.path.exists(place)


def _fetch_tags(git: Git, url: str, models: Sequence[str] | None, *, into: str, approvals: bool) -> None:
    """Fetch tags of `url` into a new repository in the folder `into`, as they would be fetched here."""
    scratch = Scratch(git, into, url, sha256=_is_sha256(git, url))
    patterns = ["*"] if models is None else [f"{model}{sign}*" for model in models for sign in "@#"]
    # What the tags point at is fetched without its history and without any file.
    fetch = ["fetch", "--quiet", "--no-tags", "--depth=1", "--filter=tree:0", "--no-write-fetch-head"]
    refspecs = [f"{TAGS}{pattern}:{TAGS}{pattern}" for pattern in patterns]
    if approvals:
        refspecs.append(f"{ROOT}*:{ROOT}*")
    command = ["git", *fetch, "--end-of-options", scratch.address, *refspecs]
    _answered(git, url, command, environment=scratch.environment, folder=scratch.runs_in)


def _is_sha256(git: Git, url: str) -> bool:
    """Whether the ids of that repository are made by SHA-256, told from their length."""
    # Only where HEAD names no commit are all refs listed, of which there may be a million.
    ask = git.command("ls-remote", "--end-of-options", url)
    head = _answered(git, url, [*ask, "HEAD"], environment=git.user_environment)
    named = head or _answered(git, url, ask, environment=git.user_environment)
    return len(named.partition(b"\t")[0].strip()) == 64


def _answered(
    git: Git, url: str, command: Sequence[str], *, environment: Mapping[str, str], folder: str | None = None
) -> bytes:
    wanted = git.line("config", "--get", TIMEOUT_SETTING, accepted=(0, 1))
    seconds = seconds_for_remotes(wanted or None, DEFAULT_SECONDS)
    try:
        answered = run_bounded(
            command,
            environment={**environment, "LC_ALL": "C"},
            folder=folder,
            seconds=seconds,
            memory=MOST_MEMORY,
            when_slow=word_about(url, seconds),
        )
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
