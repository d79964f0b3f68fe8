"""The version that a file of a tagged commit tells."""

from __future__ import annotations

from ..grammar.versions import parse_version
from ..patterns import find_in_time
from ..wording import cut
from .document_files import kind_of
from .needed_files import MOST_FILE_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..budget import Budget
    from ..grammar.versions import Version
    from .document_files import DocumentFiles, Kind


def version_in(data: bytes, path: str, key: str | None, documents: DocumentFiles, budget: Budget) -> Version:
    """The version in the file `path`, which holds `data`; it may lack the `v`.

    In TOML, JSON and YAML, by the ending of the file's name, `key` is the
    value's name with those of its tables, dots between. In any other file it
    is a pattern whose first match tells the version, by its first group if it
    has one; without it the whole file does. Raises ValueError, which completes
    "the file …", where no version is found, and CannotJudge if time is up.
    """
    kind = kind_of(path)
    text = _text_in(data, key, budget) if kind is None else _value_in(data, kind, key or "", documents)
    text = text.strip()
    try:
        return parse_version(text if text.startswith("v") else f"v{text}")
    except ValueError as problem:
        raise ValueError(f"says {cut(text)!r}, which is not a version: {problem}") from None


def _value_in(data: bytes, kind: Kind, key: str, documents: DocumentFiles) -> str:
    try:
        found = documents.load(data, kind)
    except ValueError as problem:
        said = str(problem).partition("\n")[0]
        raise ValueError(f"can't be read as {kind}: {said}") from None
    for name in key.split("."):
        if not isinstance(found, dict) or name not in found:
            raise ValueError(f"has no {key!r}")
        found = found[name]
    if not isinstance(found, str):
        raise ValueError(f"holds {cut(repr(found))} at {key!r}, which is not a string; put it in quotes")
    return found


def _text_in(data: bytes, pattern: str | None, budget: Budget) -> str:
    if len(data) > MOST_FILE_BYTES:
        raise ValueError(f"is larger than {MOST_FILE_BYTES // 1024} KiB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8 text") from None
    found = find_in_time(pattern, text, budget) if pattern else text
    if found is None:
        raise ValueError(f"contains nothing that matches the pattern {pattern!r}")
    return found
