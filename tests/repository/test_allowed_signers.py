"""Who may sign: where the allowed signers come from, how they are read, and which programs verify."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from support import Repo
from support.repositories import BEGINNING
from support.signing import SshKey, needs_ssh, sign_tag
from support.verifying import ADA, NAME, REQUIRE, ask, push_of, verify
from tagwarden.policy import budget
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.file.load import load_policy
from tagwarden.repository.git.bounded_program import CompletedProgram
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.signatures import ssh as ssh_signatures
from tagwarden.repository.signatures.allowed_signers import parse_allowed_signers
from tagwarden.repository.signatures.verifier import find_verifier

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
    monkeypatch.setattr(
        ssh_signatures, "run_program", lambda *said, **_: calls.append(said) or CompletedProgram(1, b"", b"no")
    )
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
