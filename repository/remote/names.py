"""Finds the remote, and the URL, that a push goes to."""

from __future__ import annotations

from ...policy.errors import CannotJudge
from ...policy.wording import shell_command, some_of
from ..git.configuration import parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..git.command import Git

# Git matches it against names whose first and last part are in lower case.
_NAMES_A_REMOTE = r"^(branch\..*\.(pushremote|remote)|remote\.pushdefault)$"


def remote_to_push_to(git: Git) -> str:
    """The remote that `git push` uses by default: that of the branch, that of all branches, the only one, or origin.

    Older versions of Git don't use the only one if it has another name.
    """
    branch = git.line("symbolic-ref", "--quiet", "--short", "HEAD", accepted=(0, 1, 128))
    found = dict(parsed(git.run("config", "--null", "--get-regexp", _NAMES_A_REMOTE, accepted=(0, 1))[1]))
    named = map(found.get, (f"branch.{branch}.pushremote", "remote.pushdefault", f"branch.{branch}.remote"))
    if chosen := next((name for name in named if name), None):
        return chosen
    listed = remotes(git)
    return listed[0] if len(listed) == 1 else "origin"


def remotes(git: Git) -> list[str]:
    """The names of the remotes; empty if there is no repository."""
    return git.run("remote", accepted=(0, 128))[1].decode("utf-8", "surrogateescape").splitlines()


def is_remote(git: Git, name: str) -> bool:
    """Whether a remote of this name is configured."""
    listed = git.run("remote")[1].decode("utf-8", "surrogateescape")
    return name in listed.splitlines()


def no_such_remote(git: Git, name: str) -> str:
    """What to tell somebody who needs the remote `name`, which does not exist."""
    there = remotes(git)
    add = shell_command("git", "remote", "add", name, "URL")
    way = f"name one with --remote: {some_of(there)}" if there else f"`{add}` adds one"
    return f"there is no remote {name!r}; {way}"


def is_remote_anywhere(git: Git, name: str) -> bool:
    """As `is_remote`, but False instead of an error if there is no repository."""
    try:
        return is_remote(git, name)
    except CannotJudge:
        return False


def push_url(git: Git, name: str) -> str:
    """The URL that a push to the remote `name` goes to, after Git's rewriting."""
    # `git remote get-url` does not know a remote that only the user's or the system's configuration sets (status 2).
    url = git.line("remote", "get-url", "--push", "--end-of-options", name, accepted=(0, 2))
    return url or git.line("ls-remote", "--get-url", "--end-of-options", name)


def remote_for_fixes(git: Git) -> str | None:
    """The remote that the commands in a fix should name; "" in a clone without one, None in a bare repository."""
    if git.is_bare():
        return None
    name = remote_to_push_to(git)
    return name if is_remote(git, name) else ""
