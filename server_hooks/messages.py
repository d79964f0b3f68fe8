"""What a server hook says to whoever pushes: lines on stderr, which Git carries to the client.

A client need not read them, and then its pipe is full one day. So nothing here
waits for it longer than it is told to, and nobody else waits meanwhile: a push
that is refused has given the push lock up before it says so.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# In all, for everything that this process says.
SECONDS = 10.0

# What an accepted push has to be told, others wait for: Git moves no ref before that has reached the client. Once
# the hook has gone, whoever keeps the lock ends a receive-pack that is stuck.
SECONDS_WHILE_OTHERS_WAIT = 2.0

# More than anybody reads; the last line, which sums up, is said in any case.
MOST_BYTES = 64 * 1024


class _Patience:
    """How many seconds this process has waited for a client that does not read."""

    spent = 0.0


def line_prefix(host: str) -> str:
    """What a line must begin with for the hosting system to show it to the user.

    GitLab's web page shows no other lines (its docs on server hooks, "Custom error messages").
    """
    return "GL-HOOK-ERR: " if host == "gitlab" else ""


def tell(lines: Iterable[str], host: str = "", *, seconds: float = SECONDS) -> bool:
    """Write `lines` to stderr; whether all were taken within `seconds`.

    Nobody there to read them changes nothing about the verdict. What this
    process has waited before counts, too.
    """
    prefix = line_prefix(host)
    rest = memoryview(_bounded([f"{prefix}{line}\n".encode("utf-8", "backslashreplace") for line in lines]))
    began = time.monotonic()
    seconds -= _Patience.spent
    try:
        while rest:
            room = _room(seconds - (time.monotonic() - began))
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
