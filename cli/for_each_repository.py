"""What commands on any number of repositories share: their paths, a line for each, the worst exit status."""

from __future__ import annotations

import glob
import json
import os
from typing import TYPE_CHECKING, Any

import click

from ..policy.errors import CannotJudge
from ..policy.record import Record
from ..report.advice import about_several, as_line
from ..report.documents.shape import alternatives, shape
from ..report.documents.shapes import FAILURE
from ..report.escape import escape
from ..report.exit_status import ACCEPTED, CANNOT_JUDGE, REFUSED
from ..repository.hook_files.errors import CannotInstall
from .errors import Refused, in_words, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..report.advice import Advice
    from ..report.documents.shape import Field, Shape

FAILED = FAILURE.plus("repository without an answer", "Why there is no answer for one repository.", "repository")


class Answer(Record):
    """What a command says about one repository.

    Among several repositories, `verdict` is the line after the repository's name,
    and `details` are printed below. For a single one, only `details` are printed.
    """

    status: int
    verdict: str
    details: Iterable[str]
    document: dict[str, Any]
    advice: Sequence[Advice] = ()


def of_several(command: str, one: Shape) -> Shape:
    """The document about several repositories: for each, the document about one, with its path."""
    entry = one if any(field.key == "repository" for field in one.fields) else with_path(one)
    each = alternatives("repositories", entry, FAILED)
    return shape(f"{command} REPO REPO", "The same for each of several.", "schema", each)


def with_path(one: Shape) -> Shape:
    return one.plus(f"{one.name} of a repository", one.doc, "repository")


def documents_for_each(command: str, doc: str, *more: Field) -> tuple[Shape, Shape]:
    """The JSON documents of a command that reports what it did: about one repository, and about several."""
    one = shape(command, doc, "schema", "repository", "done", *more)
    return one, of_several(command, one)


def for_each_repository(paths: Sequence[str], ask: Callable[[str], Answer], *, as_json: bool) -> int:
    """Print the answer of `ask` for each of `paths` (default: the current folder). Returns the worst exit status.

    A path may be a glob for several repositories. For a single repository, only
    the details are printed, and exceptions of `ask` are raised; among several,
    they become the answer for that repository.
    """
    if is_alone(paths):
        try:
            answer = ask(paths[0] if paths else ".")
        except CannotInstall as error:
            raise Refused(str(error)) from error
        for line in [json.dumps(answer.document)] if as_json else [*answer.details, *map(as_line, answer.advice)]:
            click.echo(line)
        return answer.status
    answers = []
    for path in _expanded(paths):
        answer = _answer(path, ask)
        if not as_json:
            click.echo(f"{escape(path)}: {answer.verdict}")
        answers.append((path, answer))
    if as_json:
        each = [{**answer.document, "repository": path} for path, answer in answers]
        click.echo(json.dumps({"schema": 1, "repositories": each}))
    else:
        for path, answer in answers:
            lines = [line for detail in answer.details for line in detail.splitlines()]
            # Don't repeat a verdict with which the details begin.
            if lines[:1] == [answer.verdict]:
                del lines[0]
            if lines:
                click.echo("\n".join(["", f"{escape(path)}:", *(f"  {line}" for line in lines)]))
        advice = [one for _, answer in answers for one in answer.advice]
        if advice:
            click.echo("\n".join(["", *about_several(advice, paths, len(answers))]))
    return max(answer.status for _, answer in answers)


def is_alone(paths: Sequence[str]) -> bool:
    """Whether the paths mean a single repository, so that the answer needs no name."""
    return len(paths) < 2 and not any(map(is_glob, paths))


def is_glob(path: str) -> bool:
    """Whether `path` is a glob: it has a wildcard, and no file has that name."""
    return glob.has_magic(path) and not os.path.lexists(path) and "://" not in path


def _expanded(paths: Sequence[str]) -> list[str]:
    """Each path once; a glob becomes the repositories that it matches, or stays as it is if it matches none."""
    found: list[str] = []
    for path in paths:
        matches = sorted(filter(_is_repository, glob.glob(path, recursive=True))) if is_glob(path) else []
        found += matches or [path]
    return list(dict.fromkeys(found))


def _is_repository(path: str) -> bool:
    if os.path.isdir(path) and not os.access(path, os.X_OK):
        # It can't be examined, and skipping it silently would make it look as if it were protected.
        return True
    inside = os.path.join(path, ".git")
    return os.path.exists(inside) or all(os.path.exists(os.path.join(path, name)) for name in ("HEAD", "objects"))


def _answer(path: str, ask: Callable[[str], Answer]) -> Answer:
    if is_glob(path):
        return _failure(REFUSED, "no repository matches")
    try:
        return ask(path)
    except (Refused, CannotInstall) as error:
        return _failure(REFUSED, str(error))
    except (CannotJudge, OSError) as error:
        return _failure(CANNOT_JUDGE, in_words(error))


def _failure(status: int, problem: str) -> Answer:
    problem = printable(problem)
    document = {"schema": 1, "accepted": False, "error": problem, "findings": []}
    return Answer(status, " ".join(problem.split()), (), document)


def done(said: Sequence[str], path: str) -> Answer:
    """The answer of a command that did something: `said` are sentences, of which the first is the verdict."""
    return Answer(ACCEPTED, said[0] if said else "nothing to do", said, {"schema": 1, "repository": path, "done": said})
