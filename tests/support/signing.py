"""Keys for signing tags, made for each session by the real programs.

A test that uses a key is skipped if the program is missing; `needs_ssh` and
`needs_gpg` are for tests that use the program in another way.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from .programs import needs, skip_without
from .repositories import Repo

needs_ssh = needs("ssh-keygen")
needs_gpg = needs("gpg")


class SshKey(NamedTuple):
    """The file of a private key, and its public half in the form of allowed signers."""

    file: Path
    public: str

    @classmethod
    def make(cls, file: Path) -> SshKey:
        skip_without("ssh-keygen")
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(file)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return cls(file, file.with_suffix(".pub").read_text().strip())

    def allowed(self, principal: str, options: str = "") -> str:
        """The line that allows this key to sign as `principal`."""
        return f"{principal} {options} {self.public}\n"

    @property
    def settings(self) -> list[str]:
        """Options of git that sign with this key."""
        return ["-c", "gpg.format=ssh", "-c", f"user.signingKey={self.file}"]


class PgpKey(NamedTuple):
    """A key in a keyring of its own."""

    home: Path
    fingerprint: str
    public: str

    @classmethod
    def make(cls, home: Path, user: str, *, expires: str = "never", at: int | None = None) -> PgpKey:
        skip_without("gpg")
        home.mkdir(mode=0o700)
        clock = [] if at is None else [f"--faked-system-time={at}!"]
        options = ["--batch", "--passphrase", "", "--quick-generate-key", user, "ed25519", "sign", expires]
        cls._gpg(home, *clock, *options)
        listed = cls._gpg(home, "--with-colons", "--fingerprint", "--list-keys")
        found = re.search(r"^fpr:+([0-9A-F]{40}):", listed, re.MULTILINE)
        assert found, listed
        return cls(home, found[1], cls._gpg(home, "--armor", "--export"))

    @staticmethod
    def _gpg(home: Path, *args: str) -> str:
        environment = {**os.environ, "GNUPGHOME": str(home)}
        ran = subprocess.run(["gpg", "--quiet", *args], env=environment, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def allowed(self, principal: str) -> str:
        """The lines that allow this key to sign as `principal`."""
        return f"{principal} gpg:{self.fingerprint}\n{self.public}"

    @property
    def settings(self) -> list[str]:
        return ["-c", "gpg.format=openpgp", "-c", f"user.signingKey={self.fingerprint}"]

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables with which git finds this key."""
        return {"GNUPGHOME": str(self.home)}

    def stop(self) -> None:
        """End the agent that gpg started for this keyring."""
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"], check=False)


def sign_tag(repo: Repo, key: SshKey | PgpKey, name: str, target: str = "HEAD", *, at: int | None = None) -> str:
    """Create a signed tag; returns the tag object's id."""
    environment = {**repo._dates(at), **(key.environment if isinstance(key, PgpKey) else {})}
    repo.git(*key.settings, "tag", "-f", "-s", "-m", "As agreed", name, target, env=environment)
    return repo.git("rev-parse", f"refs/tags/{name}")
