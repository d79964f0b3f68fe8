"""Verifies SSH signatures by `ssh-keygen -Y`, as Git does (times require OpenSSH 8.9 or newer)."""

from __future__ import annotations

import time

from ...policy.push import Signature
from .armour import read_armour
from .programs import private_folder, run_program, write
from .ssh_blob import read_ssh_signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.budget import Budget
    from ..git.bounded_program import CompletedProgram
    from .allowed_signers import AllowedSigners
    from .signed_tag import SignedTag
    from .ssh_blob import SshSignature

KIND = b"SSH SIGNATURE"
NAMESPACE = "git"
PACKAGE = "OpenSSH 8.9 or newer"

# A line of the allowed signers may name many principals, and each costs a process.
MOST_PRINCIPALS = 8


class SshVerifier:
    """Verifies the SSH signatures of one push.

    `revoked` is the file of revoked keys (gpg.ssh.revocationFile, git-config(1)). The signer must be allowed at the
    tagger's time, as for `git verify-tag`, and at the time `now`, unless that is None.
    """

    def __init__(
        self, signers: AllowedSigners, *, program: str, revoked: str | None, now: int | None, budget: Budget
    ) -> None:
        self.signers = signers
        self.program = program
        self.revoked = revoked
        self.now = now
        self.budget = budget
        # The principals of a key at a time; the time is None if the file has no times.
        self._principals: dict[tuple[bytes, int | None], list[str]] = {}

    def check(self, signed: SignedTag) -> Signature:
        """Who made the signature, or what is wrong with it.

        ssh-keygen is not started if the key is not in the allowed signers. Raises CannotJudge if it can't be run, or
        exceeds the budget.
        """
        blob = read_armour(signed.signature, KIND, checksum=False)
        found = blob if isinstance(blob, str) else read_ssh_signature(blob)
        if isinstance(found, str):
            return Signature(None, found)
        if found.namespace != NAMESPACE.encode():
            return Signature(None, f"it was made for {found.namespace.decode('utf-8', 'replace')!r}, not for git")
        if not found.is_by_certificate and found.key not in self.signers.ssh_keys:
            return _foreign(found)
        with private_folder() as folder:
            return self._run(signed, found, folder)

    def _run(self, signed: SignedTag, found: SshSignature, folder: str) -> Signature:
        allowed = write(folder, "allowed_signers", self.signers.ssh)
        signature = write(folder, "tag.sig", signed.signature)

        def run(action: str, *arguments: str, at: int | None = None, given: bytes = b"") -> CompletedProgram:
            options = [] if at is None else [f"-Overify-time={_stamp(at)}"]
            command = [self.program, "-Y", action, *options, *arguments, "-s", signature]
            return run_program(command, home=folder, given=given, package=PACKAGE, budget=self.budget)

        def principals(at: int) -> list[str]:
            key = found.key, at if self.signers.ssh_has_times else None
            if key not in self._principals:
                ran = run("find-principals", "-f", allowed, at=at)
                lines = ran.output.decode("utf-8", "surrogateescape").splitlines()
                self._principals[key] = lines[:MOST_PRINCIPALS] if ran.status == 0 else []
            return self._principals[key]

        for principal in principals(signed.time):
            options = ("-f", allowed, "-I", principal, "-n", NAMESPACE)
            revocation = () if self.revoked is None else ("-r", self.revoked)
            if run("verify", *options, *revocation, at=signed.time, given=signed.payload).status != 0:
                if revocation and run("verify", *options, at=signed.time, given=signed.payload).status == 0:
                    return Signature(
                        None, f"its {found.signer} is revoked by {self.revoked!r} (gpg.ssh.revocationFile)"
                    )
                continue
            if self.now is not None and principal not in principals(self.now):
                return Signature(None, f"the key of {principal!r} is not valid now")
            return Signature(principal, None)
        ran = run("check-novalidate", "-n", NAMESPACE, given=signed.payload)
        if ran.status != 0:
            return Signature(None, f"it does not belong to this tag ({ran.last_line})")
        return _foreign(found)


def _foreign(found: SshSignature) -> Signature:
    return Signature(None, f"it is by {found.signer}, which belongs to no allowed signer at the time of the tag")


def _stamp(seconds: int) -> str:
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(seconds))
