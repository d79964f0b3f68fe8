"""What did not land of an accepted push is in the log afterwards, once, with what that breaks."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from support import Repo, Server
from support.hook_files import hook_at
from support.settling import (
    NOBODY,
    OID,
    TAGWARDEN,
    entries,
    lock_ref,
    log_push,
    missing,
    outcomes,
    rules,
    settle,
)
from support.waiting import eventually
from tagwarden.cli.run import run
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.push import RefUpdate
from tagwarden.server_hooks.log import settlement
from tagwarden.server_hooks.log.append import append_to_log
from tagwarden.server_hooks.log.chain import verify
from tagwarden.server_hooks.log.line import Entry
from tagwarden.server_hooks.log.mark import everything_is_settled

NewServer = Callable[..., Server]


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


def test_the_log_shows_what_did_not_land(server: Server, clone: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    lock_ref(server, "m@v0.0.1")
    clone.tag("m@v0.0.1")
    clone.tag("m#prod")
    clone.push("--tags")

    assert run(["log", "--outcome", "incomplete", str(server.path)]) == 0

    said = capsys.readouterr().out
    assert "of the push in line 1 these did not land:" in said
    assert "error [state-exists] refs/tags/m#prod" in said
