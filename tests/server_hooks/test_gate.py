"""The gate as a whole: which policy judges, and that no way out of it but a good verdict exits with 0."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from tagwarden.policy.errors import CannotJudge
from tagwarden.report.exit_status import status_of
from tagwarden.server_hooks.messages import exit_with, write_message

NewServer = Callable[..., Server]


def by_hand(server: Server, stdin: bytes, *, closed_stderr: bool = False) -> tuple[int, str]:
    """Run the server's pre-receive hook as a delegate would: exit status and what it said."""
    command = "exec hooks/pre-receive" + (" 2>&-" if closed_stderr else "")
    ran = subprocess.run(
        ["sh", "-c", command], cwd=server.path, input=stdin, capture_output=True, env={**os.environ, "GIT_DIR": "."}
    )
    return ran.returncode, ran.stderr.decode()


def line(server: Server, ref: str) -> bytes:
    commit = server.git("rev-parse", "HEAD")
    return f"{'0' * len(commit)} {commit} {ref}\n".encode()


class TestWhichPolicyJudges:
    def test_the_built_in_one_where_there_is_none(self, clone: Repo) -> None:
        clone.lightweight("m@v0.0.1")

        pushed = clone.push("m@v0.0.1")

        assert "annotated" in pushed.rules
        assert "policy: built-in" in pushed.stderr

    def test_the_one_at_head_from_before_the_push(self, server: Server, clone: Repo) -> None:
        clone.commit({"tagwarden.toml": '[scope]\nignore = ["*"]\n'})
        clone.lightweight("m@v0.0.1")

        assert "annotated" in clone.push("main", "m@v0.0.1").rules
        assert clone.push("main").ok
        assert clone.push("m@v0.0.1").ok

    def test_the_sites_as_well(self, server: Server, clone: Repo, tmp_path: Path) -> None:
        (tmp_path / "site.toml").write_text("[rules]\nannotated = 'error'\n")
        server.commit_on_main({"tagwarden.toml": "[rules]\nannotated = 'off'\n"})
        clone.lightweight("m@v0.0.1")
        server.git("config", "tagwarden.sitePolicy", f"file:{tmp_path}/site.toml")

        pushed = clone.push("m@v0.0.1")

        assert pushed.refused_by == {"annotated"}
        assert f"policy: file:{tmp_path}/site.toml" in pushed.stderr

    def test_one_that_only_evaluates_refuses_nothing(self, server: Server, clone: Repo) -> None:
        server.commit_on_main({"tagwarden.toml": 'mode = "evaluate"\n'})
        clone.lightweight("m@v0.0.1")

        pushed = clone.push("m@v0.0.1")

        assert pushed.ok
        assert "annotated" in pushed.rules

    def test_whatever_the_environment_says(self, server: Server, clone: Repo, tmp_path: Path) -> None:
        (tmp_path / "none.toml").write_text('[scope]\nignore = ["*"]\n')
        clone.lightweight("m@v0.0.1")
        setting = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "tagwarden.policy",
                   "GIT_CONFIG_VALUE_0": f"file:{tmp_path}/none.toml"}  # fmt: skip

        assert "annotated" in clone.push("m@v0.0.1", env=setting).rules


