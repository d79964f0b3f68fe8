"""Installing server hooks, and taking back exactly what that did."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo, Server
from support.hook_files import GITEA_DELEGATE, everything, hook_at
from support.installing import install, refuses_a_bad_tag, uninstall
from tagwarden.cli.run import run
from tagwarden.repository.hook_files import placing
from tagwarden.repository.hook_files.our_files import is_our_text
from tagwarden.server_hooks.owner import Owner, run_as


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
def test_an_installed_hook_refuses_a_bad_tag(bare: Server, hook: str) -> None:
    assert install(bare, "--hook", hook) == 0

    assert refuses_a_bad_tag(bare)
    assert (bare.path / "hooks" / hook).stat().st_mode & 0o777 == 0o755


def test_installing_again_changes_nothing(bare: Server) -> None:
    hook_at(bare.path / "hooks" / "pre-receive", "#!/bin/sh\n")
    install(bare, "--host", "gitolite")
    before = everything(bare.path)

    assert install(bare, "--host", "gitolite") == 0
    assert install(bare) == 0

    assert everything(bare.path) == before


def everything_is_as_git_made_it(bare: Server) -> None:
    pass


def link_to_a_hook(bare: Server) -> None:
    hook_at(bare.path / "common" / "hook", "#!/bin/sh\nexit 0\n")
    (bare.path / "hooks" / "pre-receive").symlink_to("../common/hook")


BEFORE: dict[str, Callable[[Server], object]] = {
    "nothing there": everything_is_as_git_made_it,
    "a foreign hook": lambda bare: hook_at(bare.path / "hooks" / "pre-receive", "#!/bin/sh\nexit 0\n", 0o750),
    "a foreign hook that nobody runs": lambda bare: hook_at(bare.path / "hooks" / "pre-receive", "text", 0o640),
    "a foreign hook that is a link": link_to_a_hook,
    "a dangling link": lambda bare: (bare.path / "hooks" / "pre-receive").symlink_to("gone"),
    "Gitea's delegate": lambda bare: [
        hook_at(bare.path / "hooks" / "pre-receive.d" / "gitea", "#!/bin/sh\n"),
        hook_at(bare.path / "hooks" / "pre-receive", GITEA_DELEGATE),
    ],
    "hooks elsewhere": lambda bare: bare.git("config", "core.hooksPath", "my hooks/here"),
    "no hooks folder": lambda bare: (bare.path / "hooks").rmdir(),
    "a pusher that is set": lambda bare: bare.git("config", "tagwarden.pusher", "http"),
    "other settings": lambda bare: bare.git("config", "tagwarden.lockTimeout", "5"),
}  # fmt: skip


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("options", [(), ("--host", "gitea"), ("--host", "gitlab"), ("--hook", "update")], ids=str)
def test_uninstalling_gives_back_what_was_there(bare: Server, before: str, options: tuple[str, ...]) -> None:
    BEFORE[before](bare)
    was = everything(bare.path)

    assert install(bare, *options) == 0
    assert everything(bare.path) != was
    assert uninstall(bare) == 0

    assert everything(bare.path) == was


def test_both_hooks_are_taken_back_together(bare: Server) -> None:
    was = everything(bare.path)
    install(bare, "--hook", "update")
    install(bare, "--host", "gitolite")

    uninstall(bare)

    assert everything(bare.path) == was


def test_a_pusher_that_was_set_comes_back_after_two_changes(bare: Server) -> None:
    bare.git("config", "tagwarden.pusher", "http")
    install(bare, "--host", "gitolite")
    install(bare, "--host", "env:WHO")
    assert bare.git("config", "tagwarden.pusher") == "env:WHO"

    uninstall(bare)

    assert bare.git("config", "tagwarden.pusher") == "http"


def test_what_somebody_changed_since_is_left_alone(bare: Server, capsys: pytest.CaptureFixture[str]) -> None:
    install(bare, "--host", "gitolite")
    bare.git("config", "tagwarden.pusher", "http")
    theirs = hook_at(bare.path / "hooks" / "pre-receive", "#!/bin/sh\n# theirs\n")

    assert uninstall(bare) == 0

    assert bare.git("config", "tagwarden.pusher") == "http"
    assert theirs.read_text() == "#!/bin/sh\n# theirs\n"
    assert "is not tagwarden's any more" in capsys.readouterr().out


def test_the_push_log_survives(bare: Server) -> None:
    install(bare)
    log = bare.path / "tagwarden" / "a log"
    log.write_text("what was pushed")

    uninstall(bare)

    assert log.read_text() == "what was pushed"


def test_uninstalling_where_nothing_is_says_so(bare: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert uninstall(bare) == 0

    assert "Nothing of tagwarden is installed" in capsys.readouterr().out


class TestWhere:
    def test_gitea_runs_it_in_a_folder(self, bare: Server) -> None:
        hook_at(bare.path / "hooks" / "pre-receive.d" / "gitea", "#!/bin/sh\ncat >/dev/null\n")
        hook_at(bare.path / "hooks" / "pre-receive", GITEA_DELEGATE)

        install(bare)

        assert is_our_text((bare.path / "hooks" / "pre-receive.d" / "tagwarden").read_bytes())
        assert refuses_a_bad_tag(bare)
        clone = bare.clone()
        clone.tag("m@v0.0.1")
        assert clone.push("m@v0.0.1", "HEAD:refs/heads/x").ok

    @pytest.mark.parametrize("host", ["gitea", "forgejo"])
    def test_of_gitea_and_its_fork_it_is_known(self, bare: Server, host: str) -> None:
        install(bare, "--host", host)

        assert (bare.path / "hooks" / "pre-receive.d" / "tagwarden").exists()
        assert bare.git("config", "tagwarden.pusher") == host

    def test_gitlab_has_a_folder_of_its_own(self, bare: Server) -> None:
        install(bare, "--host", "gitlab")

        assert (bare.path / "custom_hooks" / "pre-receive.d" / "tagwarden").exists()

    @pytest.mark.parametrize("form", ["absolute", "relative"])
    def test_a_hooks_path_of_the_repository_is_followed(self, bare: Server, tmp_path: Path, form: str) -> None:
        bare.git("config", "core.hooksPath", str(tmp_path / "elsewhere") if form == "absolute" else "../elsewhere")

        install(bare)

        assert (tmp_path / "elsewhere" / "pre-receive").exists()
        assert refuses_a_bad_tag(bare)

    def test_a_hooks_path_of_every_repository_is_refused(
        self, bare: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        config = tmp_path / "config"
        config.write_text(f"[core]\n\thooksPath = {tmp_path}/all\n")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))

        assert install(bare) == 1

        said = capsys.readouterr().err
        assert "so a hook there would judge the pushes to every repository" in said
        assert "--print" in said

    def test_a_repository_with_a_work_tree(self, repo: Repo) -> None:
        assert install(repo) == 0

        assert (repo.path / ".git" / "hooks" / "pre-receive").exists()


class TestRefusals:
    def test_two_foreign_hooks(self, bare: Server, capsys: pytest.CaptureFixture[str]) -> None:
        hook_at(bare.path / "hooks" / "pre-receive", "#!/bin/sh\n")
        hook_at(bare.path / "hooks" / "pre-receive.tagwarden-next", "#!/bin/sh\nexit 0\n")
        before = everything(bare.path)

        assert install(bare) == 1

        assert "move one of them away" in capsys.readouterr().err
        assert everything(bare.path) == before

    def test_a_foreign_file_where_ours_belongs(self, bare: Server, capsys: pytest.CaptureFixture[str]) -> None:
        hook_at(bare.path / "hooks" / "pre-receive.d" / "tagwarden", "#!/bin/sh\n")

        assert install(bare, "--host", "gitea") == 1

        assert "is not tagwarden's; move it away" in capsys.readouterr().err

    def test_a_folder_where_the_hook_belongs(self, bare: Server, capsys: pytest.CaptureFixture[str]) -> None:
        (bare.path / "hooks" / "pre-receive").mkdir()

        assert install(bare) == 1

        assert "is a folder" in capsys.readouterr().err

    def test_a_host_that_is_not_known(self, bare: Server, capsys: pytest.CaptureFixture[str]) -> None:
        assert install(bare, "--host", "sourceforge") == 1

        assert "'sourceforge' is not a known host; known are bitbucket," in capsys.readouterr().err

    def test_what_is_no_repository(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for command in ("install", "uninstall", "status"):
            assert run([command, "--server", str(tmp_path)]) == 3
            assert "not a git repository" in capsys.readouterr().err
            assert run([command, "--server", str(tmp_path / "nowhere")]) == 3
            assert "nowhere' is not a repository: there is no such folder" in capsys.readouterr().err

    def test_where_there_is_no_git(
        self, bare: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("PATH", "/nowhere")

        for command in ("install", "uninstall", "status"):
            assert run([command, "--server", str(bare.path)]) == 3
            assert "The program `git` was not found." in capsys.readouterr().err

    def test_a_record_that_can_not_be_read(self, bare: Server, capsys: pytest.CaptureFixture[str]) -> None:
        install(bare)
        (bare.path / "tagwarden" / "installed.json").write_text("{")

        assert uninstall(bare) == 1

        assert "which says what was installed, can't be read" in capsys.readouterr().err

    def test_an_interpreter_that_finds_no_tagwarden(
        self, bare: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        python = hook_at(tmp_path / "python", "#!/bin/sh\necho no module >&2\nexit 1\n")
        monkeypatch.setattr(sys, "executable", str(python))

        assert install(bare) == 1

        assert f"{python} -I can't load tagwarden (no module)" in capsys.readouterr().err

    def test_a_failed_write_leaves_the_foreign_hook_in_place(
        self, bare: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        theirs = hook_at(bare.path / "hooks" / "pre-receive", "#!/bin/sh\n# theirs\n")

        def fail(path: str, content: bytes, mode: int) -> None:
            raise OSError(28, "No space left on device", path)

        monkeypatch.setattr(placing, "replace_file", fail)

        assert install(bare) == 1

        assert "No space left on device" in capsys.readouterr().err
        assert theirs.read_text() == "#!/bin/sh\n# theirs\n"
        assert os.listdir(bare.path / "hooks") == ["pre-receive"]


class TestOwner:
    def test_somebody_else_is_told_who_must_run_it(
        self, bare: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        somebody_else = os.geteuid() + 1
        monkeypatch.setattr(os, "geteuid", lambda: somebody_else)

        assert install(bare, "--host", "http") == 1
        assert run(["status", "--server", str(bare.path)]) == 3

        said = capsys.readouterr().err
        assert "so run this as that user: sudo -u " in said
        assert f"tagwarden install --server --hook=pre-receive --host=http {bare.path}" in said

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
    def test_root_becomes_the_owner(
        self, bare: Server, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        owner = Owner(65534, 65534, "65534", "/")

        ran = run_as(owner, ["/bin/sh", "-c", "id -u; id -g; id -G; echo $HOME; pwd"])

        assert ran.output.decode().split() == ["65534", "65534", "65534", "/", "/"]

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
    def test_an_owner_who_can_not_run_the_interpreter_is_told(
        self, bare: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        python = hook_at(tmp_path / "python", "#!/bin/sh\n", 0o700)
        monkeypatch.setattr(sys, "executable", str(python))
        os.chown(bare.path, 65534, 65534)

        assert install(bare) == 1

        assert f"can't execute {python}: Permission denied" in capsys.readouterr().err


class TestOutput:
    def test_print_writes_the_hook_file_and_nothing_else(
        self, bare: Server, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = everything(bare.path)

        assert install(bare, "--print", "--host", "gitlab", "--hook", "update") == 0

        printed = capsys.readouterr().out
        assert printed.startswith("#!/bin/sh\n{\n# tagwarden server hook: update\n")
        assert "prefix='GL-HOOK-ERR: '" in printed
        assert everything(bare.path) == before

    def test_json_is_one_document(
        self, bare: Server, new_server: Callable[..., Server], capsys: pytest.CaptureFixture[str]
    ) -> None:
        other = new_server(name="other.git", hook=None)

        assert run(["install", "--server", "--json", str(bare.path)]) == 0
        one = json.loads(capsys.readouterr().out)
        assert run(["uninstall", "--server", "--json", str(bare.path), str(other.path)]) == 0
        two = json.loads(capsys.readouterr().out)

        assert one["repository"] == str(bare.path)
        assert [found["repository"] for found in two["repositories"]] == [str(bare.path), str(other.path)]


@pytest.mark.parametrize("setting", ["receive.fsckObjects", "transfer.fsckObjects"])
def test_the_check_of_objects_is_advised_where_nobody_has_decided_on_it(
    bare: Server, setting: str, capsys: pytest.CaptureFixture[str]
) -> None:
    server = bare
    advice = f"git -C {server.path} config receive.fsckObjects true"

    assert install(server) == 0
    assert advice in capsys.readouterr().out
    assert server.try_git("config", "--get", "receive.fsckObjects").returncode == 1, "it is never set"
    server.git("config", setting, "false")
    assert install(server) == 0
    assert advice not in capsys.readouterr().out
