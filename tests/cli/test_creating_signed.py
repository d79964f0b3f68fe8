"""Commands that create tags sign them as Git is configured, and by the policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import Repo
from support.command_line import tagwarden
from support.creating import ok
from support.signing import SshKey


@pytest.fixture
def key_of_ada(tmp_path: Path, repo: Repo) -> str:
    """The public half of the key that `repo` signs with."""
    key = SshKey.make(tmp_path / "ada")
    repo.git("config", "gpg.format", "ssh")
    repo.git("config", "user.signingKey", str(key.file))
    return key.public


SIGNED = '[signing]\nallowed-signers = "ref:HEAD:signers"\n[[signing.require]]\nwhat = ["register"]\n'


def test_a_signature_is_made_as_git_is_configured_and_judged_before_anything_is_written(
    repo: Repo, key_of_ada: str
) -> None:
    repo.commit({"tagwarden.toml": SIGNED, "signers": f"ada@example.com {key_of_ada}"})

    unsigned = tagwarden(repo.path, "register", "churn")
    assert unsigned.status == 1
    assert "[signed] 'churn@v0.0.1' is not signed" in unsigned.err

    ok(repo, "register", "churn", "--sign")

    repo.git("config", "gpg.ssh.allowedSignersFile", str(repo.path / "signers"))
    assert repo.try_git("verify-tag", "churn@v0.0.1").returncode == 0


def test_nothing_is_written_if_git_can_not_sign(repo: Repo, key_of_ada: str, tmp_path: Path) -> None:
    repo.git("config", "user.signingKey", str(tmp_path / "gone"))

    ran = tagwarden(repo.path, "register", "churn", "--sign")

    assert (ran.status, ran.out, repo.tags()) == (3, "", set())
    assert f"{tmp_path / 'gone'}: No such file or directory" in ran.err
    assert "user.signingKey" in ran.err


def test_a_tag_is_signed_in_a_folder_with_a_colon_in_its_name(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "a:b")
    repo.commit()
    repo.git("config", "gpg.format", "ssh")
    repo.git("config", "user.signingKey", str(SshKey.make(tmp_path / "ada").file))

    ok(repo, "register", "churn", "--sign")


def test_the_signature_of_a_stranger_is_refused_and_nothing_is_written(
    repo: Repo, key_of_ada: str, tmp_path: Path
) -> None:
    repo.commit({"tagwarden.toml": SIGNED, "signers": f"grace@example.com {SshKey.make(tmp_path / 'grace').public}"})

    ran = tagwarden(repo.path, "register", "churn", "--sign")

    assert ran.status == 1
    assert "[signed]" in ran.err
    assert repo.tags() == set()


def test_signers_that_only_the_server_knows_are_left_to_it(repo: Repo, key_of_ada: str) -> None:
    repo.commit({"tagwarden.toml": SIGNED.replace("ref:HEAD:signers", "file:/nowhere/signers")})

    ran = tagwarden(repo.path, "register", "churn", "--sign")

    assert (ran.status, repo.tags()) == (0, {"churn@v0.0.1"}), ran
    assert "note: whether the signature counts could not be determined here" in ran.err


def test_a_key_that_is_not_there_is_told_with_the_settings_that_name_one(repo: Repo) -> None:
    repo.git("config", "gpg.format", "ssh")

    ran = tagwarden(repo.path, "register", "churn", "--sign")

    assert ran.status == 3
    assert "Git signs with the key that `git config user.signingKey` names" in ran.err
    assert not repo.tags()
