"""sshd on loopback, run as the user of the tests, and the keys of its users."""

from __future__ import annotations

import contextlib
import os
import pwd
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from .daemons import free_port, listening, running, user_name
from .programs import skip_without

USERS = ("ada", "grace", "admin")
CONFIGURATION = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host_key
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
AuthorizedKeysFile {folder}/authorized_keys
SetEnv HOME={home}
{more}
"""


# The variables that a careless administrator accepts from clients.
CARELESS = "AcceptEnv GIT_* PUSHER REMOTE_USER GL_* USER LOGNAME"


class SshServer(NamedTuple):
    """sshd's `folder`; `home` is the home of its users."""

    folder: Path
    port: int

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def public_key(self, user: str) -> str:
        """The user's public key in the form of authorized_keys, without the comment."""
        return " ".join((self.folder / f"{user}.pub").read_text().split()[:2])

    def url(self, path: str) -> str:
        return f"ssh://{user_name()}@127.0.0.1:{self.port}{path}"

    def command(self, user: str) -> list[str]:
        """How `user`'s Git starts ssh; it sends all variables that may claim to be somebody else."""
        sent = "SendEnv=GIT_* PUSHER REMOTE_USER GL_* USER LOGNAME"
        options = [sent, "StrictHostKeyChecking=no", f"UserKnownHostsFile={self.folder}/known_hosts",
                   "IdentitiesOnly=yes", "LogLevel=ERROR"]  # fmt: skip
        named = [word for option in options for word in ("-o", option)]
        return ["ssh", "-F", "none", "-i", str(self.folder / user), *named]

    def environment(self, user: str) -> dict[str, str]:
        """The environment in which `user`'s Git can reach this server."""
        return {"GIT_SSH_COMMAND": shlex.join(self.command(user))}


@contextlib.contextmanager
def ssh_server(folder: Path, more: str = CARELESS) -> Iterator[SshServer]:
    """Run sshd with `more` in its configuration; it accepts the keys in `authorized_keys`."""
    skip_without("sshd", "ssh", "ssh-keygen")
    _skip_without_a_login_shell()
    _separate_privileges()
    server = SshServer(folder, free_port())
    server.home.mkdir()
    for name in ("host_key", *USERS):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)], check=True
        )
    (folder / "authorized_keys").touch()
    text = CONFIGURATION.format(folder=folder, port=server.port, home=server.home, more=more)
    (folder / "sshd_config").write_text(text)
    # sshd executes itself for each connection, so it must be started by its absolute path.
    sshd = os.fspath(shutil.which("sshd") or "")
    command = [sshd, "-D", "-e", "-f", str(folder / "sshd_config")]
    with running(command, listening(server.port), folder / "sshd.log"):
        yield server


def _skip_without_a_login_shell() -> None:
    """sshd passes every command to the login shell, and that of a service's user runs none."""
    shell = pwd.getpwuid(os.getuid()).pw_shell or "/bin/sh"
    if subprocess.run([shell, "-c", ":"], capture_output=True).returncode != 0:
        pytest.skip(f"sshd can't be tried as {user_name()}, whose login shell is {shell}")


def _separate_privileges() -> None:
    """Make the empty folder that sshd needs as root, and which its start script makes at each boot."""
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
