"""A client that tells `git receive-pack` whatever it likes.

`git push` claims what it has seen of the server's refs, and names each ref once.
Other clients need not do so: this one sends any command lines, as bytes, with any
pack or none, by the protocol of gitprotocol-pack(5)
("Pushing Data To a Server").
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from .repositories import RULE_IN_BRACKETS

# A push that takes longer is considered stuck.
DEADLINE = 120

FLUSH = b"0000"
DATA, PROGRESS, FATAL = 1, 2, 3


class Advertisement(NamedTuple):
    """What the server says first: its refs (and `.have` lines), and its capabilities."""

    refs: dict[bytes, str]
    capabilities: frozenset[str]


class RawPushResult(NamedTuple):
    """How a raw push ended.

    `unpacked` is the result for the pack ("ok" or an error), `report` the answer to
    each command (None for ok, else the reason; a ref ends at its first blank there),
    `told` the text that the user would see after `remote: `. If receive-pack gave up,
    `unpacked` is None and `error` has its last message.
    """

    exit: int
    unpacked: str | None
    report: list[tuple[bytes, str | None]]
    told: str
    error: str

    @property
    def landed(self) -> set[bytes]:
        """The refs that the server says it has changed."""
        return {ref for ref, reason in self.report if reason is None}

    @property
    def rules(self) -> set[str]:
        """The rules named by the hook."""
        return set(RULE_IN_BRACKETS.findall(self.told))


def command(old: str, new: str, ref: str | bytes) -> bytes:
    """A command line: move `ref` from the object `old` to `new`."""
    return f"{old} {new} ".encode() + (ref if isinstance(ref, bytes) else os.fsencode(ref))


def raw_push(
    git_dir: Path,
    commands: Sequence[bytes],
    *,
    pack: bytes | None = None,
    capabilities: Iterable[str] = (),
    options: Sequence[str] = (),
    shallow: Sequence[str] = (),
    between: Callable[[Advertisement], None] | None = None,
    env: Mapping[str, str] = {},
) -> RawPushResult:
    """Send `commands` to the repository at `git_dir`; returns the result.

    `pack` follows them, byte for byte; None sends nothing, as is right if all
    commands delete. `capabilities` are claimed in addition to `report-status`,
    `side-band-64k` and the repository's object format. `options` are push options,
    `shallow` the commits whose parents this client lacks. `between` is called after
    the server has shown its refs and before anything is sent, for changes that this
    push has not seen.
    """
    process = subprocess.Popen(
        ["git", "receive-pack", str(git_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env={**os.environ, **env},
    )
    with process:
        try:
            assert process.stdout is not None
            seen = _read_advertisement(process.stdout)
            if between is not None:
                between(seen)
            claimed = {"report-status", "side-band-64k", *capabilities}
            claimed.update(each for each in seen.capabilities if each.startswith("object-format="))
            if options:
                claimed.add("push-options")
            request = _request(commands, sorted(claimed), options, shallow) + (pack or b"")
            answer, error = process.communicate(request, timeout=DEADLINE)
        except BaseException:
            process.kill()
            raise
    return _result(process.returncode, answer, error)


def packet(payload: bytes) -> bytes:
    """A pkt-line (gitprotocol-common(5))."""
    return b"%04x" % (len(payload) + 4) + payload


def _request(
    commands: Sequence[bytes], capabilities: Sequence[str], options: Sequence[str], shallow: Sequence[str]
) -> bytes:
    claims = b"\0" + " ".join(capabilities).encode()
    lines = [packet(f"shallow {oid}".encode()) for oid in shallow]
    lines += [packet(line + (b"" if number else claims)) for number, line in enumerate(commands)]
    if options:
        lines += [FLUSH, *(packet(os.fsencode(option)) for option in options)]
    return b"".join([*lines, FLUSH])


def _read_advertisement(stream: IO[bytes]) -> Advertisement:
    refs: dict[bytes, str] = {}
    capabilities: frozenset[str] = frozenset()
    while (line := _read_packet(stream)) is not None:
        line, zero, claims = line.rstrip(b"\n").partition(b"\0")
        if zero:
            capabilities = frozenset(claims.decode().split())
        oid, _, ref = line.partition(b" ")
        if ref != b"capabilities^{}":
            refs[ref] = oid.decode()
    return Advertisement(refs, capabilities)


def _read_packet(stream: IO[bytes]) -> bytes | None:
    length = int(_exactly(stream, 4), 16)
    return _exactly(stream, length - 4) if length else None


def _exactly(stream: IO[bytes], count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = stream.read(count - len(data))
        if not more:
            raise EOFError(f"receive-pack hung up after {data!r}")
        data += more
    return data


def _packets(data: bytes) -> list[bytes]:
    """The packets at the beginning of `data`, up to a flush or invalid data."""
    found = []
    while len(data) >= 4 and (length := int(data[:4], 16)) >= 4:
        found.append(data[4:length])
        data = data[length:]
    return found


def _result(status: int, answer: bytes, error: bytes) -> RawPushResult:
    bands: dict[int, bytes] = {DATA: b"", PROGRESS: b"", FATAL: b""}
    for each in _packets(answer):
        bands[each[0]] += each[1:]
    unpacked, report = None, []
    for line in _packets(bands[DATA]):
        verdict, _, rest = line.rstrip(b"\n").partition(b" ")
        if verdict == b"unpack":
            unpacked = rest.decode("utf-8", "replace")
        elif verdict == b"ok":
            report.append((rest, None))
        elif verdict == b"ng":
            ref, _, reason = rest.partition(b" ")
            report.append((ref, reason.decode("utf-8", "replace")))
    told = bands[PROGRESS].decode("utf-8", "surrogateescape")
    last_words = (error + bands[FATAL]).decode("utf-8", "replace")
    return RawPushResult(status, unpacked, report, told, last_words)
