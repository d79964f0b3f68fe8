"""The parser of tag objects against Git itself: `git mktag --strict`, and what Git takes for the signature."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import TAGGER, Repo, raw_tag
from tagwarden.policy.objects.tag_object import SIGNATURE_STARTS, TagObject, parse_tag_object, split_signature

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def parse(*, object: str = COMMIT, tag: str = "m@v1.0.0", **parts) -> TagObject:
    return parse_tag_object(raw_tag(object=object, tag=tag, **parts))


class TestAPlainTag:
    def test_is_read_into_its_parts(self):
        found = parse(message="Trained on the May snapshot\n")

        assert found.defects == ()
        assert found.readable
        assert (found.target, found.target_type, found.name) == (COMMIT, "commit", "m@v1.0.0")
        assert found.tagger == ("Ada Lovelace", "ada@example.com", 1_700_000_000, "+0000")
        assert (found.message, found.signature) == ("Trained on the May snapshot\n", None)
        assert found.message_bytes == 28

    def test_may_be_on_a_commit_of_either_kind_of_id(self):
        assert parse(object="a" * 64).defects == ()
        assert parse(object="a" * 50).defects == ("its 'object' line contains no object id",)

    @pytest.mark.parametrize("message", ["Zoë\n", "a\tb\r\nc\n", "\u202e right to left", ""])
    def test_may_say_anything_in_utf_8(self, message: str):
        assert parse(message=message).defects == ()
        assert parse(message=message).message == message

    def test_is_judged_by_its_beginning_where_it_is_too_long_to_read(self):
        whole = raw_tag(object=COMMIT, tag="m@v1.0.0", message="ë" * 100)

        for cut in range(150, 160):
            found = parse_tag_object(whole[:cut], len(whole))
            assert found.defects == ()
            assert found.message_bytes == 200


class TestADefect:
    @pytest.mark.parametrize(
        ("parts", "defect"),
        [
            ({"tagger": None}, "it has no 'tagger' line"),
            ({"tagger": "<a@b> 1 +0000"}, "its tagger has no name"),
            ({"tagger": " <a@b> 1 +0000"}, "its tagger has no name"),
            ({"tagger": "Ada <> 1 +0000"}, "its tagger has no e-mail address"),
            ({"tagger": "Ada 1 +0000"}, "its 'tagger' line is malformed"),
            ({"tagger": "Ada <a@b>"}, "its 'tagger' line is malformed"),
            ({"tagger": "Ada <<a@b> 1 +0000"}, "its 'tagger' line is malformed"),
            ({"tagger": "Ada <a@b>  1 +0000"}, "its 'tagger' line is malformed"),
            ({"tagger": "Ada <a@b> -1 +0000"}, "its 'tagger' line is malformed"),
            ({"tagger": "Ada <a@b> 99999999999999 +0000"}, "its tagger's time is beyond the year 9999"),
            ({"tagger": "Ada <a@b> 01 +0000"}, "its tagger's time has leading zeros"),
            ({"tagger": "Ada <a@b> 1 +2400"}, "its tagger's time zone +2400 is 24 hours or more"),
            ({"tagger": "Ada <a@b> 1 +000"}, "its tagger's time zone is malformed"),
            ({"tagger": "Zo\udceb <a@b> 1 +0000"}, "its tagger is not UTF-8"),
            ({"tag": "m@v1\udceb"}, "its name is not UTF-8"),
            ({"message": b"\xeb"}, "its message is not UTF-8"),
            ({"message": b"a\0b"}, "its message contains a control character"),
            ({"message": b"a\rb"}, "its message contains a control character"),
            ({"message": "\x9b31m"}, "its message contains a control character"),
            ({"tagger": "A\x9b31m <a@b> 1 +0000"}, "its header contains a control character"),
            ({"tagger": "A <a\x85@b> 1 +0000"}, "its header contains a control character"),
            ({"more_headers": b"encoding UTF-8\n"}, "its header has an unknown line, 'encoding UTF-8'"),
            ({"more_headers": b"tag other\n"}, "its header has more than one 'tag' line"),
            ({"more_headers": b"object x\n"}, "its header has more than one 'object' line"),
        ],
        ids=str,
    )
    def test_is_named(self, parts, defect: str):
        assert parse(**parts).defects == (defect,)

    def test_of_the_order_is_named(self):
        lines = raw_tag(object=COMMIT, tag="m@v1.0.0").split(b"\n")
        swapped = b"\n".join([lines[1], lines[0], *lines[2:]])

        assert parse_tag_object(swapped).defects == ("its header lines are out of order",)

    @pytest.mark.parametrize("key", ["object", "type", "tag", "tagger"])
    def test_of_a_key_is_named(self, key: str):
        lines = raw_tag(object=COMMIT, tag="m@v1.0.0").replace(f"{key} ".encode(), f"{key[:-1]}x ".encode(), 1)

        assert f"it has no '{key}' line" in parse_tag_object(lines).defects

    def test_of_the_end_is_named(self):
        whole = raw_tag(object=COMMIT, tag="m@v1.0.0", message=b"")

        assert parse_tag_object(whole).defects == ()
        assert parse_tag_object(whole[:-1]).defects == ("it has no body",)
        assert not parse_tag_object(whole[:-1]).readable

    def test_of_which_there_are_many_are_all_named(self):
        assert len(parse_tag_object(b"tag m@v1.0.0\n").defects) > 3


# Bytes that matter in a tag object, and some that do not.
PIECES = [
    *(b"object ", b"type ", b"tag ", b"tagger ", b"encoding ", b"gpgsig ", b"\n", b"\n\n", b" ", b"<", b">", b"\0"),
    *(b"commit", b"tree", b"+0000", b"-9999", b"1700000000", b"Ada", b"m@v1.0.0", b"\xeb", b"\r", b"\x1b", b"01"),
    *(start + b"\n" for start in SIGNATURE_STARTS),
    b"-----END SSH SIGNATURE-----\n",
]


@given(pieces=st.lists(st.sampled_from(PIECES) | st.binary(max_size=8)), size=st.integers(0, 10_000) | st.none())
def test_any_bytes_are_read_without_an_error(pieces, size):
    raw = b"".join(pieces)

    found = parse_tag_object(raw, None if size is None else len(raw) + size)

    assert found.defects or found.readable


@given(body=st.lists(st.sampled_from(PIECES) | st.binary(max_size=8)).map(b"".join))
def test_nothing_of_the_body_gets_lost(body):
    message, signature = split_signature(body)

    assert message + (signature or b"") == body


class Git:
    """A repository that answers what Git thinks of a tag object."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.commit = repo.git("rev-parse", "HEAD")

    def takes(self, content: bytes) -> bool:
        return self.repo.try_git("mktag", "--strict", stdin=content).returncode == 0

    def signature(self, content: bytes) -> bytes:
        self.repo.raw_tag("probe", content)
        shown = self.repo.try_git("for-each-ref", "--format=%(contents:signature)", "refs/tags/probe").stdout
        return shown.removesuffix(b"\n")


