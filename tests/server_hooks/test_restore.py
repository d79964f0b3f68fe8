"""What a restored backup means for the push log and for what is told of the tags: the table of docs/push-log.md."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import Ran, tagwarden
from tagwarden.server_hooks.log.chain import read_lines


@pytest.fixture
def backup(server: Server, clone: Repo, tmp_path: Path) -> Path:
    """A backup of `server` with one version, to which another was pushed since."""
    clone.tag("churn@v1.0.0")
    assert clone.push("churn@v1.0.0").ok
    assert run(server, "log").status == 0  # nothing is left to settle
    shutil.copytree(server.path, tmp_path / "backup", symlinks=True)
    clone.tag("churn@v1.1.0", clone.commit())
    assert clone.push("churn@v1.1.0").ok
    assert run(server, "log").status == 0
    return tmp_path / "backup"


def run(server: Repo, *args: str) -> Ran:
    return tagwarden(server.path, *args)


def restore(server: Server, backup: Path, *, refs: bool = True, log: bool = True) -> None:
    """Put back what the backup has, all of it or a part."""
    kept = server.path.with_name("kept")
    server.path.rename(kept)
    shutil.copytree(backup, server.path, symlinks=True)
    for part, wanted in (("refs", refs), ("objects", refs), ("tagwarden", log)):
        if not wanted:
            shutil.rmtree(server.path / part)
            shutil.copytree(kept / part, server.path / part, symlinks=True)


def problems(server: Server) -> list[str]:
    found: list[str] = run(server, "status", "--server", "--json", ".").json["problems"]
    return found


def test_refs_and_log_of_one_moment_go_on_as_if_nothing_had_been(server: Server, clone: Repo, backup: Path) -> None:
    newest = run(server, "log", "--head").out.strip()
    restore(server, backup)

    assert run(server, "log", "--verify").status == 0
    assert run(server, "log", "--verify", "--head", newest).status == 1
    assert problems(server) == []
    assert clone.push("churn@v1.1.0").ok
    assert [json.loads(line)["line"] for line in read_lines(str(server.path))] == [1, 2]
    assert problems(server) == []


def test_tags_that_are_not_as_a_newer_log_has_them_are_named(server: Server, backup: Path) -> None:
    restore(server, backup, log=False)

    assert run(server, "log", "--verify").status == 0
    assert any("churn@v1.1.0" in problem for problem in problems(server))
    assert "churn@v1.1.0" in run(server, "audit").out


def test_tags_that_no_line_of_an_older_log_explains_are_named_until_they_are_taken_as_given(
    server: Server, backup: Path
) -> None:
    restore(server, backup, refs=False)

    assert run(server, "log", "--verify").status == 0
    assert any("churn@v1.1.0" in problem for problem in problems(server))
    (server.path / "tagwarden" / "tags-before-log").unlink()
    assert run(server, "install", "--server", ".").status == 0
    assert problems(server) == []


def test_a_log_without_its_head_goes_on_with_the_next_push(server: Server, clone: Repo, backup: Path) -> None:
    restore(server, backup)
    assert clone.push("churn@v1.1.0").ok
    (server.path / "tagwarden" / "push-log.head").unlink()
    assert run(server, "log", "--verify").status == 1
    clone.tag("churn@v1.2.0", clone.commit())

    assert clone.push("churn@v1.2.0").ok
    assert run(server, "log", "--verify").status == 0


def test_without_any_of_it_what_stands_is_taken_as_given(server: Server, clone: Repo, backup: Path) -> None:
    restore(server, backup)
    shutil.rmtree(server.path / "tagwarden")
    assert run(server, "log").status == 1
    assert run(server, "install", "--server", ".").status == 0

    assert clone.push("churn@v1.1.0").ok
    assert problems(server) == []
    assert run(server, "log", "--verify").status == 0


def test_two_lines_with_one_number_are_found_where_both_are_verified(
    server: Server, clone: Repo, backup: Path, tmp_path: Path
) -> None:
    shutil.copy(server.path / "tagwarden" / "push-log.jsonl", tmp_path / "before.jsonl")
    restore(server, backup)
    clone.tag("churn@v1.0.1", clone.commit())
    clone.push("churn@v1.0.1")

    assert run(server, "log", "--verify", str(tmp_path / "before.jsonl")).status == 1
