"""Reads DVC pipelines: the artifacts, metrics files and parameters files in `dvc.yaml`, and the stages that ran."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..policy.objects.dvc_files import body_of, items, locked_stages, stage_folders, text, within
from ..policy.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..policy.objects.dvc_files import Stage
    from .commit_files import CommitFiles

DEFAULT_PARAMS = "params.yaml"


class Pipeline(Record):
    """The pipeline of a folder. All paths are relative to the root.

    `artifacts` maps names to paths. `metrics` and `params` are the paths of files
    at the top level of `dvc.yaml`; those of its stages are in `metrics_of_stage`
    and `params_of_stage`, by the stage's name. `stages` are those that ran, from
    `dvc.lock`.
    """

    folder: str
    artifacts: Mapping[str, str]
    metrics: tuple[str, ...]
    params: tuple[str, ...]
    metrics_of_stage: Mapping[str, tuple[str, ...]]
    params_of_stage: Mapping[str, tuple[str, ...]]
    stages: tuple[Stage, ...]


def read_pipeline(files: CommitFiles, folder: str) -> Pipeline | None:
    """The pipeline in `folder`, given relative to the root ("" for the root); None if it has no `dvc.yaml`."""
    path = within(folder, "dvc.yaml")
    if files.entry(path) is None:
        return None
    written = _Written(files, path, folder, files.table(path))
    bodies = {name: body_of(one) for name, one in items(written.document.get("stages"))}
    folders = stage_folders(written.document, folder)
    return Pipeline(
        folder,
        dict(written.artifacts()),
        tuple(written.paths(written.document.get("metrics"), folder)),
        tuple(written.paths(written.document.get("params"), folder)),
        {name: tuple(written.paths(body.get("metrics"), folders[name])) for name, body in bodies.items()},
        {name: tuple(written.files_of_params(body.get("params"), folders[name])) for name, body in bodies.items()},
        tuple(locked_stages(folder, files.table)),
    )


class _Written:
    """The content of a `dvc.yaml`."""

    def __init__(self, files: CommitFiles, path: str, folder: str, document: Mapping[Any, Any]) -> None:
        self.document = document
        self._files = files
        self._path = path
        self._folder = folder

    def artifacts(self) -> Iterator[tuple[str, str]]:
        """The name and path of each artifact that has a path."""
        for name, one in items(self.document.get("artifacts")):
            path = text(one.get("path")) if isinstance(one, dict) else None
            if path is not None and self._is_resolved(path):
                yield name, within(self._folder, path)

    def paths(self, entries: Any, folder: str) -> Iterator[str]:
        """The paths in a list of paths, each alone or with settings: `[a.json, {b.json: {cache: false}}]`."""
        for entry in entries if isinstance(entries, list) else [entries]:
            path = text(next(iter(entry), None) if isinstance(entry, dict) else entry)
            if path is not None and self._is_resolved(path):
                yield within(folder, path)

    def files_of_params(self, entries: Any, folder: str) -> Iterator[str]:
        """The paths of the files in a stage's list of parameters; a parameter without a file is in `params.yaml`."""
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, str):
                yield within(folder, DEFAULT_PARAMS)
            yield from self.paths(list(entry), folder) if isinstance(entry, dict) else ()

    def _is_resolved(self, path: str) -> bool:
        if "${" in path:
            self._files.note(f"{self._path!r} names {path!r}, and what DVC substitutes there is not known")
            return False
        return True
