"""Opens a repository that a user names: a folder, or a URL of which only the tags are fetched."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from .git_command import Git
from .git_program import GitProgram
from .processes import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@contextlib.contextmanager
def opened(place: str | None, models: Sequence[str] | None = None) -> Iterator[GitProgram]:
    """A reader of the repository at `place`, None for the one at hand.

    Of a URL the tags are fetched into a folder that is deleted in the end;
    with `models` (as tags spell them) only theirs. Raises CannotJudge where
    there is no such repository.
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
        else:
            raise CannotJudge(f"There is no repository {place!a}: it is neither a folder nor a URL.")
        reader = stack.enter_context(contextlib.closing(GitProgram(git)))
        git.folder()
        yield reader


def is_url(place: str) -> bool:
    """Whether Git takes `place` as a URL (git-fetch(1)): `scheme://…`, or `host:path` where that is no path here."""
    if "://" in place:
        return True
    host, colon, _ = place.partition(":")
    return bool(colon and host) and "/" not in host and not os.path.exists(place)


def _fetch_tags(git: Git, url: str, models: Sequence[str] | None) -> None:
    object_format = _object_format(git, url)
    run(git.command("init", "--quiet", "--bare", f"--object-format={object_format}"), environment=git.surroundings)
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
    _answered(git, url, [*fetch, url, *(f"refs/tags/{pattern}:refs/tags/{pattern}" for pattern in patterns)])


def _object_format(git: Git, url: str) -> str:
    """What the ids of that repository are made by, told from their length."""
    heads = _answered(git, url, ["ls-remote", "--end-of-options", url])
    return "sha256" if len(heads.partition(b"\t")[0].strip()) == 64 else "sha1"


def _answered(git: Git, url: str, arguments: Sequence[str]) -> bytes:
    environment = {**git.surroundings, "LC_ALL": "C"}
    try:
        return run(git.command(*arguments), environment=environment)[1]
    except CannotJudge as failure:
        raise CannotJudge(f"The tags of {url!a} could not be fetched. {failure}") from None