@pytest.fixture(scope="module", params=["sha1", "sha256"])
def git(request, hermetic, tmp_path_factory: pytest.TempPathFactory) -> Git:
    repo = Repo.init(Path(tmp_path_factory.mktemp("mktag") / "repo"), f"--object-format={request.param}")
    repo.commit()
    return Git(repo)


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
    """The content with a piece put in, taken out or doubled somewhere, once or twice."""
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(content)))
        length = draw(st.integers(1, 12))
        how = draw(st.sampled_from(("put in", "take out", "double")))
        if how == "put in":
            content = content[:at] + draw(st.sampled_from(PIECES)) + content[at:]
        else:
            content = content[:at] + content[at : at + length] * (2 if how == "double" else 0) + content[at + length :]
    return content


# Where the parser is stricter than Git, because GTO fails or reads something else.
OURS_ALONE = (
    "it has no body",
    "is not UTF-8",
    "contains a control character",
    "its tagger has no name",
    "its tagger has no e-mail address",
    "its tagger's time is beyond the year 9999",
    "is 24 hours or more",
)


def left_to_other_rules(found: TagObject, git: Git) -> bool:
    """Whether Git may object to what the parser does not look at: the target, and the name as a ref."""
    return (
        (found.target, found.target_type) != (git.commit, "commit")
        or git.repo.try_git("check-ref-format", f"refs/tags/{found.name}").returncode != 0
        or found.name.startswith("-")
    )


@given(data=st.data())
@settings(max_examples=60)
def test_what_git_mktag_refuses_has_a_defect(git: Git, data: st.DataObject):
    content = data.draw(mutated(raw_tag(object=git.commit, tag="m@v1.0.0", tagger=TAGGER)))
    found = parse_tag_object(content)

    if git.takes(content):
        # Git 2.39 reads over any white space, and a sign, before the time (strtoumax(3)).
        assert re.search(rb"> [\s+-]", content) or all(
            any(known in defect for known in OURS_ALONE) for defect in found.defects
        )
    else:
        assert found.defects or left_to_other_rules(found, git)


@given(body=st.lists(st.sampled_from(PIECES[-5:]) | st.sampled_from((b"text\n", b"text", b"\n"))).map(b"".join))
@settings(max_examples=40)
def test_the_signature_begins_where_it_does_for_git(git: Git, body: bytes):
    content = raw_tag(object=git.commit, tag="probe", message=body)
    found = parse_tag_object(content)

    assert (found.signature or b"").rstrip(b"\n") == git.signature(content).rstrip(b"\n")
