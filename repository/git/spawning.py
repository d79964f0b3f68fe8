"""Starts a program with given descriptors, waits for it, and kills it.

It uses `posix_spawn`, or `subprocess` on systems without it (Windows).
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Protocol
else:
    Protocol = object

# Python ignores SIGPIPE, and children would inherit that. The numbers are the same on every system with posix_spawn;
# importing `signal` would import `enum`.
_SIGPIPE = 13
_SIGKILL = 9

# The first pause is short: a program usually ends right after it has closed its output.
_FIRST_LOOK = 0.00005
_SLOWEST_LOOK = 0.02


class Spawned(Protocol):
    """A program that was started."""

    def wait(self, seconds: float | None) -> int | None:
        """The exit status, negative for a signal; None if the program still runs after `seconds` (None: no limit).

        Raises ChildProcessError if the system does not keep the status.
        """

    def kill(self) -> None:
        """Kill the program, and its whole process group if it leads one."""


def spawn(
    arguments: Sequence[str], environment: Mapping[str, str], descriptors: tuple[int, int, int], *, leads_group: bool
) -> Spawned:
    """Start the program with these `descriptors` as its stdin, stdout and stderr. Raises OSError if that fails.

    `leads_group` puts it into a process group of its own (setpgid(2)), so that signals from the terminal don't reach
    it either.
    """
    if not hasattr(os, "posix_spawnp"):
        return _Portably(arguments, environment, descriptors)
    return _Posix(arguments, environment, descriptors, leads_group)


class _Posix:
    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        descriptors: tuple[int, int, int],
        leads_group: bool,
    ) -> None:
        stdin, stdout, stderr = descriptors
        actions = [(os.POSIX_SPAWN_DUP2, stdin, 0), (os.POSIX_SPAWN_DUP2, stderr, 2), (os.POSIX_SPAWN_DUP2, stdout, 1)]
        if leads_group:
            self._pid = os.posix_spawnp(
                arguments[0], list(arguments), environment, file_actions=actions, setsigdef=(_SIGPIPE,), setpgroup=0
            )
        else:
            self._pid = os.posix_spawnp(
                arguments[0], list(arguments), environment, file_actions=actions, setsigdef=(_SIGPIPE,)
            )
        self._leads_group = leads_group

    def wait(self, seconds: float | None) -> int | None:
        if seconds is None:
            return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        until = time.monotonic() + seconds
        pause = _FIRST_LOOK
        while True:
            ended, status = os.waitpid(self._pid, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() >= until:
                return None
            time.sleep(pause)
            pause = min(2 * pause, _SLOWEST_LOOK)

    def kill(self) -> None:
        try:
            (os.killpg if self._leads_group else os.kill)(self._pid, _SIGKILL)
        except OSError:  # it has just ended, or may not be signalled
            pass


class _Portably:
    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], descriptors: tuple[int, int, int]
    ) -> None:
        import subprocess

        stdin, stdout, stderr = descriptors
        self._process = subprocess.Popen(arguments, env=environment, stdin=stdin, stdout=stdout, stderr=stderr)

    def wait(self, seconds: float | None) -> int | None:
        import subprocess

        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        self._process.kill()
