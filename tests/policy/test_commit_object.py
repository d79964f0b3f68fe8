"""A commit is refused exactly where GTO can't read it."""

from __future__ import annotations

import gto.api
import pytest

from support import Repo, raw_tag
from tagwarden.policy.commit_object import parse_commit

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


def test_the_time_is_the_committers():
    assert parse_commit(commit("0" * 40, committer=b"Ada <ada@example.com> 1700000042 +0200")).time == 1_700_000_042


def test_an_encoding_that_can_not_be_checked_is_a_defect():
    content = commit("0" * 40, more=b"encoding UTF-8\n", message=b"long " * 100)

    assert parse_commit(content, len(content)).defect is None
    assert parse_commit(content[:300], len(content)).defect
