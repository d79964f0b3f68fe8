"""What the commands below `propose` do with the tag that others would push."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ...policy.approvals.quorum import in_words
from ...policy.facts.fix import by_command
from ...policy.grammar.tag_name import TagName, parse_tag_name
from ...policy.objects.tag_object import parse_tag_object
from ...policy.push import Tag
from ...policy.wording import shell_command
from ...report.documents.shape import holding
from ...report.documents.shapes import VERDICT
from ...report.escape import display, escape
from ...report.exit_status import ACCEPTED, REFUSED
from ...report.json import document
from ...report.text import lines_of
from ...repository.git.command import Git
from ...repository.making.tag_maker import Judged, open_tag_maker
from ...repository.proposals.looking import look_at
from ...repository.proposals.making import push_proposal
from ...repository.proposals.on_remote import Proposal
from ..approvals.proposal_view import REQUIREMENT, next_lines, proposal_lines, requirements_document
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
    from ...report.documents.shape import Shape
    from ...repository.proposals.looking import Look
    from ...repository.trusted.loaded_policy import LoadedPolicy
    from .options import CreatingOptions
    from .planned_tag import MakePlan, MakeTrailers


def proposed_tag(command: str) -> Shape:
    """What `command` prints as JSON of the tag that it proposes."""
    doc = "The tag that was proposed, or would be, with what all rules but `approved` say of it."
    return VERDICT.plus(command, doc, *PLANNED, "remote", "proposed", holding("requirements", REQUIREMENT))


def propose(model: str, options: CreatingOptions, make_plan: MakePlan, make_trailers: MakeTrailers) -> int:
    """Plan, sign and judge one tag of `model` (as tags spell it), and push it as a proposal; the exit status.

    Raises Refused where the wish comes to no tag, where the policy wants no
    approval of it, or where the push fails; then nothing is proposed.
    """
    git = Git.here()
    remote = named_remote(git, options)
    assert remote is not None
    loaded = policy_in_force(remote=remote, git=git)
    with open_tag_maker(git, model, remote=remote, own_tags=False) as maker:
        plan, draft = planned(maker, loaded.policy, options, make_plan, make_trailers)
        raw, oid = maker.make(draft, sign=options.sign is not False)
        name = parse_tag_name(draft.name)
        assert isinstance(name, TagName)
        proposal = Proposal(oid, name, Tag(draft.name, oid, "tag", parse_tag_object(raw)))
        look = look_at(proposal, maker.reader, git, loaded, remote=remote)
        look = look._replace(verdict=look.verdict._replace(notes=(*look.verdict.notes, *plan.notes)))
        made = Judged(draft, raw, oid, look.verdict)
        _refuse_what_nobody_approves(look, loaded)
        if look.hopeless is not None:
            raise Refused(f"{draft.name!r} {in_words(look.hopeless)}; sign it with a key of the allowed signers")
        proposed = look.verdict.accepted and not options.dry_run
        if proposed:
            ask_about_names(made, options)
            branch = branch_to_push(git, remote, made, options, maker)
            maker.bring(draft.target)
            if not push_proposal(git, remote, raw, branch):
                raise Refused(f"the push failed, see above; nothing is proposed on {remote!r}")
        moved = stages_moved(maker, plan)
    if options.as_json:
        own = {"remote": display(remote), "proposed": proposed, "requirements": requirements_document(look)}
        click.echo(json.dumps({**document(look.verdict), **planned_document(plan, made, moved), **own}))
    else:
        _tell(look, made, options, remote, proposed=proposed)
    return ACCEPTED if look.verdict.accepted else REFUSED


def _refuse_what_nobody_approves(look: Look, loaded: LoadedPolicy) -> None:
    if look.required:
        return
    proposal = look.proposal
    assert proposal.tag.object is not None
    command = by_command(proposal.name, proposal.tag.object.target, look.version)
    what = "of this" if loaded.policy.base.approvals.require else "of anything"
    raise Refused(f"the policy requires no approval {what}; push it directly: {shell_command(*command, '--push')}")


def _tell(look: Look, made: Judged, options: CreatingOptions, remote: str, *, proposed: bool) -> None:
    if options.dry_run:
        click.echo(display(made.raw.decode("utf-8", "surrogateescape")), nl=False)
    for line in lines_of(look.verdict):
        click.echo(line, err=True)
    if proposed:
        click.echo(look.proposal.oid)
    elif options.dry_run and look.verdict.accepted:
        click.echo(f"{made.draft.name} would be proposed; nothing was pushed", err=True)
    if look.verdict.accepted:
        for line in (*proposal_lines(look), *(next_lines(look, remote) if proposed else ())):
            click.echo(escape(line), err=True)
