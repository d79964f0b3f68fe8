"""Finds the existing tags that were proposed or approved, and the refs that prove it."""

from __future__ import annotations

from ...policy.approvals.approval import MOST_BYTES, Approval, read_approval
from ...policy.approvals.refs import ROOT, ApprovalRef, read_ref
from ...policy.grammar.names import TAGS
from ...policy.grammar.tag_name import TagName, parse_tag_name
from ...policy.objects.tag_object import parse_tag_object
from ...policy.record import Record
from ..registry import TAG_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..git.reader import Reader


class LandedTag(Record):
    """An existing tag that was proposed or approved.

    `commit` is the commit that it points at, `time` the tagger's, in seconds since the epoch, and `refs` maps its
    proposal and its approvals to the ids of their objects.
    """

    name: str
    commit: str
    time: int
    refs: Mapping[str, str]


def landed_tags(reader: Reader) -> list[LandedTag]:
    """The existing tags that were proposed or approved, sorted by name. Raises CannotJudge if Git can't read them.

    Their `refs` don't include revocations; a tag with nothing but revocations is left out.
    """
    by_tag: dict[str, dict[str, str]] = {}
    for ref, oid in reader.refs_under(ROOT):
        name = read_ref(ref)
        if name is not None:
            by_tag.setdefault(name.tag, {})[ref] = oid
    objects = list(reader.objects(sorted(by_tag), limit=TAG_BYTES))
    parsed = {raw.oid: parse_tag_object(raw.data, raw.size) for raw in objects if raw.type == "tag"}
    named = {oid: found for oid, found in parsed.items() if isinstance(parse_tag_name(found.name), TagName)}
    existing = reader.existing([TAGS + found.name for found in named.values()]) if named else {}
    landed = {oid: found for oid, found in named.items() if existing.get(TAGS + found.name) == oid}
    revoked = _revocations(reader, {ref: oid for tag in landed for ref, oid in by_tag[tag].items()})
    found_tags = []
    for oid, found in landed.items():
        refs = {ref: word for ref, word in by_tag[oid].items() if ref not in revoked}
        if refs:
            time = found.tagger.time if found.tagger else 0
            found_tags.append(LandedTag(found.name, found.target, time, refs))
    return sorted(found_tags)


def _revocations(reader: Reader, refs: Mapping[str, str]) -> set[str]:
    """The refs among `refs` that are revocations. They are never archived, so that no older approval replaces them."""
    words = [(ref, oid) for ref, oid in refs.items() if isinstance(read_ref(ref), ApprovalRef)]
    objects = list(reader.objects([oid for _, oid in words], limit=MOST_BYTES)) if words else []
    found = set()
    for (ref, _), raw in zip(words, objects, strict=True):
        approval = read_approval(parse_tag_object(raw.data, raw.size) if raw.type == "tag" else None)
        if isinstance(approval, Approval) and approval.verdict == "revoke":
            found.add(ref)
    return found
