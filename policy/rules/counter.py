"""Refuses counters that are not above the model's highest.

GTO adds one to the highest counter of all the model's tags, whatever their kind,
and ignores counters when it reads. Real registries have repeated and missing
counters, so this rule is off by default.

Fix: use the next counter, or none.
"""

from __future__ import annotations

from ..facts.fix import event_command, replacing_commands
from ..grammar.names import gto_spelling
from ..grammar.tag_name import TagName, highest_counter
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts

OPTIONS = ()
WHY = "counters should show the order in which the tags were made."


def check(facts: ModelFacts) -> Iterator[Breach]:
    highest = highest_counter(tag.name for tag in facts.existing)
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
                fix=replacing_commands(facts, push.tag, event_command(facts, push, push.name)),
            )
        seen.add(counter)
        highest_seen = max(highest_seen, counter)
        if facts.circumstances.place == "history":
            highest = max(highest, counter)


STRICT = '[rules]\ncounter = "error"\n'
OLD = ("churn@v1.0.0", "churn#prod#4 at 2")
EXAMPLES = (
    accepted("off by default", "churn#prod#2 at 3", existing=OLD),
    accepted("the next counter", "churn#prod#5 at 3", existing=OLD, policy=STRICT),
    accepted("no counter", "churn#prod at 3", existing=OLD, policy=STRICT),
    refused("a counter that is taken by another stage", "churn#dev#4 at 3", existing=OLD, policy=STRICT),
    refused("the same counter twice in a push", "churn#dev#5 at 3", "churn#prod#5 at 4", existing=OLD, policy=STRICT),
)
