"""Refuses malformed tag objects, on which Git's strict check or GTO would fail.

Malformed means: headers out of order, repeated or unknown; no tagger, or a
tagger without a name or an e-mail address; an impossible time or time zone; no
body; text that is not UTF-8; control characters; a message longer than
`message.max-bytes`. `git push` accepts nearly all of these, although
`git mktag --strict` would not.

Fix: recreate the tag with `tagwarden`, `gto` or `git tag -a`.
"""

from __future__ import annotations

from ..facts.fix import recreating_command
from ..grammar.tag_name import TagName
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts

OPTIONS = ("message.max-bytes",)
WHY = "one such tag makes every GTO command fail, for all models and for everybody."


def check(facts: ModelFacts) -> Iterator[Breach]:
    limit = facts.settings.message.max_bytes
    for push in facts.made:
        found = push.new.object if push.new else None
        if found is None or not isinstance(push.name, TagName):
            continue
        if not found.defects and found.message_bytes <= limit:
            continue
        fix = recreating_command(facts, push)
        for defect in found.defects:
            yield Breach(
                f"the tag object {push.tag!r} is malformed: {defect}", push.ref, facts.model, "rules.tag-object", fix
            )
        if found.message_bytes > limit:
            yield Breach(
                f"the message of {push.tag!r} has {found.message_bytes} bytes, more than {limit}",
                push.ref,
                facts.model,
                fix=fix,
                why="every program that lists tags reads every message in full.",
            )


EXAMPLES = (
    accepted("a plain tag object", "churn@v1.0.0 with A message of one line"),
    refused("no tagger", "churn@v1.0.0 tagger none"),
    refused("a tagger without a name", "churn@v1.0.0 tagger <ada@example.com>"),
    refused("a time zone of more than a day", "churn@v1.0.0 zone +9999"),
    refused("a year with five digits", "churn@v1.0.0 at 99999999999999"),
    refused(
        "a message over the limit",
        "churn@v1.0.0 with A message that is much too long",
        policy="[message]\nmax-bytes = 10\n",
    ),
)
