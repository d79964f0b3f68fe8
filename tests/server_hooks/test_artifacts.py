"""The rule `artifact` on real pushes: what Git, Git LFS and DVC have at the tagged commit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.push import PathEntry
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.judging import artifacts

MODEL = "weights " * 1000
SHA = f"sha256:{hashlib.sha256(MODEL.encode()).hexdigest()}"
MD5 = f"md5:{hashlib.md5(MODEL.encode()).hexdigest()}"
OTHER = f"sha256:{'0' * 64}"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid {SHA}\nsize {len(MODEL)}\n"
OUT = f"hash: md5, md5: {MD5.removeprefix('md5:')}"


@pytest.fixture
def clone(server: Server) -> Repo:
    server.commit_on_main({"tagwarden.toml": "[artifact]\nrequired = true\n"})
    return server.clone()


def push(clone: Repo, *bound: str, tag: str = "churn@v1.0.0") -> set[str]:
    """The rules that a tag on HEAD breaks which binds this."""
    clone.tag(tag, message="\n".join(["As agreed", "", *(f"Artifact: {one}" for one in bound)]))
    pushed = clone.push("main", tag)
    assert pushed.ok != bool(pushed.rules), pushed.stderr
    return set(pushed.rules)


LOCK = f"""
schema: '2.0'
stages:
  train: {{cmd: x, outs: [{{path: out/m.bin, {OUT}}}]}}
  each@0: {{cmd: x, outs: [{{path: other.bin, hash: md5, md5: {"1" * 32}}}]}}
