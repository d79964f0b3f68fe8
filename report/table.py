"""Tables for a terminal and for `grep`: columns aligned, nothing cut off."""

from __future__ import annotations

from time import gmtime, strftime

from .escape import LONGEST, columns, escape, needs_no_escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[str | None]]) -> str:
    """The rows under `header`; untrusted text is escaped, None is shown as "-"."""
    return "\n".join(table_lines(header, rows))


def table_lines(header: Sequence[str], rows: Sequence[Sequence[str | None]]) -> Iterator[str]:
    """The lines of `table`, one after the other: of a million, all at once would take a gigabyte."""
    shown, formats = zip(*map(_shown, zip(header, *rows, strict=True)), strict=True)
    # One `%` for a whole row: to pad cell by cell would add a tenth to `history` of 100,000 tags.
    line = "  ".join(formats)
    return ((line % cells).rstrip() for cells in zip(*shown, strict=True))


def _shown(column: Sequence[str | None]) -> tuple[Sequence[str], str]:
    """The cells of one column, escaped, and the format that makes them equally wide."""
    cells = [cell or "-" for cell in column]
    # Most columns hold few texts, and these often: to look at each once takes 4 % off `history` of 100,000 tags.
    distinct = set(cells)
    together = "".join(distinct)
    longest = max(map(len, distinct))
    # One look at all of them, too, where nothing has to be escaped: that takes off a tenth.
    if needs_no_escape(together) and longest <= LONGEST:
        return cells, f"%-{longest}s"
    # A character may take none or two columns of the terminal, which `%` does not know.
    escaped = {cell: escape(cell) for cell in distinct}
    width = max(map(columns, escaped.values()))
    padded = {cell: text + " " * (width - columns(text)) for cell, text in escaped.items()}
    return [padded[cell] for cell in cells], "%s"


def utc_text(seconds: int) -> str:
    """A tagger's time as ISO 8601 in UTC, to the second."""
    # By `datetime` it takes six times as long, which is a tenth of `history`.
    return strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(seconds))
