"""The consumer's view as an oracle: a tag with which our parser finds no fault is read alike by GTO's library."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.gto_targets import Oracle, oracle_in
from tagwarden.policy.objects.commit_object import parse_commit
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.push import Tag

NAMES = (b"m@v1.0.0", "größe@v1.0.0".encode(), b"a/b#prod#1", b"m@v1.0.0!", b"x" * 300)
ODD_NAMES = (b"", b" ", b"m@v1.0.0 ", b" m@v1.0.0", b"\xff@v1.0.0", b"m\t@v1", b"m\0@v1", b"m@v1\r", b"a b")
PEOPLE = (
    b"Ada <ada@example.com>", "Zoë <z@example.com>".encode(), b"A. <a@b.>", b"'A' <\\>", b"  Ada  <a@b>", b", <,>",
    b"A  < a@b >", b". <.>",
)  # fmt: skip
ODD_PEOPLE = (
    b"", b"Ada", b"<>", b" <>", b"<a@b>", b"A <>", b"A <b <c@d>", b"A <b> c <d@e>", b"A > b <", b"A <a@b", b"A a@b>",
    b"A. <a@b>.", b"A\0B <a@b>", b"Zo\xeb <z@example.com>",
)  # fmt: skip
TIMES = (b"1700000000 +0000", b"1700000000 +0530", b"1 -1200", b"0 +0000", b"253402214399 +1400", b"1 -2359")
ODD_TIMES = (
    b"", b" ", b"1700000000", b"-1 +0000", b"253402300800 +0000", b"99999999999999999999 +0000", b"now +0000",
    b"1e9 +0000", b"01 +0000", b"1700000000 -2400", b"1700000000 +9999", b"1700000000  +0000", b" 1700000000 +0000",
    b"1700000000\t+0000", b"1 +00:00", b"1 +0000 ", b"1 -1400 x", b"\xb2 +0000", b"1_0 +0000", b"00 +0000",
)  # fmt: skip
MESSAGES = (
    b"m\n", b"", b"\n\nm\n", "Zoë".encode(), b"m\r\nn\r\n", b"m\n-----BEGIN SSH SIGNATURE-----\nx\n", b" ", b"tag x\n",
)  # fmt: skip
ODD_MESSAGES = (b"Zo\xeb", b"a\0b", b"\x1b[31m", "\x85".encode())
EXTRA = (
    b"encoding ISO-8859-1\n",
    b"gpgsig x\n y\n",
    b"parent 1\n",
    b"x\n",
    b" x\n",
    b"tagger A <a@b> 1 +0000\n",
    b"\n",
)


@st.composite
def tags(draw: st.DrawFn, target: bytes, odd: int = 10) -> bytes:
    """A tag object, in which once in a while something is odd, left out, doubled or in another place."""

    def one_of(usual: tuple[bytes, ...], strange: tuple[bytes, ...]) -> bytes:
        return draw(st.sampled_from(strange if draw(st.integers(0, odd)) == 1 else usual))

    between = b" " if draw(st.integers(0, odd)) != 1 else draw(st.sampled_from((b"", b"  ", b"\t", b"x")))
    lines = [
        b"object " + one_of((target,), (target.upper(), target[:39], b"")) + b"\n",
        b"type " + one_of((b"commit",), (b"commit ", b"Commit", b"tag", b"")) + b"\n",
        b"tag " + one_of(NAMES, ODD_NAMES) + b"\n",
        b"tagger " + one_of(PEOPLE, ODD_PEOPLE) + between + one_of(TIMES, ODD_TIMES) + b"\n",
    ]
    slip = draw(st.integers(0, odd))
    if slip == 1:
        lines = draw(st.permutations(lines))
    elif slip == 2:
        del lines[draw(st.integers(0, len(lines) - 1))]
    elif slip == 3:
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from((*lines, *EXTRA))))
    raw = b"".join(lines) + b"\n" + one_of(MESSAGES, ODD_MESSAGES)
    return raw[: draw(st.integers(0, len(raw)))] if slip == 4 else raw


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    with oracle_in(tmp_path_factory.mktemp("consumer") / "objects.git") as one:
        yield one


def commit_in(oracle: Oracle) -> str:
    return oracle.commit_of(oracle.write("tree", b""))


def tag_is_right(oracle: Oracle, data: st.DataObject, odd: int) -> None:
    commit = commit_in(oracle)
    raw = data.draw(tags(commit.encode(), odd))
    found = parse_tag_object(raw)
    if found.defects or found.target_type != "commit":
        return
    tag = Tag(found.name, oracle.write("tag", raw), "tag", found)
    assert oracle.view.difference(tag, parse_commit(oracle.repository.odb.read(commit)[1])) is None


@given(data=st.data())
@settings(max_examples=300)
def test_a_tag_without_a_defect_is_read_alike_by_gtos_library(oracle: Oracle, data: st.DataObject) -> None:
    tag_is_right(oracle, data, odd=10)


@pytest.mark.thorough
@given(data=st.data())
@settings(max_examples=10_000)
def test_a_tag_without_a_defect_is_read_alike_by_gtos_library_at_length(oracle: Oracle, data: st.DataObject) -> None:
    tag_is_right(oracle, data, odd=20)


@given(data=st.data())
@settings(max_examples=50)
def test_a_tag_of_usual_parts_has_no_defect(oracle: Oracle, data: st.DataObject) -> None:
    raw = data.draw(tags(commit_in(oracle).encode(), odd=0))

    assert parse_tag_object(raw).defects == ()
