"""The stages that GTO's own configuration file, `.gto`, declares."""

from __future__ import annotations

from ...policy.grammar.names import is_name
from ...policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.budget import Budget
    from ...policy.objects.document_files import DocumentFiles
    from ..git.reader import Reader

GTO_FILE = ".gto"
_LARGEST = 1 << 20


class DeclaredStages(Record):
    """`names` is None where any stage is allowed; `note` says why where the file can't be read."""

    names: tuple[str, ...] | None
    note: str | None = None


def declared_stages(reader: Reader, commit: str | None, budget: Budget | None = None) -> DeclaredStages:
    """What `.gto` at the trusted commit declares.

    A file that GTO can't read declares nothing, and the note says so: GTO
    itself fails on it, but not on the server, where it never looks at it.
    Raises CannotJudge where Git can't read the commit, or the file takes longer
    than the `budget` allows.
    """
    if commit is None:
        return DeclaredStages(None)
    data = reader.files([(commit, GTO_FILE)], limit=_LARGEST + 1)[0]
    if data is None:
        return DeclaredStages(None)
    from ...policy.objects.document_files import DocumentFiles

    try:
        if len(data) > _LARGEST:
            raise ValueError(f"it has more than {_LARGEST} bytes")
        return DeclaredStages(stages_in(data, DocumentFiles(budget)))
    except ValueError as error:
        return DeclaredStages(
            None, f"GTO can't read {GTO_FILE} in commit {commit}, which so declares no stages: {error}"
        )


def stages_in(data: bytes, documents: DocumentFiles) -> tuple[str, ...] | None:
    """The stages in a `.gto` file, None for any. Raises ValueError where GTO can't read it.

    As in gto.config: names of keys in any case; no stages, or none but null, means any; an empty
    list means that none is allowed.
    """
    content = documents.load(data) or {}
    if not isinstance(content, dict):
        raise ValueError("it is not a mapping of names to values")
    stages = None
    for key, value in content.items():
        if isinstance(key, str) and key.lower() == "stages":
            stages = value
    if stages is None:
        return None
    if not isinstance(stages, list) or not all(isinstance(stage, str) and is_name(stage) for stage in stages):
        raise ValueError("`stages` is not a list of names")
    return tuple(stages)
