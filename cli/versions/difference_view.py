"""Finds the differences between two versions in their tags, their files and Git."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...contents.record import ORDER
from ...policy.errors import CannotJudge
from ...policy.objects.trailers import parse_trailers
from ...repository.git.between import between

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...contents.difference import Change
    from ...repository.git.program import GitProgram
    from .version_view import RegisteredVersion

MOST_FILES = 50


def differences(
    before: RegisteredVersion, after: RegisteredVersion, better: Mapping[str, str], reader: GitProgram | None
) -> tuple[list[Change], list[str]]:
    """The contents of two versions side by side, and notes on what could not be determined.

    `better` says for each metric of the policy which direction is better. Without a `reader` of the commits, only
    the contents are compared.
    """
    changes = list(_changes(before, after, better))
    notes = [f"{one.line.version}: {note}" for one in (before, after) for note in one.contents.notes]
    if reader is not None:
        of_stage = any(change.what == "code" for change in changes)
        changes += _code(reader, before, after, notes, files=not of_stage)
        changes.sort(key=lambda change: ORDER.index(change.what))
    return changes, list(dict.fromkeys(notes))


def _changes(before: RegisteredVersion, after: RegisteredVersion, better: Mapping[str, str]) -> Iterator[Change]:
    from ...contents.difference import changes_between, trailers_between

    yield from changes_between(before.contents, after.contents, better)
    yield from trailers_between(_trailers(before), _trailers(after))


def _trailers(one: RegisteredVersion) -> list[tuple[str, str]]:
    return parse_trailers(one.tag.object.message) if one.tag.object is not None else []


def _code(
    reader: GitProgram, before: RegisteredVersion, after: RegisteredVersion, notes: list[str], *, files: bool
) -> Iterator[Change]:
    """The commits between the versions, and with `files` also the files that differ."""
    from ...contents.difference import Change

    try:
        found = between(reader.git, before.line.commit, after.line.commit)
    except CannotJudge as problem:
        notes.append(f"what lies between the commits can't be told here: {problem}")
        return
    yield Change("code", "commit", before.line.commit, after.line.commit)
    if reader.git.is_shallow():
        notes.append("this clone is shallow, so how many commits lie between is not known: git fetch --unshallow")
    elif found.added or found.dropped:
        yield Change("code", "commits", None, f"+{found.added} -{found.dropped}")
    if not files:
        return
    for path in found.files[:MOST_FILES]:
        yield Change("code", path, None, "changed")
    if len(found.files) > MOST_FILES:
        notes.append(f"{len(found.files) - MOST_FILES} more files are different")
