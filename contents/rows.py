"""Formats contents of versions and their differences as rows of a table, with short texts on one line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .metrics import value_text
from .record import CONTENT_TRAILERS, TAG

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .difference import Change
    from .record import Contents

# The digits of a digest that are shown; --json prints it in full.
SHORT = 12
DIGEST = re.compile(r"(?:\b[a-z0-9]+:|^)([0-9a-f]{32,64})\b")


def contents_rows(contents: Contents, trailers: Iterable[tuple[str, str]]) -> list[list[str]]:
    """A row for each of the contents, and for each other trailer of the tag: what it is, its name, value and source."""
    rows: list[list[str]] = []
    artifact = [contents.artifact] if contents.artifact is not None else []
    for what, pieces in (("artifact", artifact), ("data", contents.data), ("code", contents.code)):
        for one in pieces:
            size = [f"({one.size} bytes)"] if one.size is not None else []
            rows.append([what, one.path, " ".join([*one.digests, *size]), one.source])
    command = [contents.command] if contents.command is not None else []
    for what, stated in (("command", command), ("metric", contents.metrics), ("param", contents.params)):
        rows.extend([what, value.name, value_text(value.value), value.source] for value in stated)
    return rows + [["trailer", key, value, TAG] for key, value in trailers if key.lower() not in CONTENT_TRAILERS]


def change_row(change: Change) -> list[str | None]:
    """The row of a change: what it is, its name, its old and new value, and their difference."""
    return [change.what, change.name, short_text(change.old), short_text(change.new), change_text(change)]


def short_text(value: Any) -> str | None:
    """A value as text, with its digests shortened; None for None."""
    if value is None:
        return None
    if isinstance(value, str):
        value = DIGEST.sub(lambda digest: digest[0][: -len(digest[1])] + digest[1][:SHORT], value)
    return value_text(value)


def change_text(change: Change) -> str | None:
    """The difference of two numbers, and "(worse)" if it is; None if neither applies."""
    worse = " (worse)" if change.worse else ""
    if change.diff is not None:
        return f"{change.diff:+g}{worse}" if change.diff else "0"
    return worse.strip() or None
