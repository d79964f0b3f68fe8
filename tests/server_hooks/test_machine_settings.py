"""Settings for all repositories of a machine, in a file that the hook file names."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import Ran, tagwarden
from support.project import ROOT
from tagwarden.server_hooks.settings_in_force import KNOWN

NewServer = Callable[..., Server]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A settings file, which names a policy that knows only the model `churn`."""
    folder = tmp_path / "etc with 'quotes'"
    folder.mkdir(mode=0o755)
    policy = folder / "policy.toml"
    policy.write_text('[models]\nnames = ["churn"]\n')
    file = folder / "settings"
    file.write_text(
        f'[tagwarden]\n\tdefaultPolicy = "file:{policy}"\n\tpusher = env:WHO\n[core]\n\thooksPath = /nowhere\n'
    )
    return file


@pytest.fixture
def guarded(new_server: NewServer, settings: Path) -> Server:
    server = new_server(hook=None)
    assert installed(server, "--settings", str(settings)).status == 0
    return server


def installed(server: Repo, *options: str) -> Ran:
    return tagwarden(server.path, "install", "--server", *options, ".")


def status(server: Repo) -> Ran:
    return tagwarden(server.path, "status", "--server", "--json", ".")


def in_force(ran: Ran) -> dict[str, str]:
    return {one["setting"]: one["value"] for one in ran.json["configuration"] if one["in_force"]}


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
def test_the_file_counts_even_where_hooks_get_no_configuration_of_the_machine(
    new_server: NewServer, settings: Path, hook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = new_server(hook=None)
    assert installed(server, "--hook", hook, "--settings", str(settings)).status == 0
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    clone = server.clone()
    clone.tag("churn@v1.0.0")
    clone.tag("fraud@v1.0.0")

    assert clone.push("churn@v1.0.0", env={"WHO": "ada"}).ok
    assert clone.push("fraud@v1.0.0").refused_by == {"model-known"}
    assert tagwarden(server.path, "log", "--pusher", "ada", ".").out.count("churn@v1.0.0") == 1
    found = status(server)
    assert found.status == 0
    assert found.json["policy"]["source"].endswith("policy.toml")
    assert tagwarden(server.path, "audit", ".").status == 0


def test_the_repositorys_own_configuration_goes_before_it(guarded: Server, settings: Path) -> None:
    guarded.git("config", "tagwarden.pusher", "http")
    found = status(guarded)

    assert in_force(found)["tagwarden.pusher"] == "http"
    (overridden,) = [one for one in found.json["configuration"] if not one["in_force"]]
    assert (overridden["value"], overridden["set_in"]) == ("env:WHO", f"file:{settings}")
    assert overridden["because"] == f"file:{guarded.path}/config goes before it"


def test_a_setting_that_there_is_not_is_named_with_the_one_that_was_meant(guarded: Server, settings: Path) -> None:
    with settings.open("a") as file:
        file.write("[tagwarden]\n\tpushr = http\n")
    guarded.git("config", "tagwarden.siteplicy", "file:/nowhere")

    found = status(guarded)
    assert found.status == 1
    unknown = "is not in force: tagwarden has no such setting; did you mean"
    assert found.json["problems"] == [
        f"tagwarden.pushr in file:{settings} {unknown} tagwarden.pusher?",
        f"tagwarden.siteplicy in file:{guarded.path}/config {unknown} tagwarden.sitepolicy?",
    ]


def test_every_setting_that_the_program_reads_is_known() -> None:
    read = {
        name
        for folder in ("cli", "hooks", "repository", "server_hooks")
        for file in (ROOT / folder).rglob("*.py")
        for name in re.findall(r'_?(?:SETTING|TIMEOUT)\w* = "(tagwarden\.\w+)"', file.read_text())
    }

    assert len(read) > 8
    assert {name.lower() for name in read} == KNOWN


def test_nothing_but_our_own_settings_counts_in_it(guarded: Server) -> None:
    assert status(guarded).json["proven"] == "refuses"  # and core.hooksPath leads nowhere


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda file: file.chmod(0o664), "chmod go-w"),
        (lambda file: file.parent.chmod(0o777), "chmod go-w"),
        (lambda file: file.unlink(), "No such file or directory"),
        (lambda file: (file.unlink(), file.mkdir()), "not an ordinary file"),
        (lambda file: file.write_text("[tagwarden\n"), "bad config"),
    ],
)
def test_a_file_that_is_not_to_be_trusted_or_read_refuses_what_it_might_have_refused(
    guarded: Server, settings: Path, spoil: Callable[[Path], object], said: str
) -> None:
    clone = guarded.clone()
    clone.tag("churn@v1.0.0")
    clone.commit()
    spoil(settings)

    pushed = clone.push("churn@v1.0.0")
    assert not pushed.ok
    assert said in pushed.stderr
    found = status(guarded)
    assert found.status != 0
    assert any("no push is accepted" in problem and said in problem for problem in found.json["problems"])
    assert installed(guarded).status == 1
    assert installed(guarded, "--settings", "").status == 0
    assert clone.push("churn@v1.0.0").ok


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_not_trusted(guarded: Server, settings: Path) -> None:
    os.chown(settings, 12345, 12345)
    clone = guarded.clone()
    clone.tag("churn@v1.0.0")

    assert "belongs to user 12345" in clone.push("churn@v1.0.0").stderr


