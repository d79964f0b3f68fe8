"""Which ref names Git accepts (git-check-ref-format(1)), and which names some file systems confuse with others."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# Control characters, space, and the special characters of revisions and patterns.
FORBIDDEN = bytes((*range(0x20), 0x7F)) + b" ~^:?*[\\"
# Forbidden parts of a name that is followed by a newline.
FORBIDDEN_PARTS = (b"..", b"@{", b"//", b"/.", b".lock/", b".lock\n", b"/\n", b".\n")

# The folders below refs/ whose refs are judged, or decide how others are judged.
JUDGED_FOLDERS = ("heads", "namespaces", "replace", "tags", "tagwarden")


def are_ref_names(refs: Sequence[str]) -> bool:
    """Whether Git accepts each of `refs` as the full name of a ref. All are checked at once, which is fast."""
    text = "\n".join(["", *refs, ""]).encode("utf-8", "surrogateescape")
    # The text has one newline more than there are names. Anything forbidden makes the count higher.
    if len(text) - len(text.translate(None, FORBIDDEN)) != len(refs) + 1:
        return False
    return text.count(b"\nrefs/") == len(refs) and not any(part in text for part in FORBIDDEN_PARTS)


def taken_for(folder: str) -> str | None:
    """The judged folder below refs/ that some file systems take `folder` for; None if there is none.

    Such file systems ignore case, and some also ignore the Unicode form of
    letters, invisible characters (HFS+), or a final dot (NTFS).
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
