"""What the commands below `propose` do with the tag that the other commands would push."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ...policy.approvals.quorum import in_words
from ...policy.facts.fix import tagwarden_command
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
from ...repository.proposals.making import push_proposal
from ...repository.proposals.on_remote import Proposal
from ...repository.proposals.status import proposal_status
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
    from ...repository.making.tag_maker import TagMaker
    from ...repository.making.writing import TagDraft
    from ...repository.proposals.status import ProposalStatus
    from ...repository.trusted.loaded_policy import LoadedPolicy
    from .options import CreatingOptions
    from .planned_tag import MakePlan, MakeTrailers


def proposed_tag(command: str) -> Shape:
    """The JSON document that `command` prints about the tag that it proposes."""
    doc = "The tag that was proposed, or would be, with what all rules but `approved` say of it."
    return VERDICT.plus(command, doc, *PLANNED, "remote", "proposed", holding("requirements", REQUIREMENT))


def propose(model: str, options: CreatingOptions, make_plan: MakePlan, make_trailers: MakeTrailers) -> int:
    """Plan, sign and judge one tag of `model` (as tags spell it), and push it as a proposal; returns the exit status.

    Raises Refused, and proposes nothing, if no tag can be planned, if the policy
    requires no approval of it, or if the push fails.
    """
    git = Git.here()
    remote = named_remote(git, options)
    assert remote is not None
    loaded = policy_in_force(remote=remote, git=git)
    with open_tag_maker(git, model, remote=remote, own_tags=False) as maker:
        plan, draft = planned(maker, loaded.policy, options, make_plan, make_trailers)
        raw, status = _as_proposal(draft, maker, loaded, remote, sign=False)
        _refuse_needless_proposal(status, loaded)
        if options.sign is not False:
            # Signed only now, because nobody should need a key to learn that no approval is required.
            raw, status = _as_proposal(draft, maker, loaded, remote, sign=True)
        status = status._replace(verdict=status.verdict._replace(notes=(*status.verdict.notes, *plan.notes)))
        made = Judged(draft, raw, status.proposal.oid, status.verdict)
        if status.impossible is not None:
            raise Refused(f"{draft.name!r} {in_words(status.impossible)}; sign it with a key of the allowed signers")
        proposed = status.verdict.accepted and not options.dry_run
        if proposed:
            ask_about_names(made, options)
            branch = branch_to_push(git, remote, made, options, maker)
            maker.fetch_commit(draft.target)
            if not push_proposal(git, remote, raw, branch):
                raise Refused(f"the push failed, see above; nothing is proposed on {remote!r}")
        moved = stages_moved(maker, plan)
    if options.as_json:
        own = {"remote": display(remote), "proposed": proposed, "requirements": requirements_document(status)}
        click.echo(json.dumps({**document(status.verdict), **planned_document(plan, made, moved), **own}))
    else:
        _report(status, made, options, remote, proposed=proposed)
    return ACCEPTED if status.verdict.accepted else REFUSED


def _as_proposal(
    draft: TagDraft, maker: TagMaker, loaded: LoadedPolicy, remote: str, *, sign: bool
) -> tuple[bytes, ProposalStatus]:
    """The tag object of `draft`, and its status if it were proposed. Raises CannotJudge if Git can't sign it."""
    raw, oid = maker.make(draft, sign=sign)
    name = parse_tag_name(draft.name)
    assert isinstance(name, TagName)
    proposal = Proposal(oid, name, Tag(draft.name, oid, "tag", parse_tag_object(raw)))
    return raw, proposal_status(proposal, maker.reader, maker.git, loaded, remote=remote)


def _refuse_needless_proposal(status: ProposalStatus, loaded: LoadedPolicy) -> None:
    if status.required:
        return
    proposal = status.proposal
    assert proposal.tag.object is not None
    command = tagwarden_command(proposal.name, proposal.tag.object.target, status.version)
    what = "of this" if loaded.policy.base.approvals.require else "of anything"
    raise Refused(f"the policy requires no approval {what}; push it directly: {shell_command(*command, '--push')}")


def _report(status: ProposalStatus, made: Judged, options: CreatingOptions, remote: str, *, proposed: bool) -> None:
    if options.dry_run:
        click.echo(display(made.raw.decode("utf-8", "surrogateescape")), nl=False)
    for line in lines_of(status.verdict):
        click.echo(line, err=True)
    if proposed:
        click.echo(status.proposal.oid)
    elif options.dry_run and status.verdict.accepted:
        click.echo(f"{made.draft.name} would be proposed; nothing was pushed", err=True)
    if status.verdict.accepted:
        for line in (*proposal_lines(status), *(next_lines(status, remote) if proposed else ())):
            click.echo(escape(line), err=True)