"""
SITUATIONS: dict[str, tuple[dict[str, str], str, str, str]] = {
    "a file in Git": ({"m.bin": MODEL}, "m.bin", SHA, OTHER),
    "a pointer of Git LFS": ({"m.bin": POINTER}, "m.bin", SHA, OTHER),
    "a small file in Git": ({"a b/m.bin": "1"}, "a b/m.bin", f"sha256:{hashlib.sha256(b'1').hexdigest()}", OTHER),
    "a .dvc file": ({"d/m.bin.dvc": f"outs: [{{path: m.bin, {OUT}}}]"}, "d/m.bin", MD5, f"md5:{'0' * 32}"),
    "a .dvc file that works elsewhere": (
        {"m.bin.dvc": f"wdir: sub\nouts: [{{path: ../m.bin, {OUT}}}]"}, "m.bin", MD5, f"md5:{'0' * 32}",
    ),
    "dvc.lock": ({"dvc.lock": LOCK}, "out/m.bin", MD5, f"md5:{'0' * 32}"),
    "dvc.lock of a stage that works elsewhere": (
        {"dvc.lock": LOCK, "dvc.yaml": "stages: {train: {cmd: x, wdir: sub}}"},
        "sub/out/m.bin", MD5, f"md5:{'0' * 32}",
    ),
}  # fmt: skip


SAMPLE = ("a file in Git", "a pointer of Git LFS", "dvc.lock of a stage that works elsewhere")


@pytest.mark.parametrize(
    "situation",
    [pytest.param(one, marks=() if one in SAMPLE else (pytest.mark.thorough,), id=one) for one in SITUATIONS],
)
def test_what_the_commit_has_passes_and_nothing_else(situation: str, clone: Repo) -> None:
    files, path, right, wrong = SITUATIONS[situation]
    clone.commit(files)

    assert push(clone, f"{wrong} {path}") == {"artifact"}
    assert push(clone, f"{right} {path}", f"{wrong} {path}") == {"artifact"}
    assert push(clone, f"{right} {path}") == set()


@pytest.mark.parametrize(
    ("files", "bound"),
    [
        ({}, f"{SHA} m.bin"),
        ({}, f"{SHA} s3://bucket/m.bin"),
        ({"m.bin.dvc": f"outs: [{{path: m.bin, {OUT}}}]"}, f"{OTHER} m.bin"),
        ({"bert.dvc": f"outs: [{{path: bert, hash: md5, md5: {'1' * 32}.dir}}]"}, f"{MD5} bert/m.bin"),
        ({"m.bin": "file"}, f"{SHA} m.bin/below"),
    ],
)
def test_what_the_server_cannot_see_is_only_bound(files: dict[str, str], bound: str, clone: Repo) -> None:
    clone.commit(files)

    assert push(clone, bound) == set()


def test_a_folder_in_git_is_seen_by_its_id_alone(clone: Repo) -> None:
    clone.commit({"bert/a": "1"})
    oid = clone.git("rev-parse", "HEAD:bert")

    assert push(clone, f"{SHA} bert") == {"artifact"}
    assert push(clone, f"{SHA} bert", f"git:{'0' * 40} bert") == {"artifact"}
    assert push(clone, f"{SHA} bert", f"git:{oid} bert") == set()


@pytest.mark.parametrize("content", ["a: b: c", "[1]", "outs: &a [*a]"])
def test_what_cannot_be_read_of_dvc_is_refused_where_it_matters(content: str, clone: Repo) -> None:
    clone.commit({"m.bin.dvc": content, "other.bin": MODEL})

    assert push(clone, f"{SHA} m.bin") == {"artifact"}
    assert push(clone, f"{SHA} other.bin") == set()


def test_a_trailer_that_binds_nothing_is_refused(clone: Repo) -> None:
    assert push(clone, "sha256:0 m.bin") == {"artifact"}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("dvc.yaml", "artifacts: {churn: {path: bert}}"),
        ("artifacts.yaml", "churn: {path: bert}"),
    ],
)
def test_an_artifact_lies_where_the_commit_has_the_model(file: str, text: str, clone: Repo) -> None:
    clone.commit({file: text})

    assert push(clone, f"{SHA} README.md") == {"artifact"}
    assert push(clone, f"{SHA} bert.bin") == {"artifact"}
    assert push(clone, f"{SHA} bert/m.bin", f"{OTHER} vocab.txt") == set()


@pytest.mark.parametrize("path", ["s3://bucket/m.bin", "${out}/m.bin", "/abs/m.bin", "../m.bin", "."])
def test_where_that_is_no_path_any_will_do(path: str, clone: Repo) -> None:
    clone.commit({"dvc.yaml": f"artifacts: {{churn: {{path: '{path}'}}}}"})

    assert push(clone, f"{SHA} m.bin") == set()


def test_two_versions_do_not_share_an_artifact_until_one_is_withdrawn(clone: Repo) -> None:
    assert push(clone, f"{SHA} m.bin") == set()
    clone.commit()
    assert push(clone, f"{SHA} elsewhere.bin", tag="churn@v1.1.0") == {"artifact"}
    assert push(clone, f"{SHA} m.bin", tag="seg@v1.0.0") == set()

    clone.tag("churn@v1.0.0!", "churn@v1.0.0^{commit}")
    assert clone.push("churn@v1.0.0!", "churn@v1.1.0").ok


def test_nor_do_two_of_one_push(clone: Repo) -> None:
    message = f"As agreed\n\nArtifact: {SHA} m.bin"
    clone.tag("churn@v1.0.0", message=message)
    clone.tag("churn@v1.1.0", clone.commit(), message=message)

    pushed = clone.push("main", "churn@v1.0.0", "churn@v1.1.0")

    assert pushed.refused_by == {"artifact"}
    assert f"'churn@v1.1.0' binds {SHA}, which is already the artifact of v1.0.0 ('churn@v1.0.0')" in pushed.stderr
    assert "'churn@v1.0.0' binds" not in pushed.stderr


def test_what_may_be_dropped_helps_no_other(new_server: Callable[..., Server]) -> None:
    server = new_server(hook="update")
    server.commit_on_main({"tagwarden.toml": "[artifact]\nrequired = true\n"})
    clone = server.clone()
    message = f"As agreed\n\nArtifact: {SHA} m.bin"
    clone.tag("churn@v1.0.0", message=message)
    assert clone.push("main", "churn@v1.0.0").ok
    clone.tag("churn@v1.1.0", clone.commit(), message=message)
    clone.tag("churn@v1.0.0!", "churn@v1.0.0^{commit}")
    assert clone.push("main").ok

    assert "artifact" in clone.push("churn@v1.1.0", "churn@v1.0.0!").rules


def test_an_assignment_binds_what_its_registration_binds(clone: Repo) -> None:
    assert push(clone, f"{SHA} m.bin", f"{MD5} m.bin") == set()

    assert push(clone, f"{OTHER} m.bin", tag="churn#prod#1") == {"artifact"}
    assert push(clone, f"{SHA} elsewhere.bin", tag="churn#prod#2") == {"artifact"}
    assert push(clone, f"{SHA} m.bin", tag="churn#prod#3") == set()
    assert push(clone, tag="churn#dev#4") == set()


def test_of_a_version_from_before_the_policy_an_assignment_is_held_against_the_commit(
    server: Server,
) -> None:
    clone = server.clone()
    clone.commit({"m.bin": MODEL})
    assert push(clone) == set()
    clone.commit({"tagwarden.toml": "[artifact]\nrequired = true\n"})
    assert clone.push("main").ok

    def assign(number: int, message: str) -> set[str]:
        clone.tag(f"churn#prod#{number}", "churn@v1.0.0^{commit}", message=message)
        return clone.push(f"churn#prod#{number}").rules

    assert assign(1, "Go") == set()
    assert assign(2, f"Go\n\nArtifact: {OTHER} m.bin") == {"artifact"}
    assert assign(3, f"Go\n\nArtifact: {SHA} m.bin") == set()


def test_register_makes_a_tag_that_the_server_takes(clone: Repo) -> None:
    clone.commit({"dvc.yaml": "artifacts: {churn: {path: m.bin}, bert: {path: bert}}", "m.bin": MODEL, "bert/a": "1"})
    assert clone.push("main").ok

    for model in ("churn", "bert"):
        ran = tagwarden(clone.path, "register", model, "--push")
        assert ran.status == 0, ran.err


def test_a_file_that_is_too_large_is_not_hashed(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = repo.commit({"m.bin": MODEL})
    oid = repo.git("rev-parse", "HEAD:m.bin")
    reader = GitProgram(Git.at(str(repo.path)))
    asked = {"m.bin": {"sha256"}}

    assert artifacts.Artifacts(reader).entries(commit, asked) == {"m.bin": PathEntry("file", oid, SHA[7:])}
    assert artifacts.Artifacts(reader).entries(commit, {"m.bin": {"md5"}}) == {"m.bin": PathEntry("file", oid)}
    monkeypatch.setattr(artifacts, "LARGEST", len(MODEL) - 1)
    assert artifacts.Artifacts(reader).entries(commit, asked) == {"m.bin": PathEntry("file", oid)}
    reader.close()


def test_all_that_a_push_has_hashed_is_bounded(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = repo.commit({"a.bin": MODEL, "b.bin": MODEL})
    monkeypatch.setattr(artifacts, "MOST_HASHED", 2 * len(MODEL) - 1)
    reader = GitProgram(Git.at(str(repo.path)))

    found = artifacts.Artifacts(reader).entries(commit, {"a.bin": {"sha256"}, "b.bin": {"sha256"}})
    reader.close()

    assert [placed is not None and placed.sha256 for placed in found.values()] == [SHA[7:], None]


def test_a_push_that_has_too_much_looked_up_cannot_be_judged(repo: Repo) -> None:
    reader = GitProgram(Git.at(str(repo.path)))
    looks = artifacts.Artifacts(reader)
    deep = "/".join("a" * 6000)

    assert len(looks.files_of_dvc("a/b", "cv")) == 4
    looks.files_of_dvc(deep, "")
    with pytest.raises(CannotJudge, match="bind artifacts for which more than 10000 files"):
        looks.files_of_dvc(deep, "")
    reader.close()
