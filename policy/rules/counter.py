"""Refuses counters that are not above the model's highest.

GTO adds one to the highest counter of all the model's tags, whatever their kind,
and ignores counters when it reads. Real registries have repeated and missing
counters, so this rule is off by default.

Fix: use the next counter, or none.
"""

from __future__ import annotations

from ..facts.fix import commit_of, repeating_command, replacing_commands, tagwarden_command
from ..grammar.names import gto_spelling
from ..grammar.tag_name import TagName, parse_tag_name
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..push import TagPush

OPTIONS = ()
WHY = "counters should show the order in which the tags were made."


def check(facts: ModelFacts) -> Iterator[Breach]:
    highest = 0
    for tag in facts.existing:
        name = parse_tag_name(tag.name)
        if isinstance(name, TagName) and name.counter is not None:
            highest = max(highest, int(name.counter))
    order = {replayed.push.tag: place for place, replayed in enumerate(facts.events)}
    seen: set[int] = set()
    highest_seen = 0
    for push in sorted(facts.made, key=lambda push: order.get(push.tag, 0)):
        if not isinstance(push.name, TagName) or push.name.counter is None:
            continue
        counter = int(push.name.counter)
        if counter <= highest or counter in seen:
            yield Breach(
                f"the counter of {push.tag!r} is not above {max(highest, highest_seen)},"
                f" the highest of the model {gto_spelling(facts.model or '')!r}",
                push.ref,
                facts.model,
                "rules.counter",
                _with_next_counter(push, push.name, facts),
            )
        seen.add(counter)
        highest_seen = max(highest_seen, counter)
        if facts.circumstances.place == "history":
            highest = max(highest, counter)


def _with_next_counter(push: TagPush, name: TagName, facts: ModelFacts) -> str | None:
    """The tagwarden command that creates the same event with the next counter."""
    replayed = next((one for one in facts.events if one.push is push), None)
    command = repeating_command(replayed) if replayed else tagwarden_command(name, commit_of(push), None)
    return replacing_commands(facts, push.tag, command)


STRICT = '[rules]\ncounter = "error"\n'
OLD = ("churn@v1.0.0", "churn#prod#4 at 2")
EXAMPLES = (
    accepted("off by default", "churn#prod#2 at 3", existing=OLD),
    accepted("the next counter", "churn#prod#5 at 3", existing=OLD, policy=STRICT),
    accepted("no counter", "churn#prod at 3", existing=OLD, policy=STRICT),
    refused("a counter that is taken by another stage", "churn#dev#4 at 3", existing=OLD, policy=STRICT),
    refused("the same counter twice in a push", "churn#dev#5 at 3", "churn#prod#5 at 4", existing=OLD, policy=STRICT),
)
