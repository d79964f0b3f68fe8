"""No commit and no tree that is accepted can hurt GTO: it reads them, and reads what this project and Git read."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.gto_targets import Oracle, oracle_in
from tagwarden.policy.objects.commit_object import FIRST_SECOND, LAST_SECOND, parse_commit
from tagwarden.policy.objects.tree_object import Tree, parse_tree
from tagwarden.policy.objects.tree_shape import Shape, shape_of

NOWHERE = bytes.fromhex("11" * 20)
MODES = (b"100644", b"100755", b"40000", b"120000", b"160000", b"040000", b"100664")
ODD_MODES = (
    b"", b"0", b"1", b"644", b"0100644", b"00100644", b"140000", b"20000", b"40755", b"60000", b"120777", b"160777",
    b"177777", b"200000", b"240000", b"+40000", b"-40000", b" 40000", b"40000\t", b"40008", b"777777777",
    b"4294967296", b"37777740000",
)  # fmt: skip
NAMES = (
    b"a",
    b"b",
    b"a.b",
    b"a-b",
    b"a0",
    b"ab",
    b"artifacts.yaml",
    b"\xff",
    b"z" * 300,
    b" ",
    b"a\nb",
    b".gi",
    b"...",
)
ODD_NAMES = (b"", b".", b"..", b".git", b".GiT", b"/", b"a/", b"a/b", b"z" * 65535, b"z" * 65536)


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    with oracle_in(tmp_path_factory.mktemp("targets") / "objects.git") as one:
        yield one


# --- trees -----------------------------------------------------------------------------------------

Content = list[tuple[bytes, bytes, object]]


def order(entry: tuple[bytes, bytes, object]) -> bytes:
    mode, name, _ = entry
    return name + b"/" if mode in (b"40000", b"040000", b"40755") else name


@st.composite
def folders(draw: st.DrawFn, depth: int = 3, odd: int = 30) -> bytes | Content:
    """The entries of a folder, each with what it names; once in a while odd, doubled or out of order."""
    entries: Content = []
    for _ in range(draw(st.integers(0, 4))):
        once = draw(st.integers(0, odd))
        mode = draw(st.sampled_from(ODD_MODES if once == 1 else MODES))
        name = draw(st.sampled_from(ODD_NAMES if once == 2 else NAMES))
        inner: object = "blob"
        if order((mode, b"", None)) == b"/" and once != 3:
            inner = draw(folders(depth - 1, odd)) if depth else []
        elif once == 4:
            inner = draw(st.sampled_from(("nothing", "tree")))
        entries.append((mode, name, inner))
    slip = draw(st.integers(0, odd))
    if slip != 1:
        entries = list({name: (mode, name, inner) for mode, name, inner in entries}.values())
    if slip != 2:
        entries.sort(key=order)
    if slip == 3:
        return draw(st.sampled_from((b"x", b"100644 a", b"100644 a\0", b"100644\0" + NOWHERE, b"\0" + NOWHERE)))
    return entries


class Store:
    """Writes trees where GTO finds them, and keeps how this project reads each."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.trees: dict[bytes, Tree] = {}
        self.blob = bytes.fromhex(oracle.blob)

    def write(self, content: object) -> bytes:
        if content == "blob":
            return self.blob
        if content == "nothing":
            return NOWHERE
        if not isinstance(content, list):
            raw = content if isinstance(content, bytes) else b""
        else:
            raw = b"".join(mode + b" " + name + b"\0" + self.write(inner) for mode, name, inner in content)
        oid = bytes.fromhex(self.oracle.write("tree", raw))
        self.trees[oid] = parse_tree(raw, 20)
        return oid

    def shape(self, root: bytes) -> Shape:
        """As a walk finds it that meets blobs and nothing in place of folders."""
        for tree in list(self.trees.values()):
            for _, child in tree.folders:
                self.trees.setdefault(child, Tree(0, [], "is a blob and no folder, or missing"))
        return shape_of(root, self.trees, {})


def read_by_git(oracle: Oracle, tree: str) -> set[tuple[str, ...]]:
    listed = subprocess.run(
        ["git", "-C", oracle.repository.path, "ls-tree", "-r", "-t", "-z", "--name-only", tree],
        check=True,
        capture_output=True,
    ).stdout.split(b"\0")[:-1]
    return {tuple(path.decode("utf-8", "surrogateescape").split("/")) for path in listed}


