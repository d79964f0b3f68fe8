"""Refuses to delete a model tag.

The tags are the registry's history. To take something back, push a tombstone:
`churn@v1.0.0!` deregisters a version, `churn#prod!` unassigns a stage,
`churn@deprecated` retires the model. A tag that the registry does not read as an
event may be deleted, because nothing else repairs it: a near miss, a lightweight
or malformed tag, a tag dated in the future, or one on a commit or tree that
can't be read.

Fix: push the tombstone instead.
"""

from __future__ import annotations

from ..facts.fix import commit_named, refetching_command, tagwarden_command
from ..facts.readable_event import is_event
from ..grammar.tag_name import TagName
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..push import Tag

OPTIONS = ()
WHY = "the tags are the registry's only record; a deleted version could be registered again as something else."


def check(facts: ModelFacts) -> Iterator[Breach]:
    for push in facts.pushes:
        if push.old is None or push.new is not None or not isinstance(push.name, TagName):
            continue
        if is_event(push.old, facts):
            fix = refetching_command(facts, push.tag, *_tombstone(push.old, push.name, facts))
            yield Breach(f"{push.tag!r} may not be deleted", push.ref, facts.model, fix=fix)


def _tombstone(tag: Tag, name: TagName, facts: ModelFacts) -> list[tuple[str, ...]]:
    """The command that takes back what `tag` did, in a list that is empty if that was already taken back."""
    commit = commit_named(tag) or ""
    history = facts.history
    if name.kind == "register" and name.version is not None:
        gone = history.deregistration(name.version, commit)
        return [] if gone else [tagwarden_command(name._replace(kind="deregister"), commit, None)]
    if name.kind == "assign" and name.stage is not None:
        version = history.active_version_at(commit)
        gone = history.holding(name.stage, commit).unassigned
        return [] if gone or version is None else [tagwarden_command(name._replace(kind="unassign"), commit, version)]
    return []


EXAMPLES = (
    refused("a deleted version", "delete churn@v1.0.0", existing=("churn@v1.0.0",)),
    refused("a deleted tombstone", "delete churn@v1.0.0!", existing=("churn@v1.0.0", "churn@v1.0.0! at 2")),
    accepted("a lightweight tag", "delete churn@v1.0.0", existing=("churn@v1.0.0 lightweight",)),
    accepted("a near miss", "delete churn@1.0.0", existing=("churn@1.0.0",)),
    accepted("an object with another name", "delete churn@v1.0.0", existing=("churn@v1.0.0 says fraud@v9.9.9",)),
    accepted("a tag on a file", "delete churn@v1.0.0", existing=("churn@v1.0.0 on blob",)),
    accepted("a lightweight tag on a file", "delete churn@v1.0.0", existing=("churn@v1.0.0 on blob lightweight",)),
    accepted(
        "a tag on a commit that GTO can't read",
        "delete churn@v1.0.0",
        existing=("churn@v1.0.0 on c2 committed 1 encoding klingon",),
    ),
    accepted(
        "a tag on malformed folders",
        "delete churn@v1.0.0",
        existing=("churn@v1.0.0 on c2 damaged has the entry 'data' twice",),
    ),
    refused(
        "a tag on folders nested too deep for the policy, but readable",
        "delete churn@v1.0.0",
        existing=("churn@v1.0.0 on c2 nested 201",),
    ),
    accepted("a tag without a tagger", "delete churn@v1.0.0", existing=("churn@v1.0.0 tagger none",)),
    accepted(
        "a message over the limit",
        "delete churn@v1.0.0",
        existing=("churn@v1.0.0 with A long message",),
        policy="[message]\nmax-bytes = 5\n",
    ),
    accepted("a tag from the future", "delete churn@v1.0.0", existing=("churn@v1.0.0 at 2000000000",)),
    accepted("a tag that does not exist", "delete churn@v1.0.0"),
    accepted("other tags may be deleted", "delete nightly", existing=("nightly",)),
)
