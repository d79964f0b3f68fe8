"""SSH signatures, made by git and verified with ssh-keygen."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from support import Repo
from support.repositories import BEGINNING
from support.signing import SshKey, needs_ssh, sign_tag
from support.verifying import ADA, DAY, NAME, push_of, tamper, verify
from tagwarden.policy.push import Signature

# SSH


@needs_ssh
def test_an_allowed_signer_is_named_by_the_principal(repo: Repo, ssh_keys: tuple[SshKey, SshKey]) -> None:
    ada, mallory = ssh_keys
    sign_tag(repo, ada, NAME)
    signers = "# who may release\n" + mallory.allowed("m@example.com") + ada.allowed(ADA)

    assert verify(repo, signers, push_of(repo), now=BEGINNING) == Signature(ADA, None)


@needs_ssh
def test_a_foreign_signer_is_told_by_the_key(repo: Repo, ssh_keys: tuple[SshKey, SshKey]) -> None:
    ada, mallory = ssh_keys
    sign_tag(repo, mallory, NAME)
    found = verify(repo, ada.allowed(ADA), push_of(repo))

    assert found.principal is None
    assert found.problem is not None
    assert found.problem.startswith("it is by ED25519 key SHA256:")


@needs_ssh
@pytest.mark.parametrize(
    ("old", "new"),
    [(b"As agreed", b"As I like"), (b"ada@example.com", b"bob@example.com"), (b"As agreed\n", b"As agreed\n\n")],
)
def test_every_byte_that_was_signed_counts(repo: Repo, ssh_keys: tuple[SshKey, SshKey], old: bytes, new: bytes) -> None:
    sign_tag(repo, ssh_keys[0], NAME)
    found = verify(repo, ssh_keys[0].allowed(ADA), tamper(repo, old, new))

    assert found.principal is None
    assert "does not belong to this tag" in str(found.problem)


@needs_ssh
@pytest.mark.parametrize("after", [b"approved by all\n", b"-----END SSH SIGNATURE-----\n", b"\n", b" "])
def test_nothing_may_follow_the_signature(repo: Repo, ssh_keys: tuple[SshKey, SshKey], after: bytes) -> None:
    sign_tag(repo, ssh_keys[0], NAME)
    end = b"-----END SSH SIGNATURE-----\n"
    tampered = tamper(repo, end, end.rstrip() + (after if after == b" " else b"\n" + after))

    assert verify(repo, ssh_keys[0].allowed(ADA), tampered).problem == "something else than its end follows it"


@needs_ssh
def test_a_signature_for_another_purpose_is_none(repo: Repo, ssh_keys: tuple[SshKey, SshKey]) -> None:
    sign_tag(repo, ssh_keys[0], NAME)

    assert verify(repo, ssh_keys[0].allowed(ADA, 'namespaces="file"'), push_of(repo)).principal is None
    assert verify(repo, ssh_keys[0].allowed(ADA, 'namespaces="git"'), push_of(repo)).principal == ADA


def stamp(seconds: int) -> str:
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(seconds))


@needs_ssh
@pytest.mark.parametrize(
    ("made", "now", "allowed"),
    [
        (5 * DAY, 6 * DAY, True),
        (5 * DAY, None, True),
        (15 * DAY, 15 * DAY, False),
        (15 * DAY, None, False),
        (-DAY, DAY, False),
        (5 * DAY, 15 * DAY, False),
    ],
    ids=[
        "made and pushed in time",
        "an old tag made in time",
        "expired",
        "an old tag made too late",
        "made too early",
        "made in time, or dated so, and pushed too late",
    ],
)
def test_a_key_counts_while_it_is_valid(
    repo: Repo, ssh_keys: tuple[SshKey, SshKey], made: int, now: int | None, allowed: bool
) -> None:
    window = f'valid-after="{stamp(BEGINNING)}",valid-before="{stamp(BEGINNING + 10 * DAY)}"'
    sign_tag(repo, ssh_keys[0], NAME, at=BEGINNING + made)
    when = None if now is None else BEGINNING + now
    found = verify(repo, ssh_keys[0].allowed(ADA, window), push_of(repo), now=when)

    assert (found.principal == ADA) is allowed, found


@needs_ssh
def test_of_two_signatures_only_the_last_counts_and_it_signs_the_other(
    repo: Repo, ssh_keys: tuple[SshKey, SshKey]
) -> None:
    ada, mallory = ssh_keys
    sign_tag(repo, ada, NAME)
    body = repo.try_git("cat-file", "tag", f"refs/tags/{NAME}").stdout.partition(b"\n\n")[2]
    repo.git(*mallory.settings, "tag", "-f", "-s", "--cleanup=verbatim", "-F", "-", NAME, stdin=body)

    assert verify(repo, ada.allowed(ADA), push_of(repo)).principal is None
    assert verify(repo, mallory.allowed("m"), push_of(repo)).principal == "m"


@needs_ssh
def test_a_line_that_only_looks_like_a_signature_is_none(repo: Repo, ssh_keys: tuple[SshKey, SshKey]) -> None:
    repo.tag(NAME, message="-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----")
    found = verify(repo, ssh_keys[0].allowed(ADA), push_of(repo))

    assert found == Signature(None, "it is not an SSH signature of a known version")


@needs_ssh
def test_in_a_sha256_repository_it_is_the_same(tmp_path: Path, ssh_keys: tuple[SshKey, SshKey]) -> None:
    repo = Repo.init(tmp_path / "repo", "--object-format=sha256")
    repo.commit(message="Begin")
    sign_tag(repo, ssh_keys[0], NAME)

    assert verify(repo, ssh_keys[0].allowed(ADA), push_of(repo)).principal == ADA
