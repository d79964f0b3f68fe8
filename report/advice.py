"""Advice on what to do next, printed once for all repositories that it applies to."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ..policy.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence


class Advice(Record):
    """A `command`, as words, one of which is the path of the `repository`; `why` is its purpose."""

    why: str
    command: tuple[str, ...]
    repository: str


class Done(Record):
    """What a command did to one repository, in sentences, and what to do next."""

    said: list[str]
    advice: list[Advice]


def as_line(advice: Advice) -> str:
    """The advice for its repository alone."""
    return f"{advice.why}: {shlex.join(advice.command)}"


def about_several(advices: Sequence[Advice], named: Sequence[str], number: int) -> list[str]:
    """The lines of all advice, without repetitions.

    `number` counts the repositories, and `named` are the paths and globs by which the user named all of them.
    """
    about: dict[tuple[str, tuple[str | None, ...]], list[str]] = {}
    for one in advices:
        words = tuple(None if word == one.repository else word for word in one.command)
        about.setdefault((one.why, words), []).append(one.repository)
    lines: list[str] = []
    for (why, words), paths in about.items():
        whose = f"All {number} repositories:" if len(paths) == number else f"{len(paths)} of {number} repositories:"
        # Advice for equally many repositories shares a heading.
        lines += [whose] if whose not in lines else []
        lines.append(f"  {why}: {_command(words, paths, named, number)}")
    return lines


def _command(words: Sequence[str | None], paths: Sequence[str], named: Sequence[str], number: int) -> str:
    """The command for the repositories `paths`; None in `words` stands for the repository.

    A command that ends with the repository gets all of them; any other runs in a shell loop.
    """
    if words[-1] is None:
        return shlex.join([*(word for word in words if word), *(named if len(paths) == number else paths)])
    if len(paths) == 1:
        return shlex.join(word or paths[0] for word in words)
    each = " ".join('"$repository"' if word is None else shlex.quote(word) for word in words)
    return f"for repository in {shlex.join(paths)}; do {each}; done"
