"""The hook file in every shell at hand: when it starts Python, and when the foreign hook."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tagwarden.repository.hook_files.our_files import is_our_text
from tagwarden.server_hooks.hook_file import hook_file

if TYPE_CHECKING:
    from tagwarden.server_hooks.hook_file import ServerHook
from support.shell_hook import ZERO, Beginning, HookRepo


class TestPythonIsNotStarted:
    def test_for_a_branch_that_is_not_heads(self, served: HookRepo) -> None:
        ran = served.run((ZERO, served.first, "refs/heads/feature"))

        assert ran == (0, "", "")

    def test_for_heads_branch_where_the_policy_stays(self, served: HookRepo) -> None:
        assert served.run((served.policy, served.later, "refs/heads/main")) == (0, "", "")
        assert served.run((served.first, served.second, "refs/heads/main")) == (0, "", "")

    def test_for_the_update_hook_of_a_branch(self, served: HookRepo) -> None:
        assert served.run((ZERO, served.first, "refs/heads/feature"), hook="update") == (0, "", "")

    def test_where_a_policy_comes_from_a_file(self, served: HookRepo) -> None:
        served.repo.git("config", "tagwarden.sitePolicy", "file:/etc/tagwarden.toml")

        assert served.run((ZERO, served.first, "refs/heads/feature")).exit == 0

    def test_where_a_policy_comes_from_a_ref_that_is_not_pushed(self, served: HookRepo) -> None:
        served.repo.git("config", "tagwarden.policy", "ref:refs/heads/policy:a file.toml")

        assert served.run((ZERO, served.first, "refs/heads/feature")).exit == 0

    def test_in_a_sha256_repository(self, tmp_path: Path) -> None:
        served = HookRepo(tmp_path, ["sh"], Beginning.make(tmp_path / "sha256", "sha256"))

        assert served.run((served.policy, served.later, "refs/heads/main")).exit == 0
        assert served.run((served.later, served.first, "refs/heads/main")).started_python


class TestPythonIsStarted:
    def test_for_the_update_hook_of_the_branch_that_the_policy_comes_from(self, served: HookRepo) -> None:
        """So that a tag of the same push is judged by what was there before."""
        assert served.run((served.first, served.second, "refs/heads/main"), hook="update").started_python

    @pytest.mark.parametrize("ref", ["refs/tags/m@v1.0.0", "refs/replace/0123", "refs/Tags/m@v1.0.0", "refs/notes/x"])
    @pytest.mark.parametrize("hook", ["pre-receive", "update"])
    def test_for_all_refs_but_branches(self, served: HookRepo, ref: str, hook: ServerHook) -> None:
        assert served.run((ZERO, served.first, ref), hook=hook).started_python

    def test_for_heads_branch_with_another_policy(self, served: HookRepo) -> None:
        assert served.run((served.second, served.policy, "refs/heads/main")).started_python
        assert served.run((served.policy, served.second, "refs/heads/main")).started_python
        assert served.run((served.policy, ZERO, "refs/heads/main")).started_python
        assert served.run((ZERO, served.policy, "refs/heads/main"), hook="update").started_python

    def test_for_a_line_that_a_line_break_in_a_name_makes_up(self, one_shell: HookRepo) -> None:
        option = f"--output={one_shell.repo.path}/made"
        lines = f"{ZERO} {one_shell.first} refs/heads/x\n{option} {one_shell.second} refs/heads/main\n"

        assert one_shell.run(stdin=lines.encode()).started_python
        assert not (one_shell.repo.path / "made").exists()

    @pytest.mark.parametrize("setting", ["policy", "sitePolicy", "defaultPolicy"])
    @pytest.mark.parametrize("ref", ["refs/heads/policy", "policy", "HEAD"])
    def test_for_a_ref_that_holds_a_policy_by_the_configuration(
        self, one_shell: HookRepo, setting: str, ref: str
    ) -> None:
        one_shell.repo.git("config", f"tagwarden.{setting}", f"ref:{ref}:tagwarden.toml")

        assert one_shell.run((ZERO, one_shell.first, "refs/heads/policy")).started_python

    @pytest.mark.parametrize("hook", ["pre-receive", "update"])
    def test_for_a_deletion_of_any_ref(self, served: HookRepo, hook: ServerHook) -> None:
        assert served.run((served.first, ZERO, "refs/heads/feature"), hook=hook).started_python
        assert served.run((ZERO, ZERO, "refs/heads/feature"), hook=hook).started_python

    @pytest.mark.parametrize("hook", ["pre-receive", "update"])
    def test_for_heads_branch_where_the_client_says_what_is_not_true_of_it(
        self, served: HookRepo, hook: ServerHook
    ) -> None:
        for old in (ZERO, "1" * 40, served.later):
            served.repo.git("update-ref", "refs/heads/main", served.second)
            stdin = f"{old} {served.first} refs/heads/main\n".encode()
            if hook == "pre-receive":
                assert served.run(stdin=stdin).started_python
            else:
                served.repo.git("update-ref", "refs/heads/main", served.second)
                assert served.run((ZERO, served.first, "refs/heads/main"), hook=hook).started_python

    def test_for_heads_branch_named_twice(self, served: HookRepo) -> None:
        line = (served.first, served.second, "refs/heads/main")

        assert served.run(line, line).started_python

    def test_whatever_configuration_the_environment_brings(self, served: HookRepo) -> None:
        served.repo.git("config", "tagwarden.policy", "ref:refs/heads/policy:tagwarden.toml")
        ours = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "tagwarden.policy", "GIT_CONFIG_VALUE_0": "file:/x",
                "GIT_CONFIG_PARAMETERS": "'tagwarden.policy'='file:/x'"}  # fmt: skip

        assert served.run((ZERO, served.first, "refs/heads/policy"), env=ours).started_python
        assert served.run((ZERO, served.first, "refs/heads/feature"), env=ours).exit == 0

    def test_for_a_broken_configuration(self, served: HookRepo) -> None:
        (served.repo.path / "config").write_text("[broken")

        assert served.run((ZERO, served.first, "refs/heads/feature")).started_python

    def test_for_a_detached_head(self, served: HookRepo) -> None:
        (served.repo.path / "HEAD").write_text(f"{served.first}\n")

        assert served.run((ZERO, served.first, "refs/heads/feature")).started_python

    def test_for_a_head_that_is_a_link(self, served: HookRepo) -> None:
        (served.repo.path / "HEAD").unlink()
        (served.repo.path / "HEAD").symlink_to("refs/heads/main")

        assert served.run((ZERO, served.first, "refs/heads/feature")).started_python

    def test_for_a_reftable(self, served: HookRepo) -> None:
        (served.repo.path / "HEAD").write_text("ref: refs/heads/.invalid\n")

        assert served.run((ZERO, served.first, "refs/heads/feature")).started_python

    def test_for_a_branch_of_head_that_stands_for_another(self, served: HookRepo) -> None:
        served.repo.git("symbolic-ref", "refs/heads/main", "refs/heads/trunk")

        assert served.run((ZERO, served.policy, "refs/heads/trunk")).started_python

    def test_for_a_ref_that_stands_for_heads_branch(self, served: HookRepo) -> None:
        served.repo.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")

        assert served.run((served.second, served.policy, "refs/heads/alias")).started_python

    def test_in_a_namespace(self, served: HookRepo) -> None:
        ran = served.run((ZERO, served.first, "refs/heads/feature"), env={"GIT_NAMESPACE": "one"})

        assert ran.started_python

    def test_in_a_linked_worktree(self, served: HookRepo, tmp_path: Path) -> None:
        served.repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "linked")
        folder = served.repo.path / "worktrees" / "linked"

        assert served.run((ZERO, served.first, "refs/heads/feature"), cwd=folder).started_python

    def test_where_git_is_missing(self, one_shell: HookRepo) -> None:
        shell = shutil.which("sh")
        assert shell
        one_shell.shell = [shell]
        one_shell.python.write_text("#!/bin/sh\necho python\nexit 101\n")

        assert one_shell.run((ZERO, one_shell.first, "refs/heads/feature"), env={"PATH": "/nowhere"}).started_python


class TestTheForeignHook:
    def test_gets_the_lines_of_a_push_that_does_not_concern_us(self, served: HookRepo) -> None:
        name = served.next_hook("#!/bin/sh\necho foreign $#; cat; exit 5\n")
        lines = [(ZERO, served.first, "refs/heads/a"), (ZERO, served.first, "refs/heads/b\\c")]

        ran = served.run(*lines, next_hook=name)

        assert ran == (5, "foreign 0\n" + "".join(f"{' '.join(line)}\n" for line in lines), "")

    def test_may_leave_them_unread(self, served: HookRepo) -> None:
        name = served.next_hook("#!/bin/sh\nexit 0\n")

        assert served.run((ZERO, served.first, "refs/heads/a"), next_hook=name).exit == 0

    def test_of_update_gets_its_arguments(self, served: HookRepo) -> None:
        name = served.next_hook('#!/bin/sh\necho foreign "$@"; exit 5\n')

        ran = served.run((ZERO, served.first, "refs/heads/a"), next_hook=name, hook="update")

        assert ran == (5, f"foreign refs/heads/a {ZERO} {served.first}\n", "")

    def test_that_has_gone_refuses_the_push(self, served: HookRepo) -> None:
        assert served.run((ZERO, served.first, "refs/heads/a"), next_hook="gone").exit not in (0, 1)
        assert served.run((ZERO, served.first, "refs/heads/a"), next_hook="gone", hook="update").exit not in (0, 1)


def test_it_knows_its_own() -> None:
    assert is_our_text(hook_file("update", python="/usr/bin/python3").encode())
    assert not is_our_text(b"#!/bin/sh\necho tagwarden\n")
