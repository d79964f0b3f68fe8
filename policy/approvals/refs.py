"""The names of the refs of proposals and approvals.

    refs/tagwarden/proposals/T               a proposed tag
    refs/tagwarden/approvals/T/PRINCIPAL     PRINCIPAL's approval or revocation of it

T is the id of the proposed tag object, which the proposal's ref points at.
PRINCIPAL is a person's name in the file of allowed signers, with `%XX` for bytes
that a ref's name can't contain. There is only one way to write it, so that nobody
has two refs.
"""

from __future__ import annotations

from ..grammar.names import APPROVALS_ROOT, ID_LENGTHS, MOST_BYTES
from ..record import Record

# Only the two kinds of refs may exist below it.
ROOT = APPROVALS_ROOT
PROPOSALS = f"{ROOT}proposals/"
APPROVALS = f"{ROOT}approvals/"

DIGITS = frozenset("0123456789abcdef")
PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+.@")


class ProposalRef(Record):
    """The name of a proposal's ref; `tag` is the id of the proposed tag object."""

    tag: str


class ApprovalRef(Record):
    """The name of an approval's ref: the id of the proposed tag object, and the person who approves or revokes."""

    tag: str
    principal: str


def proposal_ref(tag: str) -> str:
    """The ref under which the tag object with this id is proposed."""
    return PROPOSALS + tag


def approval_ref(tag: str, principal: str) -> str | None:
    """The ref of `principal`'s approval of the tag object with this id; None if the name is too long for a ref."""
    escaped = escape(principal)
    return f"{APPROVALS}{tag}/{escaped}" if principal and len(escaped) <= MOST_BYTES else None


def read_ref(ref: str) -> ProposalRef | ApprovalRef | None:
    """Parse the full name of a ref; None if it has neither of the two forms."""
    if ref.startswith(PROPOSALS):
        tag = ref[len(PROPOSALS) :]
        return ProposalRef(tag) if _is_id(tag) else None
    if ref.startswith(APPROVALS):
        tag, slash, escaped = ref[len(APPROVALS) :].partition("/")
        principal = _unescape(escaped)
        if slash and _is_id(tag) and principal is not None and approval_ref(tag, principal) == ref:
            return ApprovalRef(tag, principal)
    return None


def escape(principal: str) -> str:
    """The principal, escaped to be one component of a ref's name (git-check-ref-format(1))."""
    data = principal.encode("utf-8", "surrogateescape")
    text = "".join(chr(byte) if byte in PLAIN else f"%{byte:02X}" for byte in data)
    text = text.replace("..", ".%2E")
    if text.startswith("."):
        text = "%2E" + text[1:]
    if text.endswith(".lock"):
        text = text.removesuffix(".lock") + "%2Elock"
    return text[:-1] + "%2E" if text.endswith(".") else text


def _unescape(escaped: str) -> str | None:
    first, *parts = escaped.split("%")
    try:
        data = first.encode("ascii")
        for part in parts:
            data += bytes((int(part[:2], 16),)) + part[2:].encode("ascii")
    except ValueError:
        return None
    return data.decode("utf-8", "surrogateescape")


def _is_id(text: str) -> bool:
    return len(text) in ID_LENGTHS and DIGITS.issuperset(text)
