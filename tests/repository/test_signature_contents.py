"""Text in a signature that nobody signed, weak digests, revoked keys; and what verifying costs."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from support import Repo
from support.signing import PgpKey, SshKey, needs_gpg, needs_ssh, sign_tag
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.file.load import load_policy
from tagwarden.policy.grammar.tag_name import parse_tag_name
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.push import Signature, Tag, TagPush
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.signatures.armour import read_armour
from tagwarden.repository.signatures.pgp_packet import problem_of_packet
from tagwarden.repository.signatures.ssh_blob import SshSignature, read_ssh_signature
from tagwarden.repository.signatures.verifier import find_verifier

NAME = "churn#prod"
ADA = "ada@example.com"
POLICY = load_policy(b"""
[signing]
allowed-signers = "ref:refs/heads/main:allowed_signers"
[[signing.require]]
stages = ["prod"]
""")


@pytest.fixture(scope="session")
def ada(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> SshKey:
    return SshKey.make(tmp_path_factory.mktemp("ssh") / "ada")


@pytest.fixture(scope="session")
def ada_pgp(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgpKey]:
    # A short path: gpg-agent's socket lies in it.
    key = PgpKey.make(tmp_path_factory.mktemp("pgp") / "a", f"Ada <{ADA}>")
    yield key
    key.stop()


def push_of(repo: Repo, name: str = NAME) -> TagPush:
    raw = repo.try_git("cat-file", "tag", f"refs/tags/{name}").stdout
    tag = Tag(name, repo.git("rev-parse", f"refs/tags/{name}"), "tag", parse_tag_object(raw))
    return TagPush(f"refs/tags/{name}", parse_tag_name(name), None, tag)


def verify(repo: Repo, *pushes: TagPush) -> Mapping[str, Signature]:
    git = Git.at(str(repo.path))
    with closing(GitProgram(git)) as reader:
        verifier = find_verifier(POLICY, reader, git, now=None)
        assert verifier is not None
        return dict(verifier(pushes).items())


def problem(repo: Repo, name: str = NAME) -> str | None:
    """What is wrong with the signature of the tag, None if it is ada's and good."""
    found = verify(repo, push_of(repo, name))[f"refs/tags/{name}"]
    assert found.principal == (ADA if found.problem is None else None)
    return found.problem


def tamper(repo: Repo, old: bytes, new: bytes) -> None:
    raw = repo.try_git("cat-file", "tag", f"refs/tags/{NAME}").stdout
    assert old in raw
    repo.raw_tag(NAME, raw.replace(old, new, 1))


def allow(repo: Repo, key: SshKey | PgpKey) -> None:
    repo.commit({"allowed_signers": key.allowed(ADA)})


def counting(repo: Repo, program: str) -> Path:
    """Put a program in the place of ssh-keygen that counts its runs, and then is ssh-keygen."""
    counter, script = repo.path / "runs", repo.path / "counts"
    script.write_text(f'#!/bin/sh\necho "$2" >>"{counter}"\nexec {program} "$@"\n')
    script.chmod(0o755)
    counter.write_text("")
    repo.git("config", "gpg.ssh.program", str(script))
    return counter


# Revocation


@needs_ssh
@pytest.mark.parametrize("form", ["list", "KRL"])
def test_a_revoked_ssh_key_signs_nothing_as_git_has_it(repo: Repo, ada: SshKey, form: str, tmp_path: Path) -> None:
    allow(repo, ada)
    sign_tag(repo, ada, NAME)
    revoked = tmp_path / "revoked"
    revoked.write_text("")
    repo.git("config", "gpg.ssh.revocationFile", str(revoked))
    repo.git("config", "gpg.ssh.allowedSignersFile", str(repo.path / "allowed_signers"))
    assert problem(repo) is None
    assert repo.try_git("verify-tag", NAME).returncode == 0

    if form == "list":
        revoked.write_text(ada.public + "\n")
    else:
        program = shutil.which("ssh-keygen")
        repo.git("-c", f"alias.krl=!{program} -q -k -f {revoked} {ada.file}.pub", "krl")
    assert repo.try_git("verify-tag", NAME).returncode != 0
    assert "is revoked by" in str(problem(repo))


@needs_ssh
@pytest.mark.parametrize(
    ("value", "said"), [("/nonexistent/revoked", "No such file"), ("revoked", "not an absolute path")]
)
def test_without_the_revoked_keys_nothing_can_be_judged(repo: Repo, ada: SshKey, value: str, said: str) -> None:
    allow(repo, ada)
    sign_tag(repo, ada, NAME)
    repo.git("config", "gpg.ssh.revocationFile", value)

    with pytest.raises(CannotJudge, match=rf"gpg\.ssh\.revocationFile.*{said}"):
        problem(repo)


