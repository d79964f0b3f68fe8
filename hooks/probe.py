"""A bad tag, pushed for real through a clone's hooks, to a scratch repository: nothing leaves the machine."""

from __future__ import annotations

import os
import subprocess
import tempfile
from typing import TYPE_CHECKING

from ..policy.record import Record
from ..repository.git.processes import run
from ..repository.remote.reader import in_list_of_folders

if TYPE_CHECKING:
    from .clone import Clone

# A near miss, and a lightweight tag on something that is no commit: no policy has a reason to want either.
TAGS = ("tagwarden-status@v0.1", "tagwarden-status@v0.0.1")

# Seconds that all hooks of the clone have together.
PATIENCE = 120


class Outcome(Record):
    """How the push ended: `refused` is None where it did not end. `said` is what Git and the hooks said."""

    refused: bool | None
    said: str


def push_bad_tags(clone: Clone) -> Outcome:
    """Push `TAGS` from `clone` as a user would, to a scratch repository.

    The tags name an empty tree: pre-commit then runs no hooks of its own, for
    it finds no commit that would be pushed. Raises CannotJudge or OSError where
    no scratch repository can be made.
    """
    with tempfile.TemporaryDirectory(prefix="tagwarden-status-") as folder:
        server = os.path.join(folder, "scratch.git")
        objects = os.path.join(folder, "objects")
        os.mkdir(objects)
        git = clone.git
        ours = clone.line("rev-parse", "--path-format=absolute", "--git-path", "objects")
        user_environment = {
            **git.user_environment,
            "GIT_OBJECT_DIRECTORY": objects,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": in_list_of_folders(ours),
        }
        init = ["init", "--quiet", "--bare", "--template=", f"--object-format={_object_format(clone)}", server]
        run(["git", *init], environment=git.user_environment)
        run(["git", "-C", server, "config", "receive.advertisePushOptions", "true"], environment=git.user_environment)
        tree = run(git.command("mktree"), environment=user_environment)[1].decode().strip()
        return _push(git.command(*_push_arguments(server, tree)), clone.work_tree, user_environment)


def _push_arguments(server: str, tree: str) -> list[str]:
    # No setting of the user's may send it elsewhere or send more: of all rewritings of a URL, Git
    # takes the one for the longest beginning (git-config(1), url.<base>.insteadOf).
    settings = [f"url.{server}.{how}={server}" for how in ("insteadOf", "pushInsteadOf")]
    here = [word for setting in settings for word in ("-c", setting)]
    only = ["--no-follow-tags", "--no-signed", "--recurse-submodules=no", "--no-progress"]
    return [*here, "push", *only, server, *(f"{tree}:refs/tags/{tag}" for tag in TAGS)]


def _object_format(clone: Clone) -> str:
    return clone.line("rev-parse", "--show-object-format") or "sha1"


def _push(command: list[str], folder: str, environment: dict[str, str]) -> Outcome:
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        refused: bool | None
        try:
            refused = process.wait(PATIENCE) != 0
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            refused = None
        said.seek(0)
        return Outcome(refused, said.read().decode("utf-8", "replace"))
