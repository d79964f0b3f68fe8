"""The frame of the command line: its commands, and how it fails."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tagwarden.cli import group
from tagwarden.cli.command_table import COMMANDS, Row
from tagwarden.cli.errors import Refused
from tagwarden.cli.run import run
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.program_version import VERSION


def tagwarden(*args: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-m", "tagwarden.cli", *args]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0

    assert capsys.readouterr().out.startswith(f"Usage: tagwarden {name}")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_summary_fits_beside_its_command(name: str) -> None:
    assert len(COMMANDS[name].summary) <= 80
    assert COMMANDS[name].summary.endswith(".")


def test_help_imports_no_command() -> None:
    code = "import sys; from tagwarden.cli.run import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    homes = {f"tagwarden.cli.{row.home.split(':')[0]}" for row in COMMANDS.values()}

    assert not homes & set(ran.stderr.split())
    assert all(f"  {name} " in ran.stdout for name in COMMANDS)


def test_the_version_is_printed() -> None:
    assert tagwarden("--version", stdout=subprocess.PIPE).stdout == f"tagwarden {VERSION}\n"


def raising(error: BaseException) -> click.Command:
    @click.command()
    def command() -> None:
        raise error

    return command


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch):
    """Run a command that raises: its exit status."""

    def run_it(error: BaseException, *args: str) -> int:
        monkeypatch.setitem(COMMANDS, "fail", Row("fail:command", "Fail."))
        monkeypatch.setattr(group, "import_module", lambda *_: type("module", (), {"command": raising(error)}))
        return run(["fail", *args])

    return run_it


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (Refused("no version of churn is in prod"), 1, "tagwarden: no version of churn is in prod\n"),
        (click.UsageError("--a excludes --b"), 2, "tagwarden: --a excludes --b\n"),
        (CannotJudge("the policy can't be read"), 3, "tagwarden: the policy can't be read\n"),
        (FileNotFoundError(2, "No such file or directory", "x"), 3, "tagwarden: x: No such file or directory\n"),
        (OSError(28, "No space left on device"), 3, "tagwarden: No space left on device\n"),
        (ZeroDivisionError("division by zero"), 3, "unexpected ZeroDivisionError: division by zero"),
        (KeyboardInterrupt(), 130, "tagwarden: interrupted\n"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_whatever_a_command_ends_with_has_an_exit_status_and_a_message(
    fails, error: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fails(error) == status

    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


def test_an_unexpected_error_shows_where_it_happened_when_asked(
    fails, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAGWARDEN_TRACEBACK", "1")

    assert fails(ZeroDivisionError("division by zero")) == 3
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.parametrize("asked", [["--json"], ["--format", "json"], ["--format=json"]])
def test_with_json_an_error_is_one_document(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["no-such-command", *asked]) == 2

    document = json.loads(capsys.readouterr().out)
    assert document == {
        "schema": 1,
        "accepted": False,
        "error": "No such command 'no-such-command'.",
        "findings": [],
    }


def test_what_follows_two_dashes_asks_for_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["no-such-command", "--", "--json"]) == 2

    assert capsys.readouterr().out == ""


def test_a_reader_that_goes_away_is_no_error() -> None:
    ran = subprocess.run(
        ["sh", "-c", f"{{ {sys.executable} -I -m tagwarden.cli rules; echo $? >&2; }} | true"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert ran.stderr in ("0\n", "141\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk_is_an_error() -> None:
    with Path("/dev/full").open("w") as full:
        ran = tagwarden("rules", stdout=full)

    assert ran.returncode == 3
    assert "No space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_each_directory_is_relative_to_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)

    assert run(["-C", str(tmp_path), "-C", "a", "-C", "", "-C", "b", "rules"]) == 0
    assert Path.cwd() != tmp_path / "a" / "b"
    assert run(["-C", str(tmp_path / "c"), "rules"]) == 2
    assert "cannot change to" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        ("MemoryError()", 3, "tagwarden: unexpected MemoryError:\n"),
        ("OSError(24, 'Too many open files')", 3, "tagwarden: unexpected OSError: [Errno 24] Too many open files\n"),
        ("KeyboardInterrupt()", 130, "tagwarden: interrupted\n"),
    ],
)
def test_what_fails_while_the_program_is_loaded_is_one_line(error: str, status: int, said: str) -> None:
    code = f"""
import sys, tagwarden.cli
class Failing:
    def find_spec(self, name, *_):
        if name == "tagwarden.cli.run":
            raise {error}
sys.meta_path.insert(0, Failing())
tagwarden.cli.main()
"""
    ran = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)

    assert (ran.returncode, ran.stderr.replace(": \n", ":\n")) == (status, said)
