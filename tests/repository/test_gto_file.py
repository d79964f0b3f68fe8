"""The stages that `.gto` declares, read as GTO reads it."""

from __future__ import annotations

from contextlib import closing

import pytest

from support import Repo
from tagwarden.policy.objects.document_files import DocumentFiles
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.trusted.gto_file import DeclaredStages, declared_stages, stages_in


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        pytest.param("stages: [dev, prod]", ("dev", "prod"), id="a flow list"),
        pytest.param("stages:\n- dev\n- us/east\n", ("dev", "us/east"), id="a block list"),
        pytest.param("STAGES: [dev]", ("dev",), id="a key in capitals"),
        pytest.param("types: [model]\nstages: [dev]", ("dev",), id="other keys beside"),
        pytest.param("stages: []", (), id="an empty list allows none"),
        pytest.param("stages:", None, id="no value allows any"),
        pytest.param("types: [model]", None, id="no stages allow any"),
        pytest.param("", None, id="an empty file allows any"),
        pytest.param("[]", None, id="an empty list as the file allows any"),
    ],
)
def test_stages_are_read_as_gto_reads_them(text: str, stages: tuple[str, ...] | None) -> None:
    assert stages_in(text.encode(), DocumentFiles()) == stages


@pytest.mark.parametrize(
    "data",
    [b"stages: [dev", b"stages: dev", b"stages: [1, 2]", b"stages: [a.b]", b"[1]", b"stages: [dev, {qa: x}]", b"\xff"],
)
def test_what_gto_cannot_read_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        stages_in(data, DocumentFiles())


def declared(repo: Repo, commit: str | None) -> DeclaredStages:
    with closing(GitProgram(Git.at(str(repo.path)))) as reader:
        return declared_stages(reader, commit)


def test_the_file_at_the_trusted_commit_counts(repo: Repo) -> None:
    first = repo.commit({".gto": "stages: [dev]"})
    repo.commit({".gto": "stages: [prod]"})

    assert declared(repo, first) == DeclaredStages(("dev",))


def test_without_a_file_or_a_commit_any_stage_is_allowed(repo: Repo) -> None:
    assert declared(repo, repo.git("rev-parse", "HEAD")) == DeclaredStages(None)
    assert declared(repo, None) == DeclaredStages(None)


@pytest.mark.parametrize("text", ["stages: [dev", "#" * ((1 << 20) + 1)], ids=["malformed", "too large"])
def test_a_file_that_cannot_be_read_declares_nothing_and_is_said(repo: Repo, text: str) -> None:
    found = declared(repo, repo.commit({".gto": text}))

    assert found.names is None
    assert found.note is not None
    assert ".gto in commit" in found.note
