"""No fault opens the gate: whatever fails, a bad push is refused, and a good one is accepted and logged, or refused.

A `git` that lies (a whole answer, but a wrong one) is beyond this.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest

from support import Server
from support.faults import GIT_FAULTS, PUSHES, SYSTEM_FAULTS, FaultyHook, complaints, strace_works

needs_strace = pytest.mark.skipif(not strace_works(), reason="system calls can't be made to fail: no strace")
each_push = pytest.mark.parametrize("push", PUSHES)
# More than any process of a hook makes of one kind.
CALLS_AT_MOST = 700
SAMPLE = (2, 8, 34)


@pytest.fixture
def hook(server: Server, tmp_path: Path) -> FaultyHook:
    return FaultyHook(server, tmp_path)


def test_without_a_fault_the_good_push_alone_is_accepted(hook: FaultyHook) -> None:
    ended = {push: hook.run(push) for push in PUSHES}

    assert {push: how.exit for push, how in ended.items()} == {push: int(push != "good") for push in PUSHES}
    assert ended["good"].logged == "accepted"


@pytest.mark.parametrize("push", ["good", "below the latest"])
def test_a_git_that_fails_opens_nothing(hook: FaultyHook, push: str) -> None:
    calls = hook.git_calls(push)
    assert calls >= 3
    faults = itertools.cycle(GIT_FAULTS)

    for at in range(1, calls + 1):
        fault = next(faults)
        assert complaints(push, hook.with_spoilt_git(push, fault, at)) == [], (fault, at)


@pytest.mark.thorough
@pytest.mark.parametrize("fault", GIT_FAULTS)
@each_push
def test_every_git_that_fails_opens_nothing(hook: FaultyHook, push: str, fault: str) -> None:
    for at in range(1, hook.git_calls(push) + 1):
        assert complaints(push, hook.with_spoilt_git(push, fault, at)) == [], at


# What the hook file starts, with less patience.
IN_A_HURRY = """
import sys
from tagwarden.repository.git import command, configuration
configuration.PATIENCE = command.PATIENCE = 1
from tagwarden.server_hooks.pre_receive import main
main(["", "", sys.stdin.read()])
"""


@pytest.mark.parametrize("push", ["good", "below the latest"])
def test_a_git_that_hangs_is_ended_and_refuses_the_push(hook: FaultyHook, push: str) -> None:
    for at in range(1, hook.git_calls(push) + 1):
        ended = hook.with_spoilt_git(push, "hangs", at, command=[sys.executable, "-I", "-c", IN_A_HURRY])

        assert complaints(push, ended) == [], at
        assert ended.exit == 3, at
        assert "did not go on for 1 seconds" in ended.said
        assert "waiting for the disk" in ended.said


@needs_strace
@pytest.mark.parametrize("calls", SYSTEM_FAULTS)
def test_a_system_call_that_fails_opens_nothing(hook: FaultyHook, calls: str) -> None:
    places = zip(SAMPLE, itertools.cycle(SYSTEM_FAULTS[calls]), itertools.cycle(["below the latest", "good"]))
    for at, error, push in itertools.islice(places, 2 if calls in ("flock", "pipe,pipe2", "execve") else len(SAMPLE)):
        ended = hook.with_failing_call(push, calls, error, at)
        assert complaints(push, ended, can_speak=calls != "write") == [], (push, error, at)


@needs_strace
@pytest.mark.thorough
@pytest.mark.parametrize(
    ("calls", "error"), [(calls, error) for calls, errors in SYSTEM_FAULTS.items() for error in errors]
)
@pytest.mark.parametrize("push", ["good", "below the latest", "not in the policy"])
def test_every_system_call_that_fails_opens_nothing(hook: FaultyHook, push: str, calls: str, error: str) -> None:
    undisturbed = 0
    for at in range(1, CALLS_AT_MOST):
        ended = hook.with_failing_call(push, calls, error, at)
        assert complaints(push, ended, can_speak=calls != "write") == [], at
        undisturbed = undisturbed + 1 if ended.exit == int(push != "good") else 0
        if undisturbed == 60:  # no process makes so many of these calls
            return
