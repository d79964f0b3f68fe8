"""Finding refs: all that were asked for, and no others, however they are stored and named."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo
from tagwarden.policy.errors import CannotJudge
from tagwarden.repository.git import program as git_program
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.objects import TagRef
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.git.reader import Reader

OpenReader = Callable[[Path], Reader]


def names(tags: list[TagRef]) -> set[str]:
    return {tag.name for tag in tags}


OF_M = {"m@v1.0.0", "m@deprecated", "m#prod", "m#prod#2", "m#us/west", "m#us/east/a#3", "m@v1/x"}
OF_OTHERS = {"mm@v1.0.0", "a/m@v1.0.0", "m=x@v1.0.0", "M@v1.0.0", "m", "m-1", "n#m@v1.0.0"}


@pytest.fixture
def many(repo: Repo) -> Repo:
    for name in OF_M | OF_OTHERS:
        repo.tag(name)
    repo.git("branch", "m@v9.9.9")
    return repo


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
@pytest.mark.parametrize("prepared", [False, True], ids=["asked at once", "prepared"])
def test_all_tags_of_a_model_are_found_and_no_others(
    many: Repo, open_at: OpenReader, packed: bool, prepared: bool
) -> None:
    if packed:
        many.git("pack-refs", "--all")
    reader = open_at(many.path)
    if prepared:
        reader.prepare(models=["m"], refs=["refs/heads/main"])

    found = reader.tags_of(["m"])["m"]

    assert names(found) == OF_M
    assert {f"refs/tags/{tag.name}": tag.oid for tag in found}.items() <= many.refs("refs/tags/").items()


def test_each_model_gets_its_own(many: Repo, open_at: OpenReader) -> None:
    found = open_at(many.path).tags_of(["m", "a/m", "M", "m=x", "none"])

    assert names(found["m"]) == OF_M
    assert names(found["a/m"]) == {"a/m@v1.0.0"}
    assert names(found["M"]) == {"M@v1.0.0"}
    assert names(found["m=x"]) == {"m=x@v1.0.0"}
    assert found["none"] == []


@pytest.mark.parametrize("model", ["*", "?", "[m]", "m*", "m\\", "m\0", "", "m\n", "../tags/m", "m@v1.0.0"])
def test_what_is_no_name_of_a_model_finds_nothing(many: Repo, open_at: OpenReader, model: str) -> None:
    assert open_at(many.path).tags_of([model]) == {model: []}


def test_no_model_is_no_question(many: Repo, open_at: OpenReader) -> None:
    assert open_at(many.path).tags_of([]) == {}


@pytest.mark.parametrize("count", [git_program.MODELS_AT_ONCE + 1, git_program.MODELS_AT_MOST + 1])
def test_many_models_are_found_in_parts_or_in_one_listing(repo: Repo, open_at: OpenReader, count: int) -> None:
    repo.git("update-ref", "--stdin", stdin="".join(f"create refs/tags/m{i}@v1.0.0 HEAD\n" for i in range(count)))
    models = [f"m{i}" for i in range(count)]

    found = open_at(repo.path).tags_of(models)

    assert {model: names(tags) for model, tags in found.items()} == {model: {f"{model}@v1.0.0"} for model in models}


def test_names_too_long_for_one_command_are_found_all_the_same(repo: Repo, open_at: OpenReader) -> None:
    models = [f"{'/'.join(['x' * 200] * 15)}{number}" for number in range(9)]
    repo.git("update-ref", "--stdin", stdin="".join(f"create refs/tags/{model}@v1.0.0 HEAD\n" for model in models))
    reader = open_at(repo.path)

    assert all(names(tags) == {f"{model}@v1.0.0"} for model, tags in reader.tags_of(models).items())
    reader.prepare(models=models)
    assert all(names(tags) == {f"{model}@v1.0.0"} for model, tags in reader.tags_of(models).items())


def test_names_of_any_bytes_are_found(repo: Repo, open_at: OpenReader) -> None:
    strange = ["m\udcff@v1.0.0", "m\u202e@v1.0.0", "m\u2028@v1.0.0", "m$(id)`;|&'\"@v1.0.0", "m\x85#prod"]
    for name in strange:
        repo.git("update-ref", f"refs/tags/{name}", "HEAD")
    reader = open_at(repo.path)

    assert names(reader.all_tags()) == set(strange)
    for name in strange:
        model = name.partition("@")[0].partition("#")[0]
        assert names(reader.tags_of([model])[model]) == {name}


def test_exactly_the_refs_asked_for_exist(many: Repo, open_at: OpenReader) -> None:
    reader = open_at(many.path)
    head = many.git("rev-parse", "HEAD")

    assert reader.existing(["refs/heads/main", "refs/heads/mai", "refs/heads", "refs/tags/*", "refs/tags/m@v1"]) == {
        "refs/heads/main": head
    }
    assert reader.existing([]) == {}
    reader.prepare(refs=["refs/heads/main", "refs/heads/none"])
    assert reader.existing(["refs/heads/main"]) == {"refs/heads/main": head}
    assert reader.existing(["refs/heads/none"]) == {}
    assert reader.existing(["refs/heads/m@v9.9.9"]) == {"refs/heads/m@v9.9.9": head}


def test_hundreds_of_refs_can_be_asked_for(many: Repo, open_at: OpenReader) -> None:
    asked = [f"refs/tags/none{number}" for number in range(300)]

    assert list(open_at(many.path).existing([*asked, "refs/heads/main"])) == ["refs/heads/main"]


def test_refs_are_listed_by_the_folder_that_they_are_in(many: Repo, open_at: OpenReader) -> None:
    reader = open_at(many.path)

    assert {ref for ref, _ in reader.refs_under("refs/heads/")} == {"refs/heads/main", "refs/heads/m@v9.9.9"}
    assert {ref for ref, _ in reader.refs_under("refs/tags/m#us/")} == {
        "refs/tags/m#us/west",
        "refs/tags/m#us/east/a#3",
    }
    assert reader.refs_under("refs/*/") == []
    assert names(reader.all_tags()) == OF_M | OF_OTHERS


def test_a_ref_on_an_object_that_is_gone_is_still_listed(repo: Repo, open_at: OpenReader) -> None:
    repo.raw_ref("refs/tags/m@v1.0.0", "1" * 40)

    assert open_at(repo.path).tags_of(["m"]) == {"m": [TagRef("m@v1.0.0", "1" * 40)]}


def test_a_damaged_ref_is_named_and_not_passed_over(repo: Repo, open_at: OpenReader) -> None:
    repo.raw_ref("refs/tags/m@v1.0.0", "")

    with pytest.raises(CannotJudge, match=r"refs/tags/m@v1\.0\.0 is damaged.*git update-ref"):
        open_at(repo.path).tags_of(["m"])


def test_head_names_its_branch_and_commit(repo: Repo, open_at: OpenReader) -> None:
    reader = open_at(repo.path)

    assert reader.head() == "refs/heads/main"
    assert reader.head_commit() == repo.git("rev-parse", "HEAD")


def test_a_detached_head_is_a_commit_without_a_branch(repo: Repo, open_at: OpenReader) -> None:
    repo.git("checkout", "--quiet", "--detach")
    reader = open_at(repo.path)

    assert reader.head() is None
    assert reader.head_commit() == repo.git("rev-parse", "HEAD")


def test_nothing_stands_in_for_an_unborn_head(tmp_path: Path, repo: Repo, open_at: OpenReader) -> None:
    """Git's own search for "HEAD" would go on to refs/tags/HEAD, which a pusher can make."""
    commit = repo.git("rev-parse", "HEAD")
    for ref in ["refs/tags/HEAD", "refs/heads/HEAD", "refs/tags/refs/heads/gone"]:
        repo.raw_ref(ref, commit)
    repo.git("symbolic-ref", "HEAD", "refs/heads/gone")
    reader = open_at(repo.path)

    assert reader.head() == "refs/heads/gone"
    assert reader.head_commit() is None


