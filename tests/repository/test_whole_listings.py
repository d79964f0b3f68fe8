"""A listing of refs that is not whole is told from one that is, though Git ends with 0."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from support import Repo
from tagwarden.policy.errors import CannotJudge
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.objects import TagRef
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.git.refs.loose import LooseRefs
from tagwarden.repository.git.refs.whole_listing import WholeListing

Ask = Callable[[GitProgram], object]

QUESTIONS: Mapping[str, Ask] = {
    "tags of a model": lambda reader: reader.tags_of(["m"]),
    "tags of many models": lambda reader: reader.tags_of(["m", *(f"m{number}" for number in range(200))]),
    "all tags": lambda reader: reader.all_tags(),
    "one ref": lambda reader: reader.existing(["refs/tags/m@v1.0.0"]),
    "many refs": lambda reader: reader.existing(["refs/tags/m@v1.0.0", *(f"refs/tags/{n}" for n in range(200))]),
    "all refs": lambda reader: reader.refs_under("refs/"),
}
# Which of the refs that Git leaves out is named: the first.
NAMED = {ask: "refs/heads/main" if name == "all refs" else "refs/tags/m@v1.0.0" for name, ask in QUESTIONS.items()}
each_question = pytest.mark.parametrize("ask", [pytest.param(ask, id=name) for name, ask in QUESTIONS.items()])


def at(repo: Repo) -> GitProgram:
    return GitProgram(Git.at(str(repo.path)))


def ask_prepared(ask: Ask, reader: GitProgram) -> object:
    reader.prepare(models=["m"], refs=["refs/tags/m@v1.0.0"])
    return ask(reader)


each_way = pytest.mark.parametrize(
    "way", [pytest.param(lambda ask, reader: ask(reader), id="at once"), pytest.param(ask_prepared, id="prepared")]
)


@pytest.fixture
def git_without_loose_refs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts a `git` on PATH that opens no folder of refs in a repository, the first so many times or ever."""

    def put(repo: Repo, *, times: int = 1_000_000) -> None:
        blind = tmp_path / "blind"
        shutil.copytree(repo.git_dir, blind)
        shutil.rmtree(blind / "refs")
        (blind / "refs").mkdir()
        program = tmp_path / "bin" / "git"
        program.parent.mkdir()
        real = shutil.which("git")
        program.write_text(f"""#!/bin/sh
case "$*" in *for-each-ref*)
    echo >>{tmp_path}/calls
    [ "$(wc -l <{tmp_path}/calls)" -gt {times} ] || exec env GIT_DIR={blind} {real} "$@" ;;
esac
exec {real} "$@"
""")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")

    return put


@each_question
@each_way
def test_a_loose_ref_that_git_leaves_out_is_missed(
    repo: Repo, git_without_loose_refs: Callable[..., None], ask: Ask, way: Callable[[Ask, GitProgram], object]
) -> None:
    repo.tag("m@v1.0.0")
    git_without_loose_refs(repo)

    with (
        closing(at(repo)) as reader,
        pytest.raises(CannotJudge, match=f"list of refs is not whole: it lacks '{re.escape(NAMED[ask])}'"),
    ):
        way(ask, reader)


@pytest.mark.parametrize("name", ["a/b@v1.0.0", "a/b#us/west", "a/b@v1/x/y"])
def test_also_in_the_folders_of_models_and_stages(
    repo: Repo, git_without_loose_refs: Callable[..., None], name: str
) -> None:
    repo.tag(name)
    git_without_loose_refs(repo)

    with closing(at(repo)) as reader:
        assert reader.tags_of(["m", "b", "a"]) == {"m": [], "b": [], "a": []}
        with pytest.raises(CannotJudge, match="not whole"):
            reader.tags_of(["a/b"])


@each_question
def test_what_was_packed_before_does_not_stand_in_for_it(
    repo: Repo, git_without_loose_refs: Callable[..., None], ask: Ask
) -> None:
    repo.tag("m@v1.0.0")
    repo.git("pack-refs", "--all")
    repo.tag("m@v1.0.0", message="moved")
    git_without_loose_refs(repo)

    with closing(at(repo)) as reader, pytest.raises(CannotJudge, match="not whole"):
        ask(reader)


