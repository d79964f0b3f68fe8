"""Whose signature a pushed tag bears, and what is wrong with it if it does not count.

What was signed is the tag object up to the line where Git takes the signature
to begin (gpg-interface.c, parse_signed_buffer()), byte for byte; it is verified
by the programs that Git uses for it (`gpg.program`, `gpg.ssh.program`). Git's
own `verify-tag` is not asked: it lets text follow a signature, and takes its
settings from wherever Git does.
"""

from __future__ import annotations

from ..policy.errors import CannotJudge
from ..policy.people import SIGNER
from ..policy.push import Signature
from ..policy.record import Record
from ..policy.tag_name import TagName
from ..policy.tag_object import split_signature
from .allowed_signers import read_allowed_signers
from .configuration import Configuration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..policy.judge import Verify
    from ..policy.policy import Allow, Policy
    from ..policy.push import TagPush
    from .allowed_signers import AllowedSigners
    from .git_command import Git
    from .reader import Reader

# A tag object that is larger is refused for its size before anybody looks at its signature.
LARGEST = 1 << 20

SSH = b"SSH SIGNATURE"
PGP = b"PGP SIGNATURE"
X509 = b"SIGNED MESSAGE"


class Signed(Record):
    """What was signed, and the signature: exactly one block of armour. `time` is the tagger's."""

    payload: bytes
    signature: bytes
    kind: bytes
    time: int


def find_verifier(
    policy: Policy, reader: Reader, git: Git, *, now: int | None, remote: str | None = None
) -> Verify | None:
    """What verifies the signatures that `policy` asks for; None where it names no allowed signers.

    `now` is the judge's time for tags that are being pushed: a key must have
    been valid when the tag was made and must still be, so that nobody can use
    an expired key with an old date. For old tags it is None. The verifier
    raises CannotJudge where the allowed signers can't be read, or a program is
    not there or takes too long. With `remote`, in a clone of the server that
    has this name, it leaves such signatures out: the server will judge them.
    """
    location = policy.signing.allowed_signers
    if location is None:
        return None
    return _Verifier(policy, location, reader, git, now, remote).verify


class _Verifier:
    def __init__(
        self, policy: Policy, location: str, reader: Reader, git: Git, now: int | None, remote: str | None
    ) -> None:
        self.policy = policy
        self.location = location
        self.reader = reader
        self.git = git
        self.now = now
        self.remote = remote
        self.signers: AllowedSigners | None = None
        self.programs: dict[str, str] | None = None

    def verify(self, pushes: Sequence[TagPush]) -> Mapping[str, Signature]:
        """The signatures of those of `pushes` whose signature matters to the policy, by the names of their refs."""
        wanted = [push for push in pushes if push.new and push.new.object and self._matters(push)]
        if not wanted:
            return {}
        found = {}
        objects = self.reader.objects([push.new.oid for push in wanted if push.new], limit=LARGEST)
        for push, raw in zip(wanted, list(objects), strict=True):
            signed = read_signed(push, raw.data, raw.size)
            try:
                found[push.ref] = Signature(None, signed) if isinstance(signed, str) else self._check(signed)
            except CannotJudge:
                if self.remote is None:
                    raise
        return found

    def _matters(self, push: TagPush) -> bool:
        name = push.name
        found = push.new.object if push.new else None
        if not isinstance(name, TagName) or found is None or found.signature is None:
            return False
        selectors = [*self.policy.signing.require]
        selectors += [entry.covers for entry in self.policy.people.allow if self._names_signers(entry)]
        return any(selector.covers(name.kind, name.model, name.stage) for selector in selectors)

    def _names_signers(self, entry: Allow) -> bool:
        groups = self.policy.people.groups
        return any(
            member.startswith(SIGNER)
            for name in entry.who
            for member in (groups.get(name[1:], ()) if name.startswith("@") else (name,))
        )

    def _check(self, signed: Signed) -> Signature:
        if self.signers is None:
            self.signers = read_allowed_signers(self.location, self.reader, remote=self.remote)
        if self.programs is None:
            settings = Configuration(self.git, "gpg").values()
            self.programs = {
                "ssh": settings.get("gpg.ssh.program") or "ssh-keygen",
                # git-config(1): gpg.program is another name of gpg.openpgp.program.
                "pgp": settings.get("gpg.openpgp.program") or settings.get("gpg.program") or "gpg",
            }
        if signed.kind == SSH:
            from .ssh_signatures import check_ssh

            return check_ssh(signed, self.signers, program=self.programs["ssh"], now=self.now)
        from .pgp_signatures import check_pgp

        return check_pgp(signed, self.signers, program=self.programs["pgp"], now=self.now)


def read_signed(push: TagPush, raw: bytes, size: int) -> Signed | str:
    """What a tag object's signature is and signs, or why it is none that can be verified."""
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
        return "it is no detached signature"
    end = b"\n-----END " + kind + b"-----"
    if signature.count(b"\n-----END ") != 1 or not signature.endswith((end, end + b"\n")):
        return "something else than its end follows it"
    found = push.new.object if push.new else None
    if found is None or found.tagger is None:
        return "the tag does not say when it was made"
    return Signed(header + blank + before, signature, kind, found.tagger.time)
