"""Whose lock it is: between containers, after a reboot, under process 1, and after a kill."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import Server
from support.hook_files import hook_at
from support.waiting import eventually, push_lock_is_free
from tagwarden.server_hooks.lock import receive_pack, receive_pack_watch
from tagwarden.server_hooks.lock.push_lock import RECORD_BYTES, PushLock, take_push_lock
from tagwarden.server_hooks.lock.receive_pack import Process, find_receive_pack, process_of, record_of
from tagwarden.server_hooks.lock.receive_pack_watch import Watch
from tagwarden.server_hooks.lock.waiting import Busy


def _can_unshare() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*CONTAINER, "true"], capture_output=True).returncode == 0


CONTAINER = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--"]
HOST_PROC = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--"]
needs_containers = pytest.mark.skipif(not _can_unshare(), reason="no pid namespace can be made here")

TAKE = """
import os, sys, time
from tagwarden.policy.errors import CannotJudge
from tagwarden.server_hooks.lock.push_lock import take_push_lock
from tagwarden.server_hooks.lock.receive_pack import find_receive_pack, record_of
print(record_of(find_receive_pack()).decode(), flush=True)
try:
    lock = take_push_lock(sys.argv[1], wait=float(sys.argv[2]), say=print)
except CannotJudge as problem:
    print("busy", flush=True)
else:
    print("mine", lock.begins_push, lock.guards_update, flush=True)
    time.sleep(float(sys.argv[3]))
    os._exit(0)
