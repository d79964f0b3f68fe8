"""`tagwarden land`: turns a proposal that has its approvals into a tag."""

from __future__ import annotations

import json

import click

from ...report.documents.shape import holding, shape
from ...report.escape import display
from ..approvals import approving
from ..approvals.approving import id_argument, proposed, refuse_unlandable, remote_option
from ..approvals.proposal_view import PROPOSAL, landed_document
from ..errors import Refused
from ..options import json_option

DOCUMENTS = (shape("land", "A proposal that has landed.", "schema", "remote", holding("proposal", PROPOSAL)),)


@click.command()
@id_argument
@remote_option
@json_option
def land(digits: str, remote: str | None, as_json: bool) -> None:
    """Land the proposal ID: push it under its own name, now that it has its approvals.

    This pushes the very tag object that was approved. Anybody whom
    `people.allow` lets push such a tag may land it.

    Prints the tag. Exits with 1 and pushes nothing if approvals are missing (it
    says whose), if the proposal has expired, or if the remote would now refuse it,
    for example after another event of the model.
    """
    with proposed(remote, digits) as one:
        refuse_unlandable(one.status)
        if one.status.state != "ready":
            raise Refused(f"{one.status.proposal.tag.name!r} can't land yet: it {one.status.because}")
        approving.land(one.there, one.status)
    if as_json:
        document = {"remote": display(one.there.remote), "proposal": landed_document(one.status)}
        click.echo(json.dumps({"schema": 1, **document}))
    else:
        click.echo(one.status.proposal.tag.name)
