"""Runs commands in turns and summarizes their costs.

If the contenders of a case take turns, other load on the machine affects all of
them alike. So a case's result is a ratio within one run, and never a time.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles


class CommandFailed(Exception):
    """A measured command did not end as it should."""


@dataclass(frozen=True)
class Contender:
    """One command, measured as a process together with all processes that it waits for.

    The content of the file `stdin` comes through a pipe, like Git's lines for a hook; `before` prepares each run
    and is not measured.
    """

    name: str
    command: Sequence[str]
    cwd: Path
    environment: Mapping[str, str]
    stdin: Path = Path(os.devnull)
    before: Callable[[], object] | None = None
    accepted: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Summary:
    """The costs of one contender's runs: milliseconds, and the peak memory of its largest process in KiB."""

    runs: int
    min: float
    median: float
    p90: float
    cpu: float
    peak: int


def take_turns(contenders: Sequence[Contender], rounds: int) -> dict[str, Summary]:
    """Run each contender once to warm up and then in turns; CommandFailed where one fails."""
    taken: dict[str, list[tuple[float, float, int]]] = {contender.name: [] for contender in contenders}
    for round_ in range(rounds + (rounds > 1)):
        for contender in contenders:
            took = _run(contender)
            if round_ or rounds == 1:
                taken[contender.name].append(took)
    return {name: _sum_up(runs) for name, runs in taken.items()}


def _sum_up(runs: Sequence[tuple[float, float, int]]) -> Summary:
    wall = [run[0] for run in runs]
    p90 = quantiles(wall, n=10)[-1] if len(wall) > 1 else wall[0]
    return Summary(
        len(runs),
        round(min(wall), 3),
        round(median(wall), 3),
        round(p90, 3),
        round(median(run[1] for run in runs), 3),
        max(run[2] for run in runs),
    )


def _run(contender: Contender) -> tuple[float, float, int]:
    if contender.before:
        contender.before()
    os.chdir(contender.cwd)
    command = list(contender.command)
    output = Path(contender.environment["BENCH_OUTPUT"])
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    reading = _pipe_with(contender.stdin.read_bytes())
    actions = [
        (os.POSIX_SPAWN_DUP2, reading, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, str(output), write, 0o600),
    ]
    began = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, contender.environment, file_actions=actions)
    os.close(reading)
    _, ended, usage = os.wait4(pid, 0)
    took = time.perf_counter() - began
    status = os.waitstatus_to_exitcode(ended)
    if status not in contender.accepted:
        said = output.read_text(errors="replace")[-2000:]
        raise CommandFailed(f"{contender.name}: {' '.join(command)[:300]} ended with {status}:\n{said}")
    return took * 1000, (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss


def _pipe_with(content: bytes) -> int:
    """The reading end of a pipe, to which `content` is written for as long as somebody reads."""
    reading, writing = os.pipe()

    def write() -> None:
        with suppress(BrokenPipeError), open(writing, "wb", buffering=0) as pipe:
            pipe.write(content)

    threading.Thread(target=write, daemon=True).start()
    return reading
