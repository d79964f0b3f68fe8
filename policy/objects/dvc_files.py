"""What DVC's files say about a path: the folder's `dvc.lock`, and `X.dvc` beside X.

The paths of a stage are relative to the folder of `dvc.yaml`, or to the stage's
`wdir` there; those in `X.dvc` are relative to its folder, or to its `wdir`
(https://doc.dvc.org/user-guide/project-structure). DVC resolves `${…}` when it
runs; `dvc.lock` contains the resolved paths.

A `Table` function returns the document in a file, by its path relative to the
root, and an empty table if there is no such file. What it does with unreadable
files is up to the caller.
"""

from __future__ import annotations

import posixpath

from ..record import Record
from .piece import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    Table = Callable[[str], Mapping[Any, Any]]

LONGEST_DIGEST = 200


class Stage(Record):
    """A stage of a pipeline as it ran, from `dvc.lock`. `command` has one command per line, and is "" if unknown."""

    name: str
    deps: tuple[Piece, ...]
    outs: tuple[Piece, ...]
    command: str = ""


def output_of(path: str, folder: str, table: Table) -> Piece | None:
    """The output at `path` of a stage of the pipeline in `folder`, or what a `.dvc` file says about that path.

    It may be a folder that contains the path, because DVC can track a folder as a
    whole. None if there is neither.
    """
    outs = (out for stage in locked_stages(folder, table) for out in stage.outs if covers(out, path))
    return next(outs, None) or tracked(path, table)


def files_about(path: str, folder: str) -> Iterator[str]:
    """The paths of the files that `output_of` may read for the same arguments."""
    yield within(folder, "dvc.lock")
    yield within(folder, "dvc.yaml")
    while path:
        yield f"{path}.dvc"
        path = _folder_of(path)


def locked_stages(folder: str, table: Table) -> Iterator[Stage]:
    """The stages in the `dvc.lock` of a folder, given relative to the root ("" for the root)."""
    path = within(folder, "dvc.lock")
    document = table(path)
    # Before schema 2.0, the stages were at the top level.
    stages = document.get("stages") if "schema" in document or "stages" in document else document
    folders = stage_folders(table(within(folder, "dvc.yaml")), folder) if stages else {}
    for name, stage in items(stages):
        if isinstance(stage, dict):
            # A stage with `foreach` or `matrix` ran as `name@item`.
            base = folders.get(name.partition("@")[0], within(folder, "."))
            deps, outs = (tuple(_pieces(stage.get(key), base, path)) for key in ("deps", "outs"))
            yield Stage(name, deps, outs, _command(stage.get("cmd")))


def stage_folders(document: Mapping[Any, Any], folder: str) -> dict[str, str]:
    """The folder in which each stage of this `dvc.yaml` runs, relative to the root, by the stage's name."""
    bodies = ((name, body_of(stage)) for name, stage in items(document.get("stages")))
    return {name: within(folder, text(body.get("wdir")) or ".") for name, body in bodies}


def body_of(stage: Any) -> Mapping[Any, Any]:
    """The definition of a stage in `dvc.yaml`, taken from its `do` if it has `foreach` or `matrix`."""
    if not isinstance(stage, dict):
        return {}
    inner = stage.get("do")
    return inner if ("foreach" in stage or "matrix" in stage) and isinstance(inner, dict) else stage


def tracked(path: str, table: Table) -> Piece | None:
    """What the `.dvc` file of `path`, or of the nearest folder above it, says about it; None if there is none."""
    at = path
    while at:
        file = f"{at}.dvc"
        document = table(file)
        if document:
            folder = within(_folder_of(at), text(document.get("wdir")) or ".")
            for out in _pieces(document.get("outs"), folder, file):
                if covers(out, path):
                    return out
        at = _folder_of(at)
    return None


def covers(piece: Piece, path: str) -> bool:
    """Whether `piece` is at `path` or is a folder that contains it."""
    return path == piece.path or path.startswith(f"{piece.path}/") or piece.path == "."


def within(folder: str, *parts: str) -> str:
    """The normalized path, relative to the root, of `parts`, which are relative to `folder`."""
    return posixpath.normpath(posixpath.join(folder, *parts))


def items(table: Any) -> Iterator[tuple[str, Any]]:
    """The entries of a table whose keys are strings; nothing for anything but a table."""
    if isinstance(table, dict):
        yield from ((name, value) for name, value in table.items() if isinstance(name, str))


def text(value: Any) -> str | None:
    """The value if it is a non-empty string, otherwise None."""
    return value if isinstance(value, str) and value else None


def _folder_of(path: str) -> str:
    # Not posixpath.dirname, which never gets from "/" to "".
    return path.rpartition("/")[0]


def _command(written: Any) -> str:
    """A command, or a list of them (https://doc.dvc.org/user-guide/project-structure/dvcyaml-files#stages)."""
    commands = written if isinstance(written, list) else [written]
    return "\n".join(filter(None, map(text, commands)))


def _pieces(entries: Any, folder: str, file: str) -> Iterator[Piece]:
    for entry in entries if isinstance(entries, list) else []:
        path = text(entry.get("path")) if isinstance(entry, dict) else None
        if path is None:
            continue
        size = entry.get("size")
        is_size = isinstance(size, int) and not isinstance(size, bool) and size >= 0
        where = path if "://" in path else within(folder, path)
        yield Piece(where, tuple(_digests(entry)), size if is_size else None, file)


def _digests(entry: Mapping[Any, Any]) -> Iterator[str]:
    named = entry.get("hash")
    kinds = [named] if isinstance(named, str) else ["md5", "etag", "checksum"]
    for kind in kinds:
        digest = entry.get(kind)
        if isinstance(digest, str) and digest.isascii() and digest.isprintable() and 0 < len(digest) <= LONGEST_DIGEST:
            yield f"{kind}:{digest}"
