"""Tags that no hook saw, and landings that break a rule, are named where an administrator looks."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from support import Repo, Server
from support.hook_files import hook_at
from support.settling import OID, log_push, outcomes
from support.waiting import eventually
from tagwarden.cli.run import run
from tagwarden.server_hooks.lock.push_lock import take_push_lock
from tagwarden.server_hooks.log import tags_in_log
from tagwarden.server_hooks.log.files import rotated_files
from tagwarden.server_hooks.log.line import LOG
from tagwarden.server_hooks.log.mark import everything_is_settled
from tagwarden.server_hooks.log.missing_lines import LineNumbers
from tagwarden.server_hooks.log.tags_in_log import BASELINE, compare

NewServer = Callable[..., Server]
Capture = pytest.CaptureFixture[str]


def problems(server: Server, capsys: Capture) -> list[str]:
    capsys.readouterr()
    status = run(["status", "--server", "--json", str(server.path)])
    found: list[str] = json.loads(capsys.readouterr().out)["problems"]
    assert status == bool(found)
    return found


def notes(server: Server, capsys: Capture) -> list[str]:
    capsys.readouterr()
    run(["audit", "--format", "json", str(server.path)])
    found: list[str] = json.loads(capsys.readouterr().out)["notes"]
    return found


@pytest.fixture
def logged(server: Server, clone: Repo) -> Server:
    """A server with a push log: two tags were pushed, and are known to have landed."""
    for tag in ("m@v0.0.1", "n@v0.0.1"):
        clone.tag(tag, clone.commit())
        assert clone.push(tag).ok
    assert eventually(lambda: everything_is_settled(str(server.path)))
    return server


def test_what_was_pushed_is_explained(logged: Server, capsys: Capture) -> None:
    assert problems(logged, capsys) == []
    assert notes(logged, capsys) == []


def test_without_a_log_nothing_is_said(server: Server, capsys: Capture) -> None:
    server.tag("m@v0.0.1", "main")

    assert problems(server, capsys) == []


@pytest.mark.parametrize("ask", [problems, notes])
def test_a_tag_that_was_made_moved_or_deleted_beside_the_hook_is_named(
    logged: Server, capsys: Capture, ask: Callable[[Server, Capture], list[str]]
) -> None:
    logged.tag("web@v0.0.1", "main")
    logged.tag("m@v0.0.1", "main")
    logged.git("tag", "-d", "n@v0.0.1")

    moved, deleted, made = ask(logged, capsys)

    assert "the tag m@v0.0.1 was moved from" in moved
    assert "where it was by line 1 of the push log" in moved
    assert (
        "the tag n@v0.0.1, which was there by line 2 of the push log, was deleted without passing any hook" in deleted
    )
    assert "the tag web@v0.0.1" in made
    assert "was made without passing any hook" in made


def test_an_unpacked_and_a_packed_tag_are_the_same(logged: Server, capsys: Capture) -> None:
    logged.git("pack-refs", "--all")

    assert problems(logged, capsys) == []


def test_tags_that_are_none_of_ours_are_not_named(logged: Server, capsys: Capture) -> None:
    logged.commit_on_main({"tagwarden.toml": '[scope]\nignore = ["web@*"]\n'})
    for tag in ("web@v0.0.1", "release-1", "x@nothing"):
        logged.tag(tag, "main")

    assert problems(logged, capsys) == []


def test_tags_that_were_there_before_are_given(new_server: NewServer, capsys: Capture) -> None:
    server = new_server(hook=None)
    server.tag("old@v0.0.1", "main")
    server.tag("older@v0.0.1", "main")
    assert run(["install", "--server", str(server.path)]) == 0
    clone = server.clone()
    clone.tag("m@v0.0.1")
    assert clone.push("m@v0.0.1").ok
    assert problems(server, capsys) == []

    server.git("tag", "-d", "old@v0.0.1")

    (problem,) = problems(server, capsys)
    assert "old@v0.0.1, which was there before the push log began, was deleted" in problem


def test_where_nothing_was_noted_what_no_line_names_is_given_from_then_on(logged: Server, capsys: Capture) -> None:
    # As version 0.1, or a hook that was placed by hand, left it.
    (logged.path / BASELINE).unlink()
    logged.tag("before@v0.0.1", "main")
    logged.git("tag", "-d", "n@v0.0.1")
    assert ["n@v0.0.1" in problem for problem in problems(logged, capsys)] == [True]

    logged.tag("after@v0.0.1", "main")

    said = problems(logged, capsys)
    assert [name in " ".join(said) for name in ("n@v0.0.1", "after@v0.0.1", "before@v0.0.1")] == [True, True, False]


def test_an_administrator_can_take_what_stands_as_given(logged: Server, clone: Repo, capsys: Capture) -> None:
    logged.tag("web@v0.0.1", "main")
    logged.git("tag", "-d", "n@v0.0.1")
    assert len(problems(logged, capsys)) == 2

    (logged.path / BASELINE).unlink()
    assert run(["install", "--server", str(logged.path)]) == 0

    assert problems(logged, capsys) == []
    logged.git("tag", "-d", "m@v0.0.1")
    assert ["m@v0.0.1" in problem for problem in problems(logged, capsys)] == [True]


def test_a_log_that_was_moved_away_is_said_to_leave_a_gap(logged: Server, clone: Repo, capsys: Capture) -> None:
    (logged.path / LOG).rename(logged.path / "elsewhere")
    clone.tag("o@v0.0.1", clone.commit())
    assert clone.push("o@v0.0.1").ok

    (problem,) = problems(logged, capsys)

    assert "lacks its lines 1 to 2" in problem
    logged.git("tag", "-d", "o@v0.0.1")
    assert any("o@v0.0.1" in said for said in problems(logged, capsys))


@pytest.mark.parametrize("truncated", [False, True])
def test_lines_that_are_missing_in_the_middle_or_at_the_end_accuse_nobody(
    logged: Server, clone: Repo, capsys: Capture, truncated: bool
) -> None:
    assert run(["log", "--rotate", str(logged.path)]) == 0
    for tag in ("o@v0.0.1", "p@v0.0.1"):
        clone.tag(tag, clone.commit())
        assert clone.push(tag).ok
    if truncated:  # as logrotate's copytruncate does it
        (logged.path / LOG).write_bytes(b"")
    else:
        (logged.path / LOG).rename(logged.path / "elsewhere")
        clone.tag("q@v0.0.1", clone.commit())
        assert clone.push("q@v0.0.1").ok

    (problem,) = problems(logged, capsys)
    assert "lacks its lines 3 to 4, so that tags which no later line names" in problem

    (logged.path / BASELINE).unlink()
    assert run(["install", "--server", str(logged.path)]) == 0
    assert problems(logged, capsys) == []
    logged.git("tag", "-d", "p@v0.0.1")
    assert ["p@v0.0.1" in said for said in problems(logged, capsys)] == [True]


def test_which_lines_are_missing_is_counted() -> None:
    numbers = LineNumbers(1)
    for number in (2, 4, 5, 3, 9):
        numbers.add(number)
    numbers.end(10)

    assert numbers.missing == (3, 10, 5)
    assert str(numbers.missing) == "5 of its lines 3 to 10"


def test_a_log_of_which_every_line_was_put_away_explains_nothing_and_says_so(
    logged: Server, clone: Repo, tmp_path: Path, capsys: Capture
) -> None:
    assert run(["log", "--rotate", str(logged.path)]) == 0
    (rotated,) = rotated_files(str(logged.path))
    Path(rotated.path).rename(tmp_path / "archived.jsonl")

    (problem,) = problems(logged, capsys)
    assert "lacks its lines 1 to 2" in problem
    assert notes(logged, capsys) == [problem]
    assert run(["status", "--server", "--json", str(logged.path)]) == 1
    assert json.loads(capsys.readouterr().out)["logged"] == 2

    (logged.path / BASELINE).unlink()
    assert run(["install", "--server", str(logged.path)]) == 0
    assert problems(logged, capsys) == []
    clone.tag("m@v0.0.2", clone.commit())
    assert clone.push("m@v0.0.2").ok
    assert problems(logged, capsys) == []


def test_what_never_landed_needs_no_explanation(server: Server, clone: Repo, capsys: Capture) -> None:
    hook_at(server.path / "hooks" / "update", '#!/bin/sh\n[ "$1" != refs/tags/m@v0.0.1 ]\n')
    clone.tag("m@v0.0.1")
    clone.tag("n@v0.0.1")
    clone.push("--tags")

    assert problems(server, capsys) == []


def test_what_may_still_be_landing_accuses_nobody(
    logged: Server, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_push(logged, (None, OID, "m@v0.0.2"), guarded=False)
    log_push(logged, (None, OID, "m@v0.0.3"), guarded=False)
    logged.tag("n@v0.0.2", "main")

    (made,) = problems(logged, capsys)
    assert "the tag n@v0.0.2" in made
    assert outcomes(logged)[-2:] == ["accepted", "accepted"]

    for module in ("settlement", "account"):
        monkeypatch.setattr(f"tagwarden.server_hooks.log.{module}.ON_ITS_WAY", -1.0)
    assert problems(logged, capsys) == [made]
    assert outcomes(logged)[-2:] == ["incomplete", "incomplete"]


def test_a_landing_that_breaks_a_rule_is_named_until_it_is_put_right(
    server: Server, clone: Repo, capsys: Capture
) -> None:
    in_the_way = server.path / "refs" / "tags" / "m@v0.0.1.lock"
    in_the_way.touch()
    clone.tag("m@v0.0.1")
    clone.tag("m#prod")
    clone.push("--tags")

    (problem,) = problems(server, capsys)
    assert problem.startswith("the push in line 1 of the push log landed without m@v0.0.1, and what landed breaks a")
    assert "[state-exists]" in problem
    assert problem in notes(server, capsys)

    in_the_way.unlink()
    assert clone.push("m@v0.0.1").ok
    assert problems(server, capsys) == []


def test_while_a_push_is_under_way_it_says_so(logged: Server, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagwarden.server_hooks.log.account.WAIT", 0.1)
    lock = take_push_lock(str(logged.path), wait=0, say=lambda _: None)

    (problem,) = problems(logged, capsys)

    lock.release()
    assert "tags that passed no hook can't be found: Another push of model tags is under way" in problem


def test_many_are_counted(logged: Server, capsys: Capture) -> None:
    commit = logged.git("rev-parse", "main")
    refs = "".join(f"create refs/tags/web@v0.0.{number} {commit}\n" for number in range(50))
    logged.git("update-ref", "--stdin", stdin=refs)

    assert problems(logged, capsys)[-1] == "30 more tags were made, moved or deleted without passing any hook"


def test_names_are_spread_over_scratch_files_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tags_in_log, "PART_BYTES", 1000)
    (tmp_path / "tagwarden").mkdir()
    lines = [_line(number, f"refs/tags/m{number}@v1.0.0") for number in range(1, 400)]
    tags = [b"%040d refs/tags/m%d@v1.0.0\n" % (number, number) for number in range(1, 400)]
    tags[10] = b"%040d refs/tags/m11@v1.0.0\n" % 7

    with ExitStack() as files:
        compare(str(tmp_path), lines, tags, 100_000, files)
    with ExitStack() as files:
        found = compare(str(tmp_path), lines, [*tags[:-1], b"%040d refs/tags/new@v1.0.0\n" % 1], 100_000, files)

    assert {(one.ref, one.line) for one in found.differences} == {
        ("refs/tags/m11@v1.0.0", 11),
        ("refs/tags/m399@v1.0.0", 399),
        ("refs/tags/new@v1.0.0", None),
    }
    assert found.missing is None


def _line(number: int, ref: str) -> bytes:
    entry: dict[str, Any] = {
        "time": "2026-11-21T00:00:00.000Z",
        "outcome": "accepted",
        "updates": [{"ref": ref, "old": None, "new": f"{number:040}"}],
        "line": number,
        "previous": "",
        "hash": "",
    }
    return json.dumps(entry, separators=(",", ":")).encode()


class TestUninstalling:
    def test_it_takes_what_was_noted_along(self, server: Server) -> None:
        assert (server.path / BASELINE).exists()

        assert run(["uninstall", "--server", str(server.path)]) == 0

        assert not (server.path / "tagwarden").exists()
