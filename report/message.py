"""Writes a hook's messages for the pusher to stderr, which Git shows to the user.

Behind a server's hook stands a client that need not read them, and then its
pipe is full one day. Who says how many seconds it may take waits no longer.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# More than anybody reads. The last line, which sums up, is said in any case.
MOST_BYTES = 64 * 1024


class _Patience:
    """How many seconds this process has waited for a client that does not read."""

    spent = 0.0


def write_message(lines: Iterable[str], *, prefix: str = "", seconds: float | None = None) -> bool:
    """Write `lines` to stderr, each behind `prefix`; returns whether all were taken within `seconds`.

    What this process has waited before counts as well; None waits as long as it
    takes. If nobody is there to read them, that changes nothing about the verdict.
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
        # Whoever was there has gone, and waits for nothing.
        return True
    finally:
        _Patience.spent += time.monotonic() - began
    return True


def _room(seconds: float) -> int:
    """How many bytes can be written without waiting, 0 if there is no room within `seconds`."""
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
