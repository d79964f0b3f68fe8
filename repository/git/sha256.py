"""SHA-256 for hooks, without OpenSSL: importing `hashlib` takes ten times as long as Python's own module."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HASHERS: list[Any] = []


def sha256(content: bytes) -> str:
    """The SHA-256 of `content`, in hex."""
    return str(_hasher()(content).hexdigest())


def _hasher() -> Any:
    # The module has another name before 3.12, and a build of Python may lack it.
    if not _HASHERS:
        try:
            own = __import__("_sha2" if sys.version_info >= (3, 12) else "_sha256")
        except ImportError:
            own = __import__("hashlib")
        _HASHERS.append(own.sha256)
    return _HASHERS[0]
