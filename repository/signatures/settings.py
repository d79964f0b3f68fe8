"""Reads how to verify signatures from the machine's Git configuration, which neither a pusher nor a commit can set."""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge
from ...policy.record import Record
from ..git.configuration import Configuration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..git.command import Git

REVOKED = "gpg.ssh.revocationFile"


class SignatureSettings(Record):
    """The programs that verify signatures, and the file of revoked SSH keys (ssh-keygen(1), -r), None without one."""

    ssh_program: str
    pgp_program: str
    revoked: str | None


def read_signature_settings(git: Git) -> SignatureSettings:
    """Read the settings. Raises CannotJudge if the revoked keys can't be read: Git would accept revoked keys."""
    settings = Configuration(git, "gpg").values()
    revoked = settings.get(REVOKED.lower()) or None
    return SignatureSettings(
        settings.get("gpg.ssh.program") or "ssh-keygen",
        # git-config(1): gpg.program is another name of gpg.openpgp.program.
        settings.get("gpg.openpgp.program") or settings.get("gpg.program") or "gpg",
        None if revoked is None else _readable(revoked),
    )


def _readable(value: str) -> str:
    # git-config(1), "pathname": `~/` is the home folder of the user who runs Git.
    path = os.path.expanduser(value) if value.startswith("~") else value
    problem = None
    if not os.path.isabs(path):
        problem = "it is not an absolute path"
    else:
        try:
            with open(path, "rb") as file:
                file.read(1)
        except OSError as error:
            problem = str(error.strerror)
    if problem is not None:
        raise CannotJudge(
            f"Signatures can't be verified: the Git setting {REVOKED} names {value!r}, and {problem}. The server's "
            f"administrator must put the revoked keys there, or run `git config --unset {REVOKED}`."
        )
    return path
