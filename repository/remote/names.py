"""Which remote a push goes to."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..git.command import Git


def remote_to_push_to(git: Git) -> str:
    """The remote that `git push` takes when none is named (git-push(1)): of the branch, of all, else origin."""
    branch = git.line("symbolic-ref", "--quiet", "--short", "HEAD", accepted=(0, 1, 128))
    settings = (f"branch.{branch}.pushRemote", "remote.pushDefault", f"branch.{branch}.remote")
    named = (git.line("config", "--get", setting, accepted=(0, 1)) for setting in settings)
    return next((name for name in named if name), "origin")


def is_remote(git: Git, name: str) -> bool:
    """Whether a remote of this name is configured."""
    listed = git.run("remote")[1].decode("utf-8", "surrogateescape")
    return name in listed.splitlines()
