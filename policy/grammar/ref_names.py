"""Which names Git accepts for refs: the rules of git-check-ref-format(1)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# Control characters, space, and what revisions and patterns are written with.
FORBIDDEN = bytes((*range(0x20), 0x7F)) + b" ~^:?*[\\"
# As they look in a name that ends with a line break.
FORBIDDEN_PARTS = (b"..", b"@{", b"//", b"/.", b".lock/", b".lock\n", b"/\n", b".\n")


def are_ref_names(refs: Sequence[str]) -> bool:
    """Whether Git would take each of `refs` for the full name of a ref. It checks all of them at once."""
    text = "\n".join(["", *refs, ""]).encode("utf-8", "surrogateescape")
    # A line break within a name makes the count of line breaks too high.
    if len(text) - len(text.translate(None, FORBIDDEN)) != len(refs) + 1:
        return False
    return text.count(b"\nrefs/") == len(refs) and not any(part in text for part in FORBIDDEN_PARTS)
