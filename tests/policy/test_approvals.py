"""Approvals without Git: the names of their refs, the object, and who is missing."""

from __future__ import annotations

import subprocess

import pytest

from tagwarden.policy.approvals.approval import Approval, approval_message, read_approval
from tagwarden.policy.approvals.quorum import (
    ApprovalState,
    Endorsement,
    Parties,
    Shortfall,
    in_words,
    is_expired,
    may_be,
    requirements_for,
    shortfalls,
)
from tagwarden.policy.approvals.refs import ApprovalRef, ProposalRef, approval_ref, proposal_ref, read_ref
from tagwarden.policy.file.load import load_policy
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.settings import Settings

T = "0123456789" * 4
SIGNATURE = "-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\n"

PRINCIPALS = (
    "ada@example.com", "Ada Lovelace", "a/b", "..", ".", "a..b", "a...", "x.lock", ".lock", "@", "@{", "*@example.com",
    "Zoë", "100%", "a\udcffb", "~^:?*[\\", "-",
)  # fmt: skip


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_a_principal_is_read_back_from_its_ref_which_git_takes(principal: str) -> None:
    ref = approval_ref(T, principal)

    assert ref is not None
    assert read_ref(ref) == ApprovalRef(T, principal)
    assert subprocess.run(["git", "check-ref-format", ref]).returncode == 0


def test_no_ref_has_room_for_an_endless_principal_or_for_none() -> None:
    assert approval_ref(T, "é" * 42) is None
    assert approval_ref(T, "e" * 250)
    assert approval_ref(T, "") is None


@pytest.mark.parametrize(
    "ref",
    [
        f"refs/tagwarden/proposals/{T[1:]}", f"refs/tagwarden/proposals/{T}/x", f"refs/tagwarden/proposals/{T[1:]}A",
        f"refs/tagwarden/approvals/{T}", f"refs/tagwarden/approvals/{T}/", f"refs/tagwarden/approvals/{T}/a/b",
        f"refs/tagwarden/approvals/{T[1:]}/a", f"refs/tagwarden/approvals/{T}/%61", f"refs/tagwarden/approvals/{T}/%zz",
        f"refs/tagwarden/approvals/{T}/%e9", f"refs/tagwarden/approvals/{T}/é", "refs/tagwarden/other",
        "refs/tagwarden/", f"refs/tagwarden/approvals/{T}/+%+1", f"refs/tagwarden/approvals/{T}/a%4",
    ],
)  # fmt: skip
def test_other_names_and_second_spellings_are_no_refs_of_approvals(ref: str) -> None:
    assert read_ref(ref) is None


def test_a_proposal_is_read_back_in_either_format_of_ids() -> None:
    for tag in (T, T + T[:24]):
        assert read_ref(proposal_ref(tag)) == ProposalRef(tag)


def object_with(message: str, *, name: str = "approval", type: str = "tag", end: str = SIGNATURE) -> bytes:
    return f"object {T}\ntype {type}\ntag {name}\ntagger Grace <grace@x> 7 +0000\n\n{message}{end}".encode()


def test_an_approval_says_what_was_composed() -> None:
    for verdict in ("approve", "revoke"):
        message = approval_message("acme/models", verdict, " Seen on\n\nstaging \n")
        found = read_approval(parse_tag_object(object_with(message)))
        assert found == Approval(T, "acme/models", verdict, "Seen on\n\nstaging", 7)
    bare = read_approval(parse_tag_object(object_with(approval_message("m", "approve"))))
    assert bare == Approval(T, "m", "approve", "", 7)


GOOD = approval_message("m", "approve")


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (object_with(GOOD, end=""), "it is not signed"),
        (object_with(GOOD, end=SIGNATURE + "and more\n"), "text after its signature"),
        (object_with(GOOD, name="churn#prod"), "its 'tag' line"),
        (object_with(GOOD, type="commit"), "it is about a commit"),
        (object_with("verdict: approve\nrepository: m\n"), "its first line"),
        (object_with("repository: \nverdict: approve\n"), "its first line"),
        (object_with("repository: m\n"), "its second line"),
        (object_with("repository: m\nverdict: Approve\n"), "its second line"),
        (object_with("repository: m\nverdict: approve revoke\n"), "its second line"),
        (object_with("repository: m\nverdict: approve\nverdict: revoke\n"), "no empty line"),
        (object_with(GOOD).replace(b"tagger Grace <grace@x> 7 +0000\n", b""), "tagger"),
        (object_with(GOOD).replace(b"Grace", b"Gr\x07ce"), "control character"),
        (b"", "empty"),
    ],
)
def test_what_is_no_approval_says_why(raw: bytes, problem: str) -> None:
    assert problem in str(read_approval(parse_tag_object(raw)))


def test_no_tag_object_is_no_approval() -> None:
    assert read_approval(None) == "it is not a tag object"


def settings(entries: str, people: str = "", more: str = "") -> Settings:
    head = f'[signing]\nallowed-signers = "file:/keys"\n[approvals]\nrepository = "m"\n{more}[people]\n{people}\n'
    return load_policy((head + entries).encode()).base


