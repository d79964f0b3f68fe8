"""A folder has a defect exactly where GTO can't read it, or reads it differently from Git."""

from __future__ import annotations

import pytest

from tagwarden.policy.objects.tree_object import Tree, parse_tree
from tagwarden.policy.objects.tree_shape import Shape, shape_of

ID = bytes(range(20))


def entries(*named: bytes, oid: bytes = ID) -> bytes:
    return b"".join(entry + b"\0" + oid for entry in named)


READABLE = {
    "an empty folder": entries(),
    "files": entries(b"100644 a", b"100644 b"),
    "all that Git writes": entries(b"100644 a", b"100755 b", b"40000 c", b"120000 d", b"160000 e"),
    "folders that are ordered as if they ended in a slash": entries(b"100644 a.b", b"40000 a", b"100644 a0"),
    "a folder as old tools wrote it": entries(b"100644 a", b"040000 b"),
    "files of more permissions": entries(b"100600 a", b"100664 b", b"100777 c"),
    "bytes that are no text": entries(b"100644 \n", b"100644 \xff"),
    "the longest name": entries(b"100644 " + b"a" * 65535),
    "names that begin like others": entries(b"100644 .gi", b"100644 .gitignore", b"100644 .gitmodules"),
    "an id that looks like the beginning of an entry": entries(
        b"100644 a", b"100644 b", oid=b"100644 \0x\0.\0 ../ abc"
    ),
    "a thousand of them": entries(*[b"100644 %04d" % number for number in range(1000)]),
}
UNREADABLE = {
    "cut in an id": entries(b"100644 a")[:-1],
    "cut in a name": b"100644 a",
    "more behind the last": entries(b"100644 a") + b"1",
    "no mode": entries(b" a"),
    "no blank": entries(b"100644"),
    "a mode with a sign": entries(b"+100644 a"),
    "a mode that is no octal number": entries(b"100648 a"),
    "a mode that is too large": entries(b"777777777 a"),
    "a mode that wraps around": entries(b"37777740000 a"),
    "a mode of no kind": entries(b"644 a"),
    "a device": entries(b"20000 a"),
    "a link with permissions": entries(b"120777 a"),
    "two leading zeros": entries(b"0040000 a"),
    "no name": entries(b"100644 "),
    "itself": entries(b"40000 ."),
    "the folder above": entries(b"40000 .."),
    "Git's own folder": entries(b"40000 .git"),
    "Git's own folder in capitals": entries(b"40000 .GIT"),
    "a path": entries(b"100644 a/b"),
    "a slash at the end": entries(b"100644 a/"),
    "a name that is too long": entries(b"100644 " + b"a" * 65536),
    "a file twice": entries(b"100644 a", b"100644 a"),
    "a file and a folder of one name": entries(b"100644 a", b"40000 a"),
    "a file and a folder of one name, not side by side": entries(b"100644 a", b"100644 a.b", b"40000 a"),
    "in the wrong order": entries(b"100644 b", b"100644 a"),
    "a folder where a file would stand": entries(b"40000 a", b"100644 a.b"),
    "in the wrong order among folders": entries(b"40000 b", b"40000 a"),
}


@pytest.mark.parametrize("raw", READABLE.values(), ids=READABLE)
def test_a_folder_that_git_and_gto_read_alike_has_no_defect(raw: bytes) -> None:
    assert parse_tree(raw, 20).defect is None


@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("beside", [b"", entries(b"100755 -")], ids=["alone", "beside another file"])
def test_any_other_has_one(raw: bytes, beside: bytes) -> None:
    assert parse_tree(beside + raw, 20).defect


def test_folders_are_told_from_files() -> None:
    raw = entries(b"100644 a") + entries(b"40000 b", oid=b"1" * 20) + entries(b"040000 c", oid=b"2" * 20)

    assert parse_tree(raw, 20) == Tree(3, [(b"b", b"1" * 20), (b"c", b"2" * 20)], None, annotated=False)


def test_ids_may_be_longer() -> None:
    raw = b"40000 a\0" + b"1" * 32 + b"100644 b\0" + b"\0" * 32

    assert parse_tree(raw, 32) == Tree(2, [(b"a", b"1" * 32)], None, annotated=False)
    assert parse_tree(raw, 20).defect


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (UNREADABLE["a mode that is too large"], "has an entry 'a' with the mode '777777777', which Git never writes"),
        (UNREADABLE["a file twice"], "has the entry 'a' twice: Git takes the first, GTO the last"),
        (UNREADABLE["no name"], "has an entry without a name"),
        (UNREADABLE["Git's own folder in capitals"], "has an entry named '.GIT'"),
        (UNREADABLE["in the wrong order"], "has its entry 'a' in the wrong place"),
        (entries(b"100644 \xff/"), "has an entry named '\\xff/'"),
    ],
)
def test_what_is_wrong_is_named(raw: bytes, what: str) -> None:
    assert parse_tree(raw, 20).defect == what


def test_a_long_name_is_shown_by_its_beginning() -> None:
    name = b"a" * 1000

    assert len(str(parse_tree(entries(b"100644 " + name, b"100644 " + name), 20).defect)) < 150


def test_whether_there_are_annotations_is_seen() -> None:
    assert parse_tree(entries(b"100644 a", b"100644 artifacts.yaml"), 20).annotated
    assert not parse_tree(entries(b"100644 artifacts.yaml.bak", b"100644 old-artifacts.yaml"), 20).annotated


def test_a_folder_that_lies_at_two_depths_counts_at_the_deeper() -> None:
    trees = {
        b"root": Tree(2, [(b"a", b"leaf"), (b"b", b"middle")], None, annotated=False),
        b"middle": Tree(1, [(b"c", b"leaf")], None, annotated=False),
        b"leaf": Tree(1, [], None, annotated=False),
    }

    assert shape_of(b"root", trees, {}) == Shape(2 + 1 + 1 + 1, 2, annotated=False)


def test_depth_needs_no_recursion() -> None:
    trees = {b"%d" % n: Tree(1, [(b"d", b"%d" % (n + 1))], None) for n in range(50_000)}
    trees[b"50000"] = Tree(0, [], None)

    assert shape_of(b"0", trees, {}).depth == 50_000
