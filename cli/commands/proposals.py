"""`tagwarden proposals`: lists what waits for approvals on a remote."""

from __future__ import annotations

import json
import time

import click

from ...report.documents.shape import holding, shape
from ...report.escape import display, escape
from ...report.table import table
from ..approvals.approving import proposed, remote_option
from ..approvals.proposal_view import HEADER, PROPOSAL, proposal_document, proposal_row
from ..options import json_option

DOCUMENTS = (
    shape("proposals", "What waits for approvals on a remote.", "schema", "remote", holding("proposals", PROPOSAL)),
)


@click.command()
@remote_option
@json_option
def proposals(remote: str | None, as_json: bool) -> None:
    """List the open proposals on the remote, the oldest first.

    CHANGES is the effect on the stages. BY is the signer of the tag, or the
    tagger of an unsigned one. STATE says which approvals are missing, that the
    proposal is ready to land, that it has expired (`approvals.expire`), or that
    the remote would now refuse it because of what has landed since.
    """
    with proposed(remote) as (there, loaded, statuses):
        statuses = sorted(statuses, key=lambda status: (status.time, status.proposal.oid))
    if as_json:
        document = {"remote": display(there.remote), "proposals": [proposal_document(status) for status in statuses]}
        click.echo(json.dumps({"schema": 1, **document}))
    elif statuses:
        now = int(time.time())
        click.echo(table(HEADER, [proposal_row(status, now) for status in statuses]))
    else:
        because = "" if loaded.policy.base.approvals.require else "; its policy requires no approvals"
        click.echo(f"there are no open proposals on {escape(there.remote)}{because}", err=True)
