"""Finds out whether a push changes a policy that will judge later pushes."""

from __future__ import annotations

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS
from ...policy.record import Record
from .policy_location import POLICY_FILE, parse_location, read_at
from .policy_source import DEFAULT_SETTING, POLICY_SETTING, SITE_SETTING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...policy.push import RefUpdate
    from ..git.configuration import Configuration
    from ..git.reader import Reader
    from .policy_location import PolicyLocation


class PolicyChange(Record):
    """A policy as it would be after the push: the file `path` of the ref `ref`.

    `data` is its new content and `id` its new id, both None if the push removes it or it can't be read; then `problem`
    says why that is an error, None if it is not. Mistakes in the content are found later. `site` marks a policy of
    the whole site.
    """

    ref: str
    path: str
    data: bytes | None
    problem: str | None
    site: bool = False
    id: str | None = None


class Watched(Record):
    """A file on a ref that is a policy, or may become one.

    `setting` is the Git setting that names it, None for the default place. If it is `required`, its absence is an
    error.
    """

    ref: str
    path: str
    setting: str | None
    required: bool


def watched_policies(reader: Reader, configuration: Configuration) -> list[Watched]:
    """The files on a server by which a push could change a policy. Settings that can't be parsed are ignored."""
    watched = []
    head = reader.head()
    if configuration.get(POLICY_SETTING) is None and head is not None:
        watched.append(Watched(head, POLICY_FILE, None, False))
    for location in _locations(configuration):
        ref = head if location.ref == "HEAD" else location.ref
        if ref is not None:
            watched.append(Watched(ref, location.path, location.setting, True))
    return watched


def policy_tags(reader: Reader, configuration: Configuration) -> set[str]:
    """The full names of the tags from which a server reads policies: those that HEAD or a Git setting names."""
    refs = [reader.head(), *(location.ref for location in _locations(configuration))]
    return {ref for ref in refs if ref is not None and ref.startswith(TAGS)}


def _locations(configuration: Configuration) -> Iterator[PolicyLocation]:
    for setting in (POLICY_SETTING, DEFAULT_SETTING, SITE_SETTING):
        try:
            yield parse_location(setting, configuration.get(setting) or "")
        except CannotJudge:
            continue


def policy_changes(reader: Reader, configuration: Configuration, updates: Iterable[RefUpdate]) -> list[PolicyChange]:
    """The policies that `updates` would change. Raises CannotJudge if Git can't read the objects."""
    by_ref = {update.ref: update for update in updates}
    if not by_ref:
        return []
    changes = []
    all_watched = watched_policies(reader, configuration)
    stands_for = reader.symbolic([watched.ref for watched in all_watched])
    for watched in all_watched:
        update = by_ref.get(stands_for.get(watched.ref, watched.ref))
        if update is not None and (change := _change(reader, watched, update)):
            changes.append(change)
    return changes


def _change(reader: Reader, watched: Watched, update: RefUpdate) -> PolicyChange | None:
    # Not `update.old`, which is only the client's claim: Git deletes a ref even if the claim is false.
    current = reader.existing([watched.ref]).get(watched.ref)
    if _entry_id(reader, current, watched.path) == _entry_id(reader, update.new, watched.path):
        return None
    site = watched.setting == SITE_SETTING
    because = f"Git setting {watched.setting}" if watched.setting else "the policy at HEAD"
    try:
        found = None if update.new is None else read_at(reader, update.new, watched.path, because)
    except CannotJudge as unreadable:
        return PolicyChange(watched.ref, watched.path, None, str(unreadable), site)
    if found is None:
        problem = f"{watched.path!r} would no longer be at {watched.ref!r}, where the {because} expects it"
        return PolicyChange(watched.ref, watched.path, None, problem if watched.required else None, site)
    return PolicyChange(watched.ref, watched.path, found.data, None, site, found.id)


def _entry_id(reader: Reader, commit: str | None, path: str) -> tuple[str, str] | None:
    entry = None if commit is None else reader.entry(commit, path, limit=0)
    return None if entry is None else (entry.kind, entry.oid)
