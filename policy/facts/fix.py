"""The fix of a breach: a command for the person who reads the message.

After a refusal, the tag is still in the reader's clone until it is deleted or
recreated there; unless it was never there, because it was pushed as
`HEAD:refs/tags/NAME` or made on a web page. No fix may depend on it. A tag that
is only planned need not be deleted; one that has landed can't be recreated,
because no push may move it.
"""

from __future__ import annotations

from ..grammar.names import TAGS, gto_spelling
from ..grammar.near_miss import NearMiss
from ..grammar.tag_name import TagName
from ..wording import SHOWN_OF_AN_ID, shell_command, shell_commands, short_id
from .readable_event import is_event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..grammar.versions import Version
    from ..push import Tag, TagPush
    from ..registry.replay import ReplayedEvent
    from ..verdict import Finding
    from .model_facts import ModelFacts


def deleting_command(facts: ModelFacts, tag: str) -> str | None:
    """The command that deletes the refused `tag` in the clone; None if it is not there."""
    return shell_command(*deletion(tag)) if facts.circumstances.tag_state == "in a clone" else None


def deletion(tag: str) -> tuple[str, ...]:
    """The words of the command that deletes `tag` in a clone, also if the name begins with "-"."""
    return ("git", "tag", "-d", *(["--"] if tag.startswith("-") else []), tag)


def replacing_commands(facts: ModelFacts, tag: str, *commands: tuple[str, ...]) -> str | None:
    """`commands` that create other tags, after the one that deletes the refused `tag` unless that is only planned.

    That one is followed by `;`, so that the others also run if the clone has no such tag. None if one of them can't be
    pasted into a shell.
    """
    creating = shell_commands(*commands)
    if facts.circumstances.tag_state != "in a clone" or creating is None:
        return creating
    deleting = deleting_command(facts, tag)
    return f"{deleting}; {creating}" if deleting else None


def recreating_command(facts: ModelFacts, push: TagPush, *, sign: bool = False) -> str | None:
    """The command that creates the tag again, with the same name on the same commit; `sign` asks for a signature."""
    if facts.circumstances.tag_state == "planned" and isinstance(push.name, TagName):
        return shell_command(*event_command(facts, push, push.name), "--sign" if sign else "--edit")
    return shell_command(*retagging(push, sign=sign))


def retagging(push: TagPush, *, sign: bool = False) -> tuple[str, ...]:
    """The arguments with which Git creates the tag again in the pusher's clone, on the same commit."""
    return ("git", "tag", "-f", "-s" if sign else "-a", push.tag, commit_in_clone(push))


def commit_in_clone(push: TagPush) -> str:
    """What names the tagged commit in the pusher's clone: its id, or that of a tag that leads to it."""
    tag = push.new
    type_of_target = tag and (tag.object.target_type if tag.object else tag.type)
    oid = short_id(commit_of(push))
    return oid if type_of_target == "commit" else f"{oid}^{{commit}}"


def tagwarden_command(
    name: TagName, commit: str, version: Version | None, *, digits: int | None = SHOWN_OF_AN_ID
) -> tuple[str, ...]:
    """The tagwarden command that creates an event of this kind, for the `version` that is on `commit`.

    If it names the commit, then by the first `digits` of its id, all for None.
    """
    model = gto_spelling(name.model)
    if name.kind == "register":
        return ("tagwarden", "register", model, commit[:digits], "--version", str(name.version))
    if name.kind == "deregister":
        return ("tagwarden", "deregister", model, str(name.version))
    if name.kind == "deprecate":
        return ("tagwarden", "deprecate", model)
    of = ("--version", str(version)) if version is not None else ()
    return ("tagwarden", name.kind, model, name.stage or "", *of)


def repeating_command(replayed: ReplayedEvent, *, digits: int | None = SHOWN_OF_AN_ID) -> tuple[str, ...]:
    """`tagwarden_command` for the event, which may assign a version to the stage that it is in."""
    name = replayed.event.name
    again = ("--force",) if name.kind == "assign" and replayed.in_stage else ()
    return (*tagwarden_command(name, replayed.event.commit, replayed.active, digits=digits), *again)