def tree_is_right(oracle: Oracle, content: object) -> None:
    store = Store(oracle)
    root = store.write(content)
    shape = store.shape(root)
    if shape.defect:
        return
    paths = oracle.paths(root.hex())
    assert shape.whole
    assert shape.paths == len(paths)
    assert shape.depth == max(max(map(len, paths), default=0) - 1, deepest_folder(store, root))
    assert shape.annotated or ("artifacts.yaml",) not in paths
    assert read_by_git(oracle, root.hex()) == paths
    assert oracle.difference(oracle.commit_of(root.hex())) is None


def deepest_folder(store: Store, root: bytes) -> int:
    return max((1 + deepest_folder(store, child) for _, child in store.trees[root].folders), default=0)


@given(content=folders())
@settings(max_examples=200)
def test_an_accepted_tree_is_read_alike_by_gto_and_git_and_here(oracle, content):
    tree_is_right(oracle, content)


@pytest.mark.thorough
@given(content=folders(odd=60))
@settings(max_examples=15_000)
def test_an_accepted_tree_is_read_alike_by_gto_and_git_and_here_at_length(oracle, content):
    tree_is_right(oracle, content)


@given(content=folders(odd=0))
@settings(max_examples=50)
def test_a_tree_of_usual_modes_and_names_is_accepted(oracle, content):
    store = Store(oracle)

    assert store.shape(store.write(content)).defect is None


# --- commits ---------------------------------------------------------------------------------------

PEOPLE = (
    b"Ada <ada@example.com>", b"<>", b" <>", b"Zo\xeb <z@example.com>", b"A <b <c@d>", b"A <b> c <d@e>",
    b"A >b< <c>", "ソ <ソ@example.com>".encode("shift_jis"), "Ada <ada@example.com>".encode("utf-16"), b"A. <a@b>.",
    b"'A' <\\>",
)  # fmt: skip
ODD_PEOPLE = (b"", b"Ada", b"A > b <", b"<", b">", b"A <a@b", b"A a@b>", b"A <a@b> <", b"A\0B <a@b>")
TIMES = (
    b"1700000000 +0000", b"1700000000 +0530", b"1 -1200", b"0 +0000", b"1112911993 -0700", b"1700000000 +051800",
    b"", b"1700000000 -23", b"1700000000",
)  # fmt: skip
ODD_TIMES = (
    b"-1 +0000", b"-62104060801 +0000", b"-62104060800 -2359", b"253402214399 +1400", b"253402214400 +0000",
    b"now +0000", b"99999999999999999999 +0000", b"9" * 400, b"1700000000 -2400", b"1700000000 -7530",
    b"1700000000 -1475", b"1e9 +0000", b"1700000000 +9999", b"1700000000 -9999999999", b"1700000000 -99999999999",
    b"1700000000  +0000", b" 1700000000 +0000", b"\t1700000000 +0000", b"+1700000000 +0000", b"1700000000\t+0000",
    b"1700000000+0100", b"0x10 +0000", b"1 -", b"1 0500", b"1 +", b"1 +00:00", b"-", b" ", b"1 -1400 x", b"1 -\xb2",
    b"\xb2 +0000", b"1_0 +0000",
)  # fmt: skip
EXTRA = (
    b"encoding ISO-8859-1\n", b"encoding UTF-8\n", b"encoding utf8\n",
    b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n", b"mergetag object x\n type commit\n tag y\n \n m\n",
    b"HG:extra rebase_source:1\n", b"HG:rename-source hg\n", b"x\n", b"encoding Shift_JIS\n", b"encoding UTF-16\n",
)  # fmt: skip
ODD_EXTRA = (
    b"encoding klingon\n", b"encoding \n", b"encoding hex\n", b"encoding idna\n", b"encoding \0\n",
    b"encoding UTF-8\0x\n", b"parent " + b"1" * 40 + b"\n", b"tree " + b"1" * 40 + b"\n",
    b"author A <a@b> 1 +0000\n", b"committer A <a@b> 1 +0000\n", b" encoding klingon\n", b"encoding  UTF-8\n",
    b"encoding unicode_escape\n", b"encoding utf-7\n", b"\0\n",
)  # fmt: skip
MESSAGES = (b"m", b"", b"\n\nm\n", b"Zo\xeb", "Zoë".encode(), "m".encode("utf-16"), b"a\0\xff", b"+x-", b"\\")