def test_revisions_are_resolved_as_git_does(repo: Repo, open_at: OpenReader) -> None:
    tag = repo.tag("m@v1.0.0")
    head = repo.git("rev-parse", "HEAD")
    reader = open_at(repo.path)

    assert reader.resolve("m@v1.0.0") == reader.resolve("refs/tags/m@v1.0.0") == tag
    assert reader.resolve("m@v1.0.0^{commit}") == reader.resolve("HEAD") == reader.resolve(head[:10]) == head
    assert [reader.resolve(none) for none in ("none", "--all", "HEAD~99", "a\0b", "", "refs/tags/none")] == [None] * 6


@pytest.mark.parametrize("by_file", [True, False], ids=["with GIT_DIR", "without GIT_DIR"])
def test_a_hook_reads_the_repository_that_it_runs_in(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, by_file: bool
) -> None:
    monkeypatch.chdir(repo.path)
    if by_file:
        monkeypatch.setenv("GIT_DIR", ".git")
    reader = GitProgram()

    assert reader.head() == "refs/heads/main"
    assert reader.head_commit() == repo.git("rev-parse", "HEAD")
    reader.close()


def test_another_repository_is_read_whatever_the_environment_names(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = Repo.init(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    reader = GitProgram(Git.at(str(repo.path)))

    assert reader.head_commit() is not None
    reader.close()


def test_a_namespace_is_a_repository_of_its_own(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = repo.git("rev-parse", "HEAD")
    repo.tag("m@v1.0.0")
    inside = "refs/namespaces/a/refs/namespaces/b/"
    repo.git("update-ref", f"{inside}refs/tags/m@v2.0.0", commit)
    repo.git("update-ref", f"{inside}refs/heads/trunk", commit)
    repo.git("symbolic-ref", f"{inside}HEAD", f"{inside}refs/heads/trunk")
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_NAMESPACE", "a/b")
    reader = GitProgram()

    assert names(reader.tags_of(["m"])["m"]) == {"m@v2.0.0"}
    assert reader.refs_under("refs/heads/") == [("refs/heads/trunk", commit)]
    assert reader.existing(["refs/tags/m@v2.0.0", "refs/tags/m@v1.0.0"]) == {"refs/tags/m@v2.0.0": commit}
    assert reader.head() == "refs/heads/trunk"
    assert reader.head_commit() == commit
    reader.close()


def test_what_is_no_repository_is_said_in_gits_words(tmp_path: Path, open_at: OpenReader) -> None:
    with pytest.raises(CannotJudge, match="not a git repository"):
        open_at(tmp_path).all_tags()


def test_reftable_repositories_are_read(tmp_path: Path, open_at: OpenReader) -> None:
    made = subprocess.run(["git", "init", "--quiet", "--ref-format=reftable", str(tmp_path / "r")], capture_output=True)
    if made.returncode:
        pytest.skip("needs git 2.45 or newer, which can make reftable repositories")
    repo = Repo(tmp_path / "r")
    repo.commit()
    tag = repo.tag("m@v1.0.0")
    reader = open_at(repo.path)

    assert reader.tags_of(["m"]) == {"m": [TagRef("m@v1.0.0", tag)]}
    assert reader.head() == "refs/heads/main"
    assert [found.type for found in reader.objects([tag], limit=100)] == ["tag"]
