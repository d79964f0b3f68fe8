"""What did not land of an accepted push is in the log afterwards, once, with what that breaks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import Repo, Server
from support.git_objects import pack_of
from support.hook_files import hook_at
from support.raw_push import command, raw_push
from support.waiting import eventually
from tagwarden.cli.run import run
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.push import RefUpdate
from tagwarden.repository.git.command import Git
from tagwarden.server_hooks.lock.push_lock import take_push_lock
from tagwarden.server_hooks.log import settlement
from tagwarden.server_hooks.log.account import settle_now
from tagwarden.server_hooks.log.append import append_to_log
from tagwarden.server_hooks.log.chain import verify
from tagwarden.server_hooks.log.line import HEAD, LOG, Entry
from tagwarden.server_hooks.log.mark import MARK, everything_is_settled, read_mark
from tagwarden.server_hooks.log.unsettled import settle_refused
from tagwarden.server_hooks.pusher import Pusher

NewServer = Callable[..., Server]
TAGWARDEN = [sys.executable, "-I", "-m", "tagwarden.cli"]
NOBODY = Pusher(None, None, "nobody")
OID = "1" * 40


def entries(server: Server) -> list[dict[str, Any]]:
    log = server.path / LOG
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def outcomes(server: Server) -> list[str]:
    return [entry["outcome"] for entry in entries(server)]


def missing(entry: dict[str, Any]) -> list[str]:
    return [update["ref"] for update in entry["updates"]]


def rules(entry: dict[str, Any]) -> set[str]:
    return {finding["rule"] for policy in entry["policies"] for finding in policy["findings"]}


def is_settled(server: Server) -> bool:
    lock = take_push_lock(str(server.path), wait=5, say=lambda _: None)
    lock.release()
    mark = read_mark(str(server.path))
    return mark is not None and (everything_is_settled(str(server.path)) or outcomes(server)[-1] == "incomplete")


def settle(server: Server) -> str | None:
    return settle_now(str(server.path), Git.of_folder(str(server.path)))


def lock_ref(server: Server, tag: str) -> None:
    """Make Git drop this tag of whatever push, as what a killed Git left does."""
    (server.path / "refs" / "tags").joinpath(f"{tag}.lock").touch()


def log_push(server: Server, *updates: tuple[str | None, str | None, str], **fields: Any) -> None:
    made = tuple(RefUpdate(old, new, f"refs/tags/{tag}") for old, new, tag in updates)
    append_to_log(str(server.path), Entry("pre-receive", NOBODY, made, "accepted")._replace(**fields))


@pytest.fixture
def picky(server: Server) -> Server:
    """A server whose `update` hook, of another program, refuses what begins with m@."""
    hook_at(server.path / "hooks" / "update", "#!/bin/sh\ncase $1 in refs/tags/m@*) exit 1 ;; esac\n")
    return server


def test_what_landed_leaves_one_line_and_nothing_to_settle(server: Server, clone: Repo) -> None:
    clone.tag("m@v0.0.1")
    assert clone.push("m@v0.0.1").ok

    assert eventually(lambda: everything_is_settled(str(server.path)))
    assert outcomes(server) == ["accepted"]


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_what_did_not_land_is_logged_at_once_with_the_rule_that_it_breaks(
    new_server: NewServer, hook: str, object_format: str
) -> None:
    server = new_server(hook=hook, object_format=object_format)
    clone = server.clone()
    clone.tag("m@v0.0.1")
    clone.tag("m#prod")
    lock_ref(server, "m@v0.0.1")
    if hook == "update":
        clone.push("m@v0.0.1", "--atomic")
    else:
        clone.push("--tags")

    assert eventually(lambda: "incomplete" in outcomes(server))
    incomplete = entries(server)[-1]
    assert (incomplete["of_line"], missing(incomplete)) == (1, ["refs/tags/m@v0.0.1"])
    assert rules(incomplete) == (set() if hook == "update" else {"state-exists"})
    assert verify(str(server.path)).troubles == ()


def test_the_next_push_settles_what_a_killed_holder_left(picky: Server, clone: Repo) -> None:
    log_push(picky, (None, OID, "m@v0.0.1"))
    assert outcomes(picky) == ["accepted"]

    clone.tag("n@v0.0.1")
    assert clone.push("n@v0.0.1").ok

    assert outcomes(picky) == ["accepted", "incomplete", "accepted"]
    assert missing(entries(picky)[1]) == ["refs/tags/m@v0.0.1"]


def test_a_push_is_settled_once_by_whoever_comes_first(server: Server, clone: Repo) -> None:
    log_push(server, (None, OID, "m@v0.0.1"))
    (server.path / "tagwarden").joinpath("push.lock").touch()

    settling = [subprocess.Popen([*TAGWARDEN, "log", str(server.path)], stdout=subprocess.DEVNULL) for _ in range(4)]

    assert [process.wait() for process in settling] == [0] * 4
    assert outcomes(server) == ["accepted", "incomplete"]
    assert verify(str(server.path)).troubles == ()


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


def test_the_first_push_of_all_is_settled_whole_where_each_ref_has_its_line(new_server: NewServer) -> None:
    server = new_server(hook="update")
    clone = server.clone()
    for tag in ("a@v1.0.0", "b@v1.0.0"):
        clone.tag(tag)
    clone.tag("c#prod", clone.commit())

    # Atomic, so that the one which is refused takes the others along.
    assert not clone.push("--atomic", "--tags").ok

    assert settle(server) is None
    lost = [entry for entry in entries(server) if entry["outcome"] == "incomplete"]
    assert sorted(ref for entry in lost for ref in missing(entry)) == ["refs/tags/a@v1.0.0", "refs/tags/b@v1.0.0"]


def test_a_push_of_a_near_miss_holds_the_lock_until_it_has_landed(picky: Server) -> None:
    picky.tag("m@1.0", "main")
    clone = picky.clone()

    assert not clone.push(":refs/tags/m@1.0").ok

    assert settle(picky) is None
    assert outcomes(picky) == ["accepted", "incomplete"]


def test_what_later_pushes_did_to_a_tag_does_not_count(server: Server, clone: Repo) -> None:
    oid = clone.tag("m@v0.0.1")
    log_push(server, (None, oid, "m@v0.0.1"))
    log_push(server, (oid, None, "m@v0.0.1"))

    settle(server)

    assert outcomes(server) == ["accepted", "accepted"]


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


def test_a_push_whose_lock_ended_with_its_hook_may_still_be_on_its_way(
    server: Server, clone: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_push(server, (None, OID, "m@v0.0.1"), guarded=False)
    settle(server)
    assert outcomes(server) == ["accepted"]
    log_push(server, (None, OID, "n@v0.0.1"))
    settle(server)
    assert [missing(entry) for entry in entries(server)[2:]] == [["refs/tags/n@v0.0.1"]]

    monkeypatch.setattr(settlement, "ON_ITS_WAY", 0)
    settle(server)
    settle(server)

    assert [missing(entry) for entry in entries(server)[3:]] == [["refs/tags/m@v0.0.1"]]


def test_a_branch_that_has_moved_on_has_landed(server: Server, clone: Repo) -> None:
    before = server.git("rev-parse", "main")
    first, _ = clone.commit(), clone.commit()
    clone.push("HEAD:refs/heads/main")
    update = RefUpdate(before, first, "refs/heads/main")
    append_to_log(str(server.path), Entry("pre-receive", NOBODY, (update,), "accepted"))

    settle(server)

    assert outcomes(server) == ["accepted"]


def test_a_branch_that_lost_a_race_has_not(server: Server, clone: Repo) -> None:
    before = server.git("rev-parse", "main")
    lost = clone.commit()
    server.git("fetch", "--quiet", str(clone.path), lost)
    clone.git("reset", "--quiet", "--hard", before)
    clone.commit({"other": "this one won"})
    clone.push("HEAD:refs/heads/main")
    update = RefUpdate(before, lost, "refs/heads/main")
    append_to_log(str(server.path), Entry("pre-receive", NOBODY, (update,), "accepted"))

    settle(server)

    assert missing(entries(server)[-1]) == ["refs/heads/main"]


def test_the_hook_behind_ours_that_refuses_leaves_nothing_to_settle(server: Server, clone: Repo) -> None:
    hook = server.path / "hooks" / "pre-receive"
    hook.write_text(hook.read_text().replace("next=''", "next='other'"))
    hook_at(server.path / "hooks" / "other", "#!/bin/sh\nexit 1\n")
    clone.tag("m@v0.0.1")

    assert not clone.push("m@v0.0.1").ok
    settle(server)

    assert outcomes(server) == ["refused"]


def test_a_policy_that_can_not_be_read_leaves_the_rules_open_but_not_what_is_missing(
    server: Server, clone: Repo
) -> None:
    oid = clone.tag("m#prod")
    server.git("fetch", "--quiet", str(clone.path), "refs/tags/m#prod:refs/tags/m#prod")
    log_push(server, (None, OID, "m@v0.0.1"), (None, oid, "m#prod"))
    server.commit_on_main({"tagwarden.toml": "modus = 1\n"})

    settle(server)

    assert missing(entries(server)[-1]) == ["refs/tags/m@v0.0.1"]
    assert "can't be read" in entries(server)[-1]["error"]


def test_a_log_that_can_not_be_written_refuses_the_next_push_and_loses_nothing(
    server: Server, clone: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_push(server, (None, OID, "m@v0.0.1"))

    def full(*_: object, **__: object) -> str:
        raise CannotJudge("the push log could not be written")

    monkeypatch.setattr(settlement, "append_to_log", full)
    assert "could not be written" in str(settle(server))
    monkeypatch.undo()

    assert settle(server) is None
    assert outcomes(server) == ["accepted", "incomplete"]


def test_every_line_of_a_large_push_is_settled(server: Server) -> None:
    log_push(server, *((None, OID, f"m{number}@v0.0.1") for number in range(3000)))

    settle(server)

    assert len(missing(entries(server)[-1])) == 3000


def test_a_hook_that_is_killed_after_its_line_leaves_a_true_log(server: Server, clone: Repo) -> None:
    # What runs the hook kills it once the line is there: Git refuses the push.
    hook = server.path / "hooks" / "pre-receive"
    hook.rename(hook.with_name("ours"))
    hook_at(hook, "#!/bin/sh\nhooks/ours\nkill -9 $$\n")
    clone.tag("m@v0.0.1")
    assert not clone.push("m@v0.0.1").ok
    assert not server.tags()

    assert eventually(lambda: "incomplete" in outcomes(server))
    assert outcomes(server) == ["accepted", "incomplete"]


def test_nothing_that_came_to_nothing_is_logged_as_accepted(server: Server, clone: Repo) -> None:
    assert clone.push(":refs/tags/m@v9.9.9").ok
    assert outcomes(server) == []

    clone.tag("m@v0.0.1")
    assert clone.push("m@v0.0.1", ":refs/tags/m@v9.9.9").ok

    assert missing(entries(server)[0]) == ["refs/tags/m@v0.0.1"]


def test_what_only_an_evaluating_policy_lets_pass_is_logged_as_that(server: Server, clone: Repo) -> None:
    server.commit_on_main({"tagwarden.toml": 'mode = "evaluate"\n'})
    clone.lightweight("m@v0.0.1")

    assert clone.push("m@v0.0.1").ok

    assert eventually(lambda: everything_is_settled(str(server.path)))
    assert outcomes(server) == ["would-be-refused"]


def test_who_found_the_lock_busy_is_in_the_log(server: Server, clone: Repo) -> None:
    server.git("config", "tagwarden.lockTimeout", "0.1")
    clone.tag("m@v0.0.1")
    lock = take_push_lock(str(server.path), wait=0, say=lambda _: None)
    try:
        assert not clone.push("m@v0.0.1").ok
    finally:
        lock.release()

    (entry,) = entries(server)
    assert entry["outcome"] == "busy"
    assert missing(entry) == ["refs/tags/m@v0.0.1"]
    assert "Another push of model tags is under way" in entry["error"]


def test_the_log_shows_what_did_not_land(server: Server, clone: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    lock_ref(server, "m@v0.0.1")
    clone.tag("m@v0.0.1")
    clone.tag("m#prod")
    clone.push("--tags")

    assert run(["log", "--outcome", "incomplete", str(server.path)]) == 0

    said = capsys.readouterr().out
    assert "of the push in line 1 these did not land:" in said
    assert "error [state-exists] refs/tags/m#prod" in said


def test_a_log_that_was_removed_head_and_all_is_settled_again(server: Server) -> None:
    for number in range(3):
        log_push(server, (None, OID, f"a@v0.0.{number}"))
    settle(server)
    (server.path / LOG).unlink()
    (server.path / HEAD).unlink()
    log_push(server, (None, OID, "b@v0.0.1"))

    settle(server)

    assert outcomes(server) == ["accepted", "incomplete"]


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
def test_a_tag_that_is_none_of_our_business_leaves_no_line_whatever_becomes_of_it(
    new_server: NewServer, hook: str
) -> None:
    server = new_server(hook=hook)
    clone = server.clone()
    commit = clone.git("rev-parse", "HEAD")
    before = entries(server)

    dropped = raw_push(server.git_dir, [command(OID, commit, "refs/tags/nightly")], pack=pack_of([], "sha1"))
    assert dropped.landed == set()
    clone.lightweight("weekly")
    assert clone.push("weekly").ok

    assert entries(server) == before


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
