"""Writes a hook's messages to stderr, which Git shows to the pusher.

A client that does not read them fills the pipe of a server's hook, and the
hook would wait forever, so a caller can limit the seconds.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# More than anybody reads. The last line, the summary, is written in any case.
MOST_BYTES = 64 * 1024


class _Patience:
    """How many seconds this process has waited for a client that does not read."""

    spent = 0.0


def write_message(lines: Iterable[str], *, prefix: str = "", seconds: float | None = None) -> bool:
    """Write `lines` to stderr, each after `prefix`; returns whether the client took all of them within `seconds`.

    Earlier waits of this process count towards `seconds`; None sets no limit. Lines beyond MOST_BYTES are left out,
    with a count. True if the other end is closed: the verdict holds even if nobody reads the reasons.
    """
    rest = memoryview(_bounded([f"{prefix}{line}\n".encode("utf-8", "backslashreplace") for line in lines]))
    began = time.monotonic()
    left = None if seconds is None else seconds - _Patience.spent
    try:
        while rest:
            room = len(rest) if left is None else _room(left - (time.monotonic() - began))
            if not room:
                return False
            rest = rest[os.write(2, rest[:room]) :]
    except OSError:
        # The reader has gone, so nothing is left to wait for.
        return True
    finally:
        _Patience.spent += time.monotonic() - began
    return True


def _room(seconds: float) -> int:
    """How many bytes can be written to stderr without blocking; 0 if there is no room within `seconds`."""
    import select

    poll = select.poll()
    poll.register(2, select.POLLOUT)
    return select.PIPE_BUF if poll.poll(max(0.0, seconds) * 1000) else 0


def _bounded(lines: Sequence[bytes]) -> bytes:
    whole = b"".join(lines)
    if len(whole) <= MOST_BYTES:
        return whole
    kept: list[bytes] = []
    size = len(lines[-1])
    for line in lines[:-1]:
        size += len(line)
        if size > MOST_BYTES:
            break
        kept.append(line)
    return b"".join([*kept, f"... {len(lines) - 1 - len(kept)} more lines\n".encode("ascii"), lines[-1]])
