"""The mark that says how far the push log is settled: lost, damaged or outdated, it does no harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import Server
from support.settling import (
    NOBODY,
    OID,
    entries,
    log_push,
    missing,
    outcomes,
    settle,
)
from tagwarden.policy.push import RefUpdate
from tagwarden.server_hooks.log import settlement
from tagwarden.server_hooks.log.append import append_to_log
from tagwarden.server_hooks.log.line import HEAD, LOG, Entry
from tagwarden.server_hooks.log.mark import MARK, everything_is_settled
from tagwarden.server_hooks.log.unsettled import settle_refused


def test_a_settlement_that_was_killed_before_it_moved_the_mark_is_not_repeated(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_push(server, (None, OID, "m@v0.0.1"))
    monkeypatch.setattr(settlement, "write_mark", lambda *_: None)
    settle(server)
    monkeypatch.undo()
    assert outcomes(server) == ["accepted", "incomplete"]

    settle(server)

    assert outcomes(server) == ["accepted", "incomplete"]


def test_without_a_mark_only_the_newest_push_is_looked_at(server: Server) -> None:
    # As version 0.1 left it: what was done to its tags since is not known.
    log_push(server, (None, OID, "old@v0.0.1"))
    log_push(server, (None, OID, "new@v0.0.1"))
    (server.path / MARK).unlink()

    settle(server)

    assert [missing(entry) for entry in entries(server)[2:]] == [["refs/tags/new@v0.0.1"]]


def test_a_log_that_was_cut_or_moved_away_is_settled_from_what_is_new(server: Server) -> None:
    log_push(server, (None, OID, "a@v0.0.1"))
    settle(server)
    (server.path / LOG).rename(server.path / "tagwarden" / "old.jsonl")
    log_push(server, (None, OID, "b@v0.0.1"))

    settle(server)

    assert [missing(entry) for entry in entries(server)] == [["refs/tags/b@v0.0.1"]] * 2
    assert settle(server) is None
    assert len(entries(server)) == 2


@pytest.mark.parametrize("mark", [b"", b"nonsense", b"7 1 " + b"0" * 64, b"99999 9 " + b"a" * 64])
def test_a_mark_that_is_damaged_brings_no_second_line(server: Server, mark: bytes) -> None:
    log_push(server, (None, OID, "m@v0.0.1"))
    settle(server)
    (server.path / MARK).write_bytes(mark)

    settle(server)

    assert outcomes(server) == ["accepted", "incomplete"]


def test_a_log_that_was_removed_head_and_all_is_settled_again(server: Server) -> None:
    for number in range(3):
        log_push(server, (None, OID, f"a@v0.0.{number}"))
    settle(server)
    (server.path / LOG).unlink()
    (server.path / HEAD).unlink()
    log_push(server, (None, OID, "b@v0.0.1"))

    settle(server)

    assert outcomes(server) == ["accepted", "incomplete"]


def test_only_what_was_to_land_is_held_against_the_refs(tmp_path: Path) -> None:
    update = RefUpdate(None, OID, "refs/tags/m@v1.0.0")
    for outcome in ("refused", "could-not-judge", "busy"):
        append_to_log(str(tmp_path), Entry("pre-receive", NOBODY, (update,), outcome))
    assert settle_refused(str(tmp_path))
    assert everything_is_settled(str(tmp_path))

    append_to_log(str(tmp_path), Entry("pre-receive", NOBODY, (update,), "accepted"))
    append_to_log(str(tmp_path), Entry("pre-receive", NOBODY, (update,), "refused"))
    assert not settle_refused(str(tmp_path))
    assert not everything_is_settled(str(tmp_path))
