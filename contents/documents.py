"""Reads YAML, JSON and TOML that anybody may have committed: within limits of size, depth and time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..policy.errors import CannotJudge
from ..policy.objects.document_files import kind_of, load_or_problem, prepare
from ..policy.time_limit import in_time

if TYPE_CHECKING:
    from ..policy.objects.document_files import Kind

MOST_BYTES = 1024 * 1024
SECONDS = 10.0
TOO_SLOW = "it takes too long"
MOST_VALUES = 1000
DEEPEST = 50


class TookTooLong(ValueError):
    """It can't be read in the time there is for it."""


class Documents:
    """The files that were read, by content: many versions hold the same ones."""

    def __init__(self) -> None:
        self._read: dict[tuple[Kind, bytes], Any] = {}

    def load(self, path: str, data: bytes, *, seconds: float = SECONDS) -> Any:
        """The document in a file, by the ending of its name, read within so many seconds.

        Raises ValueError, which says why it can't be read, and is TookTooLong where another time it might.
        """
        kind = kind_of(path)
        if kind is None:
            raise ValueError("only JSON, YAML and TOML are read")
        if (kind, data) not in self._read:
            prepare(kind)
            try:
                found, _ = in_time(lambda: _load_or_fail(kind, data), seconds=seconds, too_slow=TOO_SLOW)
            except CannotJudge as problem:
                # Not kept: another commit may have more time for it.
                raise TookTooLong(str(problem)) from None
            self._read[kind, data] = found
        found = self._read[kind, data]
        if isinstance(found, ValueError):
            raise found
        return found


def is_readable(path: str) -> bool:
    """Whether the name of a file says that it is of a kind that is read."""
    return kind_of(path) is not None


def _load_or_fail(kind: Kind, data: bytes) -> Any:
    found = load_or_problem(data, kind)
    if isinstance(found, ValueError):
        said = str(found).partition("\n")[0]
        return ValueError(said if said.startswith("it is ") else f"it is not {kind}: {said}")
    return found


def flattened(document: Any) -> tuple[list[tuple[str, Any]], bool]:
    """The values of a document by their dotted names, in its order, and whether that are all.

    What is neither a table nor a value stays as it is.
    """
    found: list[tuple[str, Any]] = []
    waiting: list[tuple[str, Any, int]] = [("", document, 0)]
    whole = True
    while waiting:
        name, value, depth = waiting.pop()
        if isinstance(value, dict):
            if depth == DEEPEST:
                whole = False
                continue
            inner = [(f"{name}.{key}" if name else str(key), one, depth + 1) for key, one in value.items()]
            waiting.extend(reversed(inner))
        elif name:
            if len(found) == MOST_VALUES:
                return found, False
            found.append((name, value))
    return found, whole


def plain(value: Any) -> Any:
    """The value as a type of JSON; values that JSON does not have (a date, infinity) become text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, list):
        return [plain(one) for one in value[:MOST_VALUES]]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    return str(value)
