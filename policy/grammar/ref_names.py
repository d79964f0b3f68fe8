"""Which names Git accepts for refs (git-check-ref-format(1)), and which some file systems take for others."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# Control characters, space, and what revisions and patterns are written with.
FORBIDDEN = bytes((*range(0x20), 0x7F)) + b" ~^:?*[\\"
# As they look in a name that ends with a line break.
FORBIDDEN_PARTS = (b"..", b"@{", b"//", b"/.", b".lock/", b".lock\n", b"/\n", b".\n")

# The folders below refs/ whose refs are judged, or say how others are.
JUDGED_FOLDERS = ("heads", "namespaces", "replace", "tags", "tagwarden")


def are_ref_names(refs: Sequence[str]) -> bool:
    """Whether Git would take each of `refs` for the full name of a ref. It checks all of them at once."""
    text = "\n".join(["", *refs, ""]).encode("utf-8", "surrogateescape")
    # A line break within a name makes the count of line breaks too high.
    if len(text) - len(text.translate(None, FORBIDDEN)) != len(refs) + 1:
        return False
    return text.count(b"\nrefs/") == len(refs) and not any(part in text for part in FORBIDDEN_PARTS)


def taken_for(folder: str) -> str | None:
    """The folder below refs/ in which a file system may store the refs of `folder`, where that is another one.

    Such file systems ignore case, and some of them the form of a letter, what
    can't be seen (HFS+), or a final dot (NTFS).
    """
    if folder in JUDGED_FOLDERS:
        return None
    seen = folder
    if not folder.isascii():
        import unicodedata

        letters = unicodedata.normalize("NFKC", folder)
        seen = "".join(letter for letter in letters if unicodedata.category(letter) != "Cf")
    plain = seen.casefold().rstrip(".")
    return plain if plain in JUDGED_FOLDERS else None
