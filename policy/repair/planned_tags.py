"""Tags of a plan: whether GTO reads one, which messages its replacement may have, and how a planned tag looks."""

from __future__ import annotations

from ..objects.tag_object import parse_tag_object
from ..push import Tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..grammar.tag_name import TagName

# GTO or its libraries fail, for all models, on tags that break one of these rules.
STOPS_GTO = frozenset(("tag-object", "tag-name-in-object", "target-commit", "target-tree", "target-annotations"))
DEFAULT = "Tag again what could not be read"
# The id of an object that is not written yet.
UNWRITTEN = "0" * 40


def gto_reads(tag: Tag) -> bool:
    """Whether GTO reads an event from `tag`; it does so even from a tag of a tag, which it takes for a commit."""
    found = tag.object
    return found is not None and found.readable and found.name == tag.name and found.target_type in ("commit", "tag")


def messages_of(tag: Tag) -> list[str]:
    """Messages for a tag that replaces `tag`, the preferred one first.

    It is the old message, and a default if that is empty or GTO does not read `tag`.
    """
    text = tag.object.message.strip() if tag.object is not None else ""
    is_read = tag.object is not None and tag.object.readable
    return [text] if text and is_read else [text, DEFAULT] if text else [DEFAULT]


def new_tag(name: TagName, commit: str, time: int, message: str) -> Tag:
    """A planned annotated tag on `commit`, for the judge. `time` is in seconds since the epoch; the id is UNWRITTEN."""
    text = f"object {commit}\ntype commit\ntag {name.format()}\ntagger A <a@example.com> {time} +0000\n\n{message}\n"
    return Tag(name.format(), UNWRITTEN, "tag", parse_tag_object(text.encode("utf-8", "surrogateescape")))
