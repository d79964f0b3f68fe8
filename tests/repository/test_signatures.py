"""Signatures, made by git and verified with the programs that git uses."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from support import Repo
from support.repositories import BEGINNING
from support.signing import PgpKey, SshKey, needs_gpg, needs_ssh, sign_tag
from tagwarden.policy import budget
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.file.load import load_policy
from tagwarden.policy.grammar.tag_name import parse_tag_name
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.push import Signature, Tag, TagPush
from tagwarden.repository.git.bounded_program import Answered
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.signatures import ssh as ssh_signatures
from tagwarden.repository.signatures.allowed_signers import parse_allowed_signers
from tagwarden.repository.signatures.pgp import read_status
from tagwarden.repository.signatures.verifier import find_verifier

NAME = "churn#prod"
ADA = "ada@example.com"
DAY = 86400

REQUIRE = """
[signing]
allowed-signers = "{location}"
[[signing.require]]
what = ["assign"]
stages = ["prod"]
"""


@pytest.fixture(scope="session")
def ssh_keys(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[SshKey, SshKey]:
    folder = tmp_path_factory.mktemp("ssh")
    return SshKey.make(folder / "ada"), SshKey.make(folder / "mallory")


@pytest.fixture(scope="session")
def pgp_keys(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PgpKey, PgpKey, PgpKey]]:
    """Ada's, a stranger's, and one that expired the day after it was made."""
    # A short path: gpg-agent's socket lies in it.
    folder = tmp_path_factory.mktemp("pgp")
    keys = (
        PgpKey.make(folder / "a", f"Ada <{ADA}>"),
        PgpKey.make(folder / "m", "Mallory <mallory@example.com>"),
        PgpKey.make(folder / "e", f"Ada <{ADA}>", expires="1d", at=BEGINNING),
    )
    yield keys
    for key in keys:
        key.stop()


def push_of(repo: Repo, name: str = NAME, ref: str | None = None) -> TagPush:
    ref = ref or name
    oid = repo.git("rev-parse", f"refs/tags/{name}")
    raw = repo.try_git("cat-file", "tag", oid).stdout
    return TagPush(f"refs/tags/{ref}", parse_tag_name(ref), None, Tag(ref, oid, "tag", parse_tag_object(raw)))


def ask(
    repo: Repo,
    location: str,
    push: TagPush,
    *,
    now: int | None = None,
    remote: str | None = None,
) -> Mapping[str, Signature]:
    """What the verifier says with the allowed signers at `location`."""
    git = Git.at(str(repo.path))
    with closing(GitProgram(git)) as reader:
        asking = load_policy(REQUIRE.format(location=location).encode())
        verifier = find_verifier(asking, reader, git, now=now, remote=remote)
        assert verifier is not None
        found = verifier([push])
        return {ref: signature for ref in found if (signature := found.get(ref))}


def verify(repo: Repo, signers: str, push: TagPush, *, now: int | None = None) -> Signature:
    """What the verifier says when `signers` lies at main."""
    repo.commit({"allowed_signers": signers})
    return ask(repo, "ref:refs/heads/main:allowed_signers", push, now=now)[push.ref]


def tamper(repo: Repo, old: bytes, new: bytes, name: str = NAME) -> TagPush:
    raw = repo.try_git("cat-file", "tag", f"refs/tags/{name}").stdout
    assert old in raw
    repo.raw_tag(name, raw.replace(old, new))
    return push_of(repo, name)


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


# Which tags, which programs, which file


def test_a_policy_without_allowed_signers_has_no_verifier(repo: Repo) -> None:
    git = Git.at(str(repo.path))
    with closing(GitProgram(git)) as reader:
        assert find_verifier(load_policy(b""), reader, git, now=None) is None


@needs_ssh
@pytest.mark.parametrize("location", ["ref:refs/heads/gone:allowed_signers", "ref:main:gone", "file:/nonexistent/file"])
def test_without_the_allowed_signers_nothing_can_be_judged(
    repo: Repo, ssh_keys: tuple[SshKey, SshKey], location: str
) -> None:
    sign_tag(repo, ssh_keys[0], NAME)
    with pytest.raises(CannotJudge, match=r"signing\.allowed-signers"):
        ask(repo, location, push_of(repo))


@needs_ssh
@pytest.mark.parametrize("location", ["ref:HEAD:allowed_signers", "ref:main:allowed_signers"])
def test_in_a_clone_the_signers_are_those_of_the_remote(
    repo: Repo, ssh_keys: tuple[SshKey, SshKey], location: str
) -> None:
    theirs = repo.commit({"allowed_signers": ssh_keys[0].allowed(ADA)})
    repo.git("update-ref", "refs/remotes/upstream/main", theirs)
    repo.git("symbolic-ref", "refs/remotes/upstream/HEAD", "refs/remotes/upstream/main")
    repo.commit({"allowed_signers": ""})
    sign_tag(repo, ssh_keys[0], NAME)

    assert ask(repo, location, push_of(repo), remote="upstream")[f"refs/tags/{NAME}"].principal == ADA
    assert ask(repo, location, push_of(repo))[f"refs/tags/{NAME}"].principal is None


@needs_ssh
@pytest.mark.parametrize("location", ["ref:main:gone", "file:/nonexistent/file"])
def test_a_clone_leaves_to_the_server_what_it_can_not_verify(
    repo: Repo, ssh_keys: tuple[SshKey, SshKey], location: str
) -> None:
    sign_tag(repo, ssh_keys[0], NAME)

    assert ask(repo, location, push_of(repo), remote="origin") == {}


@needs_ssh
def test_the_allowed_signers_may_lie_in_a_file_of_the_server(
    repo: Repo, ssh_keys: tuple[SshKey, SshKey], tmp_path: Path
) -> None:
    (tmp_path / "signers").write_text(ssh_keys[0].allowed(ADA))
    sign_tag(repo, ssh_keys[0], NAME)

    assert ask(repo, f"file:{tmp_path}/signers", push_of(repo))[f"refs/tags/{NAME}"].principal == ADA


@needs_ssh
def test_a_program_that_is_not_there_is_named(repo: Repo, ssh_keys: tuple[SshKey, SshKey]) -> None:
    sign_tag(repo, ssh_keys[0], NAME)
    repo.git("config", "gpg.ssh.program", "/nonexistent/ssh-keygen")

    with pytest.raises(CannotJudge, match=r"'/nonexistent/ssh-keygen' was not found\. Install OpenSSH"):
        verify(repo, ssh_keys[0].allowed(ADA), push_of(repo))


@needs_ssh
def test_a_program_that_hangs_is_ended(
    repo: Repo, ssh_keys: tuple[SshKey, SshKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(budget.SECONDS, "signatures", 0.4)
    sign_tag(repo, ssh_keys[0], NAME)
    program = repo.path / "hangs"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    repo.git("config", "gpg.ssh.program", str(program))

    with pytest.raises(CannotJudge, match=r"takes more than 0.4 seconds; the last was .*hangs"):
        verify(repo, ssh_keys[0].allowed(ADA), push_of(repo))


@needs_ssh
def test_after_some_bad_signatures_no_more_are_verified(
    repo: Repo, ssh_keys: tuple[SshKey, SshKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"allowed_signers": ssh_keys[0].allowed(ADA)})
    sign_tag(repo, ssh_keys[0], NAME)
    signed = repo.try_git("cat-file", "tag", f"refs/tags/{NAME}").stdout
    pushes = []
    for number in range(30):
        name = f"churn#prod#{number}"
        repo.raw_tag(name, signed.replace(f"tag {NAME}\n".encode(), f"tag {name}\n".encode()))
        pushes.append(push_of(repo, name))
    calls = []
    monkeypatch.setattr(ssh_signatures, "run_program", lambda *said, **_: calls.append(said) or Answered(1, b"", b"no"))
    git = Git.at(str(repo.path))
    with closing(GitProgram(git)) as reader:
        policy = load_policy(REQUIRE.format(location="ref:refs/heads/main:allowed_signers").encode())
        verifier = find_verifier(policy, reader, git, now=BEGINNING)
        assert verifier is not None
        found = dict(verifier(pushes))

    assert len(found) == 30
    assert not any(signature.principal for signature in found.values())
    assert "not verified" in (found[pushes[-1].ref].problem or "")
    assert 10 <= len(calls) <= 3 * 10


@needs_ssh
def test_the_environment_can_not_name_another_program(
    repo: Repo, ssh_keys: tuple[SshKey, SshKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    yes = shutil.which("true")
    assert yes
    sign_tag(repo, ssh_keys[1], NAME)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "gpg.ssh.program")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", yes)

    assert verify(repo, ssh_keys[0].allowed(ADA), push_of(repo)).principal is None


def test_allowed_signers_do_not_begin_with_a_byte_order_mark() -> None:
    with pytest.raises(CannotJudge, match="byte order mark"):
        parse_allowed_signers(b"\xef\xbb\xbfada ssh-ed25519 AAAA\n", "x")


def test_the_lines_of_the_file_are_told_apart() -> None:
    data = (
        b"# ada gpg:nothing\nada ssh-ed25519 AAAA\r\n"
        b"grace gpg:0123 4567 89AB CDEF 0123  4567 89ab cdef 0123 4567\n"
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxyz\n-----END PGP PUBLIC KEY BLOCK-----\nbob ssh-ed25519 BBBB\n"
    )
    found = parse_allowed_signers(data, "x")

    assert found.ssh.split(b"\n")[:3] == [b"# ada gpg:nothing", b"ada ssh-ed25519 AAAA", b"bob ssh-ed25519 BBBB"]
    assert found.pgp == {"0123456789ABCDEF0123456789ABCDEF01234567": "grace"}
    assert found.pgp_keys.startswith(b"-----BEGIN PGP")
    assert found.pgp_keys.endswith(b"BLOCK-----\n")


@pytest.mark.parametrize("fingerprint", [b"", b"0123", b"0x" + b"A" * 40, b"Z" * 40])
def test_a_fingerprint_that_is_cut_short_is_not_taken(fingerprint: bytes) -> None:
    with pytest.raises(CannotJudge, match="no whole fingerprint"):
        parse_allowed_signers(b"grace gpg:" + fingerprint, "x")
