"""What `register`, `assign`, `unassign`, `deregister` and `deprecate` have in common."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from ..policy.grammar.names import HEADS, TAGS, gto_spelling
from ..policy.objects.trailers import add_trailers
from ..policy.registry.planning import Unplannable, stages_after
from ..policy.registry.resolution import version_on
from ..policy.wording import shell_command
from ..report.documents.shape import or_null
from ..report.documents.shapes import VERDICT
from ..report.escape import display, escape
from ..report.exit_status import ACCEPTED, REFUSED
from ..report.json import document
from ..report.text import lines_of
from ..repository.git.command import Git
from ..repository.making.messages import editor, with_trailers, without_comments
from ..repository.making.signing import signs_by_itself
from ..repository.making.tag_maker import open_tag_maker
from ..repository.registry import models_of
from ..repository.remote.branch_to_push import branch_with
from ..repository.remote.names import is_remote, remote_to_push_to
from .errors import Refused
from .policy_in_force import policy_in_force
from .reading import no_such_model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..policy.file.policy import Policy
    from ..policy.registry.event import Event
    from ..policy.registry.history import ModelHistory
    from ..policy.registry.planning import Plan
    from ..report.documents.shape import Shape
    from ..repository.making.tag_maker import Judged, TagMaker
    from .creating_options import CreatingOptions

    MakePlan = Callable[[TagMaker, Policy], Plan]
    # The trailers that a planned tag gets beside those of its message, which is handed in.
    MakeTrailers = Callable[[TagMaker, Policy, Plan, str], Sequence[tuple[str, str]]]


def created_tag(command: str) -> Shape:
    """What `command` prints as JSON of the tag that it makes."""
    return VERDICT.plus(
        command, "The tag that was made, or would be, with the verdict on it.",
        "tag", "kind", "model", or_null("version"), or_null("stage"), "stages", "commit", "oid", "object",
        "created", "pushed",
    )  # fmt: skip


# How often the next number may be taken by somebody else.
ATTEMPTS = 5


def create(
    model: str, options: CreatingOptions, make_plan: MakePlan, make_trailers: MakeTrailers = lambda *_: ()
) -> int:
    """Plan, judge, write and push one tag of `model` (as tags spell it); the exit status.

    Nothing is written that would be refused. Where somebody else's tag took the
    name meanwhile, all is planned again. Raises Refused where the wish comes to
    no tag, or where the push fails.
    """
    git = Git.here()
    remote = _remote(git, options)
    for _ in range(ATTEMPTS):
        status = _attempt(git, model, remote, options, make_plan, make_trailers)
        if status is not None:
            return status
        click.echo("somebody else's tag has that name by now; it is counted again", err=True)
    raise Refused(f"others made the tag that was next, {ATTEMPTS} times; nothing of yours is left. Try again")


def _attempt(
    git: Git,
    model: str,
    remote: str | None,
    options: CreatingOptions,
    make_plan: MakePlan,
    make_trailers: MakeTrailers,
) -> int | None:
    """One attempt; None where another tag took the name meanwhile."""
    loaded = policy_in_force(remote=remote, git=git)
    with open_tag_maker(git, model, remote=remote, own_tags=not options.push) as maker:
        try:
            plan = make_plan(maker, loaded.policy)
            text = with_trailers(git, _text(plan, options), options.trailers)
            text = add_trailers(text, make_trailers(maker, loaded.policy, plan, text))
            draft = maker.draft(plan, _edited(git, text, options), simple=options.simple)
        except Unplannable as problem:
            raise _unplannable(str(problem), maker, options) from None
        sign = signs_by_itself(git) if options.sign is None else options.sign
        judged = maker.judge(draft, loaded, sign=sign)
        written = judged.verdict.accepted and not options.dry_run
        if written:
            _ask_about_names(judged, options)
        if written and remote is not None and options.push:
            branch = _branch_to_push(git, remote, judged, options, maker)
            outcome = maker.write_and_push(judged, remote, branch)
            if outcome == "taken":
                return None
            if outcome == "refused":
                raise Refused(f"the push failed, see above; {remote!r} has no tag {draft.name}, and none is left here")
            if outcome == "there all the same":
                click.echo(f"the push ended with an error, see above, but {remote!r} has {draft.name}", err=True)
        elif written:
            maker.write(judged)
        stages = stages_after(maker.known, plan)
        moved = {stage: _held(event, maker.known.history) for stage, event in stages.items()}
        if written and not maker.known.events:
            click.echo(f"{gto_spelling(model)!r} is a new model", err=True)
    _tell(plan, judged, moved, options, remote, written=written)
    return ACCEPTED if judged.verdict.accepted else REFUSED


def _unplannable(problem: str, maker: TagMaker, options: CreatingOptions) -> Refused:
    """The refusal, with what may have been overlooked: a tag that was not pushed, or the model's right name."""
    if options.push and maker.remote is not None:
        from .hints import only_here

        problem += only_here(maker.only_here, maker.known.model, maker.remote)
    if not maker.known.names and not maker.only_here:
        known = models_of(maker.reader)
        return no_such_model(maker.known.model, known)
    return Refused(problem)


