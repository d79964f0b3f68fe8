"""Reads what versions contain: all of it for a single version, or the policy's metrics for many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...contents.metrics import chosen, value_text
from ...policy.objects.trailers import parse_trailers
from ...report.documents.shape import holding, or_null, shape
from ...report.escape import display

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...contents.record import Contents, Stated
    from ...policy.objects.piece import Piece
    from ...policy.push import Tag
    from ...repository.git.reader import Reader

PIECE = shape("piece", "A file or folder.", "path", "digests", or_null("size"), "told_by")
STATED = shape("stated", "A metric, a parameter, or the command of a stage of DVC.", "name", "value", "told_by")
METRICS = holding("metrics", STATED)
CONTENTS = (
    holding("artifact", PIECE)._replace(null=True),
    holding("data", PIECE),
    holding("code", PIECE),
    holding("dvc_command", STATED)._replace(null=True),
    METRICS,
    holding("params", STATED),
)


class Holdings:
    """Reads what versions contain; if only tags are available (`reader` is None), what the tags say."""

    def __init__(self, reader: Reader | None) -> None:
        # Imported here, because most of what is shown is read from tags alone.
        from ...contents.documents import Documents
        from ...contents.tree_entries import TreeEntries

        self._entries = TreeEntries(reader) if reader is not None else None
        self._documents = Documents()

    def of(self, model: str, commit: str, tag: Tag | None) -> Contents:
        """The contents of the version of `model` on `commit` that `tag` registers."""
        from ...contents.trailers import stated_in
        from ...contents.version_contents import contents_of

        trailers = parse_trailers(tag.object.message) if tag is not None and tag.object is not None else []
        if self._entries is None:
            note = "of a URL only the tags are fetched, so the files of the commit are not known"
            stated = stated_in(trailers)
            return stated._replace(notes=(*stated.notes, note))
        return contents_of(self._entries, model, commit, trailers, self._documents)


def metrics_of(reader: Reader, registrations: Iterable[tuple[str, Tag]]) -> dict[str, Sequence[Stated]]:
    """The metrics of versions, by the tags that register them; `registrations` are pairs of a model and a tag."""
    holdings = Holdings(reader)
    return {
        tag.name: holdings.of(model, tag.object.target, tag).metrics
        for model, tag in registrations
        if tag.object is not None
    }


def cells(metrics: Iterable[Stated], names: Sequence[str]) -> list[str | None]:
    """The values of the metrics `names`, as cells of a table row."""
    by_name = {one.name: value_text(one.value) for one in chosen(metrics, names)}
    return [by_name.get(name) for name in names]


def pieces_document(pieces: Iterable[Piece]) -> list[dict[str, object]]:
    return [
        {
            "path": display(one.path),
            "digests": [display(digest) for digest in one.digests],
            "size": one.size,
            "told_by": display(one.source),
        }
        for one in pieces
    ]


def stated_document(stated: Iterable[Stated]) -> list[dict[str, object]]:
    return [
        {"name": display(one.name), "value": _displayed(one.value), "told_by": display(one.source)} for one in stated
    ]


def contents_document(contents: Contents) -> dict[str, object]:
    artifact = pieces_document([contents.artifact]) if contents.artifact is not None else [None]
    command = stated_document([contents.command]) if contents.command is not None else [None]
    return {
        "artifact": artifact[0],
        "data": pieces_document(contents.data),
        "code": pieces_document(contents.code),
        "dvc_command": command[0],
        "metrics": stated_document(contents.metrics),
        "params": stated_document(contents.params),
    }


def _displayed(value: Any) -> Any:
    return display(value) if isinstance(value, str) else value
