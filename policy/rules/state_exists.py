"""Refuses assignments, unassignments and deregistrations that apply to nothing.

An assignment needs an active version of the model on its commit. An unassignment
needs a version that is in the stage. A deregistration needs its version to be
registered on exactly that commit. Two more cases are refused because GTO fails on
them: an assignment on a commit with two versions of the model, and a second
version on a commit with an assignment.

Fix: delete the tag, and tag the commit of the right version;
`tagwarden show MODEL` lists them.
"""

from __future__ import annotations

from ..grammar.names import gto_spelling
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..registry.replay import ReplayedEvent

OPTIONS = ()
WHY = "CI would act on an event that the registry does not have."
GTO_FAILS = "GTO finds a stage's version by its commit, and fails if a commit has two."


def check(facts: ModelFacts) -> Iterator[Breach]:
    # The versions in each stage, as text. Computed once for each stage, not for each wrong tag.
    held: dict[str, str] = {}
    for replayed in facts.events:
        find_problem = CHECKS.get(replayed.event.name.kind)
        problem = find_problem(replayed, facts, held) if find_problem else None
        if problem:
            yield Breach(
                f"{replayed.push.tag!r} {problem}",
                replayed.push.ref,
                facts.model,
                fix=_fix(replayed, facts),
                why=GTO_FAILS if replayed.versions_here > 1 and replayed.event.name.kind != "deregister" else None,
            )


def _fix(replayed: ReplayedEvent, facts: ModelFacts) -> str | None:
    """The command for what was probably meant; if that is not clear, the one that deletes the tag."""
    from ..facts.fix import deleting_command, register_command, replacing_commands, tagwarden_command
    from ..wording import shell_commands

    push, name, commit = replayed.push, replayed.event.name, replayed.event.commit
    if name.kind == "register":
        return replacing_commands(facts, push.tag, ("git", "commit", "--allow-empty"), register_command(facts, None))
    history, model = facts.history, gto_spelling(facts.model or "")
    if name.kind == "deregister" and name.version is not None:
        other = history.first_registration(name.version)
        elsewhere = other is not None and other.commit != commit and history.is_active(name.version, other.commit)
        return (
            replacing_commands(facts, push.tag, tagwarden_command(name, commit, None))
            if elsewhere
            else deleting_command(facts, push.tag)
        )
    if replayed.versions_here > 1:
        return deleting_command(facts, push.tag)
    if name.kind == "assign" and not history.registrations:
        # The tag becomes valid as soon as there is a version.
        return shell_commands(register_command(facts, commit))
    if name.kind == "assign" and facts.circumstances.tag_state == "in a clone":
        return replacing_commands(facts, push.tag, ("tagwarden", "show", model))
    return deleting_command(facts, push.tag)


def _assignment(replayed: ReplayedEvent, facts: ModelFacts, _held: dict[str, str]) -> str | None:
    if replayed.versions_here > 1:
        return _many_versions(replayed)
    return None if replayed.active else _no_version(replayed, facts)


def _unassignment(replayed: ReplayedEvent, facts: ModelFacts, held: dict[str, str]) -> str | None:
    if replayed.versions_here > 1:
        return _many_versions(replayed)
    if replayed.active is None:
        return _no_version(replayed, facts)
    if replayed.in_stage:
        return None
    stage = replayed.event.name.stage or ""
    if stage not in held:
        from ..wording import some_of

        holders = (
            str(facts.history.active_version_at(event.commit) or _short(event.commit))
            for event in facts.history.holders(stage)
        )
        held[stage] = some_of(holders) or "no version"
    return f"unassigns {replayed.active}, which is not in the stage {stage!r} ({held[stage]} is)"


