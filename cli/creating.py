"""What `register`, `assign`, `unassign`, `deregister` and `deprecate` have in common."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from ..policy.grammar.names import HEADS, TAGS, gto_spelling
from ..policy.registry.planning import Unplannable
from ..policy.wording import shell_command
from ..report.documents.shape import or_null
from ..report.documents.shapes import VERDICT
from ..report.escape import display
from ..report.exit_status import ACCEPTED, REFUSED
from ..report.json import document
from ..report.text import lines_of
from ..repository.git.command import Git
from ..repository.making.messages import editor, with_trailers, without_comments
from ..repository.making.tag_maker import open_tag_maker
from ..repository.remote.branch_to_push import branch_that_lacks
from ..repository.remote.names import is_remote, remote_to_push_to
from .errors import Refused
from .policy_in_force import policy_in_force

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..policy.file.policy import Policy
    from ..policy.registry.planning import Plan
    from ..report.documents.shape import Shape
    from ..repository.making.tag_maker import Judged, TagMaker
    from .creating_options import CreatingOptions

    MakePlan = Callable[[TagMaker, Policy], Plan]


def created_tag(command: str) -> Shape:
    """What `command` prints as JSON of the tag that it makes."""
    return VERDICT.plus(
        command, "The tag that was made, or would be, with the verdict on it.",
        "tag", "kind", "model", or_null("version"), or_null("stage"), "commit", "oid", "object", "created", "pushed",
    )  # fmt: skip


def create(model: str, options: CreatingOptions, make_plan: MakePlan) -> int:
    """Plan, judge, write and push one tag of `model` (as tags spell it); the exit status.

    Nothing is written that would be refused. Raises Refused where the wish
    comes to no tag, or where the push fails.
    """
    git = Git.here()
    remote = _remote(git, options)
    loaded = policy_in_force(remote=remote, git=git)
    with open_tag_maker(git, model, remote=remote) as maker:
        try:
            plan = make_plan(maker, loaded.policy)
        except Unplannable as problem:
            raise Refused(str(problem)) from None
        draft = maker.draft(plan, _message(git, plan, options), simple=options.simple)
        judged = maker.judge(draft, loaded, sign=options.sign)
        written = judged.verdict.accepted and not options.dry_run
        if written:
            branch = _branch_to_push(git, remote, judged, options) if options.push else None
            if remote is None or not options.push:
                maker.write(judged)
            elif not maker.write_and_push(judged, remote, branch):
                raise Refused(f"the push failed, see above; the tag {draft.name} was deleted again, nothing is left")
    _tell(plan, judged, options, remote, written=written)
    return ACCEPTED if judged.verdict.accepted else REFUSED


def _remote(git: Git, options: CreatingOptions) -> str | None:
    if options.offline:
        return None
    name = options.remote or remote_to_push_to(git)
    if is_remote(git, name):
        return name
    if options.remote or options.push:
        raise Refused(f"there is no remote {name!r}; `git remote add {name} URL` adds one")
    return None


def _message(git: Git, plan: Plan, options: CreatingOptions) -> str:
    # Empty messages mean GTO's wording, as in GTO.
    text = "\n\n".join(message.strip() for message in options.messages if message.strip()) or plan.message
    text = with_trailers(git, text, options.trailers)
    if options.edit:
        comment = "\n# The message of the tag. Lines that begin with '#' are left out.\n"
        edited = click.edit(text + comment, editor=editor(git), require_save=False)
        text = without_comments(git, edited or "")
        if not text.strip():
            raise Refused("the message is empty, so no tag was made")
    return text


def _branch_to_push(git: Git, remote: str | None, judged: Judged, options: CreatingOptions) -> str | None:
    """The branch that the user agrees to push along, None where the remote needs none."""
    assert remote is not None
    branch = branch_that_lacks(git, remote, judged.draft.target)
    if branch is None:
        return None
    name = branch.removeprefix(HEADS)
    question = f"{remote} has no branch with commit {judged.draft.target[:12]} yet. Push {name}, too?"
    if options.as_json or not os.isatty(0):
        command = shell_command("git", "push", remote, name)
        raise Refused(f"{remote} has no branch with commit {judged.draft.target}; push it first: {command}")
    if not click.confirm(question, err=True):
        raise Refused("then nothing is pushed, and no tag was made")
    return branch


def _tell(plan: Plan, judged: Judged, options: CreatingOptions, remote: str | None, *, written: bool) -> None:
    if options.as_json:
        click.echo(json.dumps(_document(plan, judged, options, written=written)))
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
    note = f"; {plan.note}" if plan.note else ""
    return f"{plan.message} on commit {judged.draft.target[:12]}{note}"


def _document(plan: Plan, judged: Judged, options: CreatingOptions, *, written: bool) -> dict[str, Any]:
    return {
        **document(judged.verdict),
        "tag": judged.draft.name,
        "kind": plan.name.kind,
        "model": gto_spelling(plan.name.model),
        "version": str(plan.version) if plan.version else None,
        "stage": plan.name.stage,
        "commit": judged.draft.target,
        "oid": judged.oid,
        "object": display(judged.raw.decode("utf-8", "surrogateescape")),
        "created": written,
        "pushed": written and options.push,
    }
