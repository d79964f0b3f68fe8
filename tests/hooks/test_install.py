"""`tagwarden install` and `uninstall` in a clone: what is written, kept, printed and refused."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from support import Repo, Server
from support.client_set_ups import FOREIGN, HUSKY, LEFTHOOK, git_version, write_hook
from support.command_line import tagwarden
from support.hook_files import everything
from tagwarden.hooks import cached_interpreter
from tagwarden.hooks.clone import Clone
from tagwarden.hooks.hook_file import NEXT
from tagwarden.hooks.hook_place import hook_place
from tagwarden.hooks.install import install
from tagwarden.hooks.uninstall import uninstall
from tagwarden.repository.hook_files import placing
from tagwarden.repository.hook_files.errors import CannotInstall
from tagwarden.repository.hook_files.our_files import interpreter_in, is_our_text


def hooks_of(clone: Repo) -> Path:
    return clone.git_dir / "hooks"


class TestInstall:
    def test_writes_an_executable_hook_that_names_this_interpreter(self, repo: Repo) -> None:
        ran = tagwarden(repo.path, "install")

        hook = hooks_of(repo) / "pre-push"
        assert ran.status == 0
        assert str(hook) in ran.out
        assert is_our_text(hook.read_bytes())
        assert interpreter_in(hook.read_bytes()) == sys.executable
        assert stat.S_IMODE(hook.stat().st_mode) == 0o755

    def test_again_changes_nothing(self, repo: Repo) -> None:
        write_hook(hooks_of(repo) / "pre-push")
        install(str(repo.path))
        before = everything(hooks_of(repo))

        install(str(repo.path))

        assert everything(hooks_of(repo)) == before

    def test_several_clones_at_once_from_anywhere(self, repo: Repo, tmp_path: Path) -> None:
        other = Repo.init(tmp_path / "other")
        (other.path / "deep").mkdir()

        ran = tagwarden(tmp_path, "install", "--json", "repo", "other/deep")

        assert [one["repository"] for one in ran.json["repositories"]] == ["repo", "other/deep"]
        assert all((hooks_of(one) / "pre-push").exists() for one in (repo, other))

    def test_a_linked_work_tree_shares_the_hooks(self, repo: Repo, tmp_path: Path) -> None:
        repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"))

        install(str(tmp_path / "linked"))

        assert (hooks_of(repo) / "pre-push").exists()

    def test_a_missing_hooks_folder_is_made(self, repo: Repo) -> None:
        hooks_of(repo).rmdir()
        install(str(repo.path))

        assert (hooks_of(repo) / "pre-push").exists()

    def test_a_link_is_kept_as_a_link(self, repo: Repo, tmp_path: Path) -> None:
        write_hook(tmp_path / "elsewhere")
        (hooks_of(repo) / "pre-push").symlink_to(tmp_path / "elsewhere")

        install(str(repo.path))
        assert (hooks_of(repo) / NEXT).readlink() == tmp_path / "elsewhere"

        uninstall(str(repo.path))
        assert (hooks_of(repo) / "pre-push").readlink() == tmp_path / "elsewhere"
        assert (tmp_path / "elsewhere").read_text() == FOREIGN

    def test_a_hook_that_nobody_runs_is_kept_and_told_of(self, repo: Repo) -> None:
        write_hook(hooks_of(repo) / "pre-push")
        (hooks_of(repo) / "pre-push").chmod(0o644)

        said = install(str(repo.path))

        assert any("not executable" in line for line in said.said)

    def test_an_old_interpreter_is_replaced(self, repo: Repo) -> None:
        install(str(repo.path))
        hook = hooks_of(repo) / "pre-push"
        hook.write_text(hook.read_text().replace(sys.executable, "/gone/python"))

        install(str(repo.path))

        assert interpreter_in(hook.read_bytes()) == sys.executable

    @pytest.mark.skipif(git_version() >= (2, 54), reason="Git is new enough")
    def test_a_configured_hook_needs_a_new_git(self, repo: Repo) -> None:
        before = everything(repo.git_dir)

        ran = tagwarden(repo.path, "install", "--configured")

        assert ran.status == 1
        assert "2.54" in ran.err
        assert everything(repo.git_dir) == before

    def test_a_configured_hook_is_named_with_its_command_first(
        self, repo: Repo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Clone, "git_version", lambda _: (2, 54))

        install(str(repo.path), configured=True)

        command = repo.git("config", "hook.tagwarden.command")
        assert repo.git("config", "hook.tagwarden.event") == "pre-push"
        assert is_our_text(Path(command).read_bytes())
        uninstall(str(repo.path))
        assert repo.try_git("config", "--get-regexp", "^hook").stdout == b""
        assert not Path(command).parent.exists()


class TestRefused:
    def test_where_a_hook_would_judge_every_clone(self, repo: Repo, tmp_path: Path) -> None:
        repo.git("config", "--global", "core.hooksPath", str(tmp_path / "mine"))
        try:
            ran = tagwarden(repo.path, "install")
        finally:
            repo.git("config", "--global", "--unset", "core.hooksPath")

        assert ran.status == 1
        assert "every clone" in ran.err
        assert not (tmp_path / "mine").exists()

    def test_where_two_other_hooks_stand_already(self, repo: Repo) -> None:
        install(str(repo.path))
        write_hook(hooks_of(repo) / "pre-push", "#!/bin/sh\n# one\n")
        write_hook(hooks_of(repo) / NEXT, "#!/bin/sh\n# two\n")
        before = everything(hooks_of(repo))

        assert tagwarden(repo.path, "install").status == 1
        assert everything(hooks_of(repo)) == before

    def test_in_a_bare_repository_with_work_trees(self, server: Server, tmp_path: Path) -> None:
        server.commit_on_main({"file": "."})
        tree = tmp_path / "a\ntree"
        server.git("worktree", "add", "--quiet", str(tree), "main")

        refused = tagwarden(tmp_path, "install", str(server.path))

        assert refused.status == 1
        assert "its work trees are pushed from" in refused.err

    def test_in_a_bare_repository_and_in_none(self, server: Server, tmp_path: Path) -> None:
        bare = tagwarden(tmp_path, "install", str(server.path))
        nowhere = tagwarden(tmp_path, "install")
        gone = tagwarden(tmp_path, "install", "gone")

        assert (bare.status, nowhere.status, gone.status) == (1, 3, 3)
        assert gone.err == f"tagwarden: '{tmp_path}/gone' is not a repository: there is no such folder\n"
        assert "--server" in bare.err
        assert "not a git repository" in nowhere.err

    @pytest.mark.parametrize("option", ["--hook=update", "--host=gitea", "--print"])
    def test_options_of_server_hooks(self, repo: Repo, option: str) -> None:
        assert tagwarden(repo.path, "install", option).status == 2
        assert tagwarden(repo.path, "install", "--server", "--configured").status == 2

    def test_where_nothing_can_be_written(self, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
        write_hook(hooks_of(repo) / "pre-push")
        before = everything(hooks_of(repo))

        def full(path: str, content: bytes, mode: int) -> None:
            raise OSError(28, "No space left on device", path)

        monkeypatch.setattr(placing, "replace_file", full)

        with pytest.raises(CannotInstall, match="No space left"):
            install(str(repo.path))
        assert everything(hooks_of(repo)) == before


class TestHookManagers:
    @pytest.mark.parametrize("folder", [".husky/_", ".husky"])
    def test_husky_is_told_what_to_call(self, repo: Repo, folder: str) -> None:
        write_hook(repo.path / ".husky" / "_" / "pre-push", HUSKY)
        repo.git("config", "core.hooksPath", folder)
        before = everything(repo.path)

        ran = tagwarden(repo.path, "install")

        assert ran.status == 1
        assert 'tagwarden hook pre-push "$@"' in ran.err
        assert everything(repo.path) == before

        (repo.path / ".husky" / "pre-push").write_text('tagwarden hook pre-push "$@"\n')
        again = tagwarden(repo.path, "install")
        assert (again.status, "nothing to do" in again.out) == (0, True)
        assert "take that out yourself" in tagwarden(repo.path, "uninstall").out

    def test_lefthook_is_told_what_to_call(self, repo: Repo) -> None:
        write_hook(hooks_of(repo) / "pre-push", LEFTHOOK)
        before = everything(repo.path)

        ran = tagwarden(repo.path, "install")

        assert ran.status == 1
        assert "      use_stdin: true" in ran.err.splitlines()
        assert everything(repo.path) == before

    def test_pre_commits_hook_is_left_alone(self, repo: Repo) -> None:
        script = "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n"
        write_hook(hooks_of(repo) / "pre-push", script)

        install(str(repo.path))

        assert (hooks_of(repo) / "pre-push").read_text() == script
        assert hook_place(Clone(str(repo.path))).file == str(hooks_of(repo) / "pre-push.legacy")
        assert b"138fd403" not in (hooks_of(repo) / "pre-push.legacy").read_bytes()


class TestUninstall:
    def test_says_where_there_is_nothing(self, repo: Repo) -> None:
        ran = tagwarden(repo.path, "uninstall")

        assert ran.status == 0
        assert "Nothing of tagwarden" in ran.out

    def test_a_hook_that_came_since_stays_and_so_does_the_one_before(self, repo: Repo) -> None:
        write_hook(hooks_of(repo) / "pre-push")
        install(str(repo.path))
        write_hook(hooks_of(repo) / "pre-push", "#!/bin/sh\n# new\n")

        said = uninstall(str(repo.path))

        assert any("left as it is" in line for line in said)
        assert (hooks_of(repo) / "pre-push").read_text() == "#!/bin/sh\n# new\n"
        assert (hooks_of(repo) / NEXT).read_text() == FOREIGN

    def test_a_stale_legacy_hook_goes_and_the_one_before_is_run_again(self, repo: Repo) -> None:
        write_hook(hooks_of(repo) / "pre-push")
        install(str(repo.path))
        stale = hooks_of(repo) / "pre-push.legacy"
        stale.write_bytes((hooks_of(repo) / "pre-push").read_bytes())

        uninstall(str(repo.path))

        assert (hooks_of(repo) / "pre-push").read_text() == FOREIGN
        assert not stale.exists()

    def test_finds_the_hook_after_hooks_path_was_set(self, repo: Repo, tmp_path: Path) -> None:
        install(str(repo.path))
        repo.git("config", "core.hooksPath", str(tmp_path / "later"))

        assert tagwarden(repo.path, "uninstall").status == 0
        assert not (hooks_of(repo) / "pre-push").exists()

    def test_everything_is_as_it_was(self, repo: Repo) -> None:
        write_hook(hooks_of(repo) / "pre-push")
        before = everything(repo.git_dir)

        install(str(repo.path))
        uninstall(str(repo.path))

        assert everything(repo.git_dir) == before


class TestTheInterpreter:
    @pytest.mark.parametrize(
        ("python", "cache"),
        [
            ("/home-of/.cache/pre-commit/repo3k_2/py_env-python3.11/bin/python", "pre-commit"),
            ("/home-of/.cache/uv/archive-v0/x1/bin/python", "uv"),
            ("/home-of/.cache/pipx/ab12/bin/python", "pipx"),
            ("C:\\u\\AppData\\Local\\uv\\cache\\uv\\builds-v0\\x\\python.exe", "uv"),
            ("/home-of/.local/share/uv/tools/tagwarden/bin/python", None),
            ("/home-of/.local/pipx/venvs/tagwarden/bin/python", None),
            ("/usr/bin/python3", None),
        ],
    )
    def test_one_in_a_cache_is_warned_of(self, python: str, cache: str | None) -> None:
        warning = cached_interpreter.warning_about(python)

        assert cached_interpreter.cache_of(python) == cache
        assert (warning is not None) == (cache is not None)
        if cache == "pre-commit":
            assert cached_interpreter.IN_PRE_COMMIT in (warning or "")

    @pytest.mark.parametrize("python", ["/gone", os.path.realpath("/bin/false")])
    def test_one_without_tagwarden_is_not_written(
        self, repo: Repo, monkeypatch: pytest.MonkeyPatch, python: str
    ) -> None:
        monkeypatch.setattr(sys, "executable", python)

        with pytest.raises(CannotInstall, match="can't load tagwarden"):
            install(str(repo.path))
        assert not (hooks_of(repo) / "pre-push").exists()
