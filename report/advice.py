"""What to do next about repositories, said once, however many it is about."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ..policy.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence


class Advice(Record):
    """`command` as words, one of which is the path of the `repository`; `why` is what it is for."""

    why: str
    command: tuple[str, ...]
    repository: str


class Done(Record):
    """What a command did to one repository, in sentences, and what to do next."""

    said: list[str]
    advice: list[Advice]


def as_line(advice: Advice) -> str:
    """What to do about its repository alone."""
    return f"{advice.why}: {shlex.join(advice.command)}"


def about_several(advices: Sequence[Advice], named: Sequence[str], number: int) -> list[str]:
    """Lines that say each thing once. `named` are the paths and globs that mean all of so many repositories."""
    about: dict[tuple[str, tuple[str | None, ...]], list[str]] = {}
    for one in advices:
        words = tuple(None if word == one.repository else word for word in one.command)
        about.setdefault((one.why, words), []).append(one.repository)
    lines: list[str] = []
    for (why, words), paths in about.items():
        whose = f"All {number} repositories:" if len(paths) == number else f"{len(paths)} of {number} repositories:"
        # What applies to the same ones stands under one heading.
        lines += [whose] if whose not in lines else []
        lines.append(f"  {why}: {_command(words, paths, named, number)}")
    return lines


def _command(words: Sequence[str | None], paths: Sequence[str], named: Sequence[str], number: int) -> str:
    """A command that takes several repositories gets them all, any other is repeated in a loop of the shell."""
    if words[-1] is None:
        return shlex.join([*(word for word in words if word), *(named if len(paths) == number else paths)])
    if len(paths) == 1:
        return shlex.join(word or paths[0] for word in words)
    each = " ".join('"$repository"' if word is None else shlex.quote(word) for word in words)
    return f"for repository in {shlex.join(paths)}; do {each}; done"
