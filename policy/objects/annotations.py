"""The YAML files that annotate models: `artifacts.yaml` (GTO), `dvc.yaml` (DVC)."""

from __future__ import annotations

from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .document_files import DocumentFiles

# The types that GTO's `Artifact` model accepts for each key of an entry.
ENTRY_TYPES: dict[str, tuple[type, ...]] = {
    "type": (str, type(None)),
    "path": (str, type(None)),
    "labels": (list,),
    "description": (str,),
}
BOOLEAN_WORDS = ("y", "yes", "t", "true", "on", "1", "n", "no", "f", "false", "off", "0")


class Annotation(Record):
    """What a file says about a model; a value that it does not give is "". `path` is relative to the root."""

    type: str
    path: str
    description: str


def problem_of_annotations(data: bytes, documents: DocumentFiles) -> str | None:
    """Why GTO can't read the `artifacts.yaml` with the content `data`; None if it can.

    Raises CannotJudge if parsing takes too long.
    """
    try:
        content = documents.load(data)
    except ValueError as problem:
        return f"it is not YAML: {problem}"
    if not isinstance(content, dict):
        return "it is not a table of artifacts"
    for name, entry in content.items():
        if not isinstance(name, str) or not is_artifact_name(name):
            return f"{name!r} is not a valid name of an artifact"
        flaw = _problem_of_entry(entry)
        if flaw:
            return f"{flaw} in the artifact {name!r}"
    return None


def is_artifact_name(text: str) -> bool:
    """Whether GTO accepts `text` as a key of `artifacts.yaml` (`constants.py`, `name_re`): a name without `:`."""
    import re

    return re.search("^[a-zA-Z0-9]([a-zA-Z0-9-/_]*[a-zA-Z0-9])?$", text) is not None


def declares(data: bytes, artifact: str, documents: DocumentFiles) -> bool:
    """Whether `artifact` is a key of the table `artifacts` in the `dvc.yaml` with the content `data`.

    Raises ValueError if it can't be parsed, and CannotJudge if parsing takes too long.
    """
    content = documents.load(data)
    artifacts = content.get("artifacts") if isinstance(content, dict) else None
    return isinstance(artifacts, dict) and artifact in artifacts


def annotation_in(
    data: bytes, artifact: str, documents: DocumentFiles, *, within: Sequence[str], folder: str
) -> Annotation | None:
    """What the file with the content `data` in `folder` says about `artifact`.

    `within` are the keys of the nested tables that contain it. None if the file
    says nothing about it or is not YAML. Raises CannotJudge if parsing takes too long.
    """
    try:
        content = documents.load(data)
    except ValueError:
        return None
    for key in (*within, artifact):
        content = content.get(key) if isinstance(content, dict) else None
    if not isinstance(content, dict):
        return None
    path = _text(content, "path")
    described = _text(content, "description") or _text(content, "desc")
    return Annotation(_text(content, "type"), f"{folder}/{path}" if folder and path else path, described)


def _text(entry: dict[object, object], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def _problem_of_entry(entry: Any) -> str | None:
    if not isinstance(entry, dict):
        return "there is no table"
    for key, types in ENTRY_TYPES.items():
        if key in entry and not isinstance(entry[key], types):
            return f"{key!r} has the wrong type"
    if any(not isinstance(label, str) for label in entry.get("labels", ())):
        return "a label is not a string"
    virtual = entry.get("virtual", True)
    if not isinstance(virtual, bool) and virtual not in (0, 1) and str(virtual).lower() not in BOOLEAN_WORDS:
        return "'virtual' is not true or false"
    return None
