"""Pushes a bad tag through a clone's real hooks, but to a scratch repository: nothing leaves the machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..repository.git.bare.empty import make_empty_repository
from ..repository.git.extra_environment import with_objects
from ..repository.git.processes import run
from ..repository.hook_files.probe import BAD_REFS, Outcome, scratch_folder, try_hooks

if TYPE_CHECKING:
    from .clone import Clone


def push_bad_tags(clone: Clone) -> Outcome:
    """Push `BAD_REFS` from `clone` like a user, but to a scratch repository.

    The tags name an empty tree, so that pre-commit finds no commit to be pushed
    and runs no hooks of its own. Raises CannotInstall if no push can be tried.
    """
    git = clone.git
    with scratch_folder(clone) as folder:
        server, objects = os.path.join(folder, "scratch.git"), os.path.join(folder, "objects")
        make_empty_repository(server, sha256=clone.object_format == "sha256")
        os.mkdir(objects)
        ours = clone.place("--git-path", "objects")
        environment = with_objects({**git.user_environment, "GIT_OBJECT_DIRECTORY": objects}, ours)
        run(["git", "-C", server, "config", "receive.advertisePushOptions", "true"], environment=git.user_environment)
        tree = run(git.command("mktree"), environment=environment)[1].decode().strip()
        push = git.command(*_push_arguments(server, tree))
        answered, ended = try_hooks(push, environment=environment, folder=clone.work_tree, terminal=True)
    return Outcome(answered.status != 0 if ended else None, answered.text)


def _push_arguments(server: str, tree: str) -> list[str]:
    # No setting of the user may redirect the push or add to it: of all URL rewritings, Git
    # applies the one with the longest prefix (git-config(1), url.<base>.insteadOf).
    settings = [f"url.{server}.{how}={server}" for how in ("insteadOf", "pushInsteadOf")]
    here = [word for setting in settings for word in ("-c", setting)]
    only = ["--no-follow-tags", "--no-signed", "--recurse-submodules=no", "--no-progress"]
    return [*here, "push", *only, server, *(f"{tree}:{ref}" for ref in BAD_REFS)]
