"""Reads and writes an audit's baseline: the file of known findings."""

from __future__ import annotations

import os

from ...policy.baseline import FIRST_LINE, format_baseline, known_findings, parse_baseline, without_known
from ...policy.errors import CannotJudge
from ...policy.wording import quoted
from ..git.whole_file import replace_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...policy.baseline import BaselineResult, KnownFinding
    from .audit import Audited


def compare_with_baseline(audited: Audited, *, read: str | None, write: str | None) -> BaselineResult:
    """The audit's findings without those in the baseline file `read`.

    With `write`, all findings are written to that file, and then count as known. Raises CannotJudge if a file can't be
    read or written.
    """
    verdict, ids = audited
    if write is not None:
        known = known_findings(verdict.findings, ids)
        write_baseline(write, known)
    else:
        known = read_baseline(read) if read is not None else []
    held = without_known(verdict, known, ids)
    return held._replace(verdict=held.verdict._replace(notes=(*held.verdict.notes, *_notes(held, write or read))))


def _notes(held: BaselineResult, path: str | None) -> Iterator[str]:
    name = quoted(path or "")
    if held.known:
        yield f"known findings that don't count: {held.known}, by {name}"
    if held.outdated:
        yield f"lines of {name} that match no finding any more: {held.outdated}; --write-baseline updates it"


def read_baseline(path: str) -> list[KnownFinding]:
    """The known findings in the file at `path`. Raises CannotJudge if it can't be read or is not a baseline."""
    try:
        with open(path, "rb") as file:
            return parse_baseline(os.fsdecode(file.read()))
    except OSError as error:
        hint = "; --write-baseline writes one" if isinstance(error, FileNotFoundError) else ""
        raise CannotJudge(f"the baseline {quoted(path)} can't be read: {error.strerror}{hint}") from error
    except ValueError as problem:
        raise CannotJudge(f"{quoted(path)} is not a baseline: {problem}") from None


def write_baseline(path: str, lines: Sequence[KnownFinding]) -> None:
    """Atomically write a baseline. Raises CannotJudge if that fails, or if `path` is a file that is not a baseline."""
    beginning = os.fsencode(FIRST_LINE)
    try:
        if os.path.lexists(path):
            with open(path, "rb") as file:
                if file.read(len(beginning)) != beginning:
                    raise CannotJudge(f"{quoted(path)} exists and is not a baseline, so it is left as it is")
        replace_file(path, os.fsencode(format_baseline(lines)), 0o644)
    except OSError as error:
        raise CannotJudge(f"the baseline {quoted(path)} can't be written: {error.strerror}") from error