def event_command(facts: ModelFacts, push: TagPush, name: TagName) -> tuple[str, ...]:
    """`repeating_command` for the event of the tag `name`, or for an unreadable tag `tagwarden_command`."""
    replayed = next((one for one in facts.events if one.push is push), None)
    return repeating_command(replayed) if replayed else tagwarden_command(name, commit_of(push), None)


def register_command(facts: ModelFacts, commit: str | None) -> tuple[str, ...]:
    """The tagwarden command that registers the next version on `commit`, by default on HEAD."""
    return ("tagwarden", "register", gto_spelling(facts.model or ""), *((short_id(commit),) if commit else ()))


def commit_of(push: TagPush) -> str:
    """The id of the object that the new tag points at, "" without a new tag."""
    return commit_named(push.new) or ""


def commit_named(tag: Tag | None) -> str | None:
    """The id of the object that `tag` points at; None if `tag` is None."""
    if tag is None:
        return None
    return tag.object.target if tag.object is not None else tag.oid


def refetching_command(facts: ModelFacts, tag: str, *commands: tuple[str, ...]) -> str | None:
    """The command that fetches the remote's `tag` over the clone's, followed by `commands`."""
    remote = facts.circumstances.remote or "origin"
    return shell_commands(("git", "fetch", "--force", remote, f"{TAGS}{tag}:{TAGS}{tag}"), *commands)


def fix_for_landed(push: TagPush, facts: ModelFacts) -> str | None:
    """The commands, to be run in a clone, that delete a bad tag that has landed.

    None if no push may delete it, or if it may be another tool's.
    """
    if push.new is None or (isinstance(push.name, TagName) and is_event(push.new, facts)):
        return None
    if isinstance(push.name, NearMiss) and may_be_of_a_package(push.name, facts):
        return None
    deletion = remote_deleting_command(push, facts)
    return f"in a clone: {deletion}" if deletion and facts.circumstances.remote is None else deletion


def may_be_of_a_package(miss: NearMiss, facts: ModelFacts) -> bool:
    """Whether the tag may be another tool's: it looks like a release of a package, and there is no such model."""
    return miss.package is not None and miss.package not in facts.similar.named


def remote_deleting_command(push: TagPush, facts: ModelFacts) -> str | None:
    """The commands, to be run in a clone, that delete a tag on the remote and in the clone.

    They are separated by `;`, so that the second also runs if the tag is already gone from the remote.
    """
    remote = facts.circumstances.remote
    there = shell_command("git", "push", remote or "origin", f":{TAGS}{push.tag}")
    here = shell_command(*deletion(push.tag))
    if there is None or here is None:
        return None
    if remote is None:
        return there
    return f"{there}; {here}" if remote else here


def proposing_command(facts: ModelFacts, push: TagPush) -> str | None:
    """The command that proposes the existing tag, or that creates the planned one as a proposal.

    None if the tag has landed, or for a deletion.
    """
    if push.new is None or facts.circumstances.tag_state == "landed":
        return None
    remote = facts.circumstances.remote or "origin"
    if facts.circumstances.tag_state == "planned" and isinstance(push.name, TagName):
        program, *command = event_command(facts, push, push.name)
        return shell_command(program, "propose", *command)
    from ..approvals.refs import proposal_ref

    return shell_command("git", "push", remote, f"{short_id(push.new.oid)}:{proposal_ref(push.new.oid)}")


# Rules that ask for another version or another commit: the fix for one may not be enough for the others.
ANOTHER_VERSION = frozenset(("version-order", "version-once", "version-per-commit"))
# Rules whose refused tags may be accepted later without a change: pushed by another person, at another time, after
# their commits, or under another policy.
MAY_WAIT = frozenset(("who", "approved", "tagger-is-pusher", "target-branch", "event-time", "version-order"))
# Rules that refuse to move or delete a tag: their fix fetches the old tag again.
ABOUT_CHANGES = frozenset(("tag-immutable", "tag-permanent", "stage-permanent"))
# Rules whose fix hands the event to other people, which is of no use while something else is wrong with it.
ABOUT_PEOPLE = frozenset(("who", "approved"))


