"""A commit is refused exactly where GTO can't read it."""

from __future__ import annotations

import gto.api
import pytest

from support import Repo, raw_tag
from tagwarden.policy.objects.commit_object import parse_commit

ADA = b"Ada <ada@example.com> 1700000000 +0000"


def commit(
    tree: str, *, author: bytes = ADA, committer: bytes | None = ADA, more: bytes = b"", message: bytes = b"Go\n"
):
    lines = [b"tree " + tree.encode(), b"author " + author]
    if committer is not None:
        lines.append(b"committer " + committer)
    return b"\n".join(lines) + b"\n" + more + b"\n" + message


READABLE = {
    "plain": {},
    "a message that is not UTF-8": {"message": b"Zo\xeb\n"},
    "an author who is not UTF-8": {"author": b"Zo\xeb <zoe@example.com> 1 +0000"},
    "Latin-1 that says so": {"message": b"Zo\xeb\n", "more": b"encoding ISO-8859-1\n"},
    "an author without a name": {"author": b"<ada@example.com> 1 +0000"},
    "no zone": {"committer": b"Ada <ada@example.com> 1"},
    "no time": {"committer": b"Ada <ada@example.com>"},
    "before 1970": {"committer": b"Ada <ada@example.com> -1 +0000"},
    "a signature": {"more": b"gpgsig -----BEGIN PGP SIGNATURE-----\n encoding nonsense\n"},
    "an empty message": {"message": b""},
    "an encoding before a signature": {"more": b"encoding ISO-8859-1\ngpgsig x\n y\n", "message": b"Zo\xeb\n"},
    "what Mercurial leaves": {"more": b"HG:rename-source hg\n"},
    "two authors": {"author": ADA + b"\nauthor " + ADA},
    "a zone of days": {"committer": b"Ada <ada@example.com> 1 -7530"},
    "a zone of too many digits": {"committer": b"Ada <ada@example.com> 1 +051800"},
    "neither name nor address": {"author": b" <> 1 +0000", "committer": b" <> 1 +0000"},
}
UNREADABLE = {
    "no committer": {"committer": None},
    "an author without an e-mail address": {"author": b"nobody"},
    "a time that is a word": {"author": b"Ada <ada@example.com> now +0000"},
    "a time beyond the year 9999": {"committer": b"Ada <ada@example.com> 99999999999999 +0000"},
    "a time before the year 1": {"committer": b"Ada <ada@example.com> -99999999999999 +0000"},
    "a time of too many digits": {"committer": b"Ada <ada@example.com> 99999999999999999999 +0000"},
    "an unknown encoding": {"more": b"encoding klingon\n"},
    "a codec that is no encoding": {"more": b"encoding hex\n"},
    "not the encoding that it names": {"message": b"Zo\xeb\n", "more": b"encoding UTF-8\n"},
    "an author not in the encoding": {"author": b"Zo\xeb <zoe@example.com> 1 +0000", "more": b"encoding UTF-8\n"},
    "the last of two encodings": {"more": b"encoding UTF-8\nencoding klingon\n"},
    "a parent behind the author": {"author": ADA + b"\nparent " + b"1" * 40},
    "an encoding before the committer": {"author": ADA + b"\nencoding UTF-8"},
    "two blanks and no time": {"committer": b"Ada <ada@example.com>  "},
    "an address that is not closed again": {"committer": b"Ada <ada@example.com> 1 +0000 <"},
    "UTF-16, which libgit2 cuts at the first NUL": {
        "message": "Go".encode("utf-16"),
        "more": b"encoding UTF-16\n",
    },
    "a name whose last byte libgit2 takes for a backslash": {
        "author": "\u30bd <a@b> 1 +0000".encode("shift_jis"),
        "more": b"encoding Shift_JIS\n",
    },
}
# GTO may read these; but not as Git does, or not as it should.
DOUBTFUL = {
    "no blank before the time, of which libgit2 takes the first digit": {
        "committer": b"Ada <ada@example.com>1700000000 +0000"
    },
    "a tree behind the committer": {"more": b"tree " + b"1" * 40 + b"\n"},
    "an author behind the committer": {"more": b"author " + ADA + b"\n"},
    "a second committer": {"more": b"committer " + ADA + b"\n"},
    "a NUL in the header": {"more": b"encoding UTF-8\0\n"},
    "an encoding that takes ages": {"more": b"encoding punycode\n"},
}


def gto_fails(repo: Repo, content: bytes) -> bool:
    oid = repo.write_object(content, "commit")
    repo.raw_tag("churn@v1.0.0", raw_tag(object=oid, tag="churn@v1.0.0"))
    try:
        gto.api.show(str(repo.path))
    except Exception:  # noqa: BLE001 -- GTO fails in many ways
        return True
    return False


@pytest.mark.parametrize("parts", READABLE.values(), ids=READABLE)
def test_a_commit_that_gto_reads_has_no_defect(repo: Repo, parts):
    content = commit(repo.git("write-tree"), **parts)

    assert parse_commit(content).defect is None
    assert not gto_fails(repo, content)


@pytest.mark.parametrize("parts", UNREADABLE.values(), ids=UNREADABLE)
def test_a_commit_on_which_gto_fails_has_a_defect(repo: Repo, parts):
    content = commit(repo.git("write-tree"), **parts)

    assert parse_commit(content).defect
    assert gto_fails(repo, content)


@pytest.mark.parametrize("parts", DOUBTFUL.values(), ids=DOUBTFUL)
def test_a_commit_that_two_readers_may_read_differently_has_a_defect(parts):
    assert parse_commit(commit("1" * 40, **parts)).defect


@pytest.mark.parametrize("tree", [b"", b"1" * 39, b"A" * 40, b"1" * 41])
def test_a_commit_without_a_tree_has_a_defect(tree: bytes):
    assert parse_commit(commit("1" * 40).replace(b"1" * 40, tree, 1)).defect


def test_a_header_that_is_cut_can_not_be_judged():
    content = commit("1" * 40, more=b"HG:extra x\n" * 100)

    assert parse_commit(content[:500], len(content)).defect == "its header is too long to be read"
    assert parse_commit(content, len(content)).defect is None


def test_the_time_is_the_committers():
    assert parse_commit(commit("0" * 40, committer=b"Ada <ada@example.com> 1700000042 +0200")).time == 1_700_000_042


def test_an_encoding_that_can_not_be_checked_is_a_defect():
    content = commit("0" * 40, more=b"encoding UTF-8\n", message=b"long " * 100)

    assert parse_commit(content, len(content)).defect is None
    assert parse_commit(content[:300], len(content)).defect
