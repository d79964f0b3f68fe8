"""What a server hook says to whoever pushes: lines on stderr, which Git carries to the client."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def line_prefix(host: str) -> str:
    """What a line must begin with for the hosting system to show it to the user.

    GitLab's web page shows no other lines (its docs on server hooks, "Custom error messages").
    """
    return "GL-HOOK-ERR: " if host == "gitlab" else ""


def tell(lines: Iterable[str], host: str = "") -> None:
    """Write `lines` to stderr. Nobody there to read them changes nothing about the verdict."""
    prefix = line_prefix(host)
    text = "".join(f"{prefix}{line}\n" for line in lines)
    rest = memoryview(text.encode("utf-8", "backslashreplace"))
    try:
        while rest:
            rest = rest[os.write(2, rest) :]
    except OSError:
        pass
