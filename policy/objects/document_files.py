"""Reads YAML, JSON and TOML files of tagged commits, each content once.

YAML is read with ruamel.yaml because GTO and DVC read it so: a file is
unreadable here exactly if it is unreadable there.
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
    """The files of one push: each content is read once, and all of them within the push's budget."""

    def __init__(self, budget: Budget | None = None) -> None:
        self._budget = Budget() if budget is None else budget
        self._read: dict[tuple[Kind, bytes], Any] = {}

    def load(self, data: bytes, kind: Kind = "YAML") -> Any:
        """The document in `data`. Raises ValueError if it is unreadable or too large, CannotJudge if time is up."""
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
    """What a file holds by the ending of its name; None for anything but a document."""
    name = path.rpartition("/")[2]
    _, dot, suffix = name.rpartition(".")
    return SUFFIXES.get(dot + suffix.lower())


def prepare(kind: Kind) -> None:
    """Import what reads files of this kind, so that no time limit counts it."""
    if kind == "YAML":
        from .yaml_reading import prepare_yaml

        prepare_yaml()


def load_or_problem(data: bytes, kind: Kind) -> Any:
    """The document in `data`, or the ValueError that says in a few words why it can't be read.

    It may take long: call it within a time limit.
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
