"""The hook file where the interpreter is gone, fails, or can't load the program."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tagwarden.server_hooks.hook_file import hook_file

if TYPE_CHECKING:
    from tagwarden.server_hooks.hook_file import ServerHook
from support.shell_hook import ZERO, HookRepo


class TestAnInterpreterThatHasGone:
    @pytest.mark.parametrize("hook", ["pre-receive", "update"])
    def test_refuses_every_push_and_says_what_to_do(self, served: HookRepo, hook: ServerHook) -> None:
        served.python.unlink()

        ran = served.run((ZERO, served.first, "refs/heads/feature"), hook=hook)

        assert ran.exit == 3
        assert f"the interpreter {served.python}, which this hook was installed with, is gone" in ran.stderr
        assert f"tagwarden install --server '{served.repo.path}'" in ran.stderr

    def test_is_the_same_as_one_that_is_not_executable(self, served: HookRepo) -> None:
        served.python.chmod(0o644)

        assert served.run((ZERO, served.first, "refs/heads/feature")).exit == 3

    def test_is_told_as_the_host_shows_it(self, one_shell: HookRepo) -> None:
        one_shell.python.unlink()

        assert one_shell.run(host="gitlab").stderr.startswith("GL-HOOK-ERR: tagwarden: the interpreter")


def test_a_program_that_can_not_be_loaded_refuses_and_says_what_to_do(one_shell: HookRepo) -> None:
    python = shutil.which("python3", path="/usr/bin:/bin") or pytest.skip("no Python without tagwarden")
    one_shell.python = Path(python)

    ran = one_shell.run((ZERO, one_shell.first, "refs/tags/m@v1.0.0"))

    assert ran.exit == 3
    assert "its program can not be loaded (ModuleNotFoundError: No module named 'tagwarden')" in ran.stderr
    assert "tagwarden install --server" in ran.stderr


class TestAnInterpreterThatReachesNoVerdict:
    @pytest.mark.parametrize(
        "end", ["exit 0", "exit 1", "exit 2", "exit 3", "exit 7", "exit 120", "exit 127", "kill -9 $$", "kill -6 $$"]
    )
    @pytest.mark.parametrize("hook", ["pre-receive", "update"])
    def test_accepts_nothing_and_is_told_of_in_a_line(self, served: HookRepo, end: str, hook: ServerHook) -> None:
        served.python.write_text(f"#!/bin/sh\n{end}\n")

        ran = served.run((ZERO, served.first, "refs/tags/m@v1.0.0"), hook=hook)

        assert ran.exit == 3
        assert "without a verdict, so nothing is accepted" in ran.stderr.splitlines()[-1]

    @pytest.mark.parametrize(("end", "means"), [(100, 0), (101, 1), (103, 3)])
    def test_verdicts_are_passed_on(self, served: HookRepo, end: int, means: int) -> None:
        served.python.write_text(f"#!/bin/sh\nexit {end}\n")

        assert served.run((ZERO, served.first, "refs/tags/m@v1.0.0")) == (means, "", "")


def test_what_sends_python_elsewhere_for_its_modules_does_not_reach_it(served: HookRepo) -> None:
    served.python.write_text("#!/bin/sh\nenv\nexit 100\n")
    elsewhere = {"PYTHONEXECUTABLE": "/elsewhere/python", "__PYVENV_LAUNCHER__": "/elsewhere/python"}

    ran = served.run((ZERO, served.first, "refs/tags/m@v1.0.0"), env=elsewhere)

    assert ran.exit == 0
    assert "/elsewhere" not in ran.stdout


@pytest.mark.parametrize("python", ["python3", "/a\nb", "/a\0b", "/a\rb", ""])
def test_an_interpreter_that_a_script_can_not_name_is_an_error(python: str) -> None:
    with pytest.raises(ValueError, match="path that a hook file can hold"):
        hook_file("pre-receive", python=python)
