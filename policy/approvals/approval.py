"""Approvals and revocations: the objects in which a person approves a proposed tag, or revokes that.

Each is a signed tag object that points at the proposed tag object. So Git can
store, send and verify it like any other:

    object <id of the proposed tag object>
    type tag
    tag approval
    tagger <name> <<e-mail>> <seconds since the epoch> <zone>

    repository: <id of the repository>
    verdict: approve

    <the reason, if there is one, and the signature>

Because of the `repository` line, an approval does not count in a fork, which has the same tags.
"""

from __future__ import annotations

from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ..objects.tag_object import TagObject

    ApprovalVerdict = Literal["approve", "revoke"]

NAME = "approval"
REPOSITORY = "repository: "
VERDICT = "verdict: "

# Limits the whole object. A reason takes a few sentences, a signature at most a few kilobytes.
MOST_BYTES = 16 * 1024


class Approval(Record):
    """The content of an approval or revocation.

    `tag` is the id of the proposed tag object, `repository` the id of the
    repository, `time` the tagger's in seconds since the epoch.
    """

    tag: str
    repository: str
    verdict: ApprovalVerdict
    reason: str
    time: int


def approval_message(repository: str, verdict: ApprovalVerdict, reason: str = "") -> str:
    """The message of the tag object, without the signature; `read_approval` parses it."""
    message = f"{REPOSITORY}{repository}\n{VERDICT}{verdict}\n"
    reason = reason.strip()
    return f"{message}\n{reason}\n" if reason else message


def read_approval(found: TagObject | None) -> Approval | str:
    """The approval in a tag object, or a clause on why it is none. None stands for an object of another type.

    The signature is not verified here.
    """
    if found is None:
        return "it is not a tag object"
    if found.defects:
        return found.defects[0]
    if found.name != NAME:
        return f"its 'tag' line contains {found.name!r}, not {NAME!r}"
    if found.target_type != "tag":
        return f"it is about a {found.target_type or 'thing without a type'}, not about a tag object"
    if found.signature is None:
        return "it is not signed"
    if found.text_after_signature:
        return "it has text after its signature, which nobody signed"
    if found.tagger is None:
        return "it does not say when it was made"
    first, _, rest = found.message.partition("\n")
    second, _, reason = rest.partition("\n")
    repository, word = first.removeprefix(REPOSITORY), second.removeprefix(VERDICT)
    if not first.startswith(REPOSITORY) or not repository:
        return f"its first line is not '{REPOSITORY}ID'"
    verdict: ApprovalVerdict | None = "approve" if word == "approve" else "revoke" if word == "revoke" else None
    if not second.startswith(VERDICT) or verdict is None:
        return f"its second line is not '{VERDICT}approve' or '{VERDICT}revoke'"
    if reason and not reason.startswith("\n"):
        return "no empty line stands before its reason"
    return Approval(found.target, repository, verdict, reason.strip(), found.tagger.time)
