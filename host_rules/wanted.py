"""What a policy wants of a host, whatever the host is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..policy.record import Record

if TYPE_CHECKING:
    from ..policy.file.policy import Policy

# The rules that a host can keep by itself: it knows a tag's name and who pushes, and nothing of models.
MOVES = "tag-immutable"
DELETIONS = "tag-permanent"


class Identity(Record):
    """Who alone may create model tags: `kind` is a word of the host's table, `id` what the host calls the one meant."""

    kind: str
    id: str


class Wanted(Record):
    """What the host should keep to.

    `creators` alone create model tags; anybody who may push does where there are
    none. `moves` and `deletions`: whether the policy refuses them. `ignored` are
    globs of tags that are none of the registry's. `notes` are sentences on what
    a host can't keep to.
    """

    creators: tuple[Identity, ...]
    moves: bool
    deletions: bool
    ignored: tuple[str, ...]
    notes: tuple[str, ...]


def wanted_by(policy: Policy, creators: tuple[Identity, ...]) -> Wanted:
    """What `policy` comes to where `creators` make the model tags."""
    levels = policy.base.levels
    return Wanted(
        creators,
        levels[MOVES] == "error",
        levels[DELETIONS] == "error",
        policy.ignore,
        tuple(_notes(policy, creators)),
    )


def _notes(policy: Policy, creators: tuple[Identity, ...]) -> list[str]:
    notes = []
    if policy.mode == "evaluate":
        notes.append("The policy's mode is `evaluate`, so it refuses nothing yet, and these rules would.")
    if not creators:
        notes.append(
            "Without --by, whoever may push creates any tag. A job that judges tells what is wrong afterwards, "
            "and keeps it from being deployed."
        )
    elif policy.people.allow:
        notes.append(
            "No host reads `people.allow`: what makes the tags has to ask it of each person "
            "(`tagwarden who --as NAME KIND MODEL [STAGE]`)."
        )
    for rule in (MOVES, DELETIONS):
        base = policy.base.levels[rule]
        if any(override.settings.levels[rule] != base for override in policy.overrides):
            notes.append(f"An [[override]] sets rules.{rule} for some models; a host has one rule for all.")
    if policy.ignore:
        notes.append(
            "The policy refuses names that stop GTO, such as MODEL@created, even where `scope.ignore` names them. "
            "A host knows no such exception to an exception."
        )
    return notes
