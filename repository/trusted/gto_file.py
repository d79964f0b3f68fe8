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
    """The declared stages; `names` is None if any stage is allowed. `note` says why the file can't be read, if so."""

    names: tuple[str, ...] | None
    note: str | None = None


def declared_stages(reader: Reader, commit: str | None, budget: Budget | None = None) -> DeclaredStages:
    """The stages that `.gto` declares in the trusted `commit`.

    A file that GTO can't read allows any stage, and the note says so. GTO itself fails on such a file, but only in a
    work tree, so it must not stop all pushes. Raises CannotJudge if Git can't read the commit, or if parsing the file
    exceeds the `budget`.
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
    """The stages in a `.gto` file, None for any. Raises ValueError if GTO can't read it.

    As in gto.config, the case of the key does not matter; no key `stages`, or null, allows any stage; an empty list
    allows none.
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
