"""Reads the version from a file of a tagged commit."""

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
    """The version in the file `path` with the content `data`; there it may lack the `v`.

    The kind of file follows from its suffix. In TOML, JSON and YAML, `key` is the
    dotted path of a string. In any other file it is a regular expression: the
    version is the first match, or its first group if it has one; without a `key`
    it is the whole file. Raises ValueError if there is no version, with a message
    to follow "the file …", and CannotJudge if this takes longer than `budget` allows.
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
        raise ValueError(f"has {cut(repr(found))} at {key!r}, which is not a string; put it in quotes")
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
