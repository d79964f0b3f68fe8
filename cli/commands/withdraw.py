"""`tagwarden withdraw`: withdraws the user's own proposal before it lands."""

from __future__ import annotations

import json

import click

from ...report.documents.shape import holding, shape
from ...report.escape import display
from ...repository.proposals.making import push_withdrawal
from ..approvals.approving import id_argument, proposed, remote_option
from ..approvals.proposal_view import PROPOSAL, withdrawn_document
from ..errors import Refused
from ..options import json_option

DOCUMENTS = (shape("withdraw", "A proposal that was withdrawn.", "schema", "remote", holding("proposal", PROPOSAL)),)


@click.command()
@id_argument
@remote_option
@json_option
def withdraw(digits: str, remote: str | None, as_json: bool) -> None:
    """Withdraw your own proposal ID, so that it can't land any more.

    Approvals and revocations of it stay on the server, and count again if the same tag object is
    proposed again. (`propose` always creates a new tag object.)

    Prints the tag. Exits with 1 and changes nothing if somebody else pushed the
    proposal, if the server does not know who pushes, or if the tag has landed.
    """
    with proposed(remote, digits) as one:
        name = one.status.proposal.tag.name
        outcome = push_withdrawal(one.there, one.status.proposal)
    if outcome == "landed":
        raise Refused(f"{name!r} has landed in the meantime, so nothing was changed")
    if outcome == "refused":
        raise Refused(f"the push failed, see above; {name!r} is still proposed on {one.there.remote!r}")
    if as_json:
        document = {"remote": display(one.there.remote), "proposal": withdrawn_document(one.status)}
        click.echo(json.dumps({"schema": 1, **document}))
    else:
        click.echo(name)
