"""Refuses a tag whose tagger is not the authenticated pusher.

If the hosting system vouches for the pusher's e-mail address (Gitea, Forgejo,
Bitbucket), the tagger's must be the same, apart from case. If it gives only a
name, that name must be the tagger's name, e-mail address, or the part of the
address before the `@`. Only a server knows who pushes. In a clone, and for old
tags, this rule does nothing, unless `tagwarden check --pusher NAME` says who
will push.

Fix: set `user.name` and `user.email` to those by which the server knows you, and
recreate the tag.
"""

from __future__ import annotations

from ..facts.fix import retagging
from ..verdict import Breach
from ..wording import quoted, shell_commands
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..objects.tag_object import Tagger
    from ..push import Circumstances, TagPush

OPTIONS = ()
WHY = "the registry shows the tagger as the author of the event, and anybody can write any name into a tag."


def check(facts: ModelFacts) -> Iterator[Breach]:
    circumstances = facts.circumstances
    if not circumstances.pusher_rules_apply:
        return
    for replayed in facts.events:
        found = replayed.push.new.object if replayed.push.new else None
        tagger = found.tagger if found else None
        if tagger is None:
            continue
        written = f"{tagger.name} <{tagger.email}>"
        if circumstances.pusher is None:
            problem = f"the tagger is {quoted(written)}, and the pusher is not known"
        elif is_same(tagger, circumstances):
            continue
        else:
            known_by = circumstances.pusher_email or circumstances.pusher
            problem = f"the tagger is {quoted(written)}, but the server knows the pusher as {quoted(known_by)}"
        yield Breach(problem, replayed.push.ref, facts.model, fix=_as_yourself(replayed.push, circumstances))


def _as_yourself(push: TagPush, circumstances: Circumstances) -> str | None:
    if circumstances.pusher_email is not None:
        identity = ("user.email", circumstances.pusher_email)
    elif circumstances.pusher is not None:
        identity = ("user.name", circumstances.pusher)
    else:
        return None
    return shell_commands(("git", "config", *identity), retagging(push))


def is_same(tagger: Tagger, circumstances: Circumstances) -> bool:
    """Whether the tagger is the pusher, judged by the e-mail address that the host vouches for, or else by name."""
    if circumstances.pusher_email is not None:
        return tagger.email.casefold() == circumstances.pusher_email.casefold()
    names = (tagger.name, tagger.email, tagger.email.rpartition("@")[0])
    return circumstances.pusher in names


ON = '[rules]\ntagger-is-pusher = "error"\n'
EXAMPLES = (
    accepted(
        "the part of the tagger's address before the @", "churn@v1.0.0 tagger Ada Lovelace <ada@example.com>", policy=ON
    ),
    accepted("the tagger's name", "churn@v1.0.0 tagger ada <a.lovelace@example.com>", policy=ON),
    refused("somebody else", "churn@v1.0.0 tagger Grace Hopper <grace@example.com>", policy=ON),
    refused("a name that only begins the same", "churn@v1.0.0 tagger adam <adam@example.com>", policy=ON),
)
