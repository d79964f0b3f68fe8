"""`tagwarden host`: what it prints is run against each host's API, which then has what the policy implies."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from support.command_line import Ran, tagwarden
from support.host_apis import HOSTS, TOKEN, Host, serve_api, write_programs

BY = {"github": "app:12345", "gitlab": "deploy-key:7", "gitea": "user:models-bot"}


class Scene(NamedTuple):
    """A host, the arguments that name it and who is to create tags, and a folder to run commands in."""

    host: Host
    arguments: tuple[str, ...]
    folder: Path

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run what was printed, in a shell, as an administrator who has a token."""
        path = [str(self.folder), str(Path(sys.executable).parent), os.environ["PATH"]]
        environment = {**os.environ, "PATH": os.pathsep.join(path), "GITEA_TOKEN": TOKEN}
        return subprocess.run(["sh"], input=script, cwd=self.folder, env=environment, capture_output=True, text=True)

    def plan(self, *more: str) -> str:
        ran = tagwarden(self.folder, "host", "plan", *self.arguments, *more)
        assert ran.status == 0, ran.err
        return ran.out

    def drift(self) -> Ran:
        """What the last line of a plan says to run; its second half runs in this process, which is faster."""
        dump, _, command = self.plan().rstrip().splitlines()[-1].removeprefix("# ").partition(" | tagwarden ")
        (self.folder / "dump").write_text(self.run(dump).stdout)
        return tagwarden(self.folder, *shlex.split(command), str(self.folder / "dump"))


@pytest.fixture(
    params=[pytest.param("github"), pytest.param("gitlab"), pytest.param("gitea", marks=pytest.mark.needs("curl"))]
)
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    yield from played(request.param, tmp_path, BY[request.param])


def played(name: str, folder: Path, *by: str) -> Iterator[Scene]:
    host = HOSTS[name]()
    with serve_api(host) as address:
        write_programs(folder, address)
        repository = f"{address}/ml/models" if name == "gitea" else "ml/models"
        named = [word for one in by for word in ("--by", one)]
        yield Scene(host, (name, "--repository", repository, *named), folder)


def test_what_is_planned_is_done_by_the_printed_commands_and_then_nothing_differs(scene: Scene) -> None:
    before = scene.drift()
    applied = scene.run(scene.plan())
    after = scene.drift()

    assert (before.status, before.out.splitlines()[-1][:5]) == (1, "fix: ")
    assert (applied.returncode, applied.stdout, applied.stderr) == (0, "", "")
    assert after.status == 0, after.out + after.err
    assert "has the rules that the policy implies" in after.out
    assert {"POST", "GET"} == set(scene.host.called)


