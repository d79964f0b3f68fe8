"""Parses YAML, JSON and TOML files of tagged commits, each distinct content once.

YAML is parsed with ruamel.yaml, like in GTO and DVC, so that the same files fail.
"""

from __future__ import annotations

from ..budget import Budget
from .needed_files import MOST_FILE_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    Kind = Literal["YAML", "JSON", "TOML"]

SUFFIXES: dict[str, Kind] = {
    ".json": "JSON",
    ".yaml": "YAML",
    ".yml": "YAML",
    ".dvc": "YAML",
    ".lock": "YAML",
    ".toml": "TOML",
}


class DocumentFiles:
    """Parses the files of one push: each distinct content once, and all of them within the push's budget."""

    def __init__(self, budget: Budget | None = None) -> None:
        self._budget = Budget() if budget is None else budget
        self._read: dict[tuple[Kind, bytes], Any] = {}

    def load(self, data: bytes, kind: Kind = "YAML") -> Any:
        """The document in `data`. Raises ValueError if it is malformed or too large, CannotJudge if time runs out."""
        if len(data) > MOST_FILE_BYTES:
            raise ValueError(f"it is larger than {MOST_FILE_BYTES // 1024} KiB")
        if (kind, data) not in self._read:
            prepare(kind)
            what = f"one of {len(data)} bytes"
            self._read[kind, data] = self._budget.run("documents", lambda: load_or_problem(data, kind), what=what)
        found = self._read[kind, data]
        if isinstance(found, ValueError):
            raise found
        return found


def kind_of(path: str) -> Kind | None:
    """The kind of document in a file, by the suffix of its name; None if it is not one of these."""
    name = path.rpartition("/")[2]
    _, dot, suffix = name.rpartition(".")
    return SUFFIXES.get(dot + suffix.lower())


def prepare(kind: Kind) -> None:
    """Import the parser for files of this kind, so that the time does not count against a limit."""
    if kind == "YAML":
        from .yaml_reading import prepare_yaml

        prepare_yaml()


def load_or_problem(data: bytes, kind: Kind) -> Any:
    """The document in `data`, or a ValueError (returned, not raised) whose message says why it can't be parsed.

    It may take long, so it must be called within a time limit.
    """
    try:
        return _load(data, kind)
    except RecursionError:
        return ValueError("it is nested too deeply")
    except ValueError as problem:
        return problem


def _load(data: bytes, kind: Kind) -> Any:
    if kind == "YAML":
        from .yaml_reading import load_yaml

        return load_yaml(data)
    if kind == "JSON":
        import json

        return json.loads(data)
    import tomllib

    return tomllib.loads(data.decode("utf-8"))
