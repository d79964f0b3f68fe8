"""The push lock under real receive-packs: concurrent, killed, delegated, by hand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support import Repo, Server
from support.waiting import eventually, push_lock_is_free
from tagwarden.policy.errors import CannotJudge
from tagwarden.server_hooks.lock.push_lock import take_push_lock
from tagwarden.server_hooks.lock.receive_pack import Process

NewServer = Callable[..., Server]

# Refuses a second tag of one model on a commit: a rule that two pushes can break together.
JUDGE = """
import os, subprocess, sys, time
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.push import RefUpdate
from tagwarden.server_hooks.lock.push_lock import take_push_lock

def say(text):
    os.write(2, (text + "\\n").encode())

updates = [RefUpdate(old, new, ref) for old, new, ref in map(str.split, {lines})]
try:
    lock = take_push_lock(".", wait={wait}, say=say)
except CannotJudge as error:
    say(str(error))
    os._exit(3)
say("judging, guarded" if lock.guards_update else "judging, unguarded")
{meanwhile}
for update in updates:
    taken = subprocess.run(["git", "for-each-ref", "--points-at", update.new, "refs/tags/m@*"], capture_output=True)
    if taken.stdout:
        say("refused: " + taken.stdout.decode())
        lock.release()
        os._exit(1)
