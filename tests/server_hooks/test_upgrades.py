"""A hook file meets another version of the program than the one that wrote it, or one that has gone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from support.hook_files import hook_at
from tagwarden.policy.program_version import VERSION

WRITTEN = f"# Written by tagwarden {VERSION}\n"


@pytest.fixture
def placed(new_server, tmp_path: Path) -> Server:
    """A server whose hook is a link to a hook file that was printed, as gitolite makes them."""
    server = new_server(hook=None)
    ran = tagwarden(tmp_path, "install", "--server", "--print", "--host", "gitolite")
    file = hook_at(tmp_path / "all hooks" / "pre-receive", ran.out)
    (server.path / "hooks" / "pre-receive").symlink_to(file)
    return server


def run_as_printed(command: str) -> None:
    """Run a command that was advised, with `tagwarden` on PATH."""
    path = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(["sh", "-c", command], env={**os.environ, "PATH": path}, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def status(server: Server) -> tuple[int, str]:
    ran = tagwarden(server.path, "status", "--server", ".")
    return ran.status, ran.out


def refused(server: Server) -> str:
    clone = server.clone()
    clone.lightweight("m@v9")
    pushed = clone.push("m@v9")
    assert not pushed.ok
    return pushed.stderr


def test_installing_says_what_it_did(new_server) -> None:
    server = new_server(hook=None)
    file = server.path / "hooks" / "pre-receive"

    said = [tagwarden(server.path, "install", "--server", ".").out.splitlines()[0] for _ in range(2)]
    file.write_text(file.read_text().replace(WRITTEN, ""))
    said.append(tagwarden(server.path, "install", "--server", ".").out.splitlines()[0])
    file.chmod(0o644)
    said.append(tagwarden(server.path, "install", "--server", ".").out.splitlines()[0])

    assert said == [
        f"pre-receive is installed as {file}.",
        f"pre-receive is unchanged: {file}.",
        f"pre-receive is updated as {file}.",
        f"pre-receive is updated as {file}.",
    ]


@pytest.mark.parametrize(
    ("written", "by"), [("# Written by tagwarden 0.0.9\n", "tagwarden 0.0.9"), ("", "an earlier version")]
)
def test_status_names_a_hook_file_that_another_version_wrote(server: Server, written: str, by: str) -> None:
    file = server.path / "hooks" / "pre-receive"
    file.write_text(file.read_text().replace(WRITTEN, written))

    exit_status, said = status(server)
    assert exit_status == 0
    assert f"not guaranteed: what {VERSION} changed in hook files: {file} was written by {by}." in said

    run_as_printed(said.partition("To bring it up to date: ")[2].splitlines()[0])
    assert "was written by" not in status(server)[1]


def test_a_printed_hook_file_is_brought_up_to_date_where_it_lies(placed: Server, tmp_path: Path) -> None:
    file = tmp_path / "all hooks" / "pre-receive"
    file.write_text(file.read_text().replace(WRITTEN, ""))

    run_as_printed(status(placed)[1].partition("To bring it up to date: ")[2].splitlines()[0])

    assert WRITTEN in file.read_text()
    assert "host='gitolite'" in file.read_text()
    assert (placed.path / "hooks" / "pre-receive").is_symlink()
    assert "[tag-name]" in refused(placed)


def test_no_second_hook_is_put_before_one_that_was_printed(placed: Server, tmp_path: Path) -> None:
    ran = tagwarden(placed.path, "install", "--server", ".")

    assert ran.status == 1
    assert "which was printed and put there" in ran.err
    run_as_printed(ran.err.partition("To bring it up to date: ")[2].strip())
    assert (placed.path / "hooks" / "pre-receive").resolve() == tmp_path / "all hooks" / "pre-receive"


def test_a_printed_hook_file_whose_interpreter_has_gone_says_how_it_is_made_anew(
    placed: Server, tmp_path: Path
) -> None:
    file = tmp_path / "all hooks" / "pre-receive"
    file.write_text(re.sub("(?m)^python=.*", "python='/gone/python'", file.read_text()))

    said = " ".join(refused(placed).split())
    command = re.search(r"Whoever put it there makes it anew: (.*?/pre-receive')(?: remote:| To )", said)
    assert command, said
    run_as_printed(command[1].replace(" remote: ", " "))

    assert "[tag-name]" in refused(placed)


def test_a_clones_hook_file_that_another_version_wrote_is_named_and_made_anew(repo: Repo) -> None:
    file = repo.git_dir / "hooks" / "pre-push"
    said = [tagwarden(repo.path, "install").out.splitlines()[0] for _ in range(2)]
    file.write_text(file.read_text().replace(WRITTEN, ""))

    told = tagwarden(repo.path, "status").out
    assert f"{file} was written by an earlier version. To bring it up to date: tagwarden install" in told
    run_as_printed(told.partition("To bring it up to date: ")[2].splitlines()[0])

    assert "was written by" not in tagwarden(repo.path, "status").out
    assert said == [f"pre-push is installed as {file}.", f"pre-push is unchanged: {file}."]
