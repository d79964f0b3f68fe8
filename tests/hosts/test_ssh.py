"""Plain ssh: a real sshd, set up by the words of docs/hosts.md."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from support.host_trial import Host, is_a_registry
from support.install_page import follow, steps
from support.ssh_host import SshServer, ssh_server

# A server or a browser of its own: `.ci/run` starts these, `make test` does not.
pytestmark = pytest.mark.ci


def install(section: str, ssh: SshServer, folder: Path, **instead: str) -> Host:
    (ssh.folder / "authorized_keys").write_text("")
    follow(
        section,
        {
            "/srv/git/.ssh/authorized_keys": str(ssh.folder / "authorized_keys"),
            "/srv/git/models.git": str(folder / "models.git"),
            "ssh-ed25519 AAAA… ada": f"{ssh.public_key('ada')} ada",
            "ssh-ed25519 AAAA… grace": f"{ssh.public_key('grace')} grace",
            **instead,
        },
    )
    url = ssh.url(str(folder / "models.git"))
    return Host(folder / "models.git", lambda _user: url, ssh.environment)


@pytest.fixture
def host(ssh: SshServer, tmp_path: Path) -> Host:
    return install("ssh, with a forced command for each key", ssh, tmp_path)


def test_a_repository_over_ssh_is_guarded_and_knows_people_by_their_keys_whatever_their_client_says(
    host: Host, people: Path
) -> None:
    ada = is_a_registry(host, people)

    # Nor does a client that may send any variable of Git get past the hook.
    ada.repo.tag("churn@v1.2")
    past = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": "/nowhere"}
    assert "[tag-name]" in ada.push("churn@v1.2", env=past).said
    assert "churn@v1.2" not in host.tags()


def test_a_key_with_a_forced_command_gives_no_shell(host: Host, ssh: SshServer) -> None:
    ran = subprocess.run(
        [*ssh.command("ada"), "-p", str(ssh.port), ssh.url("").removeprefix("ssh://").partition(":")[0], "id"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )

    assert ran.returncode != 0
    assert "unrecognized command" in ran.stderr


WITH_GIT_SHELL = "ssh, where the login shell is git-shell"
# sshd calls the login shell so: this makes it git-shell for whoever runs the tests.
LOGIN_SHELL = 'ForceCommand exec git-shell -c "$SSH_ORIGINAL_COMMAND"'


def test_a_name_that_sshd_itself_sets_is_known_where_the_login_shell_is_git_shell(tmp_path: Path, people: Path) -> None:
    (setting,) = [step.text for step in steps(WITH_GIT_SHELL) if step.file == "/etc/ssh/sshd_config"]
    (tmp_path / "ssh").mkdir()
    with ssh_server(tmp_path / "ssh", f"{setting}AcceptEnv LANG LC_*\n{LOGIN_SHELL}") as ssh:
        host = install(WITH_GIT_SHELL, ssh, tmp_path, **{"/etc/ssh/sshd_config": str(tmp_path / "as_configured")})
        is_a_registry(host, people)


def test_git_shell_as_login_shell_refuses_a_forced_command_that_starts_anything_else() -> None:
    (lines,) = [step.text for step in steps("ssh, with a forced command for each key") if step.file]
    (forced, *_) = re.findall(r'command="((?:\\.|[^"\\])*)"', lines)

    ran = subprocess.run(["git-shell", "-c", forced.replace('\\"', '"')], capture_output=True, text=True)
    assert ran.returncode != 0
    assert "unrecognized command" in ran.stderr
