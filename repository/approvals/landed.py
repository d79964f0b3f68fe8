"""Which refs of proposals and approvals are evidence of tags that stand."""

from __future__ import annotations

from ...policy.approvals.refs import ROOT, read_ref
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
    """A tag that stands and was approved: `refs` are its proposal and what people said of it, with what they name.

    `commit` is what it is on, `time` its tagger's.
    """

    name: str
    commit: str
    time: int
    refs: Mapping[str, str]


def landed_tags(reader: Reader) -> list[LandedTag]:
    """The tags that stand as they were proposed or approved, by name. Raises CannotJudge for what can't be read."""
    by_tag: dict[str, dict[str, str]] = {}
    for ref, oid in reader.refs_under(ROOT):
        name = read_ref(ref)
        if name is not None:
            by_tag.setdefault(name.tag, {})[ref] = oid
    objects = list(reader.objects(sorted(by_tag), limit=TAG_BYTES))
    parsed = {raw.oid: parse_tag_object(raw.data, raw.size) for raw in objects if raw.type == "tag"}
    named = {oid: found for oid, found in parsed.items() if isinstance(parse_tag_name(found.name), TagName)}
    standing = reader.existing([TAGS + found.name for found in named.values()]) if named else {}
    landed = [
        LandedTag(found.name, found.target, found.tagger.time if found.tagger else 0, by_tag[oid])
        for oid, found in named.items()
        if standing.get(TAGS + found.name) == oid
    ]
    return sorted(landed)
