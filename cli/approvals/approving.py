"""What the commands about proposals share: finding a proposal and its state, pushing approvals and tags."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

from ...policy.approvals.quorum import in_words
from ...policy.record import Record
from ...policy.wording import shell_command
from ...report.escape import escape
from ...repository.git.command import Git
from ...repository.proposals.making import fetch_landed, push_endorsement, push_landing, sign_endorsement
from ...repository.proposals.on_remote import FEWEST_DIGITS, NoSuchProposal, is_behind, proposals_on
from ...repository.proposals.status import proposal_status
from ...repository.remote.names import is_remote, no_such_remote, remote_to_push_to
from ..completion import complete_proposal
from ..errors import Refused
from ..policy_in_force import policy_in_force

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...policy.approvals.approval import ApprovalVerdict
    from ...repository.proposals.on_remote import ProposedThere
    from ...repository.proposals.status import ProposalStatus
    from ...repository.trusted.loaded_policy import LoadedPolicy

HEX = frozenset("0123456789abcdef")

remote_option = click.option(
    "-r", "--remote", metavar="NAME", help="The remote that has the proposals.  [default: as `git push` would choose]"
)
id_argument = click.argument("digits", metavar="ID", shell_complete=complete_proposal)
reason_option = click.option(
    "-m", "--message", "reason", metavar="TEXT", default="", help="The reason, which is signed too."
)
as_option = click.option(
    "--as",
    "name",
    metavar="PRINCIPAL",
    help="Your principal in the file of allowed signers, if that file is not here.  [default: your e-mail address]",
)


class ProposalGone(Refused):
    """There is no such proposal, or it has landed."""


class Proposed(Record):
    """The proposals on a remote, the status of each, and the policy by which they are judged."""

    there: ProposedThere
    loaded: LoadedPolicy
    statuses: list[ProposalStatus]

    @property
    def status(self) -> ProposalStatus:
        """The status of the proposal that was named."""
        return self.statuses[0]


@contextlib.contextmanager
def proposed(remote: str | None, digits: str | None = None) -> Iterator[Proposed]:
    """The proposals on `remote` (None: where `git push` goes), or only the one whose id begins with `digits`.

    Raises Refused if there is no such remote or proposal, and CannotJudge if the remote does not answer.
    """
    if digits is not None and (len(digits) < FEWEST_DIGITS or not HEX.issuperset(digits)):
        raise Refused(
            f"{digits!r} is neither the id of a proposal nor {FEWEST_DIGITS} or more digits of one; "
            "`tagwarden proposals` lists them"
        )
    git = Git.here()
    name = remote or remote_to_push_to(git)
    if not is_remote(git, name):
        raise Refused(no_such_remote(git, name))
    loaded = policy_in_force(remote=name, git=git)
    try:
        with proposals_on(git, name, digits) as there, there.reader() as reader:
            if is_behind(git, name, there.listing):
                fetch = shell_command("git", "fetch", name)
                click.echo(f"note: the policy is that of the last fetch, and may have changed since: {fetch}", err=True)
            statuses = [proposal_status(one, reader, there.git, loaded, remote=name) for one in there.waiting.values()]
            if digits is not None and not statuses:
                raise Refused(f"the proposal {digits} is not a model tag, so it can't land")
            yield Proposed(there, loaded, statuses)
    except NoSuchProposal as problem:
        raise ProposalGone(str(problem)) from None


def say(lines: Iterable[str]) -> None:
    """Print lines of untrusted text to stderr, escaped."""
    for line in lines:
        click.echo(escape(line), err=True)


def refuse_unlandable(status: ProposalStatus) -> None:
    """Raise Refused for a proposal that could not land even with every approval."""
    if status.state in ("expired", "overtaken"):
        raise Refused(f"{status.proposal.tag.name!r} can't land as it was proposed: {status.because}")
    if status.impossible is not None:
        raise Refused(f"{status.proposal.tag.name!r} {in_words(status.impossible)}")


def submit_endorsement(one: Proposed, verdict: ApprovalVerdict, reason: str, name: str | None) -> str:
    """Sign the user's approval or revocation of the proposal and push it; returns the principal that it counts for.

    `name` is the principal that the user claims to be, None if they don't say.
    Raises Refused if the signature does not count, or if the remote does not
    accept it.
    """
    there, status = one.there, one.status
    made = sign_endorsement(there, status, one.loaded.policy, verdict, reason)
    principal = _claimed(one, name)
    if made.signature is None:
        click.echo(
            "note: the allowed signers are not here, so only the server can tell whose signature it is; it is sent "
            f"as that of {escape(principal)}",
            err=True,
        )
    elif made.signature.principal is None:
        raise Refused(f"your signature does not count: {made.signature.problem}")
    elif name not in (None, made.signature.principal):
        raise Refused(f"your signature is that of {made.signature.principal!r}, not of {name!r}")
    else:
        principal = made.signature.principal
    refuse_needless_endorsement(status, verdict, principal)
    said = push_endorsement(there, status.proposal, principal, made.raw)
    tag = status.proposal.tag.name
    if said == "landed":
        raise Refused(f"{tag!r} has landed in the meantime, so nothing was changed")
    if said == "withdrawn":
        raise Refused(f"{tag!r} is not proposed any more")
    if said == "refused":
        raise Refused(f"the push failed, see above; on {there.remote!r} nothing was changed")
    return principal


def refuse_known_approver(one: Proposed, name: str | None) -> None:
    """Raise Refused if the user, going by `name` or else by their e-mail address, signed or approved the tag before.

    For this they need not be asked, nor sign. Who they really are is known only from their signature.
    """
    principal = _claimed(one, name)
    if principal == one.status.tagger or principal in one.status.approvals.approved_by:
        refuse_needless_endorsement(one.status, "approve", principal)


def _claimed(one: Proposed, name: str | None) -> str:
    return name or one.there.repository.line("config", "--get", "user.email", accepted=(0, 1))


def refuse_needless_endorsement(status: ProposalStatus, verdict: ApprovalVerdict, principal: str) -> None:
    """Raise Refused if the approval or revocation of `principal` would change nothing."""
    tag = status.proposal.tag.name
    if verdict == "revoke":
        said = [one.verdict for one in status.approvals.endorsements if one.principal == principal]
        if "approve" not in said:
            raise Refused(f"{principal!r} has not approved {tag!r}, so there is nothing to revoke")
        return
    if principal in status.approvals.approved_by:
        raise Refused(f"{principal!r} has approved {tag!r} already")
    named = {number: one for number, one in status.required.items() if principal in one.people}
    wanted = "; ".join(f"approvals.require[{number}]" for number in status.required)
    if not named:
        raise Refused(f"the policy does not require the approval of {principal!r}, but of others: {wanted}")
    if principal == status.tagger and all("tagger" in one.entry.barred for one in named.values()):
        raise Refused(f"{principal!r} signed {tag!r}, and so can't approve it; others must: {wanted}")


def land(there: ProposedThere, status: ProposalStatus) -> None:
    """Push the proposed tag under its own name, and fetch it. Raises Refused if the remote does not accept it."""
    name = status.proposal.tag.name
    outcome = push_landing(there, status.proposal)
    if outcome == "taken":
        raise Refused(f"somebody else's tag now has the name {name!r}; propose it again")
    if outcome == "refused":
        raise Refused(f"the push failed, see above; {there.remote!r} has no tag {name!r}")
    if outcome == "exists anyway":
        click.echo(f"the push ended with an error, see above, but {there.remote!r} has {name}", err=True)
    if not fetch_landed(there, status.proposal):
        fetch = shell_command("git", "fetch", there.remote, "tag", name)
        click.echo(f"note: it is not in this clone yet; to fetch it: {fetch}", err=True)
