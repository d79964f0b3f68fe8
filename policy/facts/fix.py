"""The fix of a breach, as it fits the place where it is read.

A rule names the command for whoever has the tag in a clone and pushes it. A tag
that is only planned need not be deleted first; one that stands on a server is
not put right by making it anew in a clone: no push may move it.
"""

from __future__ import annotations

from ..grammar.names import TAGS
from ..grammar.near_miss import NearMiss
from ..wording import shell_command
from .readable_event import is_event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..push import TagPush
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
