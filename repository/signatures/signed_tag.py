"""Splits a signed tag object into what was signed and the signature."""

from __future__ import annotations

from ...policy.objects.tag_object import split_signature
from ...policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.push import TagPush

SSH = b"SSH SIGNATURE"
PGP = b"PGP SIGNATURE"
X509 = b"SIGNED MESSAGE"


class SignedTag(Record):
    """A signed tag: the signed bytes, the signature from its first line on, its kind, and the tagger's time."""

    payload: bytes
    signature: bytes
    kind: bytes
    time: int


def parse_signed_tag(push: TagPush, raw: bytes, size: int) -> SignedTag | str:
    """Split the tag object `raw`, or return why its signature can't be verified; `size` is its full size."""
    if len(raw) != size:
        return f"the tag object has {size} bytes, too many to verify"
    header, blank, body = raw.partition(b"\n\n")
    before, signature = split_signature(body)
    if signature is None:
        return "there is none"
    kind = signature.partition(b"\n")[0][len(b"-----BEGIN ") : -len(b"-----")]
    if kind == X509:
        return "it is an X.509 signature, and only SSH and OpenPGP signatures are verified here"
    if kind not in (SSH, PGP):
        return "it is not a detached signature"
    found = push.new.object if push.new else None
    if found is None or found.tagger is None:
        return "the tag does not say when it was made"
    return SignedTag(header + blank + before, signature, kind, found.tagger.time)