class TestAPolicyThatCanNotBeRead:
    def test_is_not_let_in(self, server: Server, clone: Repo) -> None:
        clone.commit({"tagwarden.toml": "[nonsense]\n"})

        assert clone.push("main").refused_by == {"policy-file"}

    def test_is_not_let_in_as_a_link_of_the_same_content(self, server: Server, clone: Repo) -> None:
        clone.commit({"tagwarden.toml": "[versions]\n"})
        assert clone.push("main").ok
        same = clone.git("rev-parse", "HEAD:tagwarden.toml").strip()
        clone.git("update-index", "--cacheinfo", f"120000,{same},tagwarden.toml")
        clone.git("commit", "--quiet", "-m", "Make it a link")

        assert clone.push("main").refused_by == {"policy-file"}

    def test_is_not_let_in_on_a_tag(self, server: Server, clone: Repo) -> None:
        server.git("config", "tagwarden.policy", "ref:refs/tags/policy:tagwarden.toml")
        clone.commit({"tagwarden.toml": "[nonsense]\n"})
        clone.tag("policy")

        assert clone.push("policy").refused_by == {"policy-file"}
        assert not server.tags()

    def test_is_repaired_on_a_tag_by_a_push_that_says_what_stands(self, server: Server, clone: Repo) -> None:
        clone.commit({"tagwarden.toml": "[nonsense]\n"})
        clone.lightweight("policy")
        assert clone.push("policy").ok
        server.git("config", "tagwarden.policy", "ref:refs/tags/policy:tagwarden.toml")
        broken = server.git("rev-parse", "policy").strip()

        assert clone.push(":refs/tags/policy").refused_by == {"policy-file"}
        repaired = clone.commit({"tagwarden.toml": "[versions]\n"})
        assert clone.push("main").ok
        status, said = by_hand(server, f"{'1' * 40} {repaired} refs/tags/policy\n".encode())
        assert (status, f"but it is {broken}" in said) == (3, True)
        assert clone.push("--force", f"{repaired}:refs/tags/policy").ok

    def test_lets_no_tag_in_but_the_push_that_repairs_it(self, server: Server, clone: Repo) -> None:
        server.commit_on_main({"tagwarden.toml": "[nonsense]\n"})
        clone.tag("m@v0.0.1")

        pushed = clone.push("m@v0.0.1")

        assert "tagwarden could not judge this push: The policy HEAD:tagwarden.toml can't be read" in pushed.stderr
        assert "nonsense" in pushed.stderr
        clone.git("pull", "--quiet", "--rebase")
        clone.commit({"tagwarden.toml": "[versions]\n"})
        assert clone.push("main").ok
        assert clone.push("m@v0.0.1").ok

    def test_lets_branches_in(self, server: Server, clone: Repo) -> None:
        server.commit_on_main({"tagwarden.toml": "[nonsense]\n"})
        clone.commit()

        assert clone.push("HEAD:refs/heads/feature").ok


