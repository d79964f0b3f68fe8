"""What lies below a folder is found out without ever reading more than a policy allows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import Repo
from support.trees import FILE, FOLDER, blob, bomb, nested, tree
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.objects.tree_shape import Shape
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.objects import RawObject
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.git.trees import walk as tree_walk
from tagwarden.repository.git.trees.walk import TreeWalk


class Counting(GitProgram):
    """Counts the trees that are read."""

    def __init__(self, git: Git) -> None:
        super().__init__(git)
        self.read: list[str] = []

    def objects(self, oids: object, **how: object) -> Iterator[RawObject]:
        for found in super().objects(oids, **how):  # type: ignore[arg-type]
            self.read.append(found.oid)
            yield found


@pytest.fixture
def reader(repo: Repo) -> Iterator[Counting]:
    one = Counting(Git.at(str(repo.path)))
    yield one
    one.close()


def look(reader: GitProgram, *roots: str, max_paths: int = 1_000_000, max_depth: int = 200) -> list[Shape]:
    shapes = reader.shapes(roots, max_paths=max_paths, max_depth=max_depth)
    return [shapes[root] for root in roots]


def test_files_and_folders_are_counted_by_path(repo: Repo, reader: Counting) -> None:
    file = blob(repo)
    inner = tree(repo, (FILE, "a", file), (FILE, "b", file))
    root = tree(repo, (FOLDER, "one", inner), (FILE, "top", file), (FOLDER, "two", inner))

    assert look(reader, root) == [Shape(3 + 2 + 2, 1, annotated=False)]
    assert sorted(reader.read) == sorted([root, inner]), "each distinct tree once"


def test_an_empty_tree_holds_nothing(repo: Repo, reader: Counting) -> None:
    assert look(reader, tree(repo)) == [Shape(0, 0, annotated=False)]


def test_a_submodule_is_not_followed_and_no_file_is_read(repo: Repo, reader: Counting) -> None:
    root = tree(repo, (FILE, "file", "11" * 20), ("160000", "module", "22" * 20), ("120000", "link", "33" * 20))

    assert look(reader, tree(repo, (FOLDER, "a", tree(repo)))) == [Shape(1, 1, annotated=False)]
    assert look(reader, root)[0].defect == "has its entry 'link' in the wrong place"
    assert len(reader.read) == 3


def test_annotations_are_seen_in_the_folder_itself_only(repo: Repo, reader: Counting) -> None:
    annotated = tree(repo, (FILE, "artifacts.yaml", blob(repo)))
    above = tree(repo, (FOLDER, "models", annotated))

    assert [shape.annotated for shape in look(reader, annotated, above)] == [True, False]


def test_folders_as_deep_as_is_allowed_are_counted_and_deeper_ones_are_not_read(repo: Repo, reader: Counting) -> None:
    deep, deeper = nested(repo, 20), nested(repo, 400)

    assert look(reader, deep, max_depth=20) == [Shape(21, 20, annotated=False)]
    reader.read.clear()
    (shape,) = look(reader, deeper, max_depth=200)
    assert shape.depth == 201
    assert not shape.whole
    assert len(reader.read) == 201


def test_a_thousand_million_paths_cost_nine_trees(repo: Repo, reader: Counting) -> None:
    (shape,) = look(reader, bomb(repo, 9))

    assert shape.whole
    assert shape.paths == sum(10**level for level in range(1, 10))
    assert len(reader.read) == 9


def test_paths_beyond_any_number_cost_no_more(repo: Repo, reader: Counting) -> None:
    (shape,) = look(reader, bomb(repo, 190))

    assert shape.paths > 10**190
    assert len(reader.read) == 190


def test_no_more_is_read_than_may_be_there(repo: Repo, reader: Counting) -> None:
    file = blob(repo)
    inner = [tree(repo, *[(FILE, f"{n}-{m:02}", file) for m in range(10)]) for n in range(20)]
    middle = [tree(repo, (FOLDER, "a", one)) for one in inner]
    root = tree(repo, *[(FOLDER, f"folder{n:02}", one) for n, one in enumerate(middle)])

    assert not look(reader, root, max_paths=100)[0].whole
    assert look(reader, root, max_paths=100)[0].paths == 101
    assert look(reader, root, max_paths=240) == [Shape(240, 2, annotated=False)]


def test_of_several_commits_only_those_with_too_many_paths_have_them(repo: Repo, reader: Counting) -> None:
    file = blob(repo)
    small = [tree(repo, *[(FILE, f"{n}-{m}", file) for m in range(8)]) for n in range(3)]
    large = tree(repo, *[(FILE, f"file{m:02}", file) for m in range(11)])
    shapes = look(reader, *small, large, max_paths=10)

    assert [shape.paths for shape in shapes] == [8, 8, 8, 11]
    assert [shape.whole for shape in shapes] == [True, True, True, False]


def test_what_lies_too_deep_below_one_commit_is_read_below_another(repo: Repo, reader: Counting) -> None:
    file = blob(repo)
    shared = nested(repo, 3)
    low = shared
    for _ in range(5):
        low = tree(repo, (FOLDER, "down", low))
    # So many files that the commits are looked at one by one.
    low = tree(repo, *[(FILE, f"file{n}", file) for n in range(5)], (FOLDER, "z", low))
    high = tree(repo, *[(FILE, f"file{n}", file) for n in range(6)], (FOLDER, "z", shared))
    shapes = look(reader, low, high, max_paths=13, max_depth=5)

    assert not shapes[0].whole
    assert shapes[0].depth > 5
    assert shapes[1] == Shape(6 + 1 + 4, 4, annotated=False)


def test_a_question_of_lower_bounds_spoils_no_later_one(repo: Repo, reader: Counting) -> None:
    root = nested(repo, 30)

    assert not look(reader, root, max_depth=10)[0].whole
    assert look(reader, root, max_depth=200) == [Shape(31, 30, annotated=False)]


def test_a_tree_is_read_once_however_often_it_is_asked_for(repo: Repo, reader: Counting) -> None:
    root = nested(repo, 5)
    look(reader, root)
    reader.read.clear()
    above = tree(repo, (FOLDER, "again", root))

    assert look(reader, root, above)[1].depth == 6
    assert reader.read == [above]


def test_a_defect_anywhere_is_found_and_its_folder_named(repo: Repo, reader: Counting) -> None:
    file = blob(repo)
    bad = tree(repo, (FILE, "twice", file), (FILE, "twice", file))
    root = tree(repo, (FOLDER, "a", tree(repo, (FOLDER, "b", bad))))
    (shape,) = look(reader, root)

    assert shape.defect == "has the entry 'twice' twice: Git takes the first, GTO the last"
    assert shape.where == b"a/b"


def test_a_file_in_the_place_of_a_folder_is_a_defect(repo: Repo, reader: Counting) -> None:
    (shape,) = look(reader, tree(repo, (FOLDER, "data", blob(repo))))

    assert shape.defect == "is a blob and not a folder"
    assert shape.where == b"data"


def test_a_missing_folder_can_not_be_judged(repo: Repo, reader: Counting) -> None:
    with pytest.raises(CannotJudge, match="11111, which a tagged commit holds, is missing"):
        look(reader, tree(repo, (FOLDER, "data", "11" * 20)))


def test_large_folders_are_read_one_by_one(repo: Repo, reader: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_walk, "SMALL_FOLDER_BYTES", 100)
    file = blob(repo)
    inner = [tree(repo, *[(FILE, f"{n}-{m}", file) for m in range(9)]) for n in range(3)]
    root = tree(repo, *[(FOLDER, f"folder{n}", one) for n, one in enumerate(inner)])

    assert look(reader, root) == [Shape(30, 1, annotated=False)]


def test_a_folder_that_takes_too_much_is_not_read(
    repo: Repo, reader: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree_walk, "SMALL_FOLDER_BYTES", 100)
    monkeypatch.setattr(tree_walk, "FOLDER_BYTES", 200)
    (shape,) = look(reader, tree(repo, *[(FILE, f"file{n}", blob(repo)) for n in range(10)]))

    assert "MiB for the names in it" in str(shape.defect)


def test_a_push_of_too_many_new_entries_is_refused_and_an_audit_reads_them(
    repo: Repo, reader: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree_walk, "ENTRIES_AT_ONCE", 50)
    file = blob(repo)
    roots = [tree(repo, *[(FILE, f"{n}-{m}", file) for m in range(9)]) for n in range(10)]

    with pytest.raises(CannotJudge, match="Push fewer tags at once"):
        look(reader, *roots, max_paths=20)
    reader.walk = TreeWalk(reader, bounded=False)
    assert [shape.paths for shape in look(reader, *roots, max_paths=20)] == [9] * 10


def test_thousands_of_folders_are_read(repo: Repo, reader: Counting) -> None:
    stream = ["blob\nmark :1\ndata 1\nx\ncommit refs/heads/many\ncommitter A <a@b> 1 +0000\ndata 1\nm\n"]
    stream += [f"M 100644 :1 {n // 40}/{n}/file\n" for n in range(2000)]
    repo.git("fast-import", "--quiet", stdin="".join(stream))

    assert look(reader, repo.git("rev-parse", "many^{tree}"))[0].paths == 50 + 2000 + 2000


def test_in_a_repository_of_longer_ids(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "long", "--object-format=sha256")
    root = nested(repo, 7)
    reader = GitProgram(Git.at(str(repo.path)))

    assert look(reader, root) == [Shape(8, 7, annotated=False)]
    reader.close()
