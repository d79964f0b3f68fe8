"""`tagwarden approve`: approves a proposal."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from ...report.documents.shape import holding, shape
from ...report.escape import display, escape
from ..approvals import approving
from ..approvals.approving import (
    ProposalGone,
    as_option,
    id_argument,
    proposed,
    reason_option,
    refuse_known_approver,
    refuse_unlandable,
    remote_option,
    say,
    submit_endorsement,
)
from ..approvals.proposal_difference import difference_lines
from ..approvals.proposal_view import PROPOSAL, landed_document, next_lines, proposal_document, proposal_lines
from ..errors import Refused
from ..options import json_option

if TYPE_CHECKING:
    from ...repository.proposals.status import ProposalStatus

DOCUMENTS = (
    shape(
        "approve", "A proposal that was approved, and perhaps landed.",
        "schema", "remote", "principal", holding("proposal", PROPOSAL),
    ),
)  # fmt: skip


@click.command()
@id_argument
@remote_option
@reason_option
@as_option
@click.option("-y", "--yes", is_flag=True, help="Approve without asking.")
@click.option("--land", is_flag=True, help="Also land it, if nothing else is missing.")
@json_option
def approve(
    digits: str, remote: str | None, reason: str, name: str | None, yes: bool, land: bool, as_json: bool
) -> None:
    """Approve the proposal ID with your signature, made as Git is configured to sign.

    Shows what the tag would change, how the version that a stage would hold differs
    from the current one, and the proposer's message; then asks. An approval
    is valid for this tag object in this repository only.

    Prints the tag and the name under which you approved it; on stderr, what is still
    missing. Exits with 1 and pushes nothing if you answer no, if the policy does not
    count your approval, or if the proposal can't land any more.
    """
    with proposed(remote, digits) as one:
        refuse_unlandable(one.status)
        _refuse_needless_approval(one.status)
        if not as_json:
            say([*proposal_lines(one.status), *difference_lines(one.there, one.status, one.loaded)])
        refuse_known_approver(one, name)
        _ask(one.status, yes=yes, as_json=as_json)
        principal = submit_endorsement(one, "approve", reason, name)
    if not as_json:
        click.echo(f"{one.status.proposal.tag.name} approved by {escape(principal)}")
    document = _land_or_report(remote, one.status, principal, land=land, as_json=as_json)
    if as_json:
        whole = {"remote": display(one.there.remote), "principal": display(principal), "proposal": document}
        click.echo(json.dumps({"schema": 1, **whole}))


def _refuse_needless_approval(status: ProposalStatus) -> None:
    if not status.required:
        raise Refused(f"the policy requires no approval for {status.proposal.tag.name!r}; `tagwarden land` lands it")


def _ask(status: ProposalStatus, *, yes: bool, as_json: bool) -> None:
    if yes:
        return
    if as_json or not os.isatty(0):
        raise Refused("there is no terminal to ask you on; --yes approves without asking")
    if not click.confirm(f"Approve {escape(status.proposal.tag.name)}?", err=True):
        raise Refused("nothing was approved")


def _land_or_report(
    remote: str | None, status: ProposalStatus, principal: str, *, land: bool, as_json: bool
) -> dict[str, object]:
    """Land the proposal if requested and possible, else report what is missing; returns its new JSON document."""
    try:
        # Read it again, because others may have approved it in the meantime.
        with proposed(remote, status.proposal.oid) as after:
            if land and after.status.may_be_landed_by(principal):
                approving.land(after.there, after.status)
                say([] if as_json else [f"{after.status.proposal.tag.name} has landed"])
                return landed_document(after.status)
            if not as_json:
                barred = land and after.status.state == "ready"
                say(["whoever lands it does not count, so somebody else must"] if barred else [])
                say(next_lines(after.status, after.there.remote))
            return proposal_document(after.status)
    except ProposalGone as gone:
        say([str(gone)])
        return proposal_document(status)
