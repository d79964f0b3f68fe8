"""What DVC's files say: `dvc.yaml` and `dvc.lock` of a folder, and `X.dvc` beside X.

The paths of a stage are relative to the folder of `dvc.yaml`, or to the
stage's `wdir` in it; those of `X.dvc` to its folder, or to its `wdir`
(https://doc.dvc.org/user-guide/project-structure). DVC resolves `${…}` while
it runs; the paths that came of it are in `dvc.lock`.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from ..policy.record import Record
from .commit_files import within
from .record import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .commit_files import CommitFiles

LONGEST_DIGEST = 200
DEFAULT_PARAMS = "params.yaml"


class Stage(Record):
    """A stage that ran, by `dvc.lock`."""

    name: str
    deps: tuple[Piece, ...]
    outs: tuple[Piece, ...]


class Pipeline(Record):
    """`dvc.yaml` of a folder. `metrics` and `params` are files; those of a stage are in `of_stage`, by its name."""

    folder: str
    artifacts: Mapping[str, str]
    metrics: tuple[str, ...]
    params: tuple[str, ...]
    metrics_of_stage: Mapping[str, tuple[str, ...]]
    params_of_stage: Mapping[str, tuple[str, ...]]
    stages: tuple[Stage, ...]


def read_pipeline(files: CommitFiles, folder: str) -> Pipeline | None:
    """The pipeline in a folder (from the root, "" for it), None where there is no `dvc.yaml`."""
    path = within(folder, "dvc.yaml")
    if files.entry(path) is None:
        return None
    written = _Written(files, path, folder, files.table(path))
    bodies = {name: _body(one) for name, one in _items(written.document.get("stages"))}
    folders = {name: within(folder, _text(body.get("wdir")) or ".") for name, body in bodies.items()}
    return Pipeline(
        folder,
        dict(written.artifacts()),
        tuple(written.paths(written.document.get("metrics"), folder)),
        tuple(written.paths(written.document.get("params"), folder)),
        {name: tuple(written.paths(body.get("metrics"), folders[name])) for name, body in bodies.items()},
        {name: tuple(written.files_of_params(body.get("params"), folders[name])) for name, body in bodies.items()},
        tuple(_stages(files, folder, folders)),
    )


class _Written:
    """A `dvc.yaml` as it is written."""

    def __init__(self, files: CommitFiles, path: str, folder: str, document: Mapping[Any, Any]) -> None:
        self.document = document
        self._files = files
        self._path = path
        self._folder = folder

    def artifacts(self) -> Iterator[tuple[str, str]]:
        """The path of each artifact that has one."""
        for name, one in _items(self.document.get("artifacts")):
            path = _text(one.get("path")) if isinstance(one, dict) else None
            if path is not None and self._is_resolved(path):
                yield name, within(self._folder, path)

    def paths(self, entries: Any, folder: str) -> Iterator[str]:
        """The paths in a list of paths, each alone or with settings: `[a.json, {b.json: {cache: false}}]`."""
        for entry in entries if isinstance(entries, list) else [entries]:
            path = _text(next(iter(entry), None) if isinstance(entry, dict) else entry)
            if path is not None and self._is_resolved(path):
                yield within(folder, path)

    def files_of_params(self, entries: Any, folder: str) -> Iterator[str]:
        """The files that a stage's list of parameters names; a name alone is one of `params.yaml`."""
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, str):
                yield within(folder, DEFAULT_PARAMS)
            yield from self.paths(list(entry), folder) if isinstance(entry, dict) else ()

    def _is_resolved(self, path: str) -> bool:
        if "${" in path:
            self._files.note(f"{self._path!r} names {path!r}, and what DVC puts in there is not known")
            return False
        return True


def tracked(files: CommitFiles, path: str) -> Piece | None:
    """What the `.dvc` file of a path says of it, or else that of the nearest folder above it; None for neither."""
    while path:
        file = f"{path}.dvc"
        if files.entry(file) is not None:
            document = files.table(file)
            folder = within(posixpath.dirname(path), _text(document.get("wdir")) or ".")
            outs = document.get("outs")
            for out in _pieces(outs if isinstance(outs, list) else [], folder, file):
                if covers(out, path):
                    return out
        path = posixpath.dirname(path)
    return None


def covers(piece: Piece, path: str) -> bool:
    """Whether it is what stands at `path`, or a folder above that."""
    return path == piece.path or path.startswith(f"{piece.path}/") or piece.path == "."


def _stages(files: CommitFiles, folder: str, folders: Mapping[str, str]) -> Iterator[Stage]:
    path = within(folder, "dvc.lock")
    if files.entry(path) is None:
        return
    document = files.table(path)
    # Before the schema 2.0 the stages stood at the top.
    stages = document.get("stages") if "schema" in document or "stages" in document else document
    for name, stage in _items(stages):
        if isinstance(stage, dict):
            # A stage with `foreach` or `matrix` ran as `name@item`.
            base = folders.get(name.partition("@")[0], within(folder, "."))
            lists = [stage.get(key) for key in ("deps", "outs")]
            deps, outs = (tuple(_pieces(one if isinstance(one, list) else [], base, path)) for one in lists)
            yield Stage(name, deps, outs)


def _pieces(entries: Sequence[Any], folder: str, file: str) -> Iterator[Piece]:
    for entry in entries:
        path = _text(entry.get("path")) if isinstance(entry, dict) else None
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


def _body(stage: Any) -> Mapping[Any, Any]:
    if not isinstance(stage, dict):
        return {}
    inner = stage.get("do")
    return inner if ("foreach" in stage or "matrix" in stage) and isinstance(inner, dict) else stage


def _items(table: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(table, dict):
        yield from ((name, value) for name, value in table.items() if isinstance(name, str))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
