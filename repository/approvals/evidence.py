"""Who approved the existing tags, by the refs of this repository: as the server accepted them, not verified again."""

from __future__ import annotations

from ...policy.approvals.approval import MOST_BYTES, read_approval
from ...policy.approvals.quorum import Endorsement
from ...policy.approvals.refs import APPROVALS, ApprovalRef, read_ref
from ...policy.grammar.names import TAGS
from ...policy.grammar.tag_name import TagName, parse_tag_name
from ...policy.objects.tag_object import parse_tag_object
from ..registry import TAG_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..git.objects import RawObject
    from ..git.program import GitProgram
    from .archived import ArchivedEvidence
    from .in_refs import RefReader


def approvals_by_tag(repository: GitProgram, archived: ArchivedEvidence | None = None) -> dict[str, list[Endorsement]]:
    """The approvals and revocations of each existing tag that has any, by the tag's name.

    Archived ones count as well. If nothing was ever approved, this costs one listing of refs. Raises CannotJudge if
    the repository can't be read.
    """
    reader: RefReader = archived.added_to(repository) if archived is not None else repository
    words = [(name, oid) for ref, oid in reader.refs_under(APPROVALS) if isinstance(name := read_ref(ref), ApprovalRef)]
    if not words:
        return {}
    names = _names(reader, sorted({name.tag for name, _ in words}))
    existing = reader.existing([TAGS + name for name in names.values()])
    landed = {oid for oid, name in names.items() if existing.get(TAGS + name) == oid}
    there = [(name, oid) for name, oid in sorted(words) if name.tag in landed]
    objects = reader.objects([oid for _, oid in there], limit=MOST_BYTES)
    found: dict[str, list[Endorsement]] = {}
    for (name, _), raw in zip(there, list(objects), strict=True):
        if raw.type is None and archived is not None:
            continue  # its archive can't be read, which `archived.notes` says
        found.setdefault(names[name.tag], []).append(_endorsement(name, raw))
    return found


def _names(reader: RefReader, oids: Sequence[str]) -> dict[str, str]:
    """The names of the tag objects with these ids, by id; only those of model tags."""
    objects = reader.objects(oids, limit=TAG_BYTES)
    named = {raw.oid: parse_tag_object(raw.data, raw.size).name for raw in objects if raw.type == "tag"}
    return {oid: name for oid, name in named.items() if isinstance(parse_tag_name(name), TagName)}


def _endorsement(name: ApprovalRef, raw: RawObject) -> Endorsement:
    approval = read_approval(parse_tag_object(raw.data, raw.size) if raw.type == "tag" else None)
    if isinstance(approval, str):
        return Endorsement(name.principal, "approve", 0, problem=approval)
    problem = None if approval.tag == name.tag else "it is about another tag object"
    return Endorsement(name.principal, approval.verdict, approval.time, approval.reason, problem)
