"""Files of commits: found by any path, and an absent one is never taken for a missing one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo
from support.trees import tree_of
from tagwarden.policy.errors import CannotJudge
from tagwarden.repository.git.objects import TreeEntry
from tagwarden.repository.git.reader import Reader

OpenReader = Callable[[Path], Reader]
MANY = 300

FILES = {
    "MODEL_CARD.md": "card",
    "a/b/c.txt": "deep",
    "with space.txt": "space",
    "a blob 5": "looks like an answer",
    "x missing": "so does this",
    "co:lon": "colon",
    "quo\"te'\\": "quote",
    "ünï.txt": "unicode",
    "empty": "",
}


@pytest.mark.parametrize("limit", [0, 3, 1000])
@pytest.mark.parametrize("times", [1, MANY], ids=["few", "many"])
def test_files_are_found_by_any_path(repo: Repo, open_at: OpenReader, limit: int, times: int) -> None:
    commit = repo.commit(FILES)
    tag = repo.tag("m@v1.0.0")
    wanted = [(start, path) for start in (commit, tag, tree_of(repo)) for path in FILES]

    found = open_at(repo.path).files(wanted * times, limit=limit)

    assert found == [FILES[path].encode()[:limit] for _, path in wanted] * times


def test_absent_files_and_folders_are_none(repo: Repo, open_at: OpenReader) -> None:
    commit = repo.commit(FILES)
    absent = ["none", "a", "a/b", "a/none/c.txt", "MODEL_CARD.md/x", "b 6", "a blob 6", "x", "MODEL_CARD.MD", "\udcff"]

    found = open_at(repo.path).files([(commit, path) for path in absent], limit=10)

    assert found == [None] * len(absent)


def test_files_of_what_is_not_there_are_none(repo: Repo, open_at: OpenReader) -> None:
    commit = repo.commit(FILES)
    leaf = repo.git("rev-parse", "HEAD:MODEL_CARD.md")

    assert open_at(repo.path).files([("1" * 40, "a"), (leaf, "a"), (commit, "empty")], limit=9) == [None, None, b""]


def test_paths_are_taken_from_the_root_of_the_tree(
    repo: Repo, open_at: OpenReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repo.commit(FILES)
    monkeypatch.chdir(repo.path / "a")

    assert open_at(repo.path / "a").files([(commit, "./MODEL_CARD.md"), (commit, "a//b/c.txt")], limit=9) == [
        b"card",
        b"deep",
    ]


@pytest.mark.parametrize("path", ["a\nb", "a\0b", "../a", "a/../b", "", "/", "."])
def test_a_path_that_cannot_be_asked_for_is_named(repo: Repo, open_at: OpenReader, path: str) -> None:
    reader = open_at(repo.path)

    with pytest.raises(CannotJudge, match="path"):
        reader.files([(repo.git("rev-parse", "HEAD"), path)], limit=9)
    with pytest.raises(CannotJudge, match="path"):
        reader.entry(repo.git("rev-parse", "HEAD"), path, limit=9)


def test_a_large_file_is_found_without_being_read(repo: Repo, open_at: OpenReader) -> None:
    (repo.path / "weights").write_bytes(b"w" * (8 << 20))
    commit = repo.commit({"card": "x"})
    repo.git("add", "weights")
    commit = repo.commit()
    reader = open_at(repo.path)

    assert reader.files([(commit, "weights"), (commit, "card")], limit=0) == [b"", b""]
    assert reader.files([(commit, "weights"), (commit, "card")], limit=4) == [b"wwww", b"x"]


def test_the_kind_of_an_entry_is_told(repo: Repo, open_at: OpenReader) -> None:
    commit = repo.commit(FILES)
    (repo.path / "link").symlink_to("a/b/c.txt")
    (repo.path / "run.sh").write_text("#!")
    (repo.path / "run.sh").chmod(0o755)
    repo.git("add", "link", "run.sh")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{commit},sub")
    commit = repo.commit()
    reader = open_at(repo.path)

    found = {path: reader.entry(commit, path, limit=2) for path in ["link", "run.sh", "sub", "a/b", "a/b/c.txt"]}

    assert {path: entry.kind for path, entry in found.items() if entry} == {
        "link": "symlink", "run.sh": "file", "sub": "submodule", "a/b": "folder", "a/b/c.txt": "file",
    }  # fmt: skip
    assert found["a/b/c.txt"] == TreeEntry("file", repo.git("rev-parse", "HEAD:a/b/c.txt"), 4, b"de")
    assert [reader.entry(commit, none, limit=2) for none in ("none", "none/x", "MODEL_CARD.md/x")] == [None] * 3
    assert reader.files([(commit, "sub"), (commit, "link")], limit=99) == [None, b"a/b/c.txt"]


@pytest.mark.parametrize("lost", ["HEAD^{tree}", "HEAD:a", "HEAD:a/b", "HEAD:a/b/policy.toml", "HEAD"])
def test_a_missing_folder_or_file_is_not_an_absent_one(repo: Repo, open_at: OpenReader, lost: str) -> None:
    commit = repo.commit({"a/b/policy.toml": "x"})
    oid = repo.git("rev-parse", lost)
    (repo.git_dir / "objects" / oid[:2] / oid[2:]).unlink()
    reader = open_at(repo.path)

    with pytest.raises(CannotJudge, match="git fsck"):
        reader.entry(commit, "a/b/policy.toml", limit=9)
    if lost != "HEAD":
        with pytest.raises(CannotJudge, match="git fsck"):
            reader.files([(commit, "README"), (commit, "a/b/policy.toml")], limit=9)
    if lost in ("HEAD:a", "HEAD:a/b"):
        assert reader.files([(commit, "a-b"), (commit, "README")], limit=9) == [None, None]


def test_a_missing_content_is_not_a_missing_file(repo: Repo, open_at: OpenReader) -> None:
    commit = repo.commit(FILES)
    oid = repo.git("rev-parse", "HEAD:MODEL_CARD.md")
    (repo.git_dir / "objects" / oid[:2] / oid[2:]).unlink()

    with pytest.raises(CannotJudge, match="is missing"):
        open_at(repo.path).entry(commit, "MODEL_CARD.md", limit=9)
