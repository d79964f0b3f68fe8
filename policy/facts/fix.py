"""The fix of a breach, as it fits the place where it is read.

A rule names the command for whoever has the tag in a clone and pushes it. A tag
that is only planned need not be deleted first; one that stands on a server is
not put right by making it anew in a clone: no push may move it.
"""

from __future__ import annotations

from ..grammar.names import TAGS, gto_spelling
from ..grammar.near_miss import NearMiss
from ..wording import shell_command, shell_commands
from .readable_event import is_event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..push import TagPush
    from ..verdict import Finding
    from .model_facts import ModelFacts


def instead(facts: ModelFacts, tag: str, command: str | None) -> str | None:
    """`command`, which makes another tag, behind the one that deletes the refused `tag` where it is written already."""
    delete = shell_command("git", "tag", "-d", tag)
    if facts.circumstances.written != "in a clone" or command is None or delete is None:
        return command
    return f"{delete} && {command}"


def fix_where_it_stands(push: TagPush, facts: ModelFacts) -> str | None:
    """The command, to be run in a clone, for a bad tag that stands; None for one that no push may delete."""
    if push.new is None or not (isinstance(push.name, NearMiss) or not is_event(push.new, facts)):
        return None
    return shell_command("git", "push", "origin", f":{TAGS}{push.tag}")


# These ask for another version, or another commit: what puts one right need not do for the others.
ANOTHER_VERSION = frozenset(("version-order", "version-once", "version-per-commit"))


def with_one_fix(findings: Sequence[Finding], facts: ModelFacts, order: Mapping[str, int]) -> list[Finding]:
    """`findings` on one model; those on one registration have one fix together, which the last in `order` tells.

    None where one of the rules about versions has none, for it can't tell what is meant.
    """
    by_ref: dict[str | None, list[int]] = {}
    for place, finding in enumerate(findings):
        by_ref.setdefault(finding.ref, []).append(place)
    told = list(findings)
    for places in by_ref.values():
        group = [findings[place] for place in places]
        tag = group[0].tag
        if len(group) == 1 or tag is None or ANOTHER_VERSION.isdisjoint(finding.rule for finding in group):
            continue
        for place in places:
            told[place] = told[place]._replace(fix=None)
        last = max(places, key=lambda place: order[findings[place].rule])
        if all(finding.fix for finding in group if finding.rule in ANOTHER_VERSION):
            told[last] = told[last]._replace(fix=_another_version(tag, group, facts))
    return told


def _another_version(tag: str, group: Sequence[Finding], facts: ModelFacts) -> str | None:
    commands: list[tuple[str, ...]] = []
    if facts.circumstances.written == "in a clone":
        commands.append(("git", "tag", "-d", tag))
    if any(finding.rule == "version-per-commit" for finding in group):
        commands.append(("git", "commit", "--allow-empty"))
    return shell_commands(*commands, ("tagwarden", "register", gto_spelling(facts.model or "")))
