"""Verifies who signed a pushed tag, and says why a signature does not count.

What was signed is the tag object up to the line where Git takes the signature
to begin (gpg-interface.c, parse_signed_buffer()), byte for byte; it is verified
by the programs that Git uses for it (`gpg.program`, `gpg.ssh.program`). Git's
own `verify-tag` is not asked: it lets text follow a signature, and takes its
settings from wherever Git does.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...policy.budget import Budget
from ...policy.errors import CannotJudge
from ...policy.grammar.names import APPROVALS_ROOT
from ...policy.push import Signature
from .allowed_signers import read_allowed_signers
from .settings import read_signature_settings
from .signed_tag import PGP, SSH, read_signed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ...policy.file.policy import Policy
    from ...policy.judging.judge import Verify
    from ...policy.push import TagPush
    from ..git.command import Git
    from ..git.objects import RawObject
    from ..git.reader import Reader
    from .signed_tag import Signed

    Check = Callable[[Signed], Signature]

# A tag object that is larger is refused for its size before anybody looks at its signature.
LARGEST = 1 << 20

# To find out that a signature is no good takes several processes, and the push is refused for one. Not so for one
# of an approval: others may be enough, and a tag has no more of them than the policy names people.
MOST_BAD = 10
NOT_VERIFIED = f"it was not verified, for {MOST_BAD} others of this push are bad"


def find_verifier(
    policy: Policy,
    reader: Reader,
    git: Git,
    *,
    now: int | None,
    remote: str | None = None,
    budget: Budget | None = None,
    instead_of: Callable[[RawObject], RawObject] | None = None,
) -> Verify | None:
    """What verifies the signatures that `policy` asks for; None where it names no allowed signers.

    `now` is the judge's time for tags that are being pushed: a key must have
    been valid when the tag was made and must still be, so that nobody can use
    an expired key with an old date. For old tags it is None. The verifier
    raises CannotJudge where the allowed signers can't be read, or a program is
    not there or takes too long. With `remote`, in a clone of the server that
    has this name, it leaves such signatures out: the server will judge them.
    `budget` is the push's time. `instead_of` gives what was archived for an object that
    is no longer there. Once MOST_BAD signatures of tags are no good, no more are verified.
    """
    location = policy.signing.allowed_signers
    if location is None:
        return None
    return _Verifier(location, reader, git, now, remote, budget or Budget(for_each=now is None), instead_of).verify


class Signatures(Mapping[str, Signature]):
    """What verifying the signatures of a push said, by the names of their refs.

    A signature is verified when it is asked for, and once. Lightweight and
    unsigned tags have none, nor, in a clone, do those that only the server can verify.
    """

    def __init__(self, pushes: Sequence[TagPush], verify_one: Callable[[TagPush], Signature | None]) -> None:
        self._signed = {
            push.ref: push for push in pushes if push.new and push.new.object and push.new.object.signature is not None
        }
        self._verify_one = verify_one
        self._found: dict[str, Signature | None] = {}

    def __getitem__(self, ref: str) -> Signature:
        if ref not in self._found:
            self._found[ref] = self._verify_one(self._signed[ref])
        found = self._found[ref]
        if found is None:
            raise KeyError(ref)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._signed)

    def __len__(self) -> int:
        return len(self._signed)


class _Verifier:
    def __init__(
        self,
        location: str,
        reader: Reader,
        git: Git,
        now: int | None,
        remote: str | None,
        budget: Budget,
        instead_of: Callable[[RawObject], RawObject] | None,
    ) -> None:
        self.location = location
        self.reader = reader
        self.git = git
        self.now = now
        self.remote = remote
        self.budget = budget
        self.instead_of = instead_of
        self._bad = 0
        self._checks: dict[bytes, Check] | None = None

    def verify(self, pushes: Sequence[TagPush]) -> Signatures:
        return Signatures(pushes, self._verify_one)

    def _verify_one(self, push: TagPush) -> Signature | None:
        assert push.new is not None
        (raw,) = self.reader.objects([push.new.oid], limit=LARGEST)
        if self.instead_of is not None:
            raw = self.instead_of(raw)
        signed = read_signed(push, raw.data, raw.size)
        if isinstance(signed, str):
            return Signature(None, signed)
        try:
            if self._checks is None:
                self._checks = self._find_checks()
            of_approval = push.ref.startswith(APPROVALS_ROOT)
            if self._bad >= MOST_BAD and self.now is not None and not of_approval:
                return Signature(None, NOT_VERIFIED)
            checked = self._checks[signed.kind](signed)
            self._bad += checked.principal is None and not of_approval
            return checked
        except CannotJudge:
            if self.remote is None:
                raise
            return None

    def _find_checks(self) -> dict[bytes, Check]:
        signers = read_allowed_signers(self.location, self.reader, remote=self.remote)
        settings = read_signature_settings(self.git)

        def check_pgp_signature(signed: Signed) -> Signature:
            from .pgp import check_pgp

            return check_pgp(signed, signers, program=settings.pgp_program, now=self.now, budget=self.budget)

        from .ssh import SshVerifier

        ssh = SshVerifier(
            signers, program=settings.ssh_program, revoked=settings.revoked, now=self.now, budget=self.budget
        )
        return {SSH: ssh.check, PGP: check_pgp_signature}
