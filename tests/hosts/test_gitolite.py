"""gitolite behind a real sshd, set up by the words of docs/hosts.md."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import Repo
from support.host_approvals import check_approvals
from support.host_trial import Host, is_a_registry
from support.install_page import follow, steps
from support.programs import skip_without
from support.ssh_host import SshServer, ssh_server
from tagwarden.server_hooks.gitolite import ALLOWING

# A server or a browser of its own: `.ci/run` starts these, `make test` does not.
pytestmark = pytest.mark.ci

CONFIGURATION = """
repo models
    RW+ = ada grace
"""


class Gitolite:
    """gitolite of the user whose home is that of the sshd."""

    def __init__(self, ssh: SshServer) -> None:
        self.ssh = ssh
        names = {name: value for name, value in os.environ.items() if not name.startswith("GIT_CONFIG")}
        self.environment = {**names, "HOME": str(ssh.home), "USER": "git"}
        self.run("gitolite", "setup", "-pk", str(ssh.folder / "admin.pub"))
        # Only now: gitolite wants its own configuration on master.
        self.run("git", "config", "--global", "init.defaultBranch", "main")
        (ssh.folder / "authorized_keys").unlink()
        (ssh.folder / "authorized_keys").symlink_to(ssh.home / ".ssh" / "authorized_keys")
        admin = Repo(ssh.folder / "gitolite-admin")
        as_admin = ssh.environment("admin")
        here = Repo(ssh.folder)
        here.git("clone", "--quiet", ssh.url("/gitolite-admin"), str(admin.path), env=as_admin)
        with (admin.path / "conf" / "gitolite.conf").open("a") as conf:
            conf.write(CONFIGURATION)
        for user in ("ada", "grace"):
            (admin.path / "keydir" / f"{user}.pub").write_text((ssh.folder / f"{user}.pub").read_text())
        admin.git("add", ".")
        admin.git("commit", "--quiet", "-m", "Models")
        admin.git("push", "--quiet", "origin", "HEAD", env=as_admin)

    @property
    def models(self) -> Path:
        return self.ssh.home / "repositories" / "models.git"

    @property
    def rc(self) -> Path:
        return self.ssh.home / ".gitolite.rc"

    def run(self, *command: str, status: int = 0) -> str:
        """Run a command as gitolite's user; what it printed."""
        ran = subprocess.run(command, capture_output=True, text=True, env=self.environment)
        assert ran.returncode == status, ran.stdout + ran.stderr
        return ran.stdout

    def tagwarden(self, *arguments: str, status: int = 0) -> str:
        return self.run(sys.executable, "-I", "-m", "tagwarden.cli", *arguments, status=status)


@pytest.fixture
def gitolite(tmp_path: Path) -> Iterator[Gitolite]:
    skip_without("gitolite", "perl")
    with ssh_server(tmp_path, "AcceptEnv GL_USER PUSHER REMOTE_USER USER") as ssh:
        yield Gitolite(ssh)


def test_a_repository_of_gitolite_is_guarded_and_knows_people_by_their_keys(gitolite: Gitolite, people: Path) -> None:
    ssh = gitolite.ssh
    follow("gitolite", {"~/.gitolite.rc": str(gitolite.rc)}, env=gitolite.environment)

    host = Host(gitolite.models, lambda _user: ssh.url("/models"), ssh.environment)
    is_a_registry(host, people)
    said = gitolite.tagwarden("status", "--server", str(gitolite.models))
    assert said.startswith("A bad tag was pushed to a scratch repository and refused by tagwarden")
    assert f"pre-receive: {gitolite.models}/hooks/pre-receive" in said

    # A gitolite that was not told of `#` refuses the tag that was just accepted.
    (allowed,) = [step.text for step in steps("gitolite") if step.first]
    assert allowed.strip() == ALLOWING
    gitolite.rc.write_text(gitolite.rc.read_text().replace(allowed, ""))
    said = gitolite.tagwarden("status", "--server", str(gitolite.models), status=1)
    assert "gitolite's own update hook refuses tags such as 'm@v1.0.0!'" in said
    assert ALLOWING in said


def test_approvals_behind_gitolite_go_by_the_keys_that_people_log_in_with(gitolite: Gitolite, people: Path) -> None:
    follow("gitolite", {"~/.gitolite.rc": str(gitolite.rc)}, env=gitolite.environment)
    ssh = gitolite.ssh

    check_approvals(Host(gitolite.models, lambda _user: ssh.url("/models"), ssh.environment), people)
