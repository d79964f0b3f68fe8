"""The cost of reading a long push log: verifying all of it in little memory, and reading only its end."""

from __future__ import annotations

import hashlib
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from .cases import Case, Results, peak_mebibytes
from .kit import Kit, settle
from .measuring import Contender
from .repositories import ZERO, Repository

OURS, START = "tagwarden", "python -I -c pass"
GIGABYTE = 1_000_000_000
FILES = 20
SECONDS_BETWEEN = 10
NEWEST = 1_700_000_000


def _logged(kit: Kit) -> Repository:
    """A repository with a gigabyte of push log in rotated files, which repeats one refused push."""
    made = kit.repository(100, 10, new=1)
    server = Repository(kit.folder / "logged.git", kit.environment, kit.folder / "logged.git" / made.pushed.name)
    head = server.path / "tagwarden" / "push-log.head"
    if not (server.path / "complete").exists():
        made.copy(server.path)
        kit.with_hook(server)
        _write(head.parent, _refusal(kit, server))
        settle(server)
        (server.path / "complete").touch()
    return server


def _refusal(kit: Kit, server: Repository) -> str:
    """The middle of the line of a real refused push, from its `outcome` to the line's number."""
    commit = server.git("rev-parse", "refs/heads/main")
    log = server.path / "tagwarden" / "push-log.jsonl"
    environment = {**kit.environment, "GIT_DIR": "."}
    given = f"{ZERO} {commit} refs/tags/model0@v0.1\n"
    pushed = subprocess.run(
        [server.hook("pre-receive")],
        input=given,
        text=True,
        cwd=server.path,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert pushed.returncode == 1, pushed.stderr
    line = log.read_text()
    log.unlink()
    return line[line.index(',"outcome"') : line.index(',"line"')]


def _write(folder: Path, push: str) -> None:
    """Write the files as described in docs/push-log.md; the last one is the current file."""
    log, lines = folder / "push-log.jsonl", _chain(push)
    for file in range(FILES):
        first = size = 0
        with log.open("w") as writing:
            for number, line, digest in lines:
                first, newest = first or number, f"{number} {digest}"
                writing.write(line)
                size += len(line)
                if size >= GIGABYTE // FILES:
                    break
        if file < FILES - 1:
            log.rename(folder / f"push-log.{first:012}.jsonl")
    (folder / "push-log.head").write_text(newest.ljust(95) + "\n")


def _chain(push: str) -> Iterator[tuple[int, str, str]]:
    previous, number = "0" * 64, 0
    began = NEWEST - SECONDS_BETWEEN * (GIGABYTE // len(push))
    while True:
        number += 1
        when = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(began + SECONDS_BETWEEN * number))
        content = f'{{"time":"{when}"{push},"line":{number},"previous":"{previous}"'
        previous = hashlib.sha256(content.encode()).hexdigest()
        yield number, f'{content},"hash":"{previous}"}}\n', previous


def _verify(kit: Kit) -> Sequence[Contender]:
    server = _logged(kit)
    return [kit.process(OURS, server, [kit.tagwarden, "log", "--verify"])]


def _newest(kit: Kit) -> Sequence[Contender]:
    server = _logged(kit)
    return [kit.process(OURS, server, [kit.tagwarden, "log", "-n", "5"]), kit.bare_start(server)]


def _since(kit: Kit) -> Sequence[Contender]:
    server = _logged(kit)
    newest = (server.path / "tagwarden" / "push-log.jsonl").read_bytes()[-2000:].rpartition(b'{"time":"')[2][:16]
    return [kit.process(OURS, server, [kit.tagwarden, "log", "--since", f"{newest.decode()}Z"]), kit.bare_start(server)]


def _beyond_startup(results: Results) -> float:
    return results[OURS].cpu - results[START].cpu


CASES = (
    Case(
        "log-verify",
        f"`log --verify` of 1 GB of push log in {FILES} files",
        "peak memory",
        64,
        _verify,
        peak_mebibytes(OURS),
        1,
        unit="MiB",
    ),
    Case(
        "log-newest",
        "`log -n 5` of the same",
        "CPU time beyond a Python start",
        200,
        _newest,
        _beyond_startup,
        7,
        unit="ms",
    ),
    Case("log-since", "`log --since` its last minute", "likewise", 200, _since, _beyond_startup, 7, unit="ms"),
)
