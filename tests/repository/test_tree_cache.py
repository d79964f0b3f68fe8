"""What is known of trees is kept for the next hook; what could be forged or is torn is not believed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from hashlib import sha1, sha256
from pathlib import Path

import pytest

from support import Repo
from support.trees import FILE, FOLDER, blob, tree
from tagwarden.policy.objects.tree_shape import Shape
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.git.trees import cache as tree_cache
from tagwarden.repository.git.trees.cache import TreeCache


def ids(count: int, *, long: bool = False) -> list[bytes]:
    digest = sha256 if long else sha1
    return [digest(b"%d" % number).digest() for number in range(count)]


def shapes(count: int, **how: bool) -> dict[bytes, Shape]:
    return {
        oid: Shape(number * 1000, number, annotated=number % 2 == 0) for number, oid in enumerate(ids(count, **how))
    }


@pytest.fixture
def common_dir(tmp_path: Path) -> Path:
    (tmp_path / "tagwarden").mkdir()
    return tmp_path


def add(common_dir: Path, known: dict[bytes, Shape]) -> TreeCache:
    """As a hook does it: it asks before it learns."""
    cache = TreeCache(str(common_dir))
    for oid in known:
        cache.get(oid)
    cache.add(known)
    return cache


@pytest.fixture
def kept(common_dir: Path) -> Path:
    """The file that keeps a hundred trees."""
    add(common_dir, shapes(100))
    (file,) = (common_dir / "tagwarden").iterdir()
    return file


@pytest.mark.parametrize("long", [False, True])
def test_what_was_kept_is_found_and_nothing_else(common_dir: Path, long: bool) -> None:
    known = shapes(100, long=long)
    add(common_dir, known)
    cache = TreeCache(str(common_dir))

    assert {oid: cache.get(oid) for oid in known} == known
    assert [cache.get(oid) for oid in ids(200, long=long)[100:]] == [None] * 100
    assert cache.get(b"\0" * 20) is None
    assert cache.get(b"\xff" * 20) is None


def test_a_repository_of_other_ids_knows_none_of_them(common_dir: Path, kept: Path) -> None:
    cache = TreeCache(str(common_dir))

    assert cache.get(ids(1, long=True)[0]) is None


def test_later_trees_are_kept_beside_earlier_ones(common_dir: Path, kept: Path) -> None:
    add(common_dir, {oid: shape for oid, shape in shapes(200).items() if oid in ids(200)[100:]})
    cache = TreeCache(str(common_dir))

    assert None not in [cache.get(oid) for oid in ids(200)]


def test_few_trees_are_not_worth_a_file(common_dir: Path) -> None:
    add(common_dir, shapes(tree_cache.WORTH_KEEPING - 1))

    assert list((common_dir / "tagwarden").iterdir()) == []


def test_numbers_that_are_too_large_are_not_kept(common_dir: Path) -> None:
    known = {oid: Shape(10**12 * (number == 3), 1) for number, oid in enumerate(ids(50))}
    add(common_dir, known)
    cache = TreeCache(str(common_dir))

    assert [number for number, oid in enumerate(known) if cache.get(oid) is None] == [3]


def test_no_more_is_kept_than_there_is_room_for(common_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_cache, "MOST_TREES", 60)
    add(common_dir, shapes(100))
    cache = TreeCache(str(common_dir))

    assert [number for number, oid in enumerate(ids(100)) if cache.get(oid)] == list(range(40, 100)), "the largest"
    assert len((common_dir / "tagwarden" / f"trees.{os.geteuid()}").read_bytes()) < 60 * 27 + 200


def test_what_nobody_asks_for_any_more_makes_room(common_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_cache, "MOST_TREES", 120)
    add(common_dir, shapes(100))
    known = shapes(200)
    cache = TreeCache(str(common_dir))
    for oid in [*ids(100)[:10], *ids(200)[150:]]:
        cache.get(oid)
    cache.add({oid: known[oid] for oid in ids(200)[150:]})
    later = TreeCache(str(common_dir))

    assert [number for number, oid in enumerate(ids(200)) if later.get(oid)] == [*range(10), *range(150, 200)]


FORGERIES: dict[str, Callable[[Path], object]] = {
    "others may write it": lambda file: file.chmod(0o666),
    "a link to it": lambda file: os.link(file, file.with_name("another")),
    "a symbolic link": lambda file: file.rename(file.with_name("real")) and file.symlink_to(file.with_name("real")),
    "its end is missing": lambda file: file.write_bytes(file.read_bytes()[:-27]),
    "half a record is missing": lambda file: file.write_bytes(file.read_bytes()[:-5]),
    "a bit is turned": lambda file: file.write_bytes(file.read_bytes()[:-1] + b"\x55"),
    "empty": lambda file: file.write_bytes(b""),
    "of zeros": lambda file: file.write_bytes(bytes(len(file.read_bytes()))),
    "of another layout": lambda file: file.write_bytes(file.read_bytes().replace(b"trees 1", b"trees 2")),
    "a folder": lambda file: file.unlink() or file.mkdir(),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_file_that_can_not_be_trusted_is_passed_over(
    common_dir: Path, kept: Path, forge: Callable[[Path], object]
) -> None:
    forge(kept)
    cache = TreeCache(str(common_dir))

    assert [cache.get(oid) for oid in ids(100)] == [None] * 100


def test_a_folder_that_can_not_be_written_is_no_harm(tmp_path: Path) -> None:
    add(tmp_path / "nowhere", shapes(100))


# --- beside a walk ---------------------------------------------------------------------------------


@pytest.fixture
def open_hook(repo: Repo) -> Iterator[Callable[[], GitProgram]]:
    """A reader as a hook has one."""
    (repo.git_dir / "tagwarden").mkdir()
    opened = []

    def open_it() -> GitProgram:
        reader = GitProgram(Git.at(str(repo.path)))
        reader.keep_in = str(repo.git_dir)
        opened.append(reader)
        return reader

    yield open_it
    for reader in opened:
        reader.close()


def wide(repo: Repo, first: str = "0") -> str:
    """A root folder with forty folders of one file each."""
    file = blob(repo)
    inner = [tree(repo, (FILE, f"file{n}{first if not n else ''}", file)) for n in range(40)]
    return tree(repo, *[(FOLDER, f"folder{n:02}", one) for n, one in enumerate(inner)])


def look(reader: GitProgram, root: str, **bounds: int) -> Shape:
    return reader.shapes([root], **{"max_paths": 1000, "max_depth": 10, **bounds})[root]


def test_the_next_hook_reads_only_what_has_changed(
    repo: Repo, open_hook: Callable[[], GitProgram], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = wide(repo), wide(repo, "changed")
    shape = look(open_hook(), first)
    later = open_hook()
    asked: list[str] = []
    objects = later.objects
    monkeypatch.setattr(later, "objects", lambda oids, **how: objects(asked.extend(oids) or list(oids), **how))

    assert look(later, first) == shape
    assert asked == []
    assert look(later, second) == shape
    assert len(asked) == 2, "the root folder and the folder with the other file"


def test_what_is_kept_holds_under_lower_bounds_too(repo: Repo, open_hook: Callable[[], GitProgram]) -> None:
    shape = look(open_hook(), wide(repo))

    assert look(open_hook(), wide(repo), max_paths=10) == shape
    assert shape.paths == 80


def test_a_defect_is_never_kept(repo: Repo, open_hook: Callable[[], GitProgram]) -> None:
    bad = tree(repo, (FOLDER, "a", wide(repo)), (FOLDER, "a", wide(repo)))

    assert look(open_hook(), bad).defect
    assert look(open_hook(), bad).defect
    assert TreeCache(str(repo.git_dir)).get(bytes.fromhex(bad)) is None