def with_one_fix(
    findings: Sequence[Finding], pushes: Sequence[TagPush], facts: ModelFacts, order: Mapping[str, int]
) -> list[Finding]:
    """`findings` on one model's `pushes`, with only one fix left for each tag: one that repairs all of its findings.

    `order` maps each rule to its place among the rules.
    """
    by_ref: dict[str | None, list[int]] = {}
    for place, finding in enumerate(findings):
        by_ref.setdefault(finding.ref, []).append(place)
    told = list(findings)
    for push in pushes:
        places = by_ref.get(push.ref)
        if places is None:
            continue
        places.sort(key=lambda place: order[findings[place].rule])
        group = [findings[place] for place in places]
        if facts.circumstances.tag_state == "landed":
            chosen, fix = 0, fix_for_landed(push, facts)
        else:
            chosen, fix = _chosen([_or_drop(finding, facts, push) for finding in group], facts, push)
        for number, place in enumerate(places):
            told[place] = findings[place]._replace(fix=fix if number == chosen else None)
    return told


def _or_drop(finding: Finding, facts: ModelFacts, push: TagPush) -> Finding:
    """The finding. Without another fix it is to delete the tag: else every later `git push --tags` would be refused."""
    if finding.fix or finding.severity == "warning" or finding.rule in MAY_WAIT or push.change != "create":
        return finding
    return finding._replace(fix=deleting_command(facts, push.tag))


def _chosen(group: Sequence[Finding], facts: ModelFacts, push: TagPush) -> tuple[int, str | None]:
    """The number of the finding that gets the fix, and that fix. `group` are those on one tag, ordered by rule."""
    errors = {finding.rule for finding in group if finding.severity == "error"}
    if errors - ABOUT_PEOPLE:
        signing = recreating_command(facts, push, sign=True)
        group = [
            finding._replace(fix=None) if finding.rule in ABOUT_PEOPLE and finding.fix != signing else finding
            for finding in group
        ]
    with_fix = [number for number, finding in enumerate(group) if finding.fix]
    if errors and errors <= ABOUT_PEOPLE:
        # A tag that only repairs what is warned of would be refused like this one.
        refused = [number for number in with_fix if group[number].rule in errors]
        return (refused[-1], group[refused[-1]].fix) if refused else (0, None)
    if not with_fix:
        return 0, None
    last = with_fix[-1]
    for number in with_fix:
        if group[number].rule in ABOUT_CHANGES:
            return number, group[number].fix
    dropped = deleting_command(facts, push.tag)
    for number in with_fix:
        if group[number].fix == dropped:
            return number, dropped
    if len(group) > 1 and any(finding.rule in ANOTHER_VERSION for finding in group):
        able = all(finding.fix for finding in group if finding.rule in ANOTHER_VERSION)
        return last, _another_version(group, facts, push) if able else None
    for number in with_fix:
        if dropped and (group[number].fix or "").startswith(dropped):
            return number, group[number].fix
    # Recreating the tag repairs everything in its object. The last fix is chosen, because that one also signs.
    return last, group[last].fix


def _another_version(group: Sequence[Finding], facts: ModelFacts, push: TagPush) -> str | None:
    if any(finding.rule == "version-per-commit" for finding in group):
        commands = [("git", "commit", "--allow-empty"), register_command(facts, None)]
    else:
        commands = [register_command(facts, commit_of(push))]
    fix = replacing_commands(facts, push.tag, *commands)
    fixes = [finding.fix or "" for finding in group if finding.rule in ANOTHER_VERSION]
    purpose = next(filter(None, map(_purpose, fixes)), "")
    return fix and purpose + fix


def _purpose(fix: str) -> str:
    """What precedes the command in `fix`: "" if that is the command alone."""
    purpose, colon, _ = fix.partition(": ")
    return purpose + colon if colon and not purpose.startswith(("git ", "tagwarden ")) else ""
