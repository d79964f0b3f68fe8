"""Object ids as Git writes them: all of their hex digits, of SHA-1 or of SHA-256."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_LENGTHS = frozenset((40, 64))


def are_ids(texts: Sequence[str]) -> bool:
    """Whether each of these can be an object's full id."""
    digits = "".join(texts)
    try:
        # There and back leaves nothing as it was but lower-case hex.
        return _LENGTHS.issuperset(map(len, texts)) and bytes.fromhex(digits).hex() == digits
    except ValueError:
        return False
