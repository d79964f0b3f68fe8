"""Runs GTO's own code on tags in memory: thousands of registries in the time of one on disk.

All commits are from 1970 and have no annotations.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from unittest import mock

from gto.base import Commit
from gto.config import RegistryConfig
from gto.registry import GitRegistry
from gto.tag import TagArtifactManager, TagStageManager, TagVersionManager
from scmrepo.git.objects import GitTag

from tagwarden.policy.push import Tag


class TagsOnly:
    """The part of `scmrepo.git.Git` that GTO uses for tags."""

    def __init__(self, tags: Iterable[Tag]) -> None:
        self._tags = {tag.name: tag for tag in tags}

    def list_tags(self) -> list[str]:
        return sorted(self._tags)

    def get_tag(self, name: str) -> GitTag | str | None:
        tag = self._tags.get(name)
        if tag is None or tag.object is None or tag.object.tagger is None:
            return tag and tag.oid
        tagger = tag.object.tagger
        return GitTag(
            tag.object.name, tag.oid, tag.object.target, tagger.name, tagger.email, tagger.time, 0, tag.object.message
        )


class OldCommits:
    """Stands in for what GTO reads from the commits of versions."""

    def update_state(self, state: Any, **_: object) -> Any:
        for artifact in state.get_artifacts().values():
            for version in artifact.versions:
                version.add_event(_commit(version))
        return state


def _commit(version: Any) -> Commit:
    nobody = dict.fromkeys(("author", "author_email", "committer", "committer_email", "message"), "")
    return Commit(
        artifact=version.artifact,
        version=version.version,
        commit_hexsha=version.commit_hexsha,
        created_at=datetime.fromtimestamp(0, UTC),
        enrichments=[],
        **nobody,
    )


@contextlib.contextmanager
def gto_in_memory(tags: Iterable[Tag]) -> Iterator[None]:
    """In this context, every path is a repository with these tags for GTO."""
    parts: dict[str, Any] = {"scm": TagsOnly(tags), "config": RegistryConfig()}
    registry = GitRegistry.model_construct(
        cloned=False,
        artifact_manager=TagArtifactManager.model_construct(**parts),
        version_manager=TagVersionManager.model_construct(**parts),
        stage_manager=TagStageManager.model_construct(**parts),
        enrichment_manager=OldCommits(),
        **parts,
    )

    @contextlib.contextmanager
    def from_url(*_: object, **__: object) -> Iterator[GitRegistry]:
        yield registry

    with mock.patch.object(GitRegistry, "from_url", from_url):
        yield