"""


def as_receive_pack(script: Path, *arguments: object, inside: list[str] = []) -> subprocess.Popen[str]:  # noqa: B006
    """A process called `git-receive-pack`, which starts TAKE as its hook."""
    script.write_text(f"#!/bin/sh\n'{sys.executable}' -I -c '{TAKE}' \"$@\"\nexit $?\n")
    # The name that a process has is that of its first argument; the shell is process 1 of its namespace.
    start = "import os, sys; os.execv('/bin/sh', ['git-receive-pack', *sys.argv[1:]])"
    return subprocess.Popen(
        [*inside, sys.executable, "-I", "-c", start, str(script), *map(str, arguments)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def lines_of(process: subprocess.Popen[str]) -> list[str]:
    return process.communicate()[0].splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "x.git").mkdir()
    return str(tmp_path / "x.git")


@pytest.fixture
def asleep() -> Iterator[Process]:
    """A process that does nothing, as a receive-pack whose hook was killed may."""
    child = subprocess.Popen(["sleep", "60"])
    entry = receive_pack._look_up(child.pid)
    assert entry is not None
    yield Process(child.pid, entry.started, entry.layout)
    child.kill()
    child.wait()


def leave_record(folder: str, record: bytes) -> None:
    take_push_lock(folder, wait=0, say=print).release()
    Path(folder, "tagwarden", "push.lock").write_bytes(record.ljust(RECORD_BYTES - 1) + b"\n")


@needs_containers
def test_two_containers_never_take_each_others_lock_for_their_own(folder: str, tmp_path: Path) -> None:
    judged = 0
    for number in range(6):
        pair = [as_receive_pack(tmp_path / f"{number}{side}", folder, 0, 0.6, inside=CONTAINER) for side in "ab"]
        told = [lines_of(process) for process in pair]
        records = [lines[0].split() for lines in told]
        said = [lines[1] for lines in told]
        assert records[0][0] == records[1][0] == "1"
        assert records[0][2] == records[1][2]
        assert records[0][3] != records[1][3]
        judged += sorted(said) == ["busy", "mine True True"]
    assert judged == 6


@needs_containers
def test_a_receive_pack_that_is_process_1_is_found(folder: str, tmp_path: Path) -> None:
    process = as_receive_pack(tmp_path / "one", folder, 0, 0, inside=CONTAINER)

    record, said = lines_of(process)
    assert record.startswith("1 ")
    assert said == "mine True True"


@needs_containers
def test_it_is_found_where_proc_is_the_hosts(folder: str, tmp_path: Path) -> None:
    process = as_receive_pack(tmp_path / "one", folder, 0, 0, inside=HOST_PROC)

    record, said = lines_of(process)
    assert not record.startswith("1 ")
    assert said == "mine True True"


def test_a_record_names_a_process_of_this_boot_and_namespace_only(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process(os.getpid(), "123", "a-b")
    record = record_of(process)
    assert process_of(record) == process
    assert len(record) < RECORD_BYTES

    for place in (["another-boot", "4026531836"], [receive_pack._pid_scope()[0], "1"]):
        monkeypatch.setattr(receive_pack, "_pid_scope", lambda place=place: place)
        assert process_of(record) is None
        assert record_of(process) != record


@pytest.mark.parametrize("record", [b"", b"1 1\n", b"nonsense " * 9, b"x 1 a b c", b"\xff" * 128, b"1 " * 64])
def test_what_is_no_record_names_nobody(record: bytes) -> None:
    assert process_of(record) is None


def test_what_version_0_1_writes_is_never_ours_and_ours_never_its_own() -> None:
    process = Process(os.getpid(), "123", "a-b")
    old = b"%d 123" % os.getpid()

    assert process_of(old.ljust(63) + b"\n") is None
    assert record_of(process).ljust(RECORD_BYTES - 1)[:64] != old.ljust(63) + b"\n"


def test_a_copy_of_a_machine_is_told_apart_by_where_the_kernel_put_the_program() -> None:
    child = subprocess.Popen(["sleep", "5"])
    other = subprocess.Popen(["sleep", "5"])
    layouts = {entry.layout for pid in (child.pid, other.pid) if (entry := receive_pack._from_proc(pid))}
    for process in (child, other):
        process.kill()
        process.wait()

    assert len(layouts) == 2


class TestAfterAKill:
    def test_the_receive_pack_of_a_killed_holder_is_waited_for(self, folder: str, asleep: Process) -> None:
        leave_record(folder, record_of(asleep))

        with pytest.raises(Busy, match="under way"):
            take_push_lock(folder, wait=0.2, say=lambda _: None)
        with pytest.raises(Busy):
            take_push_lock(folder, wait=0.2, say=lambda _: None)

        os.kill(asleep.pid, signal.SIGKILL)
        take_push_lock(folder, wait=5, say=lambda _: None).release()

    def test_one_that_stands_still_is_ended(
        self, folder: str, asleep: Process, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(receive_pack_watch, "STALLED_AFTER", 0.5)
        leave_record(folder, record_of(asleep))
        began = time.monotonic()

        take_push_lock(folder, wait=10, say=lambda _: None).release()

        assert 0.5 <= time.monotonic() - began < 5

    def test_one_of_another_boot_is_not(self, folder: str, asleep: Process) -> None:
        pid, started, _boot, namespace, layout = record_of(asleep).split()
        leave_record(folder, b" ".join((pid, started, b"0" * 36, namespace, layout)))

        take_push_lock(folder, wait=0, say=lambda _: None).release()

    def test_a_further_hook_of_the_push_goes_on_where_the_killed_one_was(
        self, folder: str, monkeypatch: pytest.MonkeyPatch, asleep: Process
    ) -> None:
        monkeypatch.setattr("tagwarden.server_hooks.lock.push_lock.find_receive_pack", lambda: asleep)
        first = take_push_lock(folder, wait=0, say=print)
        assert first.begins_push
        first.remember(b"a line\n")
        os.close(_descriptor(first))  # as the kernel does for who is killed

        second = take_push_lock(folder, wait=0, say=print)

        assert not second.begins_push
        assert second.accepted_before() == b"a line\n"
        second.release()


def _descriptor(lock: PushLock) -> int:
    assert lock._fd is not None
    return lock._fd


class TestHeldNoLongerThanNeeded:
    """With a post-receive hook that takes long."""

    @pytest.fixture
    def slow(self, server: Server) -> Server:
        hook_at(server.path / "hooks" / "post-receive", "#!/bin/sh\ntouch running\nexec sleep 20\n")
        return server

    def pushed_but_still_busy(self, slow: Server, *arguments: str) -> subprocess.Popen[bytes]:
        (slow.path / "running").unlink(missing_ok=True)
        clone = Path(f"{slow.path}-clone1")
        push = subprocess.Popen(["git", "push", *arguments], cwd=clone, stderr=subprocess.DEVNULL)
        assert eventually((slow.path / "running").exists, within=20)
        return push

    def ended(self, push: subprocess.Popen[bytes]) -> None:
        assert push.poll() is None
        push.kill()
        push.wait()

    def test_a_deletion(self, slow: Server) -> None:
        clone = slow.clone()
        slow.lightweight("m@v9", "main")
        clone.git("fetch", "--quiet", "--tags")

        push = self.pushed_but_still_busy(slow, "origin", ":refs/tags/m@v9")

        assert slow.tags() == set()
        assert eventually(lambda: push_lock_is_free(slow), within=3)
        self.ended(push)

    def test_packed_tags(self, slow: Server) -> None:
        clone = slow.clone()
        slow.git("config", "receive.unpackLimit", "1")
        clone.tag("m@v0.0.1")
        hook_at(slow.path / "hooks" / "post-receive", "#!/bin/sh\ngit pack-refs --all\ntouch running\nexec sleep 20\n")

        push = self.pushed_but_still_busy(slow, "origin", "m@v0.0.1")

        assert eventually(lambda: push_lock_is_free(slow), within=3)
        self.ended(push)

    def test_a_push_of_which_git_drops_a_ref(self, slow: Server) -> None:
        clone = slow.clone()
        hook_at(slow.path / "hooks" / "update", '#!/bin/sh\n[ "$1" != refs/tags/m@v0.0.1 ]\n')
        clone.tag("m@v0.0.1")
        clone.tag("n@v0.0.1")

        push = self.pushed_but_still_busy(slow, "origin", "m@v0.0.1", "n@v0.0.1")

        assert eventually(lambda: push_lock_is_free(slow), within=4)
        self.ended(push)

    def test_the_update_hook(self, new_server: Callable[..., Server]) -> None:
        slow = new_server(hook="update")
        hook_at(slow.path / "hooks" / "post-receive", "#!/bin/sh\ntouch running\nexec sleep 20\n")
        slow.clone().tag("m@v0.0.1")

        push = self.pushed_but_still_busy(slow, "origin", "m@v0.0.1")

        assert eventually(lambda: push_lock_is_free(slow), within=4)
        self.ended(push)


def test_a_receive_pack_with_a_child_has_not_stalled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive_pack_watch, "STALLED_AFTER", 0.1)
    shell = subprocess.Popen(["sh", "-c", "sleep 30; true"])
    entry = receive_pack._look_up(shell.pid)
    assert entry is not None
    watch = Watch(Process(shell.pid, entry.started))

    for _ in range(10):
        assert not watch.is_done_with_refs()
        time.sleep(0.05)

    assert shell.poll() is None
    for child in watch._children() or ():
        os.kill(child, signal.SIGKILL)
    shell.kill()
    shell.wait()


def test_a_stopped_receive_pack_has_not_stalled(asleep: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    # Somebody who stops it may go on with it; only the pusher is not waited for.
    monkeypatch.setattr(receive_pack_watch, "STALLED_AFTER", 0.1)
    os.kill(asleep.pid, signal.SIGSTOP)
    watch = Watch(asleep)

    for _ in range(10):
        assert not watch.is_done_with_refs()
        time.sleep(0.05)

    os.kill(asleep.pid, signal.SIGCONT)


def test_without_a_receive_pack_nothing_is_written_into_the_lock(folder: str) -> None:
    assert find_receive_pack() is None
    lock = take_push_lock(folder, wait=0, say=print)

    assert Path(folder, "tagwarden", "push.lock").read_bytes() == b""
    with open(Path(folder, "tagwarden", "push.lock")) as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    lock.release()
