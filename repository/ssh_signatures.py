"""SSH signatures, verified by `ssh-keygen -Y` as Git does it (OpenSSH 8.9 or newer knows times)."""

from __future__ import annotations

import time

from ..policy.push import Signature
from .signature_programs import private_folder, run_program, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .allowed_signers import AllowedSigners
    from .signature_programs import Ran
    from .signatures import Signed

NAMESPACE = "git"
PACKAGE = "OpenSSH 8.9 or newer"

# A line of allowed signers may name many principals; each costs a process.
MOST_PRINCIPALS = 8


def check_ssh(signed: Signed, signers: AllowedSigners, *, program: str, now: int | None) -> Signature:
    """Who of `signers` made the signature, or what is wrong with it.

    The signer must be allowed at the tagger's time (as `git verify-tag` has
    it) and, where `now` is given, then as well.
    """
    with private_folder() as folder:
        allowed = write(folder, "allowed_signers", signers.ssh)
        signature = write(folder, "tag.sig", signed.signature)

        def run(action: str, *arguments: str, at: int | None = None, given: bytes = b"") -> Ran:
            options = [] if at is None else [f"-Overify-time={_stamp(at)}"]
            command = [program, "-Y", action, *options, *arguments, "-s", signature]
            return run_program(command, home=folder, given=given, package=PACKAGE)

        def principals(at: int) -> list[str]:
            ran = run("find-principals", "-f", allowed, at=at)
            return ran.output.splitlines()[:MOST_PRINCIPALS] if ran.status == 0 else []

        candidates = principals(signed.time)
        for principal in candidates:
            options = ("-f", allowed, "-I", principal, "-n", NAMESPACE)
            if run("verify", *options, at=signed.time, given=signed.payload).status != 0:
                continue
            if now is not None and principal not in principals(now):
                return Signature(None, f"the key of {principal!r} is not valid now")
            return Signature(principal, None)
        ran = run("check-novalidate", "-n", NAMESPACE, given=signed.payload)
        if ran.status != 0:
            return Signature(None, f"it does not belong to this tag ({ran.last_word})")
        key = ran.output.strip().rpartition(" with ")[2]
        return Signature(None, f"it is by {key}, which is no allowed signer's at the time of the tag")


def _stamp(seconds: int) -> str:
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(seconds))