def _ask_about_names(judged: Judged, options: CreatingOptions) -> None:
    """On a terminal, ask whether a name that is nearly another's is meant."""
    if options.as_json or not os.isatty(0):
        return
    for finding in judged.verdict.findings:
        if finding.rule == "near-name" and not click.confirm(f"{escape(finding.message)}. Is it meant?", err=True):
            raise Refused("then no tag was made")


def _held(event: Event | None, history: ModelHistory) -> str | None:
    return None if event is None else str(version_on(event.commit, history) or event.commit)


def _remote(git: Git, options: CreatingOptions) -> str | None:
    if options.offline:
        return None
    name = options.remote or remote_to_push_to(git)
    if is_remote(git, name):
        return name
    if options.remote or options.push:
        raise Refused(f"there is no remote {name!r}; `git remote add {name} URL` adds one")
    return None


def _text(plan: Plan, options: CreatingOptions) -> str:
    # Empty messages mean GTO's wording, as in GTO.
    return "\n\n".join(message.strip() for message in options.messages if message.strip()) or plan.message


def _edited(git: Git, text: str, options: CreatingOptions) -> str:
    if options.edit:
        comment = "\n# The message of the tag. Lines that begin with '#' are left out.\n"
        edited = click.edit(text + comment, editor=editor(git), require_save=False)
        text = without_comments(git, edited or "")
        if not text.strip():
            raise Refused("the message is empty, so no tag was made")
    return text


def _branch_to_push(git: Git, remote: str, judged: Judged, options: CreatingOptions, maker: TagMaker) -> str | None:
    """The branch that the user agrees to push along, None where the remote needs none."""
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
            "(--only-tag pushes the tag alone.)"
        )
    if not click.confirm(question, err=True):
        raise Refused("then nothing is pushed, and no tag was made")
    return branch


def _tell(
    plan: Plan,
    judged: Judged,
    moved: dict[str, str | None],
    options: CreatingOptions,
    remote: str | None,
    *,
    written: bool,
) -> None:
    if options.as_json:
        click.echo(json.dumps(_document(plan, judged, moved, options, written=written)))
        return
    if options.dry_run:
        click.echo(display(judged.raw.decode("utf-8", "surrogateescape")), nl=False)
    for line in lines_of(judged.verdict):
        click.echo(line, err=True)
    if options.dry_run:
        if judged.verdict.accepted:
            click.echo(f"{judged.draft.name} would be accepted; nothing was written", err=True)
        return
    if written:
        click.echo(judged.draft.name)
        click.echo(_story(plan, judged), err=True)
        if not options.push and (remote or options.offline):
            name = TAGS + judged.draft.name
            click.echo(f"to push it: {shell_command('git', 'push', remote or 'origin', name)}", err=True)


def _story(plan: Plan, judged: Judged) -> str:
    return f"{plan.message} on commit {judged.draft.target[:12]}"


def _document(
    plan: Plan, judged: Judged, moved: dict[str, str | None], options: CreatingOptions, *, written: bool
) -> dict[str, Any]:
    return {
        **document(judged.verdict),
        "tag": judged.draft.name,
        "kind": plan.name.kind,
        "model": gto_spelling(plan.name.model),
        "version": str(plan.version) if plan.version else None,
        "stage": plan.name.stage,
        "stages": moved,
        "commit": judged.draft.target,
        "oid": judged.oid,
        "object": display(judged.raw.decode("utf-8", "surrogateescape")),
        "created": written,
        "pushed": written and options.push,
    }