lock.keep_until_pushed({watched})
os._exit(0)
"""
FROM_STDIN = "sys.stdin"
FROM_ARGV = "[' '.join([sys.argv[2], sys.argv[3], sys.argv[1]])]"


@pytest.fixture
def judged(new_server: NewServer) -> Server:
    server = new_server(hook=None)
    write_hook(server)
    return server


def write_hook(
    server: Server,
    *,
    hook: str = "pre-receive",
    wait: float = 60,
    meanwhile: str = "",
    watched: str = "updates",
    run: str = 'exec "$@"',
) -> None:
    script = server.path / f"{hook}.py"
    lines = FROM_STDIN if hook == "pre-receive" else FROM_ARGV
    script.write_text(JUDGE.format(wait=wait, meanwhile=meanwhile, watched=watched, lines=lines))
    shim = server.path / "hooks" / hook
    arguments = '"$@"' if hook == "update" else ""
    shim.write_text(f"#!/bin/bash\nset -- '{sys.executable}' -I '{script}' {arguments}\n{run}\n")
    shim.chmod(0o755)


def clones(server: Server, count: int, url: str | None = None) -> list[Repo]:
    made = [server.clone(url) for _ in range(count)]
    for number, clone in enumerate(made):
        clone.git("tag", f"m@v{number}.0.0")
    return made


def push_all(clones: list[Repo]) -> list[bool]:
    """Every clone pushes its tag at once; whether each push was accepted."""
    with ThreadPoolExecutor(len(clones)) as pool:
        return list(pool.map(lambda clone: clone.push("--tags").ok, clones))


def rounds(server: Server, pushers: list[Repo], count: int) -> None:
    for _ in range(count):
        accepted = push_all(pushers)
        assert sum(accepted) == 1
        assert len(server.tags()) == 1
        server.git("update-ref", "-d", f"refs/tags/{server.tags().pop()}")


def slow_push(clone: Repo) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["git", "push", "--tags"], cwd=clone.path, stderr=subprocess.PIPE)


class TestConcurrentPushes:
    def test_one_of_two_wins(self, judged: Server) -> None:
        rounds(judged, clones(judged, 2), 8)

    def test_one_of_two_wins_over_the_network(self, judged: Server) -> None:
        with judged.daemon() as url:
            rounds(judged, clones(judged, 2, url), 8)

    def test_one_of_many_wins(self, judged: Server) -> None:
        rounds(judged, clones(judged, 12), 1)

    def test_a_delegate_script_in_between_changes_nothing(self, judged: Server) -> None:
        write_hook(judged, run='data=$(cat); echo "$data" | "$@"; code=$?; exit $code')

        rounds(judged, clones(judged, 2), 8)

    def test_without_watching_the_refs_the_end_of_receive_pack_is_waited_for(self, judged: Server) -> None:
        write_hook(judged, watched="")

        rounds(judged, clones(judged, 2), 4)

    def test_the_update_hook_guards_as_well(self, new_server: NewServer) -> None:
        server = new_server(hook=None)
        write_hook(server, hook="update", watched="")

        rounds(server, clones(server, 2), 4)

    @pytest.mark.thorough
    @pytest.mark.parametrize("hook", ["pre-receive", "update"])
    def test_one_of_two_wins_again_and_again(self, new_server: NewServer, hook: str) -> None:
        server = new_server(hook=None)
        write_hook(server, hook=hook, watched="" if hook == "update" else "updates")

        rounds(server, clones(server, 2), 200)


def test_the_lock_is_free_soon_after_a_push(judged: Server) -> None:
    assert clones(judged, 1)[0].push("--tags").ok

    assert eventually(lambda: push_lock_is_free(judged), within=1)


def test_the_update_hooks_of_one_push_find_that_they_hold_the_lock(new_server: NewServer) -> None:
    server = new_server(hook=None)
    write_hook(server, hook="update", wait=0, watched="")
    clone = server.clone()
    for number in range(3):
        clone.git("tag", f"m@v{number}.0.0", clone.commit())

    pushed = clone.push("--tags")

    assert pushed.ok
    assert pushed.stderr.count("judging, guarded") == 3


def test_a_refused_ref_leaves_the_lock_to_the_next_ref_of_its_push(new_server: NewServer) -> None:
    server = new_server(hook=None)
    write_hook(server, hook="update", wait=0, watched="")
    clone = server.clone()
    clone.git("tag", "m@v0.0.1")
    assert clone.push("--tags").ok
    clone.git("tag", "m@v0.0.2")
    clone.git("tag", "m@v0.0.3", clone.commit())
    assert eventually(lambda: push_lock_is_free(server))

    clone.push("--tags")

    assert server.tags() == {"m@v0.0.1", "m@v0.0.3"}


def test_who_waits_is_told_once(judged: Server) -> None:
    first, second = clones(judged, 2)
    write_hook(judged, meanwhile="time.sleep(2.6 if 'm@v0' in updates[0].ref else 0)")
    pushing = slow_push(first)
    assert eventually(lambda: not push_lock_is_free(judged))

    pushed = second.push("--tags")

    pushing.communicate()
    assert not pushed.ok
    assert pushed.stderr.count("waiting for another push of model tags to end") == 1


def test_who_waits_in_vain_is_refused(judged: Server) -> None:
    first, second = clones(judged, 2)
    write_hook(judged, wait=0.2, meanwhile="time.sleep(2 if 'm@v0' in updates[0].ref else 0)")
    pushing = slow_push(first)
    assert eventually(lambda: not push_lock_is_free(judged))

    pushed = second.push("--tags")

    pushing.communicate()
    assert "Another push of model tags is under way" in pushed.stderr
    assert judged.tags() == {"m@v0.0.0"}


def test_a_slow_post_receive_hook_keeps_nobody_waiting(judged: Server) -> None:
    hook = judged.path / "hooks" / "post-receive"
    hook.write_text("#!/bin/sh\nsleep 5\n")
    hook.chmod(0o755)
    pushing = slow_push(clones(judged, 1)[0])
    assert eventually(lambda: bool(judged.tags()))

    assert eventually(lambda: push_lock_is_free(judged), within=2)

    assert pushing.poll() is None
    pushing.kill()
    pushing.communicate()


def test_the_client_does_not_wait_for_the_process_that_keeps_the_lock(judged: Server) -> None:
    # A post-receive hook in the background keeps nothing of the connection open, either.
    write_hook(judged, watched="")
    clone = clones(judged, 1)[0]
    began = time.monotonic()

    assert clone.push("--tags").ok

    assert time.monotonic() - began < 5


class TestKilled:
    def pushing(self, server: Server, who: str) -> tuple[subprocess.Popen[bytes], int]:
        """A push that sleeps in its hook, with the lock; and the process id that the hook wrote down."""
        note = server.path / "pid"
        write_hook(server, meanwhile=f"open({str(note)!r}, 'w').write(str({who})); time.sleep(30)")
        push = slow_push(clones(server, 1)[0])
        assert eventually(lambda: note.exists() and note.read_text() != "")
        assert not push_lock_is_free(server)
        return push, int(note.read_text())

    def test_a_killed_hook_leaves_no_lock_and_refuses_the_push(self, judged: Server) -> None:
        push, hook = self.pushing(judged, "os.getpid()")

        os.kill(hook, signal.SIGKILL)

        push.communicate()
        assert push.returncode != 0
        assert push_lock_is_free(judged)
        assert not judged.tags()

    def test_a_killed_receive_pack_leaves_no_lock(self, judged: Server) -> None:
        note = judged.path / "pid"
        update = judged.path / "hooks" / "update"  # the lock is kept beyond it
        update.write_text(f"#!/bin/sh\necho $PPID >'{note}.new' && mv '{note}.new' '{note}'\nexec sleep 30\n")
        update.chmod(0o755)
        write_hook(judged)
        push = slow_push(clones(judged, 1)[0])
        assert eventually(note.exists)
        assert not push_lock_is_free(judged)

        os.kill(int(note.read_text()), signal.SIGKILL)

        assert eventually(lambda: push_lock_is_free(judged))
        push.kill()
        push.communicate()

    def test_who_waits_for_a_receive_pack_that_dies_judges_nothing(self, judged: Server) -> None:
        log = judged.path / "log"
        write_hook(judged, meanwhile=f"open({str(log)!r}, 'a').write(updates[0].ref + chr(10)); time.sleep(3)",
                   run=f"echo $PPID >>'{judged.path}/pids'; exec \"$@\"")  # fmt: skip
        first, second = clones(judged, 2)
        pushes = [slow_push(first)]
        assert eventually(log.exists)
        pushes.append(slow_push(second))
        pids = judged.path / "pids"
        assert eventually(lambda: len(pids.read_text().splitlines()) == 2)
        time.sleep(0.3)

        os.kill(int(pids.read_text().splitlines()[1]), signal.SIGKILL)

        for push in pushes:
            push.communicate()
        assert eventually(lambda: push_lock_is_free(judged))
        assert log.read_text() == "refs/tags/m@v0.0.0\n"


class TestTheFile:
    def test_it_is_as_accessible_as_the_repository(self, judged: Server) -> None:
        judged.path.chmod(0o2775)

        take_push_lock(str(judged.path), wait=0, say=print).release()

        folder = judged.path / "tagwarden"
        assert folder.stat().st_mode & 0o7777 == 0o2775
        assert (folder / "push.lock").stat().st_mode & 0o777 == 0o664

    def test_what_a_killed_push_left_in_it_is_nobodys(self, judged: Server) -> None:
        take_push_lock(str(judged.path), wait=0, say=print).release()
        (judged.path / "tagwarden" / "push.lock").write_text("1 1\n" * 100)

        assert clones(judged, 1)[0].push("--tags").ok

    def test_a_lock_file_that_is_removed_meanwhile_is_made_again(self, judged: Server) -> None:
        first = take_push_lock(str(judged.path), wait=0, say=print)
        (judged.path / "tagwarden" / "push.lock").unlink()

        second = take_push_lock(str(judged.path), wait=0, say=print)

        assert not push_lock_is_free(judged)
        second.release()
        first.release()

    def test_a_folder_that_is_no_folder_refuses_the_push(self, judged: Server) -> None:
        (judged.path / "tagwarden").write_text("in the way")

        pushed = clones(judged, 1)[0].push("--tags")

        assert not pushed.ok
        assert "The push lock could not be taken" in pushed.stderr
        assert "Not a directory" in pushed.stderr

    def test_a_link_is_not_followed(self, judged: Server, tmp_path: Path) -> None:
        (judged.path / "tagwarden").mkdir()
        (judged.path / "tagwarden" / "push.lock").symlink_to(tmp_path / "elsewhere")

        with pytest.raises(CannotJudge, match="The push lock could not be taken"):
            take_push_lock(str(judged.path), wait=0, say=print)

    def test_a_full_disk_refuses_the_push(self, judged: Server) -> None:
        # The file system's limit for this process stands in for a full disk.
        write_hook(judged, run='trap "" XFSZ; ulimit -f 0; exec "$@"')

        pushed = clones(judged, 1)[0].push("--tags")

        assert not pushed.ok
        assert "The push lock could not be taken" in pushed.stderr


def test_by_hand_it_judges_with_the_lock_but_unguarded(judged: Server) -> None:
    commit = judged.git("rev-parse", "HEAD")
    line = f"{'0' * 40} {commit} refs/tags/m@v1.0.0\n"

    ran = subprocess.run(
        ["hooks/pre-receive"], cwd=judged.path, input=line.encode(), capture_output=True,
    )  # fmt: skip

    assert ran.returncode == 0
    assert b"judging, unguarded" in ran.stderr
    assert push_lock_is_free(judged)


def test_no_child_of_the_hook_inherits_the_lock(judged: Server) -> None:
    lock = take_push_lock(str(judged.path), wait=0, say=print)

    with subprocess.Popen(["sleep", "30"], close_fds=False) as child:
        lock.release()
        free = push_lock_is_free(judged)
        child.kill()

    assert free


def test_who_waited_for_a_lock_file_that_was_removed_takes_the_one_in_its_place(tmp_path: Path) -> None:
    waits = """