@needs_ssh
def test_the_environment_can_not_name_other_revoked_keys(
    repo: Repo, ada: SshKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(repo, ada)
    sign_tag(repo, ada, NAME)
    (tmp_path / "revoked").write_text(ada.public + "\n")
    repo.git("config", "gpg.ssh.revocationFile", str(tmp_path / "revoked"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "gpg.ssh.revocationFile")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "")

    assert "is revoked by" in str(problem(repo))


@needs_gpg
def test_a_revoked_pgp_key_signs_nothing(repo: Repo, tmp_path: Path) -> None:
    key = PgpKey.make(tmp_path / "g", f"Ada <{ADA}>")
    try:
        sign_tag(repo, key, NAME)
        allow(repo, key)
        assert problem(repo) is None
        certificate = key.home / "openpgp-revocs.d" / f"{key.fingerprint}.rev"
        # gpg puts a colon before the first dash, lest somebody imports it by mistake.
        certificate.write_text(certificate.read_text().replace(":-----BEGIN", "-----BEGIN"))
        PgpKey._gpg(key.home, "--batch", "--import", str(certificate))
        allow(repo, key._replace(public=PgpKey._gpg(key.home, "--armor", "--export")))
        assert problem(repo) == "its key was revoked"
    finally:
        key.stop()


# Text that nobody signed


@needs_ssh
@pytest.mark.parametrize(
    "text", [b"Comment: approved by all\n", b"approved by all\n", b"\n", b" \n", b"====\n", b"\r\n"]
)
def test_nothing_may_stand_in_the_armour_of_an_ssh_signature(repo: Repo, ada: SshKey, text: bytes) -> None:
    allow(repo, ada)
    sign_tag(repo, ada, NAME)
    tamper(repo, b"-----BEGIN SSH SIGNATURE-----\n", b"-----BEGIN SSH SIGNATURE-----\n" + text)

    assert "armour" in str(problem(repo))


@needs_gpg
@pytest.mark.parametrize("place", ["BEGIN", "END"])
@pytest.mark.parametrize("text", [b"Comment: approved by all\n\n", b"Hash: SHA512\n\n", b"approved by all\n"])
def test_nothing_may_stand_in_the_armour_of_a_pgp_signature(
    repo: Repo, ada_pgp: PgpKey, text: bytes, place: str
) -> None:
    allow(repo, ada_pgp)
    sign_tag(repo, ada_pgp, NAME)
    assert problem(repo) is None
    if place == "BEGIN":
        begin = b"-----BEGIN PGP SIGNATURE-----\n"
        tamper(repo, begin + b"\n", begin + text)
    else:
        tamper(repo, b"-----END PGP", text + b"-----END PGP")

    assert "which nobody signed" in str(problem(repo))


@needs_gpg
def test_nothing_may_stand_between_two_pgp_signatures(repo: Repo, ada_pgp: PgpKey) -> None:
    allow(repo, ada_pgp)
    sign_tag(repo, ada_pgp, NAME)
    raw = repo.try_git("cat-file", "tag", f"refs/tags/{NAME}").stdout
    block = raw[raw.index(b"-----BEGIN") :]
    repo.raw_tag(NAME, raw + b"approved by all\n" + block)

    # Git takes the last one, which signs all before it.
    assert problem(repo) == "it does not belong to this tag"


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        (b"U1NIU0lH", b"SSHSIG"),
        (b"U1NI\nU0lH", b"SSHSIG"),
        (b"U1NIU0lH=", "its armour holds no base64"),
        (b"U1N=IU0lH", "its armour holds no base64"),
        (b"U1N=", "its armour holds no base64"),
        (b"", "its armour holds '', which nobody signed"),
        (b"U1NI\xff", "its armour holds 'U1NI\ufffd', which nobody signed"),
    ],
)
def test_armour_is_base64_and_nothing_else(inside: bytes, found: bytes | str) -> None:
    block = b"-----BEGIN SSH SIGNATURE-----\n" + inside + b"\n-----END SSH SIGNATURE-----\n"
    assert read_armour(block, b"SSH SIGNATURE", checksum=False) == found


# What is in the bytes


