"""Builds tag objects byte by byte, including those that `git tag` would not write."""

from __future__ import annotations

TAGGER = "Ada Lovelace <ada@example.com> 1700000000 +0000"


def raw_tag(
    *,
    object: str,
    tag: str,
    type: str = "commit",
    tagger: str | None = TAGGER,
    message: str | bytes = "Register a version\n",
    more_headers: bytes = b"",
) -> bytes:
    """The content of a tag object; `tagger=None` leaves that line out."""
    head = [f"object {object}", f"type {type}", f"tag {tag}"]
    if tagger is not None:
        head.append(f"tagger {tagger}")
    lines = "".join(f"{line}\n" for line in head).encode("utf-8", "surrogateescape")
    body = message if isinstance(message, bytes) else message.encode("utf-8", "surrogateescape")
    return lines + more_headers + b"\n" + body
