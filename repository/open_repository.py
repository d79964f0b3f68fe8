"""Opens a repository that a user names: a folder, or a URL or remote, from which only tags are fetched."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from ..policy.approvals.refs import ROOT
from ..policy.errors import CannotJudge
from ..policy.grammar.names import TAGS
from .git.command import Git
from .git.program import GitProgram
from .remote.names import is_remote_anywhere
from .remote.reader import RemoteReader, fetch_missing, fetch_missing_refs
from .remote.remote import PATIENCE, TIMEOUT_SETTING, Remote, RemoteUnavailable, seconds_for_remotes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@contextlib.contextmanager
def open_repository(
    place: str | None, models: Sequence[str] | None = None, *, approvals: bool = False
) -> Iterator[GitProgram]:
    """A reader of the repository at `place`: a folder, a URL, a remote's name, or None for the current repository.

    From a URL or a remote, the tags are fetched into a temporary folder: those of `models` (as tags spell them), or
    all; with `approvals` also proposals and approvals. Raises CannotJudge if there is no such repository, or if it
    can't be fetched.
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
    """A reader of the model tags of the current repository's remote `name`; with `models` only theirs.

    With `approvals` also of its proposals and approvals. Nothing is written into the repository. Raises CannotJudge if
    they can't be fetched.
    """
    import tempfile

    git = Git.here()
    remote = _remote(git, name)
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
    """Whether `place` is a remote of the current repository. A remote takes precedence over a folder, as in Git.

    Otherwise anybody who commits a folder with a remote's name could decide what CI reads.
    """
    if os.path.isdir(place) and (os.path.isabs(place) or "/" in place or place in (".", "..")):
        return False
    return is_remote_anywhere(Git.here(), place)


def is_url(place: str) -> bool:
    """Whether Git treats `place` as a URL (git-fetch(1)): `scheme://…`, or `host:path` unless that is a path here."""
    if "://" in place:
        return True
    host, colon, _ = place.partition(":")
    return bool(colon and host) and "/" not in host and not os.path.exists(place)


def _fetch_tags(git: Git, url: str, models: Sequence[str] | None, *, into: str, approvals: bool) -> None:
    """Fetch tags from `url` into a new repository in the folder `into`, with the configuration of `git`."""
    patterns = ["*"] if models is None else [f"{model}{sign}*" for model in models for sign in "@#"]
    refs = [TAGS + pattern for pattern in patterns] + ([f"{ROOT}*"] if approvals else [])
    remote = _remote(git, url)
    try:
        remote.fetch([f"{ref}:{ref}" for ref in refs], into=into, id_length=remote.id_length())
    except RemoteUnavailable:
        # `git fetch --depth` fails, without a message, if no ref matches.
        if remote.list(models).tags:
            raise


def _remote(git: Git, address: str) -> Remote:
    wanted = git.line("config", "--get", TIMEOUT_SETTING, accepted=(0, 1))
    return Remote(git, address, seconds=seconds_for_remotes(wanted or None, PATIENCE))
