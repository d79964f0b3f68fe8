"""`tagwarden withdraw`: one's own proposal, taken back before it landed."""

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

DOCUMENTS = (shape("withdraw", "A proposal that was taken back.", "schema", "remote", holding("proposal", PROPOSAL)),)


@click.command()
@id_argument
@remote_option
@json_option
def withdraw(digits: str, remote: str | None, as_json: bool) -> None:
    """Withdraw the proposal ID, which you have pushed: it can't land any more.

    What others said of it stays on the server. Whoever proposes the same tag object again finds
    it there; a new call of `propose` makes another one.

    Prints the tag. Exits with 1, and changes nothing, where somebody else has
    proposed it, where the server does not know who pushes, or if it has landed.
    """
    with proposed(remote, digits) as one:
        name = one.look.proposal.tag.name
        outcome = push_withdrawal(one.there, one.look.proposal)
    if outcome == "landed":
        raise Refused(f"{name!r} has landed in the meantime, so nothing was changed")
    if outcome == "refused":
        raise Refused(f"the push failed, see above; {name!r} is proposed on {one.there.remote!r} as before")
    if as_json:
        document = {"remote": display(one.there.remote), "proposal": withdrawn_document(one.look)}
        click.echo(json.dumps({"schema": 1, **document}))
    else:
        click.echo(name)
