"""Twelve ways to have another model taken for a version: each is refused by the gate, or named by `verify`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from support import Server
from support.command_line import Ran, tagwarden
from support.signing import SshKey, needs_ssh

POLICY = """\
[artifact]
required = true
[target.version-file]
path = "pyproject.toml"
key = "project.version"
"""
SIGNED = '[signing]\nallowed-signers = "ref:HEAD:signers"\n[[signing.require]]\n'
MODEL, FORGED = "weights " * 1000, "forgery " * 1000


def sha(content: str) -> str:
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


def md5(content: str) -> str:
    return hashlib.md5(content.encode()).hexdigest()


def pointer(content: str) -> str:
    return f"version https://git-lfs.github.com/spec/v1\noid {sha(content)}\nsize {len(content)}\n"


def lock(content: str) -> str:
    return f"schema: '2.0'\nstages: {{train: {{cmd: x, outs: [{{path: m.bin, hash: md5, md5: {md5(content)}}}]}}}}\n"


class Team:
    """A server whose policy binds artifacts, and a clone from which churn v1.0.0 was registered."""

    def __init__(self, server: Server, signer: SshKey | None) -> None:
        self.server = server
        signers = {"signers": signer.allowed("ada@example.com")} if signer else {}
        server.commit_on_main({"tagwarden.toml": POLICY + (SIGNED if signer else ""), **signers})
        self.clone = server.clone()
        self.signer = signer
        self.commit("1.0.0", {"m.bin": MODEL})
        self.tag("churn@v1.0.0", MODEL)
        assert self.push("churn@v1.0.0") == set()

    def commit(self, version: str, files: Mapping[str, str]) -> str:
        """The commit that a version is trained on."""
        return self.clone.commit({"pyproject.toml": f'project.version = "{version}"\n', **files})

    def tag(self, name: str, content: str | None, target: str = "HEAD", signer: SshKey | None = None) -> str:
        """A tag that binds this content, signed as the team signs; its object."""
        message = "As agreed" if content is None else f"As agreed\n\nArtifact: {sha(content)} m.bin"
        key = signer or self.signer
        self.clone.clock += 1
        options = [*key.settings, "tag", "-s"] if key else ["tag", "-a"]
        self.clone.git(
            *options, "-f", "-m", message, name, target, env={"GIT_COMMITTER_DATE": f"@{self.clone.clock} +0000"}
        )
        return self.clone.git("rev-parse", f"refs/tags/{name}")

    def push(self, *refspecs: str) -> set[str]:
        """The rules that refuse this push."""
        pushed = self.clone.push("main", *refspecs)
        assert pushed.ok == (not pushed.rules), pushed.stderr
        return pushed.rules

    def verify(self, path: Path, query: str = "churn@v1.0.0") -> Ran:
        return tagwarden(self.clone.path, "verify", str(path), query, "--offline")


@pytest.fixture
def team(server: Server) -> Team:
    return Team(server, None)


@pytest.fixture
def signing_team(server: Server, tmp_path: Path) -> Team:
    return Team(server, SshKey.make(tmp_path / "ada"))


@pytest.fixture
def genuine(tmp_path: Path) -> Path:
    path = tmp_path / "genuine.bin"
    path.write_text(MODEL)
    return path


@pytest.fixture
def forged(tmp_path: Path) -> Path:
    path = tmp_path / "forged.bin"
    path.write_text(FORGED)
    return path


def test_the_file(team: Team, genuine: Path, forged: Path) -> None:
    assert team.verify(genuine).status == 0

    ran = team.verify(forged)

    assert ran.status == 1
    assert f"its content differs: that of 'm.bin' is {sha(MODEL)} by 'tag'" in ran.err


def test_the_digest(team: Team) -> None:
    team.commit("1.1.0", {"m.bin": FORGED})
    team.tag("churn@v1.1.0", f"not {FORGED}")

    assert team.push("churn@v1.1.0") == {"artifact"}


def test_the_tag(team: Team) -> None:
    team.commit("1.0.0", {"m.bin": FORGED})
    team.tag("churn@v1.0.0", FORGED)

    assert team.push("+churn@v1.0.0") == {"tag-immutable"}


def test_the_name(team: Team) -> None:
    oid = team.clone.git("rev-parse", "refs/tags/churn@v1.0.0")

    assert team.push(f"{oid}:refs/tags/fraud@v1.0.0") == {"tag-name-in-object"}


@needs_ssh
def test_the_signer(signing_team: Team, forged: Path, tmp_path: Path) -> None:
    eve = SshKey.make(tmp_path / "eve")
    signing_team.commit("1.1.0", {"m.bin": FORGED})
    signing_team.tag("churn@v1.1.0", FORGED, signer=eve)

    assert signing_team.push("churn@v1.1.0") == {"signed"}
    ran = signing_team.verify(forged, "churn@v1.1.0")
    assert ran.status == 1
    assert "the policy wants 'churn@v1.1.0' to be signed, and it has no good signature" in ran.err


@needs_ssh
def test_the_trailer(signing_team: Team, forged: Path) -> None:
    raw = signing_team.clone.git("cat-file", "tag", "churn@v1.0.0")
    edited = signing_team.clone.write_object(f"{raw}\n".replace(sha(MODEL), sha(FORGED)).encode())

    signing_team.clone.raw_ref("refs/tags/churn@v1.0.0", edited)

    ran = signing_team.verify(forged)
    assert ran.status == 1
    assert "the policy wants 'churn@v1.0.0' to be signed, and it has no good signature" in ran.err
    assert signing_team.push(f"+{edited}:refs/tags/churn@v1.0.0") >= {"signed", "artifact", "tag-immutable"}


def test_the_lock_file(team: Team) -> None:
    team.clone.git("rm", "--quiet", "m.bin")
    team.commit("1.1.0", {"dvc.lock": lock(FORGED)})
    team.clone.tag("churn@v1.1.0", message=f"As agreed\n\nArtifact: md5:{md5('agreed')} m.bin")

    assert team.push("churn@v1.1.0") == {"artifact"}


def test_the_pointer(team: Team, forged: Path) -> None:
    team.commit("1.1.0", {"m.bin": pointer(FORGED)})
    team.tag("churn@v1.1.0", "agreed")

    assert team.push("churn@v1.1.0") == {"artifact"}
    # Where it got in before the policy, the consumer is told.
    assert team.verify(forged, "churn@v1.1.0").status == 1


def test_the_version_file(team: Team) -> None:
    team.commit("1.0.9", {"m.bin": FORGED})
    team.tag("churn@v1.1.0", FORGED)

    assert team.push("churn@v1.1.0") == {"target-version"}


def test_two_versions_of_one_artifact(team: Team) -> None:
    team.commit("1.1.0", {})
    team.tag("churn@v1.1.0", MODEL)

    assert team.push("churn@v1.1.0") == {"artifact"}


def test_an_assignment_with_another_artifact(team: Team) -> None:
    team.tag("churn#prod#1", FORGED, "churn@v1.0.0^{commit}")

    assert team.push("churn#prod#1") == {"artifact"}


@needs_ssh
def test_a_replay(signing_team: Team, genuine: Path) -> None:
    """What was signed once, for v1.0.0, is shown again as what is newer."""
    team = signing_team
    team.commit("1.1.0", {"m.bin": FORGED})
    team.tag("churn@v1.1.0", FORGED)
    team.tag("churn#prod#1", None, "churn@v1.0.0^{commit}")
    team.tag("churn#prod#2", None, "churn@v1.1.0^{commit}")
    assert team.push("churn@v1.1.0", "churn#prod#1", "churn#prod#2") == set()
    old = {name: team.clone.git("rev-parse", f"refs/tags/{name}") for name in ("churn@v1.0.0", "churn#prod#1")}

    assert team.push(f"{old['churn@v1.0.0']}:refs/tags/churn@v1.2.0") >= {"tag-name-in-object"}
    assert team.push(f"{old['churn#prod#1']}:refs/tags/churn#prod#3") >= {"tag-name-in-object"}
    team.clone.raw_ref("refs/tags/churn#prod#3", old["churn#prod#1"])
    team.clone.raw_ref("refs/tags/churn@v1.2.0", old["churn@v1.0.0"])
    for query in ("churn#prod", "churn@latest"):
        ran = team.verify(genuine, query)
        assert ran.status == 1
        assert "is not verified as the artifact of churn v1.1.0" in ran.err