def change(host: Host, kind: str) -> None:
    """Somebody changes a rule on the host's pages."""
    rules: list[dict[str, Any]] = list(host.rules.values())
    actor = {"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}
    changes: dict[str, Callable[[], object]] = {
        "github disabled": lambda: rules[1].update(enforcement="disabled"),
        "github bypass": lambda: rules[0]["bypass_actors"].append(actor),
        "github app": lambda: rules[0]["bypass_actors"].clear(),
        "github include": lambda: rules[0]["conditions"]["ref_name"]["include"].remove("refs/tags/**/*#*"),
        "github exclude": lambda: rules[1]["conditions"]["ref_name"]["exclude"].append("refs/tags/fraud@*"),
        "github rule": lambda: rules[1]["rules"].pop(),
        "github gone": lambda: host.rules.pop(rules[0]["id"]),
        "gitlab level": lambda: rules[0]["create_access_levels"].append({"id": 9, "access_level": 30}),
        "gitlab other": lambda: host.keep({"name": "v*", "create_access_levels": [{"id": 9, "access_level": 30}]}),
        "gitlab gone": lambda: host.rules.pop(rules[1]["id"]),
        "gitea user": lambda: rules[0]["whitelist_usernames"].append("ada"),
        "gitea other": lambda: host.keep({"name_pattern": "v*", "whitelist_usernames": ["ada"], "whitelist_teams": []}),
        "gitea gone": lambda: host.rules.pop(rules[0]["id"]),
    }
    changes[kind]()


NAMED = {
    "github disabled": "The ruleset 'tagwarden: model tags stay as they are' is 'disabled', not 'active'.",
    "github bypass": "The ruleset 'tagwarden: who creates model tags' can also be bypassed by RepositoryRole 5.",
    "github app": "The ruleset 'tagwarden: who creates model tags' can't be bypassed by Integration 12345.",
    "github include": "The ruleset 'tagwarden: who creates model tags' does not cover 'refs/tags/**/*#*'.",
    "github exclude": "'tagwarden: model tags stay as they are' excludes 'refs/tags/fraud@*'.",
    "github rule": "The ruleset 'tagwarden: model tags stay as they are' does not restrict deletion.",
    "github gone": "There is no ruleset 'tagwarden: who creates model tags'.",
    "gitlab level": "deploy-key 7 and developers may create the tags '*@*'; that should be deploy-key 7.",
    "gitlab other": "The protected tag 'v*' lets developers create the model tags it matches.",
    "gitlab gone": "The tags '*#*' are not protected.",
    "gitea user": "user 'ada' and user 'models-bot' may create the tags /",
    "gitea other": "The protected tag 'v*' lets user 'ada' create the model tags it matches.",
    "gitea gone": "are not protected.",
}
SAMPLE = {"gitea other"}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind,
            marks=[
                *([] if kind in SAMPLE else [pytest.mark.thorough]),
                *([pytest.mark.needs("curl")] if kind.startswith("gitea") else []),
            ],
        )
        for kind in NAMED
    ],
)
def test_what_was_changed_by_hand_is_named_and_the_printed_fix_puts_it_right(kind: str, tmp_path: Path) -> None:
    name = kind.split()[0]
    for scene in played(name, tmp_path, BY[name]):
        assert scene.run(scene.plan()).returncode == 0
        change(scene.host, kind)

        found = scene.drift()
        fix = found.out.splitlines()[-1].removeprefix("fix: ")
        fixed = scene.run(fix)
        after = scene.drift()

    assert (found.status, len(found.out.splitlines())) == (1, 2)
    assert NAMED[kind] in found.out
    assert (fixed.returncode, fixed.stderr) == (0, "")
    assert after.status == 0, after.out


@pytest.mark.needs("curl")
def test_no_token_is_ever_a_word_of_a_command(tmp_path: Path) -> None:
    for scene in played("gitea", tmp_path, "user:models-bot", "team:releasers"):
        assert scene.run(scene.plan()).returncode == 0
        scene.drift()

    assert TOKEN not in (tmp_path / "curl.log").read_text()
    assert "Authorization" not in (tmp_path / "curl.log").read_text()


@pytest.mark.needs("curl")
def test_without_a_token_nothing_is_sent_that_counts(tmp_path: Path) -> None:
    for scene in played("gitea", tmp_path, "user:models-bot"):
        ran = scene.run("unset GITEA_TOKEN\n" + scene.plan())

    assert ran.returncode != 0
    assert "GITEA_TOKEN" in ran.stderr
    assert not scene.host.rules


def test_a_host_that_does_not_answer_is_no_host_without_rules(tmp_path: Path) -> None:
    for scene in played("github", tmp_path, "app:12345"):
        (tmp_path / "gh").write_text('#!/bin/sh\necho \'{"message": "Not Found", "status": "404"}\'\nexit 1\n')
        refused = scene.drift()
        (tmp_path / "gh").write_text("#!/bin/sh\nexit 1\n")
        silent = scene.drift()

    assert (refused.status, silent.status) == (3, 3)
    assert "The host did not print its rules; it said 'Not Found'" in refused.err
    assert "The dump is empty" in silent.err
