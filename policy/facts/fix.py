"""The fix of a breach: the command that helps where the message is read.

The reader of a refusal has the tag in a clone, where it stays until it is
deleted or recreated. A tag that is only planned need not be deleted; one that
has landed can't be recreated, because no push may move it.
"""

from __future__ import annotations

from ..grammar.names import TAGS, gto_spelling
from ..grammar.near_miss import NearMiss
from ..grammar.tag_name import TagName
from ..wording import shell_command, shell_commands
from .readable_event import is_event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..grammar.versions import Version
    from ..push import Tag, TagPush
    from ..verdict import Finding
    from .model_facts import ModelFacts

# As much of a commit's id as Git itself needs, and a line has room for.
SHOWN_OF_AN_ID = 12


def drop(facts: ModelFacts, tag: str) -> str | None:
    """The command that deletes the refused `tag`; None where it was never written."""
    return shell_command("git", "tag", "-d", tag) if facts.circumstances.written == "in a clone" else None


def instead(facts: ModelFacts, tag: str, *commands: tuple[str, ...]) -> str | None:
    """`commands`, which make other tags, behind the one that deletes the refused `tag` where it is written already."""
    if facts.circumstances.written == "in a clone":
        commands = (("git", "tag", "-d", tag), *commands)
    return shell_commands(*commands)


def recreating_command(
    facts: ModelFacts, push: TagPush, version: Version | None = None, *, sign: bool = False
) -> str | None:
    """The command that recreates the tag under its own name, on the same commit."""
    if facts.circumstances.written == "planned" and isinstance(push.name, TagName):
        found = push.new.object if push.new else None
        commit = found.target if found else ""
        return shell_command(*by_command(push.name, commit, version), "--sign" if sign else "--edit")
    return shell_command("git", "tag", "-f", "-s" if sign else "-a", push.tag, f"{push.ref}^{{commit}}")


def by_command(name: TagName, commit: str, version: Version | None) -> tuple[str, ...]:
    """Our command that makes an event of this kind, for the `version` that is on `commit`."""
    model = gto_spelling(name.model)
    if name.kind == "register":
        return ("tagwarden", "register", model, commit[:SHOWN_OF_AN_ID], "--version", str(name.version))
    if name.kind == "deregister":
        return ("tagwarden", "deregister", model, str(name.version))
    if name.kind == "deprecate":
        return ("tagwarden", "deprecate", model)
    of = ("--version", str(version)) if version is not None else ()
    return ("tagwarden", name.kind, model, name.stage or "", *of)


def next_version(facts: ModelFacts, commit: str | None) -> tuple[str, ...]:
    """Our command that registers `commit`, or what is checked out, as the version that comes next."""
    return ("tagwarden", "register", gto_spelling(facts.model or ""), *((commit[:SHOWN_OF_AN_ID],) if commit else ()))


def commit_of(push: TagPush) -> str:
    """The commit that the new tag names, as far as it tells; empty for none."""
    return commit_named(push.new) or ""


def commit_named(tag: Tag | None) -> str | None:
    """The commit that `tag` names, as far as it tells."""
    if tag is None:
        return None
    return tag.object.target if tag.object is not None else tag.oid


def refetching_command(facts: ModelFacts, tag: str, *commands: tuple[str, ...]) -> str | None:
    """The command that fetches the remote's tag into the clone, followed by `commands`."""
    remote = facts.circumstances.remote or "origin"
    return shell_commands(("git", "fetch", "--force", remote, f"{TAGS}{tag}:{TAGS}{tag}"), *commands)


def fix_where_it_stands(push: TagPush, facts: ModelFacts) -> str | None:
    """The commands, to be run in a clone, for a bad tag that stands.

    None for one that no push may delete, and for one that another tool may need.
    """
    if push.new is None or (isinstance(push.name, TagName) and is_event(push.new, facts)):
        return None
    if isinstance(push.name, NearMiss) and may_be_of_a_package(push.name, facts):
        return None
    deletion = deleted_where_it_stands(push, facts)
    return f"in a clone: {deletion}" if deletion and facts.circumstances.remote is None else deletion


