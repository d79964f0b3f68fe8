"""`tagwarden revoke`: revokes the user's own approval."""

from __future__ import annotations

import json

import click

from ...report.documents.shape import holding, shape
from ...report.escape import display, escape
from ..approvals.approving import as_option, id_argument, proposed, reason_option, remote_option, submit_endorsement
from ..approvals.proposal_view import PROPOSAL, proposal_document
from ..options import json_option

DOCUMENTS = (
    shape(
        "revoke", "A proposal whose approval was revoked.",
        "schema", "remote", "principal", holding("proposal", PROPOSAL),
    ),
)  # fmt: skip


@click.command()
@id_argument
@remote_option
@reason_option
@as_option
@json_option
def revoke(digits: str, remote: str | None, reason: str, name: str | None, as_json: bool) -> None:
    """Revoke your approval of the proposal ID.

    A signed revocation replaces the approval; you may approve again later. Once
    the tag has landed, only another event, such as `tagwarden unassign`, takes
    it back.

    Exits with 1 if you have not approved it, or if it has landed.
    """
    with proposed(remote, digits) as one:
        principal = submit_endorsement(one, "revoke", reason, name)
    with proposed(remote, one.status.proposal.oid) as after:
        pass
    if as_json:
        document = {"principal": display(principal), "proposal": proposal_document(after.status)}
        click.echo(json.dumps({"schema": 1, "remote": display(after.there.remote), **document}))
    else:
        click.echo(f"{escape(principal)} no longer approves {after.status.proposal.tag.name}")
