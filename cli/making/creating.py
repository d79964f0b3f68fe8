"""What `register`, `assign`, `unassign`, `deregister` and `deprecate` share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ...policy.grammar.names import TAGS, gto_spelling
from ...policy.verdict import of_accepted
from ...policy.wording import shell_command
from ...report.documents.shapes import VERDICT
from ...report.escape import display
from ...report.exit_status import ACCEPTED, REFUSED
from ...report.json import document
from ...report.text import lines_of
from ...repository.git.command import Git
from ...repository.making.signing import signs_by_itself
from ...repository.making.tag_maker import open_tag_maker
from ..errors import Refused
from ..policy_in_force import policy_in_force
from .planned_tag import (
    PLANNED,
    ask_about_names,
    branch_to_push,
    named_remote,
    planned,
    planned_document,
    stages_moved,
)

if TYPE_CHECKING:
    from ...policy.registry.planning import Plan
    from ...report.documents.shape import Shape
    from ...repository.making.tag_maker import Judged
    from .options import CreatingOptions
    from .planned_tag import MakePlan, MakeTrailers


def created_tag(command: str) -> Shape:
    """The JSON document that `command` prints about the tag that it creates."""
    doc = "The tag that was made, or would be, with the verdict on it."
    return VERDICT.plus(command, doc, *PLANNED, "created", "pushed")


# How often to try again if somebody else takes the next number.
ATTEMPTS = 5


def create(
    model: str, options: CreatingOptions, make_plan: MakePlan, make_trailers: MakeTrailers = lambda *_: ()
) -> int:
    """Plan, judge, write and push one tag of `model` (as tags spell it); returns the exit status.

    A tag that would be refused is not written. If somebody else's tag takes the
    name meanwhile, the tag is planned again. Raises Refused if no tag can be
    planned, or if the push fails.
    """
    if options.propose:
        from .proposing import propose

        return propose(model, options, make_plan, make_trailers)
    git = Git.here()
    remote = named_remote(git, options)
    for _ in range(ATTEMPTS):
        status = _attempt(git, model, remote, options, make_plan, make_trailers)
        if status is not None:
            return status
        click.echo("somebody else's tag now has that name; trying the next one", err=True)
    raise Refused(f"somebody else created the next tag first, {ATTEMPTS} times; no tag of yours is left. Try again")


def _attempt(
    git: Git,
    model: str,
    remote: str | None,
    options: CreatingOptions,
    make_plan: MakePlan,
    make_trailers: MakeTrailers,
) -> int | None:
    """One attempt; returns None if another tag took the name meanwhile."""
    loaded = policy_in_force(remote=remote, git=git)
    with open_tag_maker(git, model, remote=remote, own_tags=not options.push) as maker:
        plan, draft = planned(maker, loaded.policy, options, make_plan, make_trailers)
        sign = signs_by_itself(git) if options.sign is None else options.sign
        judged = maker.judge(draft, loaded, sign=sign, notes=plan.notes)
        written = judged.verdict.accepted and not options.dry_run
        if written:
            judged = judged._replace(verdict=of_accepted(judged.verdict))
            ask_about_names(judged, options)
        if written and remote is not None and options.push:
            branch = branch_to_push(git, remote, judged, options, maker)
            outcome = maker.write_and_push(judged, remote, branch)
            if outcome == "taken":
                return None
            if outcome == "refused":
                raise Refused(f"the push failed, see above; {remote!r} has no tag {draft.name}, and none was kept here")
            if outcome == "exists anyway":
                click.echo(f"the push ended with an error, see above, but {remote!r} has {draft.name}", err=True)
        elif written:
            maker.write(judged)
        moved = stages_moved(maker, plan)
        if written and not maker.known.events:
            click.echo(f"{gto_spelling(model)!r} is a new model", err=True)
    _report(plan, judged, moved, options, remote, written=written)
    return ACCEPTED if judged.verdict.accepted else REFUSED


def _report(
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
            click.echo(f"{judged.draft.name} would be accepted; nothing was created", err=True)
        return
    if written:
        click.echo(judged.draft.name)
        click.echo(_summary(plan, judged), err=True)
        if not options.push and (remote or options.offline):
            name = TAGS + judged.draft.name
            click.echo(f"to push it: {shell_command('git', 'push', remote or 'origin', name)}", err=True)


def _summary(plan: Plan, judged: Judged) -> str:
    return f"{plan.message} on commit {judged.draft.target[:12]}"


def _document(
    plan: Plan, judged: Judged, moved: dict[str, str | None], options: CreatingOptions, *, written: bool
) -> dict[str, Any]:
    return {
        **document(judged.verdict),
        **planned_document(plan, judged, moved),
        "created": written,
        "pushed": written and options.push,
    }
