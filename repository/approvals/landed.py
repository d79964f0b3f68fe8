"""Which refs of proposals and approvals are evidence of tags that stand."""

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
    """An existing tag that was approved: `refs` maps the refs of its proposal and approvals to their objects.

    `commit` is what it is on, `time` its tagger's.
    """

    name: str
    commit: str
    time: int
    refs: Mapping[str, str]


def landed_tags(reader: Reader) -> list[LandedTag]:
    """The tags that stand as they were proposed or approved, by name. Raises CannotJudge for what can't be read.

    Revocations are not among their refs, nor a tag that has nothing else.
    """
    by_tag: dict[str, dict[str, str]] = {}
    for ref, oid in reader.refs_under(ROOT):
        name = read_ref(ref)
        if name is not None:
            by_tag.setdefault(name.tag, {})[ref] = oid
    objects = list(reader.objects(sorted(by_tag), limit=TAG_BYTES))
    parsed = {raw.oid: parse_tag_object(raw.data, raw.size) for raw in objects if raw.type == "tag"}
    named = {oid: found for oid, found in parsed.items() if isinstance(parse_tag_name(found.name), TagName)}
    standing = reader.existing([TAGS + found.name for found in named.values()]) if named else {}
    landed = {oid: found for oid, found in named.items() if standing.get(TAGS + found.name) == oid}
    revoked = _revocations(reader, {ref: oid for tag in landed for ref, oid in by_tag[tag].items()})
    found_tags = []
    for oid, found in landed.items():
        refs = {ref: word for ref, word in by_tag[oid].items() if ref not in revoked}
        if refs:
            time = found.tagger.time if found.tagger else 0
            found_tags.append(LandedTag(found.name, found.target, time, refs))
    return sorted(found_tags)


def _revocations(reader: Reader, refs: Mapping[str, str]) -> set[str]:
    """Those of `refs` that take an approval back: they stay, lest an older approval takes their place."""
    words = [(ref, oid) for ref, oid in refs.items() if isinstance(read_ref(ref), ApprovalRef)]
    objects = list(reader.objects([oid for _, oid in words], limit=MOST_BYTES)) if words else []
    found = set()
    for (ref, _), raw in zip(words, objects, strict=True):
        approval = read_approval(parse_tag_object(raw.data, raw.size) if raw.type == "tag" else None)
        if isinstance(approval, Approval) and approval.verdict == "revoke":
            found.add(ref)
    return found
