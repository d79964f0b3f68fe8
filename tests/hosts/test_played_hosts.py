"""Hosts that can't be had here: a script sets what each of them sets, and runs the hook where it does.

The variables are those of `SET_BY`, which names the source of each.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from support import Repo
from support.hook_files import GITEA_DELEGATE, hook_at
from support.host_environments import SET_BY
from support.host_trial import Host, first_push, is_a_registry
from support.install_page import follow

# What Git gives its hooks, and every host hands on.
FROM_GIT = "GIT_DIR GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_PUSH_OPTION_COUNT"


def player(host: str, run: str, more: Mapping[str, str] = {}) -> str:
    """A hook that starts `run` with nothing but what Git and `host` set, for the user PLAYED, and `more`."""
    variables = {**SET_BY[host], **more}
    lines = [f'set -- "$@" "{name}={value.replace("ada", "$PLAYED")}"' for name, value in variables.items()]
    set_by_host = "\n".join(lines)
    return f"""#!/bin/sh
set -- PATH="$PATH"
for name in {FROM_GIT}; do
    eval "value=\\${{$name-}}"
    [ -z "$value" ] || set -- "$@" "$name=$value"
done
{set_by_host}
exec env -i "$@" {run}
"""


@pytest.fixture
def served(tmp_path: Path) -> Repo:
    return Repo.init(tmp_path / "models.git", "--bare")


def host_at(served: Repo, prefix: str = "") -> Host:
    return Host(served.path, lambda _user: str(served.path), lambda user: {"PLAYED": user}, prefix)


def test_gitea_and_forgejo(served: Repo, people: Path) -> None:
    hook_at(served.path / "hooks" / "pre-receive.d" / "gitea", "#!/bin/sh\n")
    hook_at(served.path / "hooks" / "pre-receive", GITEA_DELEGATE)
    follow(
        "Gitea and Forgejo",
        {"/var/lib/gitea/data/gitea-repositories/models/churn.git": str(served.path)},
    )
    hook_at(served.path / "delegate", GITEA_DELEGATE.replace("$(basename $0)", "pre-receive"))
    hook_at(served.path / "hooks" / "pre-receive", player("gitea", "./delegate"))

    is_a_registry(host_at(served), people)


GITALY = """\
#!/bin/sh
# Everything executable in the folder, in the order of names, until one fails.
lines=$(cat; echo .)
for hook in custom_hooks/pre-receive.d/*; do
    case $hook in *~) continue ;; esac
    [ -x "$hook" ] || continue
    printf '%s' "${lines%.}" | "$hook" || exit
done
"""
NO_CONFIGURATION = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


def test_gitlab(served: Repo, people: Path) -> None:
    hook_at(served.path / "gitaly", GITALY)
    hook_at(served.path / "hooks" / "pre-receive", player("gitlab", "./gitaly", NO_CONFIGURATION))
    follow("GitLab", {"/var/opt/gitlab/git-data/repositories/@hashed/6b/86/6b86b2.git": str(served.path)})

    is_a_registry(host_at(served, "GL-HOOK-ERR: "), people)


def test_gitlab_with_one_hook_for_all_repositories(served: Repo, people: Path, tmp_path: Path) -> None:
    hooks = tmp_path / "custom_hooks"
    hook_at(served.path / "gitaly", GITALY.replace("custom_hooks/", f"'{hooks}'/"))
    hook_at(served.path / "hooks" / "pre-receive", player("gitlab", "./gitaly", NO_CONFIGURATION))
    follow(
        "GitLab, all repositories",
        {"/etc/tagwarden": str(tmp_path / "etc"), "/var/opt/gitlab/gitaly/custom_hooks": str(hooks)},
    )

    is_a_registry(host_at(served, "GL-HOOK-ERR: "), people)


def test_a_pusher_that_only_the_users_configuration_names_is_not_known_on_gitlab(served: Repo, people: Path) -> None:
    hook_at(served.path / "gitaly", GITALY)
    hook_at(served.path / "hooks" / "pre-receive", player("gitlab", "./gitaly", NO_CONFIGURATION))
    printed = subprocess.run(
        [sys.executable, "-I", "-m", "tagwarden.cli", "install", "--server", "--print", "--host=gitlab"],
        capture_output=True,
        text=True,
        check=True,
    )
    hook_at(served.path / "custom_hooks" / "pre-receive.d" / "tagwarden", printed.stdout)
    host = host_at(served)
    first_push(host, people)

    assert host.pusher() is None
    assert "tagwarden.pusher is not set" in host.log()[-1]["pusher"]["how"]


def test_github_enterprise_server(served: Repo, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    follow("GitHub Enterprise Server", {"/etc/gitconfig": str(tmp_path / "gitconfig")})
    of_the_environment = {"GIT_CONFIG_SYSTEM": str(tmp_path / "gitconfig"), "GIT_CONFIG_GLOBAL": "/dev/null"}
    hook_at(served.path / "hooks" / "pre-receive", player("github", f"'{tmp_path}/pre-receive'", of_the_environment))

    is_a_registry(host_at(served), people)


def test_bitbucket(served: Repo, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gitconfig").write_text(Path(os.environ["GIT_CONFIG_GLOBAL"]).read_text())
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    follow("Bitbucket Data Center", {"/var/atlassian/application-data/bitbucket/shared": str(tmp_path)})
    # It writes the script that was uploaded to a file of its own, and need not make it executable for others.
    (tmp_path / "tagwarden-pre-receive").chmod(0o700)
    own = {"GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig")}
    hook_at(served.path / "hooks" / "pre-receive", player("bitbucket", f"'{tmp_path}/tagwarden-pre-receive'", own))

    is_a_registry(host_at(served), people)


def test_all_repositories_of_a_machine(
    served: Repo, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(tmp_path / "gitconfig"))
    monkeypatch.delenv("GIT_CONFIG_NOSYSTEM")
    follow("All repositories of a machine", {"/etc/tagwarden": str(tmp_path / "etc")})
    if git_version() < (2, 54):
        # A Git without configured hooks: what the page says for it instead.
        (tmp_path / "etc" / "hooks").mkdir()
        (tmp_path / "etc" / "pre-receive").rename(tmp_path / "etc" / "hooks" / "pre-receive")
        served.git("config", "--system", "core.hooksPath", str(tmp_path / "etc" / "hooks"))
    environment = {"GIT_CONFIG_SYSTEM": str(tmp_path / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "0"}

    # Over a path the environment is the client's own: whoever serves sets the variable.
    host = Host(served.path, lambda _user: str(served.path), lambda user: {**environment, "PUSHER": user})
    ada, _ = first_push(host, people)
    ada.repo.tag("churn@v1.1")
    assert "remote:   error [tag-name]" in ada.push("churn@v1.1").said
    assert host.pusher() == "ada"


def git_version() -> tuple[int, ...]:
    said = subprocess.run(["git", "version"], capture_output=True, text=True, check=True).stdout.split()[2]
    return tuple(map(int, said.split(".")[:2]))
