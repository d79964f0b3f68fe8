"""Runs commands as the owner of a repository on a server, and explains why Git does not read it as another user."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import sys
from typing import TYPE_CHECKING, Any

from ..policy.errors import CannotJudge
from ..report.exit_status import CANNOT_JUDGE
from ..repository.git.bounded_program import NotStarted
from ..repository.hook_files.errors import CannotInstall
from ..server_hooks.owner import owner_of, run_as

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


def as_owner(path: str, arguments: Sequence[str], here: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The result of `here`, called as the owner of the repository at `path`.

    As root, runs `tagwarden ARGUMENTS --json PATH` as that user instead, so that
    they own the files that are made, and what is proven holds for them. Raises
    CannotInstall for any other user, and CannotJudge if there is no repository.
    """
    path = os.path.abspath(path)
    owner = owner_of(path)
    if owner.uid == os.geteuid():
        return here()
    if os.geteuid() != 0:
        command = shlex.join(["sudo", "-u", owner.name, "tagwarden", *arguments, path])
        raise CannotInstall(f"{path} belongs to {owner.name}, so run this as that user: {command}")
    again = [os.path.abspath(sys.executable), "-I", "-m", "tagwarden.cli", *arguments, "--json", path]
    try:
        ran = run_as(owner, again)
        answer: dict[str, Any] = json.loads(ran.output)
    except NotStarted as error:
        raise CannotInstall(
            f"{owner.name}, who owns {path}, can't execute {again[0]}: {error.why}; "
            "install tagwarden where that user can"
        ) from error
    except ValueError:
        raise CannotInstall(
            f"{owner.name}, who owns {path}, can't run tagwarden with {again[0]} ({ran.last_line}); "
            "install it where that user can read it"
        ) from None
    if "error" in answer:
        raise (CannotJudge if ran.status == CANNOT_JUDGE else CannotInstall)(answer["error"])
    return answer


@contextlib.contextmanager
def explaining_ownership(path: str) -> Iterator[None]:
    """If Git refuses to read the repository at `path` because another user owns it, raise CannotJudge with the owner.

    Git's own advice is to trust the repository, which would let its owner run commands as root.
    """
    try:
        yield
    except CannotJudge as problem:
        if "dubious ownership" not in str(problem) or not hasattr(os, "geteuid"):
            raise
        name = owner_of(path).name
        raise CannotJudge(
            f"{os.path.abspath(path)} belongs to {name}, and Git reads it only as that user: "
            f"put `{shlex.join(['sudo', '-u', name])}` before the command"
        ) from problem
