"""Hooks that several repositories have together, and hooks that several users run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo, Server
from support.installing import install, refuses_a_bad_tag, uninstall
from tagwarden.cli.run import run

NewServer = Callable[..., Server]


class TestSharedFolders:
    """A folder of hooks that the core.hooksPath of several repositories names."""

    @pytest.fixture
    def pair(self, new_server: NewServer, tmp_path: Path) -> tuple[Server, Server]:
        pair = new_server(hook=None, name="a.git"), new_server(hook=None, name="b.git")
        for server in pair:
            server.git("config", "core.hooksPath", str(tmp_path / "shared"))
        return pair

    def test_no_uninstalling_opens_the_gate_of_another(
        self, pair: tuple[Server, Server], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for server in pair:
            assert install(server) == 0
        assert "other repositories have their hooks there are guarded from now on, too" in capsys.readouterr().out

        assert uninstall(pair[0]) == 0

        said = capsys.readouterr().out
        assert "is left as it is, and still judges the pushes to this repository" in said
        assert f"rm {tmp_path}/shared/pre-receive" in said
        assert refuses_a_bad_tag(pair[1])

    def test_status_says_in_whose_hands_the_gate_is(
        self, pair: tuple[Server, Server], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert install(pair[0]) == 0
        capsys.readouterr()

        assert run(["status", "--server", str(pair[1].path)]) == 0

        assert "whoever takes it away for one of them opens the gate of this one" in capsys.readouterr().out

    @pytest.mark.parametrize("linked", [False, True])
    def test_the_folder_of_another_repository_is_refused(
        self, pair: tuple[Server, Server], linked: bool, capsys: pytest.CaptureFixture[str]
    ) -> None:
        own, other = pair
        own.git("config", "--unset", "core.hooksPath")
        hooks = own.path / "hooks"
        if linked:
            hooks.rename(own.path / "before")
            hooks.symlink_to(other.path / "hooks")
        else:
            own.git("config", "core.hooksPath", str(other.path / "hooks"))

        assert install(own) == 1

        assert "in another repository" in capsys.readouterr().err
        assert not (other.path / "hooks" / "pre-receive").exists()


class TestWhoMayPushMayRead:
    @pytest.fixture
    def shared(self, tmp_path: Path) -> Server:
        """Others of the group may push here, and there is no folder for hooks yet."""
        server = Server(tmp_path / "shared.git")
        Repo.init(server.path, "--bare", "--template=", "--shared=group")
        return server

    def test_what_is_installed_under_a_strict_umask(self, shared: Server) -> None:
        before = os.umask(0o077)
        try:
            assert install(shared) == 0
        finally:
            os.umask(before)

        assert (shared.path / "hooks").stat().st_mode & 0o050 == 0o050
        assert (shared.path / "hooks" / "pre-receive").stat().st_mode & 0o777 == 0o755
        for name in ("", "push.lock", "tags-before-log"):
            assert (shared.path / "tagwarden" / name).stat().st_mode & 0o060 == 0o060, name

    def test_what_0_1_made_is_put_right_by_installing_again(self, shared: Server) -> None:
        install(shared)
        (shared.path / "hooks").chmod(0o700)

        assert install(shared) == 0

        assert (shared.path / "hooks").stat().st_mode & 0o050 == 0o050

    def test_a_folder_of_others_that_is_closed_is_refused_with_the_command(
        self, shared: Server, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (shared.path / "hooks").mkdir(mode=0o700)

        assert install(shared) == 1

        assert f"chmod g+rx {shared.path}/hooks" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("name", "mode", "command"),
        [
            ("hooks", 0o700, "chmod g+rx"),
            ("hooks/pre-receive", 0o700, "chmod g+rx"),
            ("tagwarden/push.lock", 0o644, "chmod g+rw"),
            ("tagwarden", 0o755, "chmod g+rwx"),
        ],
    )
    def test_status_proves_it_for_all_who_may_push(
        self, shared: Server, capsys: pytest.CaptureFixture[str], name: str, mode: int, command: str
    ) -> None:
        install(shared)
        (shared.path / name).chmod(mode)
        capsys.readouterr()

        assert run(["status", "--server", "--json", str(shared.path)]) == 1

        problems = json.loads(capsys.readouterr().out)["problems"]
        assert any(f"{command} {shared.path}/{name}" in problem for problem in problems)
