"""The pre-push hook where the remote is slow, gone or not to be asked."""

from __future__ import annotations

import os
import time

import pytest

from support import Repo, Server
from support.pre_push import line_for, rules, run_hook
from support.waiting import eventually
from tagwarden.hooks.install import install
from tagwarden.server_hooks.lock import receive_pack


class TestTheRemoteIsSlowOrGone:
    def test_a_remote_that_never_answers_is_given_up(self, guarded: Repo, silent_port: int) -> None:
        guarded.git("config", "tagwarden.remoteTimeout", "1")
        guarded.tag("churn@v1.0.0")
        begun = time.monotonic()

        ran = run_hook(guarded, f"git://127.0.0.1:{silent_port}/x", line_for(guarded, "churn@v1.0.0"))

        assert ran.returncode == 3
        assert time.monotonic() - begun < 8
        assert "did not say within 1 seconds" in ran.stderr
        assert "git config tagwarden.offline true" in ran.stderr

    def test_a_remote_that_is_not_there_is_named(self, guarded: Repo) -> None:
        guarded.tag("churn@v1.0.0")

        ran = run_hook(guarded, "git://127.0.0.1:1/x", line_for(guarded, "churn@v1.0.0"))

        assert ran.returncode == 3
        assert "git://127.0.0.1:1/x" in ran.stderr
        assert "Nothing was pushed." in ran.stderr

    @pytest.mark.skipif(os.name != "posix", reason="a process group")
    def test_what_git_has_started_is_ended_as_well(self, guarded: Repo) -> None:
        guarded.git("config", "tagwarden.remoteTimeout", "1")
        pid_file = guarded.path / "pid"
        guarded.git("config", "core.sshCommand", f"sh -c 'echo $$ > {pid_file}; exec sleep 60'")
        guarded.tag("churn@v1.0.0")

        ran = run_hook(guarded, "ssh://host/x", line_for(guarded, "churn@v1.0.0"))

        assert ran.returncode == 3
        # A signal takes its time to arrive; and where nobody reaps orphans, what has ended stays as a zombie.
        assert eventually(lambda: receive_pack._look_up(int(pid_file.read_text())) is None)

    def test_offline_judges_by_the_clone_and_says_what_that_leaves_open(self, guarded: Repo) -> None:
        guarded.git("config", "tagwarden.offline", "true")
        guarded.tag("churn@v1.0.0")
        guarded.lightweight("fraud@v1.0.0")

        good = run_hook(guarded, "git://127.0.0.1:1/x", line_for(guarded, "churn@v1.0.0"))
        bad = run_hook(guarded, "git://127.0.0.1:1/x", line_for(guarded, "fraud@v1.0.0"))

        assert good.returncode == 0, good.stderr
        assert "the remote was not asked" in good.stderr
        assert "[version-order]" in good.stderr
        assert bad.returncode == 1

    @pytest.mark.parametrize("version", ["0", "1", "2"])
    def test_any_version_of_the_protocol_will_do(self, plain_server: Server, version: str) -> None:
        plain_server.tag("churn@v2.0.0")
        with plain_server.daemon() as url:
            clone = plain_server.clone(url)
            clone.git("tag", "-d", "churn@v2.0.0")
            clone.git("config", "protocol.version", version)
            install(str(clone.path))
            clone.tag("churn@v1.0.0", clone.commit(message="More"))

            assert rules(clone.push("churn@v1.0.0")) == {"version-order"}

    @pytest.mark.parametrize(
        ("name", "value"),
        [("remoteTimeout", "soon"), ("remoteTimeout", "0"), ("remoteTimeout", "-1"), ("offline", "si")],
    )
    def test_a_setting_that_makes_no_sense_is_named(self, guarded: Repo, name: str, value: str) -> None:
        guarded.git("config", f"tagwarden.{name}", value)
        guarded.tag("churn@v1.0.0")

        pushed = guarded.push("churn@v1.0.0")

        assert not pushed.ok
        assert f"tagwarden.{name}" in pushed.stderr
        assert value in pushed.stderr
