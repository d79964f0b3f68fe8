"""Reads what each version of a model contains, from the files of its commit and from its tag."""

from __future__ import annotations

import time
from functools import partial

from ..contents.documents import Documents
from ..contents.metrics import chosen, value_text
from ..contents.rows import contents_rows
from ..contents.trailers import stated_in
from ..contents.tree_entries import TreeEntries
from ..contents.version_contents import contents_of
from ..policy.objects.trailers import parse_trailers
from ..policy.wording import counted
from .contents_cache import ContentsCache
from .records import ShownContents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..contents.record import Contents
    from ..policy.registry.resolution import ModelTags
    from ..repository.git.reader import Reader

# A limit, so that nobody who may push can make one repository delay the whole site.
SECONDS = 60.0
# The most rows about a version on its page; `tagwarden show MODEL@VERSION` prints all of them.
MOST_ROWS = 100
MOST_NOTES = 10


class ContentsReader:
    """Reads the contents of one repository's versions for up to SECONDS; without a reader, only what tags say.

    Contents in `kept` are not read again, and those that are read are added to it.
    """

    def __init__(self, reader: Reader | None, kept: ContentsCache | None = None, seconds: float = SECONDS) -> None:
        self._entries = TreeEntries(reader) if reader is not None else None
        self._documents = Documents()
        self._kept = kept or ContentsCache()
        self._left = seconds
        self._passed_over = 0

    def of(self, model: str, known: ModelTags, metrics: Sequence[str]) -> Mapping[str, tuple[Contents, ShownContents]]:
        """The contents of the versions of `model` (as tags spell it), by their tags; some are missing if time runs out.

        `metrics` are the names of those that have a column.
        """
        found: dict[str, tuple[Contents, ShownContents]] = {}
        for name, tag in known.tags:
            if name.kind != "register" or tag.object is None:
                continue
            trailers = parse_trailers(tag.object.message)
            if self._left <= 0:
                self._passed_over += 1
                continue
            began = time.monotonic()
            if self._entries is None:
                held = stated_in(trailers)
            else:
                read = partial(contents_of, self._entries, model, tag.object.target, trailers, self._documents)
                held = self._kept.of(model, tag.oid, read)
            found[tag.name] = held, _shown_contents(held, trailers, metrics)
            self._left -= time.monotonic() - began
        return found

    def notes(self) -> list[str]:
        """Sentences on what was not read."""
        if not self._passed_over:
            return []
        passed_over = counted(self._passed_over, "version")
        return [f"It took too long to read what {passed_over} hold: that is not shown."]


def _shown_contents(held: Contents, trailers: Sequence[tuple[str, str]], metrics: Sequence[str]) -> ShownContents:
    """The contents of a version as its page shows them; `metrics` are the names of those that have a column."""
    rows = contents_rows(held, trailers)
    left = f"{len(rows) - MOST_ROWS} more rows are not shown" if len(rows) > MOST_ROWS else None
    return ShownContents(
        [(one.name, value_text(one.value)) for one in chosen(held.metrics, metrics)],
        [(what, name, value, source) for what, name, value, source in rows[:MOST_ROWS]],
        [*held.notes[:MOST_NOTES], *([left] if left else [])],
    )
