"""The hook that stood where ours stands now: it runs if we accept, with all that Git gave."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from support import Server
from support.hook_files import hook_at
from support.installing import install, refuses_a_bad_tag
from tagwarden.policy.errors import CannotJudge
from tagwarden.repository.hook_files.foreign_hook import run_foreign_hook
from tagwarden.server_hooks.log.line import LOG


class TestAForeignHook:
    def foreign(self, bare: Server, text: str, name: str = "pre-receive") -> Path:
        log = bare.path / "foreign.log"
        hook_at(bare.path / "hooks" / name, f"#!/bin/sh\n{{ echo \"$@\"; cat; }} >>'{log}'\n{text}\n")
        return log

    def test_runs_with_all_lines_if_we_accept(self, bare: Server) -> None:
        log = self.foreign(bare, "exit 0")
        install(bare)
        clone = bare.clone()
        tag = clone.tag("m@v0.0.1")
        head = clone.commit()

        assert clone.push("HEAD:refs/heads/other", "m@v0.0.1").ok

        zero = "0" * 40
        assert set(log.read_text().splitlines()) == {
            "", f"{zero} {tag} refs/tags/m@v0.0.1", f"{zero} {head} refs/heads/other"
        }  # fmt: skip

    def test_of_update_runs_with_its_arguments(self, bare: Server) -> None:
        log = self.foreign(bare, "exit 0", "update")
        install(bare, "--hook", "update")
        clone = bare.clone()
        tag = clone.tag("m@v0.0.1")

        assert clone.push("m@v0.0.1").ok

        assert log.read_text() == f"refs/tags/m@v0.0.1 {'0' * 40} {tag}\n"

    def test_does_not_run_if_we_refuse(self, bare: Server) -> None:
        log = self.foreign(bare, "exit 0")
        install(bare)

        assert refuses_a_bad_tag(bare)

        assert not log.exists()

    @pytest.mark.parametrize("ending", ["exit 1", "exit 200", "kill -9 $$"])
    def test_refuses_as_it_did_alone(self, bare: Server, ending: str) -> None:
        self.foreign(bare, f"echo not with me\n{ending}")
        install(bare)
        clone = bare.clone()
        clone.tag("m@v0.0.1")

        pushed = clone.push("m@v0.0.1")

        assert not pushed.ok
        assert "remote: not with me" in pushed.stderr
        assert not bare.tags()

    def test_without_a_first_line_is_run_by_sh_as_git_does(self, bare: Server) -> None:
        hook_at(bare.path / "hooks" / "pre-receive", "echo by sh; cat >/dev/null; exit 0\n")
        install(bare)
        clone = bare.clone()
        clone.tag("m@v0.0.1")

        pushed = clone.push("m@v0.0.1")

        assert pushed.ok
        assert "remote: by sh" in pushed.stderr

    def test_that_can_not_be_started_refuses_the_push(self, bare: Server) -> None:
        hook_at(bare.path / "hooks" / "pre-receive", "#!/nowhere/at/all\n")
        install(bare)
        clone = bare.clone()
        clone.tag("m@v0.0.1")

        assert "tagwarden could not judge this push" in clone.push("m@v0.0.1").stderr
        assert not bare.tags()
        (line,) = map(json.loads, (bare.path / LOG).read_text().splitlines())
        assert (line["outcome"], "pre-receive.tagwarden-next" in line["error"]) == ("could-not-judge", True), line

    def test_that_does_not_end_is_killed_with_all_that_it_started(self, tmp_path: Path) -> None:
        alive = tmp_path / "alive"
        os.mkfifo(alive)
        reading = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
        hook = hook_at(tmp_path / "hook", f"#!/bin/sh\ntrap '' TERM\nexec 3>'{alive}'\nsleep 60 &\nwait\n")

        with pytest.raises(CannotJudge, match=r"did not go on for 0\.5 seconds, so it was ended"):
            run_foreign_hook(str(hook), (), b"", seconds=0.5)

        until = time.monotonic() + 10
        while True:
            try:
                assert os.read(reading, 1) == b""  # nobody has it open for writing any more
                break
            except BlockingIOError:
                assert time.monotonic() < until
                time.sleep(0.01)
        os.close(reading)