def may_be_of_a_package(miss: NearMiss, facts: ModelFacts) -> bool:
    """Whether another tool may have written the tag: it is named like a package's release, and no model is."""
    return miss.package is not None and miss.package not in facts.likeness.named


def deleted_where_it_stands(push: TagPush, facts: ModelFacts) -> str | None:
    """The commands, to be run in a clone, that delete a tag on the remote and in the clone.

    The clone may have the tag when the remote has it no more, so one deletion does not wait for the other.
    """
    remote = facts.circumstances.remote
    there = shell_command("git", "push", remote or "origin", f":{TAGS}{push.tag}")
    here = shell_command("git", "tag", "-d", push.tag)
    if there is None or here is None:
        return None
    if remote is None:
        return there
    return f"{there}; {here}" if remote else here


def proposed(facts: ModelFacts, push: TagPush, version: Version | None = None) -> str | None:
    """The command that proposes the tag as it is, or makes a proposal of it where it was never written."""
    if push.new is None or facts.circumstances.written == "standing":
        return None
    remote = facts.circumstances.remote or "origin"
    if facts.circumstances.written == "planned" and isinstance(push.name, TagName):
        program, *command = by_command(push.name, commit_of(push), version)
        return shell_command(program, "propose", *command)
    from ..approvals.refs import proposal_ref

    return shell_command("git", "push", remote, f"{push.ref}:{proposal_ref(push.new.oid)}")


# These ask for another version, or another commit: what puts one right need not do for the others.
ANOTHER_VERSION = frozenset(("version-order", "version-once", "version-per-commit"))
# What these refuse may be let in later as it is: pushed by somebody else, at another time, after its commit, or
# under a policy that knows lines.
MAY_WAIT = frozenset(("who", "approved", "tagger-is-pusher", "target-branch", "event-time", "version-order"))
# These are about what was there before, which the fix fetches.
ABOUT_CHANGES = frozenset(("tag-immutable", "tag-permanent", "stage-permanent"))


def with_one_fix(
    findings: Sequence[Finding], pushes: Sequence[TagPush], facts: ModelFacts, order: Mapping[str, int]
) -> list[Finding]:
    """`findings` on one model's `pushes`, with one fix for each tag, which puts all of them right."""
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
        if facts.circumstances.written == "standing":
            chosen, fix = 0, fix_where_it_stands(push, facts)
        else:
            chosen, fix = _chosen([_or_drop(finding, facts, push) for finding in group], facts, push)
        for number, place in enumerate(places):
            told[place] = findings[place]._replace(fix=fix if number == chosen else None)
    return told


def _or_drop(finding: Finding, facts: ModelFacts, push: TagPush) -> Finding:
    """The finding; where nothing else helps, its tag goes, or every `git push --tags` would be refused for it."""
    if finding.fix or finding.severity == "warning" or finding.rule in MAY_WAIT or push.change != "create":
        return finding
    return finding._replace(fix=drop(facts, push.tag))


def _chosen(group: Sequence[Finding], facts: ModelFacts, push: TagPush) -> tuple[int, str | None]:
    """Which of the findings on one tag, in the order of the rules, gets the fix, and that fix."""
    with_fix = [number for number, finding in enumerate(group) if finding.fix]
    if not with_fix:
        return 0, None
    last = with_fix[-1]
    for number in with_fix:
        if group[number].rule in ABOUT_CHANGES:
            return number, group[number].fix
    dropped = drop(facts, push.tag)
    for number in with_fix:
        if group[number].fix == dropped:
            return number, dropped
    if len(group) > 1 and any(finding.rule in ANOTHER_VERSION for finding in group):
        able = all(finding.fix for finding in group if finding.rule in ANOTHER_VERSION)
        return last, _another_version(group, facts, push) if able else None
    for number in with_fix:
        if dropped and (group[number].fix or "").startswith(dropped):
            return number, group[number].fix
    # Recreating the tag repairs everything that was wrong with the object; a missing signature comes last.
    return last, group[last].fix


def _another_version(group: Sequence[Finding], facts: ModelFacts, push: TagPush) -> str | None:
    if any(finding.rule == "version-per-commit" for finding in group):
        return instead(facts, push.tag, ("git", "commit", "--allow-empty"), next_version(facts, None))
    return instead(facts, push.tag, next_version(facts, commit_of(push)))