class TestTheLock:
    def test_is_waited_for_as_long_as_the_configuration_says(self, server: Server, clone: Repo) -> None:
        clone.tag("m@v0.0.1")
        assert clone.push("m@v0.0.1").ok
        server.git("config", "tagwarden.lockTimeout", "0.1")
        clone.tag("m@v0.0.2", clone.commit())

        with open(server.path / "tagwarden" / "push.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            pushed = clone.push("m@v0.0.2")

        assert "Another push of model tags is under way" in pushed.stderr

    def test_is_waited_for_no_longer_than_github_waits_for_hooks(self, server: Server, clone: Repo) -> None:
        assert tagwarden(server.path, "install", "--server", "--host", "github", ".").status == 0
        clone.tag("m@v0.0.1")

        with open(server.path / "tagwarden" / "push.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # GitHub gives five; this machine may be busy.
            started = time.monotonic()
            pushed = clone.push("m@v0.0.1")

        assert "Another push of model tags is under way" in pushed.stderr
        assert time.monotonic() - started < 30

    def test_is_not_taken_for_tags_that_are_no_models(self, server: Server, clone: Repo) -> None:
        (server.path / "tagwarden" / "push.lock").unlink()
        clone.lightweight("release-1")

        assert clone.push("release-1").ok

        assert not (server.path / "tagwarden" / "push.lock").exists()

    def test_with_a_timeout_that_is_none_nothing_is_judged(self, server: Server, clone: Repo) -> None:
        server.git("config", "tagwarden.lockTimeout", "soon")
        clone.tag("m@v0.0.1")

        assert "tagwarden.lockTimeout is 'soon', which is not a number of seconds" in clone.push("m@v0.0.1").stderr


class TestTheWayOut:
    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (CannotJudge("The disk is gone.\nIt was here."), "could not judge this push: The disk is gone."),
            (MemoryError(), "unexpected MemoryError"),
            (RecursionError("too deep"), "unexpected RecursionError: too deep"),
            (KeyboardInterrupt(), "interrupted."),
            (BrokenPipeError(32, "Broken pipe"), "unexpected BrokenPipeError"),
            (SystemExit(0), "unexpected SystemExit"),
            (ValueError("\x1b[31m"), "unexpected ValueError: \\x1b[31m"),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
    )
    def test_every_error_refuses_with_a_message(self, error: BaseException, said: str, tmp_path: Path) -> None:
        def judge() -> NoReturn:
            raise error

        status, stderr = in_a_child(lambda: exit_with(judge, host=""), tmp_path)

        assert status == 3
        assert said in stderr
        assert stderr.endswith("Nothing was accepted.\n")
        assert "Traceback" not in stderr

    @pytest.mark.parametrize("status", [0, 1])
    def test_a_verdict_is_the_exit_status(self, status: int, tmp_path: Path) -> None:
        assert in_a_child(lambda: exit_with(lambda: status, host=""), tmp_path) == (status, "")

    def test_lines_are_told_as_the_host_shows_them(self, tmp_path: Path) -> None:
        def judge() -> NoReturn:
            raise CannotJudge("No.")

        stderr = in_a_child(lambda: exit_with(judge, host="gitlab"), tmp_path)[1]

        assert stderr.splitlines() == [
            "GL-HOOK-ERR: tagwarden could not judge this push: No.", "GL-HOOK-ERR: Nothing was accepted."
        ]  # fmt: skip

    def test_a_closed_stderr_changes_nothing(self, server: Server) -> None:
        assert by_hand(server, line(server, "refs/tags/m@v1"), closed_stderr=True)[0] == 1
        assert by_hand(server, line(server, "refs/tags/release"), closed_stderr=True)[0] == 0
        assert by_hand(server, b"nonsense refs/tags/m@v1\n", closed_stderr=True)[0] == 3

    def test_a_line_that_can_not_be_read_is_refused(self, server: Server) -> None:
        status, said = by_hand(server, b"old new refs/tags/m@v1\n")

        assert status == 3
        assert "Git's list of pushed refs holds a line that can't be read" in said

    def test_objects_that_are_not_there_are_refused(self, server: Server) -> None:
        assert by_hand(server, f"{'0' * 40} {'1' * 40} refs/tags/m@v1.0.0\n".encode())[0] in (1, 3)


def in_a_child(leave: Callable[[], object], folder: Path) -> tuple[int, str]:
    output = folder / "stderr"
    child = os.fork()
    if child == 0:
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT), 2)
        leave()
        os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), output.read_text()


def test_nobody_to_tell_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    kept = os.dup(2)
    os.dup2(write, 2)
    try:
        write_message(["nobody hears this"])
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(write)


