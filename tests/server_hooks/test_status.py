"""`tagwarden status --server`: proof by a push, and what is in the way."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import Repo, Server
from support.hook_files import GITEA_DELEGATE, everything, hook_at
from tagwarden.cli.run import run
from tagwarden.repository.hook_files import probe
from tagwarden.server_hooks import status as status_module

NewServer = Callable[..., Server]
Prove = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def prove(capsys: pytest.CaptureFixture[str]) -> Prove:
    """Exit status and JSON of `tagwarden status --server`, which leaves everything as it was."""

    def prove(server: Repo) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        before = everything(server.path)
        exit_status = run(["status", "--server", "--json", str(server.path)])
        assert everything(server.path) == before
        return exit_status, json.loads(capsys.readouterr().out)

    return prove


def install(server: Repo, *options: str) -> None:
    assert run(["install", "--server", *options, str(server.path)]) == 0


class TestProven:
    @pytest.mark.parametrize("hook", ["pre-receive", "update"])
    @pytest.mark.parametrize("object_format", ["sha1", "sha256"])
    def test_a_hook_that_refuses(self, new_server: NewServer, prove: Prove, hook: str, object_format: str) -> None:
        server = new_server(hook=hook, object_format=object_format)

        exit_status, found = prove(server)

        assert exit_status == 0
        assert found["proven"] == "refuses"
        assert found["hooks"] == {hook: str(server.path / "hooks" / hook)}
        assert found["problems"] == []
        about_library = [each for each in found["missing"] if "can't open this repository" in each]
        assert len(about_library) == (object_format == "sha256")
        assert len(found["missing"]) - len(about_library) == (hook == "update")

    def test_a_policy_that_evaluates(self, server: Server, prove: Prove, capsys: pytest.CaptureFixture[str]) -> None:
        server.commit_on_main({"tagwarden.toml": 'mode = "evaluate"\n'})

        exit_status, found = prove(server)

        assert (exit_status, found["proven"]) == (0, "reports")
        assert run(["status", "--server", str(server.path)]) == 0
        first = capsys.readouterr().out.splitlines()[0]
        assert first.startswith('Nothing is refused, because the policy\'s mode is "evaluate"')
        assert "reported" in first

    @pytest.mark.parametrize("value", ["ref:refs/heads/rules:policy.toml", "file:{path}/policy.toml"])
    @pytest.mark.parametrize("setting", ["policy", "sitePolicy", "defaultPolicy"])
    def test_a_policy_from_where_the_configuration_says(
        self, server: Server, prove: Prove, setting: str, value: str
    ) -> None:
        work = server.clone()
        work.commit({"policy.toml": "[rules]\nversion-step = 'error'\n"})
        work.push("HEAD:refs/heads/rules")
        (server.path / "policy.toml").write_text("[rules]\nversion-step = 'error'\n")
        server.git("config", f"tagwarden.{setting}", value.format(path=server.path))

        exit_status, found = prove(server)

        assert (exit_status, found["proven"]) == (0, "refuses"), found

    def test_hooks_elsewhere(self, new_server: NewServer, prove: Prove) -> None:
        server = new_server(hook=None)
        server.git("config", "core.hooksPath", "../my hooks")
        install(server)

        assert prove(server)[0] == 0

    def test_a_delegate_such_as_giteas(self, new_server: NewServer, prove: Prove) -> None:
        server = new_server(hook=None)
        hook_at(server.path / "hooks" / "pre-receive", GITEA_DELEGATE)
        install(server, "--host", "gitea")

        assert prove(server)[0] == 0

    def test_a_repository_with_a_work_tree(self, repo: Repo, prove: Prove) -> None:
        install(repo)

        assert prove(repo)[0] == 0

    def test_a_repository_that_borrows_objects(self, server: Server, prove: Prove, tmp_path: Path) -> None:
        pool = Repo(tmp_path / "pool.git")
        server.git("clone", "--quiet", "--bare", "--shared", str(server.path), str(pool.path))
        pool.git("symbolic-ref", "HEAD", "refs/heads/main")
        install(pool)

        assert prove(pool)[0] == 0

    def test_whatever_the_environment_says_about_git(
        self, server: Server, prove: Prove, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GIT_DIR", "/nowhere")
        monkeypatch.setenv("GIT_QUARANTINE_PATH", "/nowhere")
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.hooksPath")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", "/nowhere")

        assert prove(server)[0] == 0


class TestNotProven:
    def problems(self, server: Repo, prove: Prove) -> str:
        exit_status, found = prove(server)
        assert exit_status == 1
        assert found["proven"] == "no"
        return "\n".join(found["problems"])

    def test_no_hook(self, new_server: NewServer, prove: Prove, capsys: pytest.CaptureFixture[str]) -> None:
        server = new_server(hook=None)

        problems = self.problems(server, prove)

        assert "a bad tag was accepted\nno hook of tagwarden runs" in problems
        assert "tagwarden install --server" in problems
        assert run(["status", "--server", str(server.path)]) == 1
        assert "push lock: not seen; " in capsys.readouterr().out

    def test_a_lost_x_bit(self, server: Server, prove: Prove) -> None:
        (server.path / "hooks" / "pre-receive").chmod(0o644)

        assert "pre-receive is not executable, so Git ignores it: chmod +x" in self.problems(server, prove)

    def test_a_dangling_link(self, server: Server, prove: Prove) -> None:
        (server.path / "hooks" / "pre-receive").unlink()
        (server.path / "hooks" / "pre-receive").symlink_to("gone")

        assert "is a link to gone, which does not exist" in self.problems(server, prove)

    @pytest.mark.parametrize("where", ["local", "global"])
    def test_a_hook_where_git_does_not_look(
        self, server: Server, prove: Prove, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
    ) -> None:
        if where == "global":
            config = tmp_path / "config"
            config.write_text(f"[core]\n\thooksPath = {tmp_path}/all\n")
            monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
        else:
            server.git("config", "core.hooksPath", str(tmp_path / "all"))

        problems = self.problems(server, prove)

        assert f"but Git looks in {tmp_path}/all: core.hooksPath is set in the {where} configuration" in problems

    def test_a_gitea_hook_that_no_gitea_runs(self, new_server: NewServer, prove: Prove) -> None:
        server = new_server(hook=None)
        install(server, "--host", "gitea")

        assert "which gitea's server makes, does not run it" in self.problems(server, prove)

    def test_a_hook_that_does_not_end(
        self, new_server: NewServer, prove: Prove, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = new_server(hook=None)
        hook_at(server.path / "hooks" / "pre-receive", "#!/bin/sh\nexec sleep 20\n")
        monkeypatch.setattr(probe, "PATIENCE", 0.5)

        exit_status, found = prove(server)

        assert (exit_status, found["proven"]) == (3, "unknown")
        assert any("did not come to an end" in problem for problem in found["problems"])

    def test_an_interpreter_that_has_gone(self, server: Server, prove: Prove) -> None:
        hook = server.path / "hooks" / "pre-receive"
        text, replaced = re.subn("^python=.*$", "python='/nowhere/python'", hook.read_text(), flags=re.MULTILINE)
        assert replaced == 1
        hook.write_text(text)

        exit_status, found = prove(server)

        assert (exit_status, found["proven"]) == (1, "no")
        assert "a bad tag was refused, but not because tagwarden judged it" in found["problems"]
        assert "the interpreter /nowhere/python" in found["said"]

    def test_a_foreign_hook_that_refuses_everything(
        self, new_server: NewServer, prove: Prove, capsys: pytest.CaptureFixture[str]
    ) -> None:
        server = new_server(hook=None)
        hook_at(server.path / "hooks" / "pre-receive", "#!/bin/sh\necho closed for today\nexit 1\n")

        assert "not because tagwarden judged it" in self.problems(server, prove)
        assert run(["status", "--server", str(server.path)]) == 1
        said = capsys.readouterr().out
        assert said.startswith("Pushes of tags are refused, but not because tagwarden judges them.")
        assert "closed for today" in said
        assert run(["status", "--server", str(server.path), str(server.path)[:-1] + "*"]) == 1
        assert f"{server.path}: TAGS ARE REFUSED WITHOUT BEING JUDGED; 1 problem; " in capsys.readouterr().out

    def test_a_policy_that_can_not_be_read(self, server: Server, prove: Prove) -> None:
        server.commit_on_main({"tagwarden.toml": "[nonsense]\n"})

        exit_status, found = prove(server)

        assert (exit_status, found["proven"]) == (1, "no")
        assert "can't be read" in found["said"]

    def test_a_policy_that_ignores_every_tag(self, server: Server, prove: Prove) -> None:
        server.commit_on_main({"tagwarden.toml": '[scope]\nignore = ["*"]\n'})

        assert "a bad tag was accepted" in self.problems(server, prove)

    def test_a_head_that_dangles(self, server: Server, prove: Prove) -> None:
        server.git("symbolic-ref", "HEAD", "refs/heads/gone")

        exit_status, found = prove(server)

        assert (exit_status, found["proven"]) == (1, "refuses")
        assert f"git -C {server.path} symbolic-ref HEAD refs/heads/main" in found["problems"][0]
        assert "tagwarden.policy" not in found["problems"][0], "there is no policy that it could name"

    def test_a_head_that_dangles_beside_the_policys_branch(self, server: Server, prove: Prove) -> None:
        server.commit_on_main({"tagwarden.toml": ""})
        server.git("symbolic-ref", "HEAD", "refs/heads/gone")

        _, found = prove(server)

        command = f"git -C {server.path} config tagwarden.policy ref:refs/heads/main:tagwarden.toml"
        assert command in found["problems"][0]

    def test_a_lock_that_can_not_be_written(
        self, server: Server, prove: Prove, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        access = os.access
        monkeypatch.setattr(os, "access", lambda path, mode: "push.lock" not in str(path) and access(path, mode))

        exit_status, found = prove(server)

        assert exit_status == 1
        assert "push.lock can't be written, so no model tag is accepted" in found["problems"][0]


class TestGitLab:
    def test_only_gitlab_itself_can_prove_it(self, new_server: NewServer, prove: Prove) -> None:
        server = new_server(hook=None)
        install(server, "--host", "gitlab")

        exit_status, found = prove(server)

        assert (exit_status, found["proven"]) == (3, "unknown")
        assert "whether Gitaly runs it can be seen only by pushing one to GitLab" in found["problems"][0]
        assert "no receive-pack is above the hook" in found["missing"][0]
        assert "GL-HOOK-ERR:   error [tag-name]" in found["said"]

    def test_a_file_that_is_not_executable_is_no_hook(self, new_server: NewServer, prove: Prove) -> None:
        server = new_server(hook=None)
        install(server, "--host", "gitlab")
        (server.path / "custom_hooks" / "pre-receive.d" / "tagwarden").chmod(0o644)

        exit_status, found = prove(server)

        assert (exit_status, found["proven"]) == (1, "no")
        assert "is not executable" in found["problems"][0]

    def test_a_file_that_accepts_is_no_gate(self, new_server: NewServer, prove: Prove) -> None:
        server = new_server(hook=None)
        install(server, "--host", "gitlab")
        server.commit_on_main({"tagwarden.toml": 'mode = "evaluate"\n'})

        exit_status, found = prove(server)

        assert (exit_status, found["proven"]) == (1, "no")


def test_where_no_other_process_can_be_seen_the_lock_is_no_guarantee(
    server: Server, prove: Prove, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_module, "ancestors_can_be_read", lambda: None)

    exit_status, found = prove(server)

    assert exit_status == 0
    assert "neither /proc nor ps" in found["missing"][0]


def test_what_is_no_repository_can_not_be_judged(tmp_path: Path) -> None:
    assert run(["status", "--server", str(tmp_path)]) == 3
