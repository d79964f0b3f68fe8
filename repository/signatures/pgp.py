"""Verifies OpenPGP signatures by `gpg --status-fd`, as Git does, but only with the policy's keys."""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge
from ...policy.push import Signature
from .armour import read_armour
from .pgp_packet import problem_of_packet, weak_digest
from .programs import private_folder, run_program, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.budget import Budget
    from .allowed_signers import AllowedSigners
    from .signed_tag import SignedTag

KIND = b"PGP SIGNATURE"
PACKAGE = "GnuPG 2"
PREFIX = "[GNUPG:] "

# No settings of the user, no network, no daemons; the allowed signers decide whom to trust.
OPTIONS = (
    "--batch",
    "--no-tty",
    "--no-options",
    "--no-autostart",
    "--no-auto-key-retrieve",
    "--disable-dirmngr",
    "--no-permission-warning",
    "--trust-model=always",
)

# GnuPG's doc/DETAILS: it prints one of these for each signature that it finds.
PROBLEMS = {
    "BADSIG": "it does not belong to this tag",
    "EXPSIG": "it has expired",
    "EXPKEYSIG": "its key has expired",
    "REVKEYSIG": "its key was revoked",
    "ERRSIG": "it is by a key that is not among the allowed signers'",
}

# A signature of bytes, not of a text whose line ends may differ (RFC 4880, 5.2.1).
BINARY = "00"


def check_pgp(
    signed: SignedTag, signers: AllowedSigners, *, program: str, now: int | None, budget: Budget
) -> Signature:
    """Which of the `signers` made the signature, or what is wrong with it.

    The key must be valid now, by the clock of this machine; for existing tags (`now` is None), at the tagger's time.
    gpg is not started for what can't be a good signature. Raises CannotJudge if gpg is missing, fails, or exceeds the
    `budget`.
    """
    data = read_armour(signed.signature, KIND, checksum=True)
    problem = data if isinstance(data, str) else problem_of_packet(data)
    if problem is not None:
        return Signature(None, problem)
    if not signers.pgp:
        return Signature(None, "it is an OpenPGP signature, and the allowed signers name no OpenPGP key")
    with private_folder() as folder:
        home = os.path.join(folder, "gnupg")
        os.mkdir(home, 0o700)
        common = (program, f"--homedir={home}", *OPTIONS)
        keys = write(folder, "keys.asc", signers.pgp_keys)
        ran = run_program([*common, "--quiet", "--import", keys], home=home, given=b"", package=PACKAGE, budget=budget)
        if ran.status != 0:
            raise CannotJudge(
                "Signatures can't be verified: the OpenPGP keys of the allowed signers can't be read "
                f"({ran.last_line})."
            )
        # The key or the signature may be dated a little after the tagger's time.
        at = [] if now is not None else [f"--faked-system-time={signed.time}!", "--ignore-time-conflict"]
        signature = write(folder, "tag.sig", signed.signature)
        command = [*common, *at, "--status-fd=1", "--verify", signature, "-"]
        ran = run_program(command, home=home, given=signed.payload, package=PACKAGE, budget=budget)
        return read_status(ran.output.decode("utf-8", "surrogateescape"), signers, succeeded=ran.status == 0)


def read_status(output: str, signers: AllowedSigners, *, succeeded: bool) -> Signature:
    """The signature according to gpg's status lines in `output`; `succeeded`: gpg exited with 0."""
    lines = [line[len(PREFIX) :].split(" ") for line in output.split("\n") if line.startswith(PREFIX)]
    said = [words[0] for words in lines]
    for word, problem in PROBLEMS.items():
        if word in said:
            return Signature(None, problem)
    valid = [words for words in lines if words[0] == "VALIDSIG"]
    if not succeeded or len(valid) != 1 or said.count("GOODSIG") != 1 or len(valid[0]) < 11:
        return Signature(None, "it is not exactly one good signature")
    key, digest, kind, primary = valid[0][1], valid[0][8], valid[0][9], valid[0][10]
    if kind != BINARY:
        return Signature(None, "it is not one of the tag's very bytes")
    weak = weak_digest(int(digest)) if digest.isdigit() else "gpg does not say over which digest it was made"
    if weak is not None:
        return Signature(None, weak)
    principal = signers.pgp.get(primary) or signers.pgp.get(key)
    if principal is None:
        return Signature(None, f"it is by the key {primary}, for which the allowed signers name nobody")
    return Signature(principal, None)