def string(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


KEY = string(b"ssh-ed25519") + string(b"k" * 32)
GOOD = b"SSHSIG\0\0\0\1" + b"".join(map(string, (KEY, b"git", b"", b"sha512", b"signature")))


def test_a_signature_names_its_key() -> None:
    found = read_ssh_signature(GOOD)

    assert found == SshSignature(KEY, b"git")
    assert isinstance(found, SshSignature)
    assert found.signer.startswith("ED25519 key SHA256:")
    assert not found.is_by_certificate


@pytest.mark.parametrize(
    ("blob", "problem"),
    [
        (b"", "of a known version"),
        (GOOD.replace(b"\1", b"\2", 1), "of a known version"),
        (GOOD[:-1], "it is cut short"),
        (GOOD[:20] + b"\xff" * 4, "it is cut short"),
        (GOOD + b"approved", "something follows"),
        (GOOD.replace(b"\6sha512", b"\4sha1"), "'sha1'"),
        (GOOD.replace(b"\6sha512", b"\3md5"), "'md5'"),
    ],
)
def test_bytes_that_are_no_signature_are_told(blob: bytes, problem: str) -> None:
    found = read_ssh_signature(blob)

    assert isinstance(found, str)
    assert problem in found


def packet(digest: int, *, version: int = 4, kind: int = 0, tag: int = 2) -> bytes:
    body = bytes([version, kind, 22, digest]) + b"x" * 60
    return bytes([0xC0 | tag, len(body)]) + body


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (packet(8), None),
        (packet(10), None),
        (bytes([0x88, 64]) + packet(8)[2:], None),
        (bytes([0xC2, 255, 0, 0, 0, 64]) + packet(8)[2:], None),
        (packet(1), "MD5"),
        (packet(2), "SHA-1"),
        (packet(3), "RIPEMD-160"),
        (packet(8, kind=1), "the tag's very bytes"),
        (packet(8, version=3), "of a known version"),
        (packet(8, tag=11), "exactly one"),
        (packet(8) + packet(8), "exactly one"),
        (packet(8) + b"\0", "exactly one"),
        (packet(8)[:-1], "exactly one"),
        (bytes([0xC2, 230]) + b"x" * 99, "exactly one"),
        (bytes([0x8B]) + b"x" * 99, "exactly one"),
        (b"", "exactly one"),
        (b"\xc2\xff", "exactly one"),
        (b"\xc2\x01\x04", "of a known version"),
    ],
)
def test_only_one_packet_over_a_safe_digest_is_a_pgp_signature(data: bytes, problem: str | None) -> None:
    found = problem_of_packet(data)

    assert (found is None) if problem is None else (problem in str(found))


@needs_gpg
@pytest.mark.parametrize("digest", ["SHA1", "SHA256"])
def test_a_pgp_signature_over_a_weak_digest_is_none(repo: Repo, tmp_path: Path, digest: str) -> None:
    home = tmp_path / "g"
    home.mkdir(mode=0o700)
    PgpKey._gpg(home, "--batch", "--passphrase", "", "--quick-generate-key", f"Ada <{ADA}>", "rsa2048", "sign", "never")
    listed = PgpKey._gpg(home, "--with-colons", "--list-keys")
    fingerprint = next(line for line in listed.splitlines() if line.startswith("fpr:")).split(":")[9]
    key = PgpKey(home, fingerprint, PgpKey._gpg(home, "--armor", "--export"))
    try:
        allow(repo, key)
        (home / "gpg.conf").write_text(f"digest-algo {digest}\n")
        sign_tag(repo, key, NAME)
        assert ("SHA-1 digest" in str(problem(repo))) is (digest == "SHA1")
    finally:
        key.stop()


# What they cost


@needs_ssh
def test_for_what_can_not_be_an_allowed_signers_signature_no_program_is_started(
    repo: Repo, ada: SshKey, tmp_path: Path
) -> None:
    stranger = SshKey.make(tmp_path / "stranger")
    allow(repo, ada)
    counter = counting(repo, "ssh-keygen")
    sign_tag(repo, stranger, "churn#prod#1")
    for number in (2, 3):
        garbage = base64.b64encode(GOOD if number == 2 else b"SSHSIG").decode()
        message = f"-----BEGIN SSH SIGNATURE-----\n{garbage}\n-----END SSH SIGNATURE-----"
        repo.tag(f"churn#prod#{number}", message=message)
    counter.write_text("")

    found = verify(repo, *(push_of(repo, f"churn#prod#{number}") for number in (1, 2, 3)))
    assert [signature.principal for signature in found.values()] == [None, None, None]
    assert "which belongs to no allowed signer" in str(found["refs/tags/churn#prod#1"].problem)
    assert counter.read_text() == ""


@needs_ssh
def test_whose_a_key_is_is_asked_once(repo: Repo, ada: SshKey) -> None:
    allow(repo, ada)
    counter = counting(repo, "ssh-keygen")
    names = [f"churn#prod#{number}" for number in range(4)]
    for name in names:
        sign_tag(repo, ada, name)
    counter.write_text("")

    found = verify(repo, *(push_of(repo, name) for name in names))
    assert {signature.principal for signature in found.values()} == {ADA}
    assert counter.read_text().split() == ["find-principals", "verify", "verify", "verify", "verify"]


@needs_ssh
def test_a_signature_that_nobody_asks_about_costs_nothing(repo: Repo, ada: SshKey) -> None:
    counter = counting(repo, "ssh-keygen")
    sign_tag(repo, ada, NAME)
    counter.write_text("")
    git = Git.at(str(repo.path))
    with closing(GitProgram(git)) as reader:
        verifier = find_verifier(POLICY, reader, git, now=None)
        assert verifier is not None
        assert list(verifier([push_of(repo)])) == [f"refs/tags/{NAME}"]
    assert counter.read_text() == ""
