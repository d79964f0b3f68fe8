"""The first steps of a command that creates or proposes a tag: its plan, its message, questions to the user."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from ...policy.grammar.names import HEADS, gto_spelling
from ...policy.objects.trailers import add_trailers
from ...policy.registry.planning import Unplannable, stages_after, with_note_on_deprecation
from ...policy.registry.resolution import held_by
from ...policy.wording import shell_command
from ...report.documents.shape import or_null
from ...report.escape import display, escape
from ...repository.making.messages import editor, with_trailers, without_comments
from ...repository.making.tag_maker import TagIsOnlyHere
from ...repository.registry import models_of
from ...repository.remote.branch_to_push import branch_with
from ...repository.remote.names import is_remote, no_such_remote, remote_to_push_to
from ..errors import Refused
from ..reading import no_such_model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...policy.file.policy import Policy
    from ...policy.registry.planning import Plan
    from ...repository.git.command import Git
    from ...repository.making.tag_maker import Judged, TagMaker
    from ...repository.making.writing import TagDraft
    from .options import CreatingOptions

    MakePlan = Callable[[TagMaker, Policy], Plan]
    # Makes the trailers of a planned tag beyond those in its message, which is the last argument.
    MakeTrailers = Callable[[TagMaker, Policy, Plan, str], Sequence[tuple[str, str]]]


PLANNED = ("tag", "kind", "model", or_null("version"), or_null("stage"), "stages", "commit", "oid", "object")


def planned(
    maker: TagMaker, policy: Policy, options: CreatingOptions, make_plan: MakePlan, make_trailers: MakeTrailers
) -> tuple[Plan, TagDraft]:
    """The planned tag and its draft. Raises Refused if no tag can be planned."""
    git = maker.git
    try:
        plan = with_note_on_deprecation(maker.known, make_plan(maker, policy))
        text = with_trailers(git, _text(plan, options), options.trailers)
        text = add_trailers(text, make_trailers(maker, policy, plan, text))
        return plan, maker.draft(plan, _edited(git, text, options), simple=options.simple)
    except TagIsOnlyHere as problem:
        raise Refused(str(problem)) from None
    except Unplannable as problem:
        raise _unplannable(str(problem), maker, options) from None


def named_remote(git: Git, options: CreatingOptions) -> str | None:
    """The remote to consult, None for none. Raises Refused if one is needed but does not exist."""
    if options.offline:
        return None
    name = options.remote or remote_to_push_to(git)
    if is_remote(git, name):
        return name
    if options.remote or options.push or options.propose:
        raise Refused(no_such_remote(git, name))
    return None


def ask_about_names(judged: Judged, options: CreatingOptions) -> None:
    """On a terminal, ask whether a name that nearly equals another is intended. Raises Refused if it is not."""
    if options.as_json or not os.isatty(0):
        return
    for finding in judged.verdict.findings:
        if finding.rule == "near-name" and not click.confirm(f"{escape(finding.message)}. Is it meant?", err=True):
            raise Refused("no tag was created")


def branch_to_push(git: Git, remote: str, judged: Judged, options: CreatingOptions, maker: TagMaker) -> str | None:
    """The branch to push along, if the user agrees; None if the remote needs none. Raises Refused if they don't."""
    if options.only_tag or maker.remote_has(judged.draft.target):
        return None
    branch = branch_with(git, judged.draft.target)
    if branch is None:
        return None
    name = branch.removeprefix(HEADS)
    question = f"{remote} has no branch with commit {judged.draft.target[:12]} yet. Push {name}, too?"
    if options.as_json or not os.isatty(0):
        command = shell_command("git", "push", remote, name)
        raise Refused(
            f"{remote} has no branch with commit {judged.draft.target}; push it first: {command}\n"
            "(--only-tag pushes only the tag.)"
        )
    if not click.confirm(question, err=True):
        raise Refused("nothing was pushed, and no tag was created")
    return branch


def stages_moved(maker: TagMaker, plan: Plan) -> dict[str, str | None]:
    """What each stage that the plan moves will hold: a version, or a commit without one; None for nothing."""
    stages = stages_after(maker.known, plan)
    return {stage: held_by(event, maker.known.history) for stage, event in stages.items()}


def planned_document(plan: Plan, made: Judged, moved: dict[str, str | None]) -> dict[str, Any]:
    """The values of the keys PLANNED."""
    return {
        "tag": made.draft.name,
        "kind": plan.name.kind,
        "model": gto_spelling(plan.name.model),
        "version": str(plan.version) if plan.version else None,
        "stage": plan.name.stage,
        "stages": moved,
        "commit": made.draft.target,
        "oid": made.oid,
        "object": display(made.raw.decode("utf-8", "surrogateescape")),
    }


def _unplannable(problem: str, maker: TagMaker, options: CreatingOptions) -> Refused:
    """The refusal, with a hint at the likely cause: a tag that was not pushed, or a misspelled model."""
    if (options.push or options.propose) and maker.remote is not None:
        from ..hints import unpushed_hint

        problem += unpushed_hint(maker.only_here, maker.known.model, maker.remote)
    problem += "".join(f"\nnote: {note}" for note in maker.notes_on_own_tags())
    if not maker.known.names and not maker.only_here:
        known = models_of(maker.reader)
        return no_such_model(maker.known.model, known)
    return Refused(problem)


def _text(plan: Plan, options: CreatingOptions) -> str:
    # Empty messages mean GTO's wording, as in GTO.
    return "\n\n".join(message.strip() for message in options.messages if message.strip()) or plan.message


def _edited(git: Git, text: str, options: CreatingOptions) -> str:
    if options.edit:
        comment = "\n# The message of the tag. Lines that begin with '#' are left out.\n"
        edited = click.edit(text + comment, editor=editor(git), require_save=False)
        text = without_comments(git, edited or "")
        if not text.strip():
            raise Refused("the message is empty, so no tag was created")
    return text