class TestUpdate:
    def test_it_says_what_it_can_not_do_where_it_refuses(self, new_server: NewServer) -> None:
        clone = new_server(hook="update").clone()
        clone.lightweight("m@v0.0.1")
        clone.tag("n@v0.0.1")

        assert "the update hook judges ref by ref" in clone.push("m@v0.0.1").stderr
        assert "update hook judges" not in clone.push("n@v0.0.1").stderr

    def test_it_takes_what_is_right_tag_by_tag(self, new_server: NewServer) -> None:
        server = new_server(hook="update")
        clone = server.clone()
        clone.tag("m@v0.0.1")
        clone.lightweight("m@v0.0.2")

        assert not clone.push("--tags").ok

        assert server.tags() == {"m@v0.0.1"}

    def test_no_two_tags_get_in_together_that_break_a_rule_together(self, new_server: NewServer) -> None:
        server = new_server(hook="update")
        clone = server.clone()
        clone.tag("m@v0.0.1")
        clone.tag("m@v0.0.2")

        assert "[version-per-commit]" in clone.push("--atomic", "--tags").stderr
        assert not server.tags()
        assert "[version-per-commit]" in clone.push("--tags").stderr
        assert server.tags() == {"m@v0.0.1"}

    def test_nor_two_models_that_differ_only_in_case(self, new_server: NewServer) -> None:
        server = new_server(hook="update")
        clone = server.clone()
        clone.tag("Churn@v0.0.1")
        clone.tag("churn@v0.0.1")

        assert "[model-case]" in clone.push("--tags").stderr
        assert server.tags() == {"Churn@v0.0.1"}

    def test_the_versions_of_one_push_are_not_compared_with_each_other(self, new_server: NewServer) -> None:
        server = new_server(hook="update")
        clone = server.clone()
        clone.tag("m@v3.9.0")
        clone.tag("m@v3.10.0", clone.commit())

        assert clone.push("--tags").ok
        assert server.tags() == {"m@v3.9.0", "m@v3.10.0"}

    def test_what_the_foreign_hook_refuses_is_not_counted_on(self, new_server: NewServer) -> None:
        server = new_server(hook="update")
        foreign = server.path / "hooks" / "update.tagwarden-next"
        foreign.write_text('#!/bin/sh\n[ "$1" != refs/tags/m@v0.0.1 ]\n')
        foreign.chmod(0o755)
        hook = server.path / "hooks" / "update"
        hook.write_text(hook.read_text().replace("\nnext=''\n", "\nnext='update.tagwarden-next'\n"))
        clone = server.clone()
        clone.tag("m@v0.0.1")
        clone.tag("m@v0.0.2")

        assert not clone.push("--tags").ok
        assert server.tags() == {"m@v0.0.2"}

    def test_what_was_accepted_in_one_push_is_forgotten_in_the_next(self, new_server: NewServer) -> None:
        server = new_server(hook="update")
        clone = server.clone()
        clone.tag("m@v0.0.1")
        assert clone.push("--tags").ok
        clone.tag("m@v0.0.2", clone.commit())
        assert clone.push("--tags").ok
        clone.tag("m@v0.0.1#7", clone.commit())

        assert "[version-once]" in clone.push("--tags").stderr

    def test_a_registration_and_its_assignment_need_a_push_each(self, new_server: NewServer) -> None:
        server = new_server(hook="update")
        clone = server.clone()
        clone.tag("m@v0.0.1")
        clone.tag("m#prod#1")

        assert "[state-exists]" in clone.push("--tags").stderr
        assert clone.push("--tags").ok
        assert server.tags() == {"m@v0.0.1", "m#prod#1"}

    def test_a_policy_counts_from_the_next_push_at_the_latest(self, new_server: NewServer) -> None:
        # Whether it counts for the refs that come after it depends on when Git moves them.
        clone = new_server(hook="update").clone()
        clone.commit({"tagwarden.toml": "[versions]\nprerelease = false\n"})
        assert clone.push("main").ok
        clone.tag("m@v0.0.1-rc.1")

        assert "[version-form]" in clone.push("m@v0.0.1-rc.1").stderr


def test_where_not_even_writing_messages_can_be_loaded_one_line_is_written(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tagwarden.report.message", None)

    def fail() -> int:
        raise CannotJudge("no reason that can be told")

    assert status_of(fail, outcome="Nothing was accepted.", prefix="GL-HOOK-ERR: ") == 3
    assert capfd.readouterr().err == (
        "GL-HOOK-ERR: tagwarden could not judge this push, nor say why. Nothing was accepted.\n"
    )


def test_the_push_that_brings_the_branch_of_head_is_not_told_to_name_another(new_server: NewServer) -> None:
    server = new_server()
    server.git("update-ref", "-d", "refs/heads/main")
    clone = server.clone()
    clone.git("checkout", "--quiet", "-B", "main")
    clone.commit()
    clone.tag("m@v0.0.1")
    clone.git("push", "--quiet", "origin", "main:aside")

    first = clone.push("main", "m@v0.0.1")
    server.git("symbolic-ref", "HEAD", "refs/heads/gone")
    clone.tag("m#prod")
    later = clone.push("m#prod")

    assert (first.ok, later.ok) == (True, True)
    assert "note: HEAD names 'refs/heads/main', which comes with this push" in first.stderr
    assert "status --server" not in first.stderr
    assert "`tagwarden status --server` says how" in later.stderr
