"""Verifies who signed a pushed tag, or says why its signature does not count.

The signed bytes are those of the tag object before the line where Git looks for
the signature (gpg-interface.c, parse_signed_buffer()). They are verified by the
same programs that Git uses (`gpg.program`, `gpg.ssh.program`), but not by `git
verify-tag`, because it allows text after a signature, and uses settings that a
pusher may be able to set.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...policy.budget import Budget
from ...policy.errors import CannotJudge
from ...policy.grammar.names import APPROVALS_ROOT
from ...policy.push import Signature
from .allowed_signers import read_allowed_signers
from .settings import read_signature_settings
from .signed_tag import PGP, SSH, parse_signed_tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ...policy.file.policy import Policy
    from ...policy.judging.judge import Verify
    from ...policy.push import TagPush
    from ..git.command import Git
    from ..git.objects import RawObject
    from ..git.reader import Reader
    from .signed_tag import SignedTag

    Check = Callable[[SignedTag], Signature]

# Larger tag objects are refused because of their size, without verifying their signature.
LARGEST = 1 << 20

# Finding that a signature is bad takes several processes, and one bad signature already refuses the push. Bad
# signatures of approvals don't count: others may be enough, and their number is limited by the people in the policy.
MOST_BAD = 10
NOT_VERIFIED = f"it was not verified, because {MOST_BAD} others of this push are bad"


def find_verifier(
    policy: Policy,
    reader: Reader,
    git: Git,
    *,
    now: int | None,
    remote: str | None = None,
    budget: Budget | None = None,
    fill_in: Callable[[RawObject], RawObject] | None = None,
) -> Verify | None:
    """The verifier of signatures for `policy`; None if that names no allowed signers.

    `now` is the judge's time for tags that are being pushed: a key must have been valid when the tag was made, and must
    still be valid now, so that nobody can use an expired key with an old date. For existing tags it is None. The
    verifier raises CannotJudge if the allowed signers can't be read, or if a program is missing or takes too long. In a
    clone, `remote` is the name of the server's remote, and such signatures are left out instead: the server will judge
    them. `budget` limits the time of the push. `fill_in` returns the archived object for a missing one. After
    MOST_BAD bad signatures of tags, no more are verified.
    """
    location = policy.signing.allowed_signers
    if location is None:
        return None
    return _Verifier(location, reader, git, now, remote, budget or Budget(for_each=now is None), fill_in).verify


class Signatures(Mapping[str, Signature]):
    """The verified signatures of a push, by the full names of their refs.

    Each signature is verified when it is first looked up. There are none for lightweight and unsigned tags, and in a
    clone none for tags whose signature only the server can verify.
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
        fill_in: Callable[[RawObject], RawObject] | None,
    ) -> None:
        self.location = location
        self.reader = reader
        self.git = git
        self.now = now
        self.remote = remote
        self.budget = budget
        self.fill_in = fill_in
        self._bad = 0
        self._checks: dict[bytes, Check] | None = None

    def verify(self, pushes: Sequence[TagPush]) -> Signatures:
        return Signatures(pushes, self._verify_one)

    def _verify_one(self, push: TagPush) -> Signature | None:
        assert push.new is not None
        (raw,) = self.reader.objects([push.new.oid], limit=LARGEST)
        if self.fill_in is not None:
            raw = self.fill_in(raw)
        signed = parse_signed_tag(push, raw.data, raw.size)
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

        def check_pgp_signature(signed: SignedTag) -> Signature:
            from .pgp import check_pgp

            return check_pgp(signed, signers, program=settings.pgp_program, now=self.now, budget=self.budget)

        from .ssh import SshVerifier

        ssh = SshVerifier(
            signers, program=settings.ssh_program, revoked=settings.revoked, now=self.now, budget=self.budget
        )
        return {SSH: ssh.check, PGP: check_pgp_signature}