@pytest.mark.parametrize("times", [1, 2])
def test_a_git_that_sees_it_at_the_next_look_is_believed(
    repo: Repo, git_without_loose_refs: Callable[..., None], times: int
) -> None:
    oid = repo.tag("m@v1.0.0")
    repo.tag("m#prod")
    repo.git("pack-refs", "--all")
    moved = repo.tag("m#prod", message="moved")
    for number in range(30):
        repo.tag(f"m@v1.1.{number}")
    repo.tag("other@v1.0.0")
    git_without_loose_refs(repo, times=times)

    with closing(at(repo)) as reader:
        found = {tag.name: tag.oid for tag in reader.tags_of(["m"])["m"]}

    assert len(found) == 32
    assert (found["m@v1.0.0"], found["m#prod"]) == (oid, moved)


def test_a_loose_ref_of_a_linked_work_tree_or_a_namespace_is_looked_for_where_it_lies(
    repo: Repo, git_without_loose_refs: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.git("update-ref", "refs/namespaces/n/refs/tags/m@v1.0.0", "HEAD")
    repo.tag("k@v1.0.0")
    repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    monkeypatch.setenv("GIT_DIR", str(repo.git_dir / "worktrees" / "linked"))
    with closing(GitProgram()) as reader:
        assert [tag.name for tag in reader.tags_of(["k"])["k"]] == ["k@v1.0.0"]
    git_without_loose_refs(repo)

    with closing(GitProgram()) as reader, pytest.raises(CannotJudge, match="not whole"):
        reader.tags_of(["k"])
    monkeypatch.setenv("GIT_DIR", str(repo.git_dir))
    monkeypatch.setenv("GIT_NAMESPACE", "n")
    with closing(GitProgram()) as reader, pytest.raises(CannotJudge, match="not whole"):
        reader.tags_of(["m"])


def test_files_that_git_does_not_take_for_refs_do_no_harm(repo: Repo) -> None:
    oid = repo.tag("m@v1.0.0")
    for name in ("m@v1.0.0.lock", "m@v1.0.0~", "m@v1 old", "m@[v1]", ".m@v1.0.1", "m@v1..2"):
        repo.raw_ref(f"refs/tags/{name}", oid)

    with closing(at(repo)) as reader:
        assert [tag.name for tag in reader.tags_of(["m"])["m"]] == ["m@v1.0.0"]
        assert reader.existing(["refs/tags/m@v1.0.0~", "refs/tags/../heads/main", "/etc/passwd"]) == {}


def test_symbolic_refs_are_listed_as_what_they_stand_for(repo: Repo) -> None:
    oid = repo.tag("m@v1.0.0")
    repo.git("symbolic-ref", "refs/tags/m@v1.0.1", "refs/tags/m@v1.0.0")

    with closing(at(repo)) as reader:
        assert {tag.oid for tag in reader.tags_of(["m"])["m"]} == {oid}


def test_a_symbolic_ref_that_stands_for_nothing_is_none(repo: Repo) -> None:
    # As refs/remotes/origin/HEAD does once the remote's branch has another name.
    oid = repo.tag("m@v1.0.0")
    repo.git("symbolic-ref", "refs/tags/m@v1.0.1", "refs/tags/gone")

    with closing(at(repo)) as reader:
        assert reader.tags_of(["m"])["m"] == [TagRef("m@v1.0.0", oid)]


def test_one_that_stands_for_something_that_git_leaves_out_is_missed(
    repo: Repo, git_without_loose_refs: Callable[..., None]
) -> None:
    repo.tag("there")
    repo.git("symbolic-ref", "refs/tags/m@v1.0.1", "refs/tags/there")
    git_without_loose_refs(repo)

    with closing(at(repo)) as reader, pytest.raises(CannotJudge, match="not whole"):
        reader.tags_of(["m"])


def test_refs_that_were_moved_or_deleted_since_the_look_do_no_harm(repo: Repo) -> None:
    oid = repo.tag("m@v1.0.0")
    seen_before = {"refs/tags/m@v1.0.0": "1" * 40, "refs/tags/m#gone": "2" * 40}
    loose = LooseRefs(str(repo.git_dir))

    listing = WholeListing(Git.at(str(repo.path)), loose, ["refs/tags/m*"], lambda _: seen_before)

    assert dict(listing.refs()) == {"refs/tags/m@v1.0.0": oid}
    listing.abandon()


def test_nothing_is_looked_for_below_a_folder_that_is_not_there(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    oid = repo.tag("a/b@v1.0.0")
    looked: list[bytes] = []
    look = os.stat
    loose = LooseRefs(str(repo.git_dir))
    deep = ["refs/tags/gone/" + "x/" * depth + "m@v1.0.0" for depth in range(200)]

    with monkeypatch.context() as patch:
        patch.setattr("tagwarden.repository.git.refs.loose.os.stat", lambda path: (looked.append(path), look(path))[1])
        found = loose.named(["refs/tags/a/b@v1.0.0", *deep])

    assert found == {"refs/tags/a/b@v1.0.0": oid}
    assert [path.removeprefix(os.fsencode(repo.git_dir)) for path in looked] == [
        b"/refs/", b"/refs/tags/", b"/refs/tags/a/", b"/refs/tags/gone/",
    ]  # fmt: skip


def may_read_everything() -> bool:
    return os.name == "nt" or os.geteuid() == 0


@pytest.mark.skipif(may_read_everything(), reason="the administrator may read everything")
@pytest.mark.parametrize("folder", ["refs/tags", "refs/tags/a", "refs/tags/a/m#us"])
def test_a_folder_that_may_not_be_read_is_named(repo: Repo, folder: str) -> None:
    repo.tag("a/m#us/west")
    path = repo.git_dir / folder
    path.chmod(0)
    try:
        with (
            closing(at(repo)) as reader,
            pytest.raises(CannotJudge, match=r"refs/tags.*can't be read: Permission denied"),
        ):
            reader.tags_of(["a/m"])
    finally:
        path.chmod(0o755)


@each_way
def test_a_folder_that_can_not_be_opened_is_named(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, way: Callable[[Ask, GitProgram], object]
) -> None:
    def without_descriptors(path: bytes) -> list[bytes]:
        raise OSError(24, "Too many open files")

    repo.tag("m@v1.0.0")
    with closing(at(repo)) as reader:
        monkeypatch.setattr("tagwarden.repository.git.refs.loose.os.listdir", without_descriptors)
        with pytest.raises(CannotJudge, match=r"refs/tags/' in the repository can't be read: Too many open files"):
            way(QUESTIONS["tags of a model"], reader)


@pytest.mark.parametrize("answer", ["x", f"{'1' * 40} refs/tags/m@v1", f"{'1' * 40}\\n", "\\n", "refs/tags/m@v1\\n"])
def test_a_line_that_is_cut_is_no_ref(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    git = Git.at(str(repo.path))
    git.common_folder()
    program = tmp_path / "git"
    program.write_text(f"#!/bin/sh\nprintf '{answer}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    with pytest.raises(CannotJudge, match="which is not an object id and a ref"):
        GitProgram(git).tags_of(["m"])


def test_a_folder_is_listed_once_however_many_refs_are_asked_for(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    oid = repo.commit()
    for name in ("a", "b/c"):
        repo.raw_ref(f"refs/tags/{name}", oid)
    listed: list[object] = []
    list_folder = os.listdir
    monkeypatch.setattr("os.listdir", lambda path: (listed.append(path), list_folder(path))[1])
    loose = LooseRefs(str(repo.git_dir))
    asked = [f"refs/tags/{folder}{number}" for folder in ("", "b/") for number in range(100)]

    assert loose.named([*asked, "refs/tags/a", "refs/tags/b/c"]) == {"refs/tags/a": oid, "refs/tags/b/c": oid}
    assert loose.are_spelled_so([*asked, "refs/tags/A"]) == []
    assert len(listed) == 4
