"""nginx and Apache on loopback, running `git http-backend` behind basic authentication."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from .daemons import free_port, listening, running
from .host_trial import Host
from .install_page import follow, steps
from .programs import skip_without

PASSWORD = "secret"

NGINX = """\
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    fastcgi_temp_path {folder}/fastcgi;
    proxy_temp_path {folder}/proxy;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    include {folder}/conf.d/*.conf;
}}
"""
APACHE = """\
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
ScriptSock {folder}/cgisock
ErrorLog {folder}/error.log
<Directory />
    Require all denied
</Directory>
Include {folder}/conf-available/models.conf
"""


@contextlib.contextmanager
def nginx_host(folder: Path) -> Iterator[Host]:
    """nginx with fcgiwrap, set up by following the page."""
    skip_without("nginx", "fcgiwrap", "htpasswd")
    port = free_port()
    follow(
        "nginx",
        {
            **_passwords("nginx", folder),
            "/srv/git": str(folder),
            "/etc/nginx/conf.d": str(folder / "conf.d"),
            "listen 443 ssl": f"listen 127.0.0.1:{port}",
            "/usr/lib/git-core/": f"{_git_core()}/",
            "/run/fcgiwrap.socket": f"{folder}/fcgiwrap",
        },
    )
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=user))
    socket = folder / "fcgiwrap"
    with (
        running(["fcgiwrap", "-s", f"unix:{socket}"], socket.exists, folder / "fcgiwrap.log"),
        running(["nginx", "-c", str(folder / "nginx.conf")], listening(port), folder / "nginx.log"),
    ):
        yield Host(folder / "models.git", lambda user: f"http://{user}{_secret(user)}@127.0.0.1:{port}/models.git")


@contextlib.contextmanager
def apache_host(folder: Path) -> Iterator[Host]:
    """Apache with its cgid module, set up by following the page."""
    skip_without("apache2", "htpasswd")
    not_as_root = _as_no_root()
    port = free_port()
    follow(
        "Apache",
        {
            **_passwords("apache2", folder),
            "/srv/git": str(folder),
            "/etc/apache2/conf-available": str(folder / "conf-available"),
            "/usr/lib/git-core/": f"{_git_core()}/",
            "a2enmod": ": a2enmod",
            "a2enconf": ": a2enconf",
        },
    )
    (named,) = [line.split()[1:] for step in steps("Apache") for line in step.text.splitlines() if "a2enmod" in line]
    (folder / "apache.conf").write_text(_modules(named) + APACHE.format(folder=folder, port=port))
    command = [*not_as_root, "apache2", "-D", "FOREGROUND", "-f", str(folder / "apache.conf")]
    with running(command, listening(port), folder / "apache.log"):
        yield Host(folder / "models.git", lambda user: f"http://{user}{_secret(user)}@127.0.0.1:{port}/git/models.git")


def _secret(user: str) -> str:
    return f":{PASSWORD}" if user else ""


def _git_core() -> str:
    return subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()


def _passwords(server: str, folder: Path) -> dict[str, str]:
    """The page's htpasswd commands, replaced by ones that read the password from stdin and not from a terminal."""
    file = f"/etc/{server}/models.htpasswd"
    return {
        f"htpasswd -c {file}": f"echo {PASSWORD} | htpasswd -i -c {folder}/models.htpasswd",
        f"htpasswd {file}": f"echo {PASSWORD} | htpasswd -i {folder}/models.htpasswd",
        file: f"{folder}/models.htpasswd",
    }


def _modules(names: Sequence[str]) -> str:
    """The lines that load these modules, and the module without which Apache does not start."""
    folder = "/usr/lib/apache2/modules"
    return "".join(f"LoadModule {name}_module {folder}/mod_{name}.so\n" for name in ("mpm_event", *names))


def _as_no_root() -> list[str]:
    """The prefix that hides from a command that it runs as root, as which Apache refuses to run.

    It uses a user namespace in which root's files belong to another user.
    """
    if os.getuid() != 0:
        return []
    skip_without("unshare")
    somebody = ["unshare", "--user", "--map-user=33", "--map-group=33"]
    if subprocess.run([*somebody, "true"], capture_output=True).returncode != 0:
        pytest.skip("Apache does not run as root, and no user namespace can be made here")
    return somebody