def test_installing_again_keeps_the_file(guarded: Server, settings: Path) -> None:
    before = (guarded.path / "hooks" / "pre-receive").read_bytes()

    assert installed(guarded).status == 0
    assert (guarded.path / "hooks" / "pre-receive").read_bytes() == before
    assert installed(guarded, "--settings", "").status == 0
    assert b"settings=''" in (guarded.path / "hooks" / "pre-receive").read_bytes()


def test_a_printed_hook_file_names_it(new_server: NewServer, settings: Path) -> None:
    server = new_server(hook=None)
    printed = tagwarden(server.path, "install", "--server", "--print", "--settings", str(settings))
    assert printed.status == 0
    hook = server.path / "hooks" / "pre-receive"
    hook.write_text(printed.out)
    hook.chmod(0o755)
    clone = server.clone()
    clone.tag("fraud@v1.0.0")

    assert clone.push("fraud@v1.0.0").refused_by == {"model-known"}
    assert in_force(status(server))["tagwarden.pusher"] == "env:WHO"


def test_a_policy_branch_that_it_names_is_watched(guarded: Server, settings: Path) -> None:
    settings.write_text('[tagwarden]\n\tpolicy = "ref:refs/heads/rules:policy.toml"\n')
    clone = guarded.clone()
    clone.commit({"policy.toml": "mode = 'evaluate'\n"})
    assert clone.push("HEAD:refs/heads/rules").ok
    clone.commit({"policy.toml": "mode = 7\n"})

    assert clone.push("HEAD:refs/heads/rules").refused_by == {"policy-file"}
    assert clone.push("HEAD:refs/heads/other").ok


def test_on_gitlab_what_hooks_do_not_get_is_told(
    new_server: NewServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = tmp_path / "gitconfig"
    system.write_text("[tagwarden]\n\tsitePolicy = file:/etc/site.toml\n")
    monkeypatch.delenv("GIT_CONFIG_NOSYSTEM", raising=False)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(system))
    server = new_server(hook=None)
    assert installed(server, "--host", "gitlab").status == 0
    found = status(server).json

    (unread,) = [one for one in found["configuration"] if not one["in_force"]]
    assert (unread["setting"], unread["set_in"]) == ("tagwarden.sitepolicy", f"file:{system}")
    assert any("is not in force: GitLab hands hooks no system configuration" in one for one in found["problems"])


def test_what_can_not_be_named_is_refused(new_server: NewServer, tmp_path: Path) -> None:
    server = new_server(hook=None)

    assert installed(server, "--settings", str(tmp_path / "missing")).status == 1
    assert not (server.path / "hooks" / "pre-receive").exists()
    assert tagwarden(tmp_path, "install", "--settings", "x").status == 2
