"""Which remote a push goes to."""

from __future__ import annotations

from ...policy.errors import CannotJudge
from ..git.configuration import parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..git.command import Git

# Git matches it against names in lower case, but for what stands between the dots.
_NAMES_A_REMOTE = r"^(branch\..*\.(pushremote|remote)|remote\.pushdefault)$"


def remote_to_push_to(git: Git) -> str:
    """The remote that `git push` takes when none is named (git-push(1)): of the branch, of all, else origin."""
    branch = git.line("symbolic-ref", "--quiet", "--short", "HEAD", accepted=(0, 1, 128))
    found = dict(parsed(git.run("config", "--null", "--get-regexp", _NAMES_A_REMOTE, accepted=(0, 1))[1]))
    named = map(found.get, (f"branch.{branch}.pushremote", "remote.pushdefault", f"branch.{branch}.remote"))
    return next((name for name in named if name), "origin")


def is_remote(git: Git, name: str) -> bool:
    """Whether a remote of this name is configured."""
    listed = git.run("remote")[1].decode("utf-8", "surrogateescape")
    return name in listed.splitlines()


def is_remote_anywhere(git: Git, name: str) -> bool:
    """The same, and no where there is not even a repository."""
    try:
        return is_remote(git, name)
    except CannotJudge:
        return False


def push_url(git: Git, name: str) -> str:
    """Where a push to the remote `name` goes, as Git rewrites it."""
    # Git does not say it of a remote that only the user's or the system's configuration knows (exit status 2).
    url = git.line("remote", "get-url", "--push", "--end-of-options", name, accepted=(0, 2))
    return url or git.line("ls-remote", "--get-url", "--end-of-options", name)


def remote_for_fixes(git: Git) -> str | None:
    """The remote that a fix should name in this clone; empty if it has none, None on a server."""
    if git.is_bare():
        return None
    name = remote_to_push_to(git)
    return name if is_remote(git, name) else ""
