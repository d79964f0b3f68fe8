"""OpenPGP signatures, made by git and verified with gpg."""

from __future__ import annotations

import time

import pytest

from support import Repo
from support.repositories import BEGINNING
from support.signing import PgpKey, needs_gpg, sign_tag
from support.verifying import ADA, NAME, push_of, tamper, verify
from tagwarden.policy.push import Signature
from tagwarden.repository.signatures.allowed_signers import parse_allowed_signers
from tagwarden.repository.signatures.pgp import read_status

# OpenPGP


@needs_gpg
def test_an_allowed_pgp_signer_is_named_by_the_fingerprint(repo: Repo, pgp_keys: tuple[PgpKey, PgpKey, PgpKey]) -> None:
    ada, mallory, _ = pgp_keys
    sign_tag(repo, ada, NAME)

    assert verify(repo, mallory.allowed("m") + ada.allowed(ADA), push_of(repo), now=BEGINNING) == Signature(ADA, None)


@needs_gpg
def test_a_foreign_pgp_signer_is_refused(repo: Repo, pgp_keys: tuple[PgpKey, PgpKey, PgpKey]) -> None:
    ada, mallory, _ = pgp_keys
    sign_tag(repo, mallory, NAME)

    foreign = verify(repo, ada.allowed(ADA), push_of(repo))
    assert foreign.problem == "it is by a key that is not among the allowed signers'"
    # The key is there, under the same name, but no line says whose it is.
    unnamed = verify(repo, ada.allowed(ADA) + mallory.public, push_of(repo))
    assert unnamed.problem == f"it is by the key {mallory.fingerprint}, for which the allowed signers name nobody"


@needs_gpg
def test_a_changed_tag_has_no_good_pgp_signature(repo: Repo, pgp_keys: tuple[PgpKey, PgpKey, PgpKey]) -> None:
    sign_tag(repo, pgp_keys[0], NAME)
    tampered = tamper(repo, b"As agreed", b"As I like")

    assert verify(repo, pgp_keys[0].allowed(ADA), tampered).problem == "it does not belong to this tag"


@needs_gpg
def test_a_pgp_key_that_has_expired_counts_for_old_tags_only(
    repo: Repo, pgp_keys: tuple[PgpKey, PgpKey, PgpKey]
) -> None:
    expired = pgp_keys[2]
    program = repo.path / "gpg-then"
    program.write_text(f'#!/bin/sh\nexec gpg --faked-system-time={BEGINNING + 60}! "$@"\n')
    program.chmod(0o755)
    environment = {**expired.environment, **repo._dates(BEGINNING + 60)}
    repo.git(*expired.settings, "-c", f"gpg.program={program}", "tag", "-s", "-m", "As agreed", NAME, env=environment)

    assert verify(repo, expired.allowed(ADA), push_of(repo), now=int(time.time())).problem == "its key has expired"
    assert verify(repo, expired.allowed(ADA), push_of(repo), now=None).principal == ADA


@needs_gpg
def test_a_whole_signed_message_is_no_signature(repo: Repo, pgp_keys: tuple[PgpKey, PgpKey, PgpKey]) -> None:
    sign_tag(repo, pgp_keys[0], NAME)
    tampered = tamper(repo, b"PGP SIGNATURE", b"PGP MESSAGE")

    assert verify(repo, pgp_keys[0].allowed(ADA), tampered).problem == "it is not a detached signature"


GOOD = "[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 0 Ada\n[GNUPG:] VALIDSIG SUB 2023 1 0 4 0 22 8 {kind} PRIMARY\n"


@pytest.mark.parametrize(
    ("output", "succeeded", "problem"),
    [
        (GOOD.format(kind="00"), True, None),
        (GOOD.format(kind="00"), False, "it is not exactly one good signature"),
        (GOOD.format(kind="00") * 2, True, "it is not exactly one good signature"),
        (GOOD.format(kind="01"), True, "it is not one of the tag's very bytes"),
        (GOOD.format(kind="00") + "[GNUPG:] BADSIG 0 Ada\n", True, "it does not belong to this tag"),
        (GOOD.format(kind="00") + "[GNUPG:] REVKEYSIG 0 Ada\n", True, "its key was revoked"),
        (GOOD.format(kind="00") + "[GNUPG:] EXPSIG 0 Ada\n", True, "it has expired"),
        ("[GNUPG:] NODATA 4\n", False, "it is not exactly one good signature"),
        ("gpg: [GNUPG:] GOODSIG 0 Ada\n", True, "it is not exactly one good signature"),
        ("", True, "it is not exactly one good signature"),
    ],
)
def test_only_one_good_signature_and_nothing_else_is_good(output: str, succeeded: bool, problem: str | None) -> None:
    signers = parse_allowed_signers(b"ada gpg:" + b"A" * 40, "x")._replace(pgp={"PRIMARY": ADA})
    found = read_status(output, signers, succeeded=succeeded)

    assert found == Signature(None if problem else ADA, problem)
