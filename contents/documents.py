"""Parses YAML, JSON and TOML that anybody may have committed, within limits of time, depth and number of values."""

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
    """Parsing took longer than allowed."""


class Documents:
    """Parses documents, and caches them by content, because many versions have the same files."""

    def __init__(self) -> None:
        self._read: dict[tuple[Kind, bytes], Any] = {}

    def load(self, path: str, data: bytes, *, seconds: float = SECONDS) -> Any:
        """The document in `data`, the content of the file at `path`, whose suffix gives the kind.

        Raises ValueError, whose message says why it can't be parsed, and its subclass
        TookTooLong if parsing takes longer than `seconds`.
        """
        kind = kind_of(path)
        if kind is None:
            raise ValueError("only JSON, YAML and TOML are read")
        if (kind, data) not in self._read:
            prepare(kind)
            try:
                found, _ = in_time(lambda: _load_or_fail(kind, data), seconds=seconds, too_slow=TOO_SLOW)
            except CannotJudge as problem:
                # Not cached: for another commit there may be more time.
                raise TookTooLong(str(problem)) from None
            self._read[kind, data] = found
        found = self._read[kind, data]
        if isinstance(found, ValueError):
            raise found
        return found


def is_readable(path: str) -> bool:
    """Whether a file is of a kind that can be parsed, by its suffix."""
    return kind_of(path) is not None


def _load_or_fail(kind: Kind, data: bytes) -> Any:
    found = load_or_problem(data, kind)
    if isinstance(found, ValueError):
        said = str(found).partition("\n")[0]
        return ValueError(said if said.startswith("it is ") else f"it is not {kind}: {said}")
    return found


def flattened(document: Any) -> tuple[list[tuple[str, Any]], bool]:
    """The values of a document by their dotted names, in its order, and whether these are all of them.

    Lists are not flattened. A document that is not a table has no values.
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
    """The value as JSON has it; values that JSON does not have (a date, infinity) become strings."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, list):
        return [plain(one) for one in value[:MOST_VALUES]]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    return str(value)
