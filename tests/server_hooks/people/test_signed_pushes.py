"""Signatures, verified while the objects of a real push are in quarantine."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo, Server
from support.people import Push, newest
from support.repositories import BEGINNING
from support.signing import SshKey, needs_ssh, sign_tag

SIGNED = """
[signing]
allowed-signers = "ref:HEAD:allowed_signers"
[[signing.require]]
what = ["register"]
[[people.allow]]
who = ["signer:ada@example.com"]
what = ["register"]
models = ["fraud"]
"""


@pytest.fixture(scope="session")
def keys(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, SshKey]:
    folder = tmp_path_factory.mktemp("keys")
    return {name: SshKey.make(folder / name) for name in ("ada", "bob", "expired", "foreign")}


@pytest.fixture
def signed(governed: Server, keys: dict[str, SshKey]) -> Server:
    """A server that wants versions signed by ada or bob, those of fraud by ada."""
    signers = keys["ada"].allowed("ada@example.com") + keys["bob"].allowed("bob@example.com")
    signers += keys["expired"].allowed("ada@example.com", 'valid-before="20240101"')
    governed.commit_on_main({"tagwarden.toml": SIGNED, "allowed_signers": signers})
    return governed


@needs_ssh
@pytest.mark.usefixtures("signed")
def test_a_good_signature_of_an_allowed_signer_is_accepted_whoever_pushes(
    clone: Repo, push: Push, keys: dict[str, SshKey]
) -> None:
    sign_tag(clone, keys["bob"], "churn@v1.0.0")

    assert push("linus", "refs/tags/churn@v1.0.0").ok


@needs_ssh
@pytest.mark.usefixtures("signed")
def test_the_signer_decides_where_the_policy_names_signers(clone: Repo, push: Push, keys: dict[str, SshKey]) -> None:
    sign_tag(clone, keys["bob"], "fraud@v1.0.0")
    assert push("ada", "refs/tags/fraud@v1.0.0").refused_by == {"who"}

    sign_tag(clone, keys["ada"], "fraud@v1.0.0")
    assert push("linus", "refs/tags/fraud@v1.0.0").ok


def unsigned(clone: Repo, keys: dict[str, SshKey]) -> None:
    clone.tag("churn@v1.0.0")


def foreign(clone: Repo, keys: dict[str, SshKey]) -> None:
    sign_tag(clone, keys["foreign"], "churn@v1.0.0")


def expired(clone: Repo, keys: dict[str, SshKey]) -> None:
    sign_tag(clone, keys["expired"], "churn@v1.0.0", at=int(time.time()))


def expired_and_backdated(clone: Repo, keys: dict[str, SshKey]) -> None:
    sign_tag(clone, keys["expired"], "churn@v1.0.0", at=BEGINNING)


def changed(clone: Repo, keys: dict[str, SshKey]) -> None:
    rewrite(clone, keys, b"As agreed", b"As I like")


def followed_by_text(clone: Repo, keys: dict[str, SshKey]) -> None:
    rewrite(clone, keys, b"-----END SSH SIGNATURE-----\n", b"-----END SSH SIGNATURE-----\nApproved-by: all\n")


def rewrite(clone: Repo, keys: dict[str, SshKey], old: bytes, new: bytes) -> None:
    sign_tag(clone, keys["ada"], "churn@v1.0.0")
    raw = clone.try_git("cat-file", "tag", "churn@v1.0.0").stdout
    assert old in raw
    clone.raw_tag("churn@v1.0.0", raw.replace(old, new))


def replayed(clone: Repo, keys: dict[str, SshKey]) -> None:
    oid = sign_tag(clone, keys["ada"], "churn@v9.0.0")
    clone.raw_ref("refs/tags/churn@v1.0.0", oid)


@needs_ssh
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (unsigned, "is not signed"),
        (foreign, "which belongs to no allowed signer"),
        (expired, "which belongs to no allowed signer at the time of the tag"),
        (expired_and_backdated, "the key of 'ada@example.com' is not valid now"),
        (changed, "does not belong to this tag"),
        (followed_by_text, "has text after its signature"),
        (replayed, "has a signature for another tag, 'churn@v9.0.0'"),
    ],
)
def test_no_other_signature_is_accepted(
    signed: Server,
    clone: Repo,
    push: Push,
    keys: dict[str, SshKey],
    make: Callable[[Repo, dict[str, SshKey]], None],
    said: str,
) -> None:
    make(clone, keys)
    result = push("ada", "refs/tags/churn@v1.0.0")

    assert "signed" in result.rules, result.stderr
    assert said in result.stderr
    assert not signed.tags()


@needs_ssh
@pytest.mark.usefixtures("signed")
def test_a_signer_who_is_pushed_along_is_not_allowed_yet(clone: Repo, push: Push, keys: dict[str, SshKey]) -> None:
    clone.git("pull", "--quiet", "--rebase")
    clone.commit({"allowed_signers": keys["foreign"].allowed("ada@example.com")})
    sign_tag(clone, keys["foreign"], "churn@v1.0.0")

    assert push("ada", "--atomic", "main", "refs/tags/churn@v1.0.0").refused_by == {"signed"}


@needs_ssh
def test_where_the_signers_can_not_be_read_nothing_signed_is_accepted(
    signed: Server, clone: Repo, push: Push, keys: dict[str, SshKey], tmp_path: Path
) -> None:
    signed.commit_on_main({"tagwarden.toml": SIGNED.replace("ref:HEAD:allowed_signers", f"file:{tmp_path}/gone")})
    sign_tag(clone, keys["ada"], "churn@v1.0.0")
    result = push("ada", "refs/tags/churn@v1.0.0")

    assert not result.ok
    assert "signing.allowed-signers" in result.stderr
    assert newest(signed)["outcome"] == "could-not-judge"