@st.composite
def commits(draw: st.DrawFn, tree: bytes, odd: int = 12) -> bytes:
    """A commit object, in which once in a while something is odd, left out, doubled or in another place."""

    def one_of(usual: tuple[bytes, ...], strange: tuple[bytes, ...]) -> bytes:
        return draw(st.sampled_from(strange if draw(st.integers(0, odd)) == 1 else usual))

    def person(key: bytes) -> bytes:
        between = b" " if draw(st.integers(0, odd)) != 1 else draw(st.sampled_from((b"", b"  ", b"\t", b"x", b" >")))
        return key + b" " + one_of(PEOPLE, ODD_PEOPLE) + between + one_of(TIMES, ODD_TIMES) + b"\n"

    parent = one_of((b"parent " + b"1" * 40 + b"\n",), (b"parent 1\n", b"parent " + b"A" * 40 + b"\n", b"parent\n"))
    lines = [
        one_of((b"tree " + tree + b"\n",), (b"tree " + tree.upper() + b"\n", b"tree " + tree[:39] + b"\n", b"tree\n")),
        *[parent] * draw(st.integers(0, 2)),
        person(b"author"),
        person(b"committer"),
        *[one_of(EXTRA, ODD_EXTRA) for _ in range(draw(st.integers(0, 2)))],
    ]
    slip = draw(st.integers(0, odd))
    if slip == 1:
        lines = draw(st.permutations(lines))
    elif slip == 2:
        del lines[draw(st.integers(0, len(lines) - 1))]
    elif slip == 3:
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(lines)))
    elif slip == 4:
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from((*EXTRA, *ODD_EXTRA, b"\n"))))
    raw = b"".join(lines) + b"\n" + draw(st.sampled_from(MESSAGES))
    return raw[: draw(st.integers(0, len(raw)))] if slip == 5 else raw


def commit_is_right(oracle: Oracle, raw: bytes) -> None:
    found = parse_commit(raw)
    if found.defect is not None:
        return
    oid = oracle.write("commit", raw)
    assert oracle.difference(oid) is None
    read = oracle.commit(oid)
    assert FIRST_SECOND <= read.time <= LAST_SECOND
    assert found.time == read.time == int(read.date.timestamp())
    oracle.paths(found.tree)


EMPTY_TREE = b"4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@given(raw=commits(EMPTY_TREE))
@settings(max_examples=300)
def test_an_accepted_commit_is_read_alike_by_gto_and_here(oracle, raw):
    oracle.write("tree", b"")
    commit_is_right(oracle, raw)


@pytest.mark.thorough
@given(raw=commits(EMPTY_TREE, odd=25))
@settings(max_examples=30_000)
def test_an_accepted_commit_is_read_alike_by_gto_and_here_at_length(oracle, raw):
    oracle.write("tree", b"")
    commit_is_right(oracle, raw)


ADA = b"Ada <ada@example.com> 1700000000 +0000"
HONEST: Mapping[str, bytes] = {
    "a first commit": b"",
    "a merge": b"parent " + b"1" * 40 + b"\nparent " + b"2" * 40 + b"\n",
}


@pytest.mark.parametrize("parents", HONEST.values(), ids=HONEST)
@pytest.mark.parametrize("more", [b"", *EXTRA[:1], *EXTRA[3:8]])
def test_what_git_itself_writes_is_accepted(oracle, parents, more):
    raw = b"tree %b\n%bauthor %b\ncommitter %b\n%b\nm\n" % (EMPTY_TREE, parents, ADA, ADA, more)

    assert parse_commit(raw).defect is None
    oracle.write("tree", b"")
    commit_is_right(oracle, raw)


def test_most_random_commits_are_neither_all_accepted_nor_all_refused():
    accepted = []

    @given(raw=commits(EMPTY_TREE))
    @settings(max_examples=200, database=None)
    def collect(raw: bytes) -> None:
        accepted.append(parse_commit(raw).defect is None)

    collect()
    assert 0.1 < sum(accepted) / len(accepted) < 0.9
