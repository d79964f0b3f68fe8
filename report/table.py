"""Tables for a terminal and for `grep`: columns aligned, nothing cut off."""

from __future__ import annotations

from .escape import columns, escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[str | None]]) -> str:
    """The rows under `header`; untrusted text is escaped, None is shown as "-"."""
    cells = [list(header)] + [[escape(cell) if cell else "-" for cell in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*cells, strict=True)]
    lines = (
        "  ".join(cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True))
        for row in cells
    )
    return "\n".join(line.rstrip() for line in lines)


def utc_text(seconds: int) -> str:
    """A tagger's time as ISO 8601 in UTC, to the second."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
