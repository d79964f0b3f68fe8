"""Formats the message of a tag by Git's own commands."""

from __future__ import annotations

from ..git.processes import run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..git.command import Git


def with_trailers(git: Git, message: str, trailers: Sequence[str]) -> str:
    """`message` with trailers (`KEY=VALUE`), added by git-interpret-trailers(1); it ends with a newline.

    Raises CannotJudge, with Git's message, if Git can't add them.
    """
    text = message.rstrip() + "\n"
    if not trailers:
        return text
    options = [f"--trailer={trailer}" for trailer in trailers]
    return _filtered(git, text, "interpret-trailers", "--no-divider", *options)


def without_comments(git: Git, text: str) -> str:
    """The text from an editor as `git tag` uses it: without comments, and without blank lines around it.

    Raises CannotJudge if Git fails.
    """
    return _filtered(git, text, "stripspace", "--strip-comments")


def editor(git: Git) -> str:
    """The command that starts the user's editor (git-var(1)). Raises CannotJudge if there is none."""
    return run(git.command("var", "GIT_EDITOR"), environment=git.user_environment)[1].decode().strip()


def _filtered(git: Git, text: str, *command: str) -> str:
    given = text.encode("utf-8", "surrogateescape")
    output = run(git.command(*command), environment=git.user_environment, given=given)[1]
    return output.decode("utf-8", "surrogateescape")
