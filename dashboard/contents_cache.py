"""Stores the contents of a repository's versions for the next build, because reading them is the slowest part.

A tag's id determines its message and its commit, so what was once read of it
stays valid. The file is published with the site, and contains only what the
pages show.
"""

from __future__ import annotations

import gzip
import json
import zlib

from ..contents.record import Contents, Stated
from ..policy.objects.piece import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

# A build reads fewer versions in less than two seconds, and a thousand such files would fill the disk.
WORTH_KEEPING = 500
# The limit for the JSON; versions beyond it are read again.
MOST_BYTES = 64 * 1024 * 1024
PIECES, STATED = ("data", "code"), ("metrics", "params")


class ContentsCache:
    """What was read by the program and options named in `made_by`; `before` is the file of the last build."""

    def __init__(self, before: bytes = b"", made_by: str = "") -> None:
        self._made_by = made_by
        self._before = _read(before, made_by)
        self._now: dict[str, Contents] = {}

    def of(self, model: str, tag: str, read: Callable[[], Contents]) -> Contents:
        """The contents of the version that the tag with this id registers; calls `read` only if they are unknown."""
        key = f"{tag} {model}"
        known = self._before.get(key)
        self._now[key] = found = known if known is not None else read()
        return found

    def as_bytes(self) -> bytes | None:
        """The content of the file for the next build; None if there is too little to store."""
        if len(self._now) < WORTH_KEEPING:
            return None
        lines = "\n".join(self._lines())
        return gzip.compress(f"{json.dumps(self._made_by)}\n{lines}".encode(), compresslevel=6, mtime=0)

    def _lines(self) -> Iterator[str]:
        left = MOST_BYTES
        for key, contents in self._now.items():
            if contents.reproducible:
                line = json.dumps([key, contents._asdict()], separators=(",", ":"))
                left -= len(line)
                if left < 0:
                    return
                yield line


def _read(data: bytes, made_by: str) -> dict[str, Contents]:
    """The contents in a file; empty if it is damaged or was made by another program."""
    try:
        first, *lines = gzip.decompress(data).decode("ascii").split("\n")
        if not made_by or json.loads(first) != made_by:
            return {}
        return {key: _contents(found) for key, found in map(json.loads, filter(None, lines))}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError, EOFError, zlib.error):
        return {}


def _contents(found: dict[str, Any]) -> Contents:
    """The contents that `_asdict` and JSON made `found` of."""
    artifact, command = found["artifact"], found["command"]
    return Contents(
        **{
            **found,
            **{name: tuple(map(_piece, found[name])) for name in PIECES},
            **{name: tuple(Stated(*one) for one in found[name]) for name in STATED},
            "notes": tuple(found["notes"]),
            "artifact": None if artifact is None else _piece(artifact),
            "command": None if command is None else Stated(*command),
        }
    )


def _piece(found: Any) -> Piece:
    path, digests, size, source = found
    return Piece(path, tuple(digests), size, source)
