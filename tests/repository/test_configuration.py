"""The settings of the machine's owner, and nothing that a pusher's environment says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support import Repo
from tagwarden.policy.errors import CannotJudge
from tagwarden.repository.git.bare.empty import in_configuration
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.configuration import Configuration

CLOSE_AT_ONCE = """
import os, sys
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.configuration import Configuration
from tagwarden.repository.git.bare.empty import in_configuration

Configuration(Git.at(sys.argv[1])).close()
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no child is left")
"""


def read(repo: Repo) -> Configuration:
    return Configuration(Git.at(str(repo.path)))


def test_settings_are_found_by_name_in_any_case(repo: Repo) -> None:
    repo.git("config", "tagwarden.defaultPolicy", "file:/etc/tagwarden.toml")
    configuration = read(repo)

    assert configuration.get("tagwarden.defaultPolicy") == "file:/etc/tagwarden.toml"
    assert configuration.get("TAGWARDEN.defaultpolicy") == "file:/etc/tagwarden.toml"
    assert configuration.get("tagwarden.policy") is None


def test_other_settings_are_not_read(repo: Repo) -> None:
    repo.git("config", "tagwardenx.policy", "x")

    assert read(repo).values() == {}


def test_the_last_of_several_values_counts(repo: Repo) -> None:
    repo.git("config", "--global", "tagwarden.policy", "ref:global:x")
    repo.git("config", "--add", "tagwarden.policy", "ref:first:x")
    repo.git("config", "--add", "tagwarden.policy", "ref:last:x")
    try:
        assert read(repo).get("tagwarden.policy") == "ref:last:x"
    finally:
        repo.git("config", "--global", "--unset", "tagwarden.policy")


def test_values_may_hold_anything(repo: Repo) -> None:
    for name, value in {"lines": "a\nb", "bytes": "\udcff", "equals": "a=b", "empty": ""}.items():
        repo.git("config", f"tagwarden.{name}", value)
    with (repo.git_dir / "config").open("a") as file:
        file.write("[tagwarden]\n\tflag\n")

    assert read(repo).values() == {
        "tagwarden.lines": "a\nb",
        "tagwarden.bytes": "\udcff",
        "tagwarden.equals": "a=b",
        "tagwarden.empty": "",
        "tagwarden.flag": "true",
    }
    assert read(repo).get("tagwarden.empty") is None


@pytest.mark.parametrize("with_git_dir", [True, False])
def test_the_environment_sets_nothing(repo: Repo, monkeypatch: pytest.MonkeyPatch, with_git_dir: bool) -> None:
    other = repo.path / "other-config"
    other.write_text("[tagwarden]\n\tpolicy = file:/from/a/file\n")
    repo.git("config", "tagwarden.sitePolicy", "file:/set")
    monkeypatch.chdir(repo.path)
    for name, value in {
        "GIT_CONFIG": str(other),
        "GIT_CONFIG_PARAMETERS": "'tagwarden.policy'='file:/from/parameters'",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "tagwarden.policy",
        "GIT_CONFIG_VALUE_0": "file:/from/count",
    }.items():
        monkeypatch.setenv(name, value)
    if with_git_dir:
        monkeypatch.setenv("GIT_DIR", ".git")

    assert Configuration(Git.here()).values() == {"tagwarden.sitepolicy": "file:/set"}


def test_a_configuration_that_cannot_be_read_is_no_empty_one(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo.git_dir / "config").write_text("[tagwarden\n")
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("GIT_DIR", ".git")

    with pytest.raises(CannotJudge, match="bad config line 1"):
        Configuration(Git.here()).values()


def test_a_repository_that_git_does_not_trust_is_not_taken_for_an_unconfigured_one(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    repo.git("config", "--file", ".git/config", "tagwarden.policy", "file:/set")

    with pytest.raises(CannotJudge, match="dubious ownership"):
        read(repo)


def test_a_configuration_that_nobody_asks_leaves_no_process(repo: Repo) -> None:
    # In a process of its own, which has no other children.
    ran = subprocess.run([sys.executable, "-I", "-c", CLOSE_AT_ONCE, str(repo.path)], capture_output=True, text=True)

    assert (ran.stdout, ran.stderr) == ("no child is left\n", "")


def test_the_work_tree_is_found_from_inside_and_a_bare_repository_has_none(repo: Repo, tmp_path: Path) -> None:
    (repo.path / "a").mkdir()
    bare = Repo.init(tmp_path / "bare.git", "--bare")

    assert Git.at(str(repo.path / "a")).work_tree() == str(repo.path)
    assert Git.at(str(bare.path)).work_tree() is None


def git_that_reads(config: Path) -> str:
    """A `git` that finds `config` where the repository's configuration should be."""
    program = config.parent / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nGIT_CONFIG={config} exec {shutil.which("git")} "$@"\n')
    program.chmod(0o755)
    return str(program.parent)


@pytest.mark.parametrize("content", ["", "[user]\n\tname = Ada\n"])
def test_a_configuration_that_git_passed_over_is_not_taken_for_one_that_sets_nothing(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    (tmp_path / "config").write_text(content)
    monkeypatch.setenv("PATH", f"{git_that_reads(tmp_path / 'config')}:{os.environ['PATH']}")

    configuration = read(repo)
    for _ in range(2):
        with pytest.raises(CannotJudge, match="Git did not read"):
            configuration.get("tagwarden.policy")


def test_a_configuration_that_never_had_a_version_is_read(repo: Repo) -> None:
    (repo.git_dir / "config").write_text("[tagwarden]\n\tpusher = x\n")

    assert read(repo).get("tagwarden.pusher") == "x"


NAMES = ("core.hooksPath", "tagwarden.logSink", "hook.a b.command", 'url.https://x/"\\y".insteadOf', "remote.a.b.c.url")
VALUES = ("", "true", " with blanks ", "a # b ; c", 'quoted "twice" \\ slashed', "two\nlines\tand a tab", "\udcff-é")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", VALUES)
def test_git_reads_what_we_write_as_its_configuration(tmp_path: Path, name: str, value: str) -> None:
    file = tmp_path / "config"
    file.write_bytes(os.fsencode(in_configuration("a.b", "before") + in_configuration(name, value)))

    read = subprocess.run(["git", "config", "--file", file, "--null", "--get", name], check=True, capture_output=True)
    assert os.fsdecode(read.stdout) == value + "\0"
