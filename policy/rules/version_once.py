"""Refuses a version that was registered before, however it is spelled.

`churn@v1.0.0`, `churn@v1.0.0#7` and `churn@v1.0.0+build` are the same version. A
deregistered version can't be registered again: somebody may have fetched it.

Fix: register the next version.
"""

from __future__ import annotations

from ..grammar.names import gto_spelling
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..grammar.versions import Precedence

OPTIONS = ()
WHY = "one version would mean two models, and nobody could tell which one they have."


def check(facts: ModelFacts) -> Iterator[Breach]:
    new = facts.new_versions()
    if not new:
        return
    made = {push.tag for push, _ in new}
    seen: dict[Precedence, str] = {}
    for event in facts.history.registrations:
        if event.tag not in made and event.name.version:
            seen.setdefault(event.name.version.precedence, event.tag)
    for name in facts.unread:
        # A tag that the registry does not read takes the number, too: people would expect it to be that version.
        if name.version:
            seen.setdefault(name.version.precedence, name.format())
    # In an audit the one with the later date is wrong; in a push, the one that comes later in it.
    if facts.circumstances.place == "history":
        places = {replayed.event.tag: place for place, replayed in enumerate(facts.events)}
        new.sort(key=lambda one: places.get(one[0].tag, 0))
    for push, version in new:
        tag = push.tag
        first = seen.setdefault(version.precedence, tag)
        if first != tag:
            from ..facts.fix import commit_of, register_command, replacing_commands

            model = gto_spelling(facts.model or "")
            yield Breach(
                f"version {version} of {model!r} was registered before, by {first!r}",
                push.ref,
                facts.model,
                fix=replacing_commands(facts, tag, register_command(facts, commit_of(push))),
            )


EXAMPLES = (
    accepted("a new version", "churn@v1.0.1 on c2 at 2", existing=("churn@v1.0.0",)),
    refused("the same version with a counter", "churn@v1.0.0#7 on c2 at 2", existing=("churn@v1.0.0",)),
    refused("the same version with build metadata", "churn@v1.0.0+a on c2 at 2", existing=("churn@v1.0.0",)),
    refused("a deregistered version", "churn@v1.0.0#3 on c2 at 3", existing=("churn@v1.0.0", "churn@v1.0.0! at 2")),
    refused(
        "a version whose name a lightweight tag has taken",
        "churn@v1.0.0#1 on c2 at 2",
        existing=("churn@v1.0.0 lightweight",),
    ),
    refused("twice in one push", "churn@v1.0.0 on c1", "churn@v1.0.0#2 on c2 at 2"),
    accepted("another model's version", "fraud@v1.0.0", existing=("churn@v1.0.0",)),
)
