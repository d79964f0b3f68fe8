"""GTO's answers about a repository as plain values, and this project's in the same form."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import gto.api
from gto.config import read_registry_config
from gto.registry import GitRegistry

from tagwarden.policy.grammar.names import gto_spelling
from tagwarden.policy.registry.history import ModelHistory
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.git.reader import TagReader
from tagwarden.repository.registry import model_from_tags, tags_by_model


class Model(NamedTuple):
    """What a registry says about a model.

    `versions` holds each active version with its commit. `stages` maps each
    stage that is held to the versions that hold it, the current one first; a
    commit without a version stands for itself.
    """

    deprecated: bool
    latest: str | None
    versions: frozenset[tuple[str, str]]
    stages: dict[str, list[str]]


class CheckedRef(NamedTuple):
    """What `gto check-ref` says about a tag."""

    event: str
    model: str
    version: str | None
    stage: str | None


Reading = dict[str, Model]


@contextlib.contextmanager
def while_nothing_changes() -> Iterator[None]:
    """In this context, GTO builds its state only twice, and not again for every answer.

    It reads the tags by dulwich at first and by libgit2 after that, and `gto show` prints what it finds the second
    time.
    """
    build = GitRegistry.get_state
    built: list[Any] = []

    def get_state(registry: GitRegistry, **how: Any) -> Any:
        if len(built) < 2:
            built.append(build(registry, **how))
        return built[-1]

    read_once = functools.cache(read_registry_config)
    with (
        mock.patch.object(GitRegistry, "get_state", get_state),
        mock.patch("gto.index.read_registry_config", read_once),
        mock.patch("gto.registry.read_registry_config", read_once),
    ):
        yield


def read_by_gto(repository: Path | str) -> Reading:
    """What `gto show` says about every model, including deprecated ones."""
    path = str(repository)
    lines = gto.api.show(path, deprecated=True, versions_per_stage=-1)
    return {model: _model(path, model, line) for model, line in lines.items()}


def _model(path: str, model: str, line: dict[str, Any]) -> Model:
    versions = [
        (one["version"], one["commit_hexsha"])
        for one in gto.api.show(path, model, deprecated=True)
        if one["is_active"] and one["registrations"]
    ]
    assert len(set(versions)) == len(versions)
    stages = {stage: held.split(", ") for stage, held in line["stage"].items() if held}
    return Model(not line["active"], line["version"], frozenset(versions), stages)


def history_by_gto(repository: Path) -> list[dict[str, Any]]:
    """`gto history`, the oldest event first."""
    return [dict(event) for event in gto.api.history(str(repository), ascending=True)]


def check_ref_by_gto(repository: Path, tag: str) -> list[CheckedRef]:
    """`gto check-ref`: what the tag did."""
    return [
        CheckedRef(event.event, event.artifact, getattr(event, "version", None), getattr(event, "stage", None))
        for event in gto.api.check_ref(str(repository), tag)
    ]


def reading_of_all(reader: TagReader) -> Reading:
    """This project's answers about the tags of a reader; models without an event are left out."""
    histories = ((model, model_from_tags(reader, tags).history()) for model, tags in tags_by_model(reader))
    return {gto_spelling(model): reading_of(history) for model, history in histories if history.has_events}


def read_by_tagwarden(repository: Path) -> Reading:
    """This project's answers about the same tags."""
    reader = GitProgram(Git.at(str(repository)))
    try:
        return reading_of_all(reader)
    finally:
        reader.close()


def reading_of(history: ModelHistory) -> Model:
    """A history in the form of GTO's answers, which name each version in a stage only once."""
    latest = history.latest()
    holders = {stage: history.holders(stage) for stage in history.holdings}
    return Model(
        history.is_deprecated,
        str(latest.name.version) if latest else None,
        frozenset((str(event.name.version), event.commit) for event in history.active_registrations()),
        {
            stage: list(dict.fromkeys(str(history.active_version_at(event.commit) or event.commit) for event in events))
            for stage, events in holders.items()
            if events
        },
    )