import sys
from tagwarden.server_hooks.lock.push_lock import take_push_lock
lock = take_push_lock(sys.argv[1], wait=20, say=lambda line: print(line, flush=True))
print("taken", flush=True)
sys.stdin.read()
"""
    first = take_push_lock(str(tmp_path), wait=0, say=print)
    command = [sys.executable, "-I", "-c", waits, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as waiting:
        assert waiting.stdout is not None
        assert waiting.stdin is not None
        assert "waiting for another push" in waiting.stdout.readline()
        (tmp_path / "tagwarden" / "push.lock").unlink()
        first.release()
        assert waiting.stdout.readline() == "taken\n"
        with pytest.raises(CannotJudge, match="Another push of model tags is under way"):
            take_push_lock(str(tmp_path), wait=0, say=print)
        waiting.stdin.close()


def test_a_push_that_ended_while_it_waited_is_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tagwarden.server_hooks.lock import push_lock

    first = take_push_lock(str(tmp_path), wait=0, say=print)
    gone = subprocess.Popen(["sleep", "0"])
    gone.wait()
    monkeypatch.setattr(push_lock, "find_receive_pack", lambda: Process(gone.pid, "1"))

    with pytest.raises(CannotJudge, match="The push ended while it waited"):
        take_push_lock(str(tmp_path), wait=20, say=lambda _line: first.release())