def approvals(*principals: str) -> ApprovalState:
    return ApprovalState(True, tuple(Endorsement(one, "approve", 0) for one in principals))


ADA = Parties("ada@x", "ada")


def missing(of: Settings, state: ApprovalState, parties: Parties = ADA) -> list[Shortfall]:
    return shortfalls(dict(requirements_for(of, "assign", "churn", "prod")), state, parties, of)


TWO = '[[approvals.require]]\nstages = ["prod"]\nwho = ["@ml"]\ncount = 2\n'
GROUPS = 'groups.ml = ["ada@x", "signer:grace@x", "lin@x"]\ngroups.risk = ["eve@x", "grace@x"]\n'


def test_people_are_counted_once_however_often_they_are_named() -> None:
    twice = settings(TWO.replace('"@ml"', '"@ml", "grace@x", "signer:grace@x"'), GROUPS)

    assert [lacks.missing for lacks in missing(twice, approvals("grace@x", "grace@x"))] == [1]
    assert not missing(twice, approvals("grace@x", "lin@x"))


def test_an_approval_that_does_not_count_or_was_taken_back_is_none() -> None:
    given = (
        Endorsement("grace@x", "revoke", 1),
        Endorsement("lin@x", "approve", 1, problem="its key has expired"),
        Endorsement("ada@x", "approve", 1),
    )

    (lacks,) = missing(settings(TWO, GROUPS), ApprovalState(True, given))
    assert lacks == Shortfall(1, 1, ("@ml",), ("ada@x",))
    assert in_words(lacks) == "needs 1 more of @ml (has ada@x)"


def test_all_entries_are_needed_and_somebody_in_both_counts_for_both() -> None:
    both = settings(TWO + '[[approvals.require]]\nwhat = ["assign"]\nwho = ["@risk"]\n', GROUPS)

    assert [lacks.key for lacks in missing(both, approvals("ada@x", "lin@x"))] == ["approvals.require[2]"]
    assert not missing(both, approvals("ada@x", "grace@x"))


def test_entries_of_other_stages_and_kinds_are_not_asked() -> None:
    of = settings(TWO, GROUPS)

    assert not list(requirements_for(of, "assign", "churn", "dev"))
    assert not list(requirements_for(of, "register", "churn", None))
    assert [number for number, _ in requirements_for(of, "unassign", "churn", "prod")] == [1]


FOUR_EYES = TWO.replace("count = 2", 'not = ["tagger", "pusher"]')


def test_whoever_signed_or_pushes_the_tag_does_not_count() -> None:
    of = settings(FOUR_EYES, GROUPS)

    (lacks,) = missing(of, approvals("ada@x", "grace@x"), Parties("ada@x", "grace"))
    assert lacks.has == ()
    assert in_words(lacks) == (
        "needs 1 more of @ml (ada@x, who signed the tag, does not count; grace@x, who pushes it, does not count)"
    )
    assert not missing(of, approvals("ada@x", "grace@x"), Parties("ada@x", "lin"))
    assert not missing(of, approvals("grace@x"), Parties("ada@x", None, knows_pusher=False))


def test_where_the_signer_or_the_pusher_is_not_known_nobody_can_approve() -> None:
    of = settings(FOUR_EYES, GROUPS)

    for parties in (Parties(None, "lin"), Parties("ada@x", None)):
        (lacks,) = missing(of, approvals("grace@x", "lin@x"), parties)
        assert lacks.impossible_because
        assert in_words(lacks).startswith("can't be approved: ")


@pytest.mark.parametrize(
    ("principal", "pusher", "email", "same"),
    [
        ("ada@x", "ada", None, True),
        ("ada@x", "Ada@X", None, True),
        ("ADA", "ada", None, True),
        ("ada@y", "ada@x", None, True),
        ("lovelace@x", "ada", "lovelace@x", True),
        ("ada@x", "adam", None, False),
        ("ada@x", None, None, False),
        ("robot@x", "ci", None, True),
        ("ci@x", "ci", None, False),
    ],
)
def test_a_pusher_is_told_by_the_policy_or_else_by_a_like_name(
    principal: str, pusher: str | None, email: str | None, same: bool
) -> None:
    assert may_be(principal, pusher, email, {"ci": ("robot@x",)}) == same


def test_a_clone_that_cannot_tell_the_signer_bars_nobody_as_the_tagger() -> None:
    of = settings(FOUR_EYES, GROUPS)
    parties = Parties(None, knows_pusher=False, knows_tagger=False)

    assert [lacks.impossible_because for lacks in missing(of, approvals(), parties)] == [None]
    assert not missing(of, approvals("grace@x"), parties)


def test_a_proposal_may_land_until_the_last_second_of_its_time() -> None:
    hour = settings(TWO, GROUPS, 'expire = "1h"\n')
    found = parse_tag_object(f"object {T}\ntype commit\ntag m@v1.0.0\ntagger A <a@b.c> 100 +0000\n\nm\n".encode())

    assert not is_expired(found, hour, 100 + 3600)
    assert is_expired(found, hour, 100 + 3601)
    assert not is_expired(found, settings(TWO, GROUPS), 10**9)
