"""What a policy requires of a host, independent of the kind of host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..policy.record import Record

if TYPE_CHECKING:
    from ..policy.file.policy import Policy

# The rules that a host can enforce itself: it knows the names of tags and who pushes, but nothing about models.
MOVES = "tag-immutable"
DELETIONS = "tag-permanent"


class Identity(Record):
    """Somebody who may create model tags: `kind` is one of the host's `identities`, `id` the host's id for it."""

    kind: str
    id: str


class Wanted(Record):
    """What the host should enforce.

    Only `creators` may create model tags; if there are none, everybody who may
    push. `moves` and `deletions` say whether the policy refuses these. `ignored`
    are globs for tags that don't belong to the registry. `notes` are sentences on
    what no host can enforce.
    """

    creators: tuple[Identity, ...]
    moves: bool
    deletions: bool
    ignored: tuple[str, ...]
    notes: tuple[str, ...]


def wanted_by(policy: Policy, creators: tuple[Identity, ...]) -> Wanted:
    """What `policy` requires of a host on which `creators` create the model tags."""
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
            "Without --by, everybody who may push can create any tag. A CI job that judges tags reports afterwards "
            "what is wrong, and prevents its deployment."
        )
    elif policy.people.allow:
        notes.append(
            "No host enforces `people.allow`: the program that creates the tags must check it for each person "
            "(`tagwarden who --as NAME KIND MODEL [STAGE]`)."
        )
    for rule in (MOVES, DELETIONS):
        base = policy.base.levels[rule]
        if any(override.settings.levels[rule] != base for override in policy.overrides):
            notes.append(f"An [[override]] sets rules.{rule} for some models; a host has one rule for all.")
    if policy.ignore:
        notes.append(
            "The policy refuses names that make GTO fail, such as MODEL@created, even if `scope.ignore` covers them. "
            "A host has no such exception to an exception."
        )
    return notes