def _deregistration(replayed: ReplayedEvent, facts: ModelFacts, _held: dict[str, str]) -> str | None:
    event = replayed.event
    if event.name.version is None or replayed.active == event.name.version:
        return None
    registered = facts.history.registration(event.name.version, event.commit)
    if registered is not None:
        return f"deregisters {event.name.version}, which is deregistered already"
    other = facts.history.first_registration(event.name.version)
    if other is not None:
        return (
            f"is on the commit {_short(event.commit)}, but {event.name.version} is registered on {_short(other.commit)}"
        )
    return f"deregisters {event.name.version}, which was never registered"


def _registration(replayed: ReplayedEvent, _facts: ModelFacts, _held: dict[str, str]) -> str | None:
    if replayed.versions_here > 1 and replayed.assigned_before:
        commit = _short(replayed.event.commit)
        return f"registers a second version on the commit {commit}, which has an assignment; GTO fails on that"
    return None


def _many_versions(replayed: ReplayedEvent) -> str:
    commit, count = _short(replayed.event.commit), replayed.versions_here
    return f"is on the commit {commit}, which has {count} versions; GTO can't tell which is meant"


def _no_version(replayed: ReplayedEvent, facts: ModelFacts) -> str:
    there, commit = facts.history.registrations_at.get(replayed.event.commit), _short(replayed.event.commit)
    if there:
        return f"is on the commit {commit}, whose version {there[-1].name.version} was deregistered"
    return f"is on the commit {commit}, which has no version of {gto_spelling(facts.model or '')!r}"


def _short(commit: str) -> str:
    from ..wording import short_id

    return short_id(commit)


CHECKS = {
    "register": _registration,
    "deregister": _deregistration,
    "assign": _assignment,
    "unassign": _unassignment,
}

ONE = ("churn@v1.0.0 on c1",)
HELD = (*ONE, "churn#prod on c1 at 2")
EXAMPLES = (
    accepted("an assignment of a version", "churn#prod on c1 at 2", existing=ONE),
    accepted("a registration and its assignment in one push", "churn@v1.0.0 on c1 at 5", "churn#prod on c1 at 4"),
    refused("an assignment of nothing", "churn#prod on c2 at 2", existing=ONE),
    refused(
        "an assignment of a deregistered version", "churn#prod on c1 at 3", existing=(*ONE, "churn@v1.0.0! on c1 at 2")
    ),
    accepted("an unassignment", "churn#prod! on c1 at 3", existing=HELD),
    refused("a second unassignment", "churn#prod!#2 on c1 at 4", existing=(*HELD, "churn#prod! on c1 at 3")),
    refused(
        "an unassignment of a bare commit, which GTO ignores",
        "churn#prod! on c2 at 3",
        existing=(*ONE, "churn#prod on c2 at 2"),
    ),
    refused("an unassignment of another stage", "churn#dev! on c1 at 3", existing=HELD),
    accepted("a deregistration", "churn@v1.0.0! on c1 at 2", existing=ONE),
    accepted(
        "a deregistration of the lower of two versions on a commit",
        "churn@v1.0.0! on c1 at 3",
        existing=(*ONE, "churn@v1.0.1 on c1 at 2"),
    ),
    refused("a deregistration on the wrong commit", "churn@v1.0.0! on c2 at 2", existing=ONE),
    refused(
        "a deregistration on the wrong commit, which has two other versions",
        "churn@v1.0.0! on c2 at 4",
        existing=(*ONE, "churn@v1.1.0 on c2 at 2", "churn@v1.2.0 on c2 at 3"),
    ),
    refused(
        "a second deregistration of one of two versions on a commit",
        "churn@v1.0.0!#2 on c1 at 4",
        existing=(*ONE, "churn@v1.0.1 on c1 at 2", "churn@v1.0.0! on c1 at 3"),
    ),
    refused("a deregistration of nothing", "churn@v5.0.0! on c2 at 2", existing=ONE),
    refused(
        "a second version on a commit with an assignment",
        "churn@v1.1.0 on c1 at 3",
        existing=HELD,
        policy='[rules]\nversion-per-commit = "off"\n',
    ),
)
