"""Whatever lets `git fetch` reach the remote lets tagwarden reach it, and leaves no trace of a password."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from support.http_server import PASSWORD, serve_http

CREDENTIAL = f'!f() {{ [ "$1" != get ] || printf "username=ada\\npassword={PASSWORD}\\n"; }}; f'
HEADER = "Authorization: Basic " + base64.b64encode(f"ada:{PASSWORD}".encode()).decode()


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made, and a global configuration of the test's own."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(own := tmp_path / "gitconfig"))
    own.write_bytes(Path(os.environ["HOME"], ".gitconfig").read_bytes())
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


@pytest.fixture
def behind(guarded: Repo, plain_server: Server) -> Repo:
    """A clone that lacks a colleague's tag: to judge its own, that one has to be fetched."""
    colleague = plain_server.clone()
    colleague.tag("churn@v2.0.0")
    colleague.git("push", "-q", "origin", "churn@v2.0.0")
    guarded.commit()
    guarded.git("push", "-q", "origin", "HEAD:main")
    guarded.tag("churn@v1.0.0")
    return guarded


@pytest.fixture
def web(plain_server: Server) -> Iterator[str]:
    """The URL of the server, which asks for name and password; without either."""
    with serve_http(plain_server.path.parent) as beginning:
        yield beginning.replace(f"NAME:{PASSWORD}@", "") + "/server.git"


def must_see_the_colleagues_tag(clone: Repo, *, folder: Path | None = None) -> None:
    """Hook and commands see the tag of the remote; else there is an answer of another kind."""
    where = Repo(folder or clone.path)
    pushed = where.try_git("push", "origin", "churn@v1.0.0")
    assert b"not above v2.0.0" in pushed.stderr, pushed.stderr.decode()
    assert tagwarden(where.path, "resolve", "churn@latest", "-r", "origin").out == "v2.0.0\n"


def script(path: Path, *lines: str) -> str:
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def ssh(tmp_path: Path, plain_server: Server) -> str:
    """What stands for ssh with the right key."""
    return script(tmp_path / "ssh", "for last; do :; done", 'exec sh -c "$last"')


@pytest.fixture
def over_ssh(behind: Repo, tmp_path: Path, plain_server: Server) -> Repo:
    """`behind` with a remote to which only the right key opens, and which the user's own key does not open."""
    wrong = script(tmp_path / "wrong-key", "echo 'Permission denied (publickey).' >&2", "exit 255")
    behind.git("config", "--global", "core.sshCommand", wrong)
    behind.git("config", "--global", "ssh.variant", "simple")
    behind.git("remote", "set-url", "origin", f"ssh://host{plain_server.path}")
    return behind


class TestByKey:
    def test_of_a_folder(self, over_ssh: Repo, ssh: str, tmp_path: Path) -> None:
        over_ssh.git("config", "--file", str(tmp_path / "work.inc"), "core.sshCommand", ssh)
        condition = f"includeIf.gitdir:{over_ssh.path.parent}/.path"
        over_ssh.git("config", "--global", condition, str(tmp_path / "work.inc"))

        must_see_the_colleagues_tag(over_ssh)

    def test_of_a_folder_before_what_counts_elsewhere(self, over_ssh: Repo, ssh: str, tmp_path: Path) -> None:
        over_ssh.git("config", "--file", str(tmp_path / "work.inc"), "url.ssh://host/.insteadOf", "work:")
        own = Path(os.environ["GIT_CONFIG_GLOBAL"])
        condition = f'[includeIf "gitdir:{over_ssh.path}/.git"]\n\tpath = {tmp_path}/work.inc\n'
        own.write_text(condition + own.read_text().replace("wrong-key", "ssh"))
        over_ssh.git(
            "remote", "set-url", "origin", over_ssh.git("remote", "get-url", "origin").replace("ssh://host/", "work:")
        )

        must_see_the_colleagues_tag(over_ssh)

    def test_of_a_branch(self, over_ssh: Repo, ssh: str, tmp_path: Path) -> None:
        over_ssh.git("config", "--file", str(tmp_path / "work.inc"), "core.sshCommand", ssh)
        over_ssh.git("config", "includeIf.onbranch:main.path", str(tmp_path / "work.inc"))

        must_see_the_colleagues_tag(over_ssh)

    def test_of_the_remotes_url(self, over_ssh: Repo, ssh: str, tmp_path: Path) -> None:
        over_ssh.git("config", "--file", str(tmp_path / "work.inc"), "core.sshCommand", ssh)
        over_ssh.git(
            "config", "--global", "includeIf.hasconfig:remote.*.url:ssh://host/**.path", str(tmp_path / "work.inc")
        )

        must_see_the_colleagues_tag(over_ssh)

    def test_of_a_work_tree(self, over_ssh: Repo, ssh: str, tmp_path: Path) -> None:
        linked = tmp_path / "linked"
        over_ssh.git("worktree", "add", "-q", "-b", "other", str(linked))
        over_ssh.git("config", "extensions.worktreeConfig", "true")
        Repo(linked).git("config", "--worktree", "core.sshCommand", ssh)

        must_see_the_colleagues_tag(over_ssh, folder=linked)

    def test_by_a_path_that_counts_from_the_work_tree(self, over_ssh: Repo, ssh: str) -> None:
        (over_ssh.path / "keys").mkdir()
        (over_ssh.path / "deep" / "down").mkdir(parents=True)
        Path(ssh).rename(over_ssh.path / "keys" / "ssh")
        over_ssh.git("config", "core.sshCommand", "./keys/ssh")

        must_see_the_colleagues_tag(over_ssh, folder=over_ssh.path / "deep" / "down")

    def test_of_the_environment(self, over_ssh: Repo, ssh: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GIT_SSH_COMMAND", ssh)

        must_see_the_colleagues_tag(over_ssh)

    def test_of_settings_in_the_environment(self, over_ssh: Repo, ssh: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.sshCommand")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", ssh)

        must_see_the_colleagues_tag(over_ssh)

    def test_of_the_command_line(self, over_ssh: Repo, ssh: str) -> None:
        pushed = over_ssh.try_git("-c", f"core.sshCommand={ssh}", "push", "origin", "churn@v1.0.0")

        assert b"not above v2.0.0" in pushed.stderr

    def test_in_a_submodule(self, over_ssh: Repo, ssh: str, tmp_path: Path) -> None:
        outer = Repo.init(tmp_path / "outer")
        outer.commit()
        added = ["submodule", "add", "-q", over_ssh.git("remote", "get-url", "origin"), "models"]
        outer.git("-c", f"core.sshCommand={ssh}", *added)
        inner = Repo(tmp_path / "outer" / "models")
        inner.git("config", "core.sshCommand", ssh)
        assert tagwarden(inner.path, "install").status == 0
        inner.git("tag", "-d", "churn@v2.0.0")
        inner.tag("churn@v1.0.0", "HEAD")

        must_see_the_colleagues_tag(inner)


class TestByPassword:
    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("credential.helper", CREDENTIAL),
            ("credential.helper", "!./helper.sh"),
            ("http.extraHeader", HEADER),
            ("http.http://127.0.0.1/.extraHeader", None),
        ],
    )
    @pytest.mark.parametrize("level", ["--local", "--global"])
    def test_of_a_setting(self, behind: Repo, web: str, level: str, setting: str, value: str | None) -> None:
        behind.git("remote", "set-url", "origin", web)
        script(behind.path / "helper.sh", CREDENTIAL.removeprefix("!").removesuffix("f") + 'f "$@"')
        if value is None:
            setting, value = f"http.{web.rpartition('/')[0]}/.extraHeader", HEADER
        behind.git("config", level, setting, value)

        must_see_the_colleagues_tag(behind)

    def test_in_a_file_that_the_checkout_of_ci_includes(self, behind: Repo, web: str, tmp_path: Path) -> None:
        behind.git("remote", "set-url", "origin", web)
        kept = tmp_path / "credentials.config"
        behind.git("config", "--file", str(kept), f"http.{web.rpartition('/')[0]}/.extraheader", HEADER)
        behind.git("config", "--local", f"includeIf.gitdir:{behind.path}/.git.path", str(kept))

        must_see_the_colleagues_tag(behind)

    def test_a_header_is_sent_once(self, behind: Repo, web: str, tmp_path: Path) -> None:
        behind.git("remote", "set-url", "origin", web)
        # Of two of these, servers take none.
        behind.git("config", "--file", str(tmp_path / "work.inc"), "http.extraHeader", HEADER)
        behind.git("config", "--global", f"includeIf.gitdir:{behind.path}/.path", str(tmp_path / "work.inc"))
        log = tmp_path / "trace"

        pushed = behind.push("churn@v1.0.0", env={"GIT_TRACE_CURL": str(log), "GIT_TRACE_REDACT": "0"})

        assert "not above v2.0.0" in pushed.stderr
        requests = log.read_text().split("=> Send header: GET /server.git")[1:]
        assert {
            request.partition("=> Send header:\n")[0].count("Send header: Authorization") for request in requests
        } == {1}

    def test_in_the_url_of_a_remote_that_others_are_rewritten_to(self, behind: Repo, web: str) -> None:
        behind.git("remote", "set-url", "origin", "models:server.git")
        with_password = web.replace("http://", f"http://ada:{PASSWORD}@").rpartition("/")[0] + "/"
        behind.git("config", "--global", f"url.{with_password}.insteadOf", "models:")

        must_see_the_colleagues_tag(behind)

    @pytest.mark.parametrize("how", ["a remote", "a url"])
    def test_is_nowhere_on_disk_while_the_remote_is_asked(
        self, behind: Repo, web: str, temporary: Path, tmp_path: Path, how: str
    ) -> None:
        url = web.replace("http://", f"http://ada:{PASSWORD}@")
        behind.git("config", "http.extraHeader", "X-Token: s3cr3t")
        if how == "a remote":
            behind.git("remote", "set-url", "origin", url)
        seen = tmp_path / "seen"
        look = f"grep -rlE '{PASSWORD}|s3cr3t' {temporary}; find {temporary} -name config"
        behind.git("config", "credential.helper", f"!f() {{ ({look}) >>{seen}; }}; f")

        pushed = behind.push("churn@v1.0.0", remote="origin" if how == "a remote" else url)

        assert "not above v2.0.0" in pushed.stderr
        (found,) = set(seen.read_text().splitlines())
        assert found.endswith("/config")
        assert not list(temporary.iterdir())

    def test_that_would_have_to_be_typed_is_not_asked_for_and_a_helper_is_named(self, behind: Repo, web: str) -> None:
        behind.git("remote", "set-url", "origin", web)

        ran = tagwarden(behind.path, "check", "churn@v1.0.0")

        assert ran.status == 3
        assert "git config --global credential.helper cache" in ran.err


class TestByUrl:
    def test_that_is_relative(self, behind: Repo, plain_server: Server) -> None:
        behind.git("remote", "set-url", "origin", f"../{plain_server.path.name}")
        (behind.path / "deep" / "down").mkdir(parents=True)

        must_see_the_colleagues_tag(behind)
        must_see_the_colleagues_tag(behind, folder=behind.path / "deep" / "down")

    def test_that_is_rewritten_for_pushes_is_not_rewritten_back(self, behind: Repo, plain_server: Server) -> None:
        """A mirror to fetch from, which is behind; pushes go past it."""
        stale = plain_server.path.with_name("mirror.git")
        plain_server.git("clone", "-q", "--bare", ".", str(stale))
        Repo(stale).git("tag", "-d", "churn@v2.0.0")
        behind.git("config", "--global", f"url.{stale.parent}/mirror.insteadOf", "fleet:server")
        behind.git("config", "--global", f"url.{plain_server.path.parent}/.pushInsteadOf", "fleet:")
        behind.git(
            "config", "--global", f"url.{stale.parent}/mirror.insteadOf", f"{plain_server.path.parent}/server", "^$"
        )
        behind.git("config", "--global", "--add", f"url.{stale.parent}/mirror.insteadOf", "fleet:server")
        behind.git("remote", "set-url", "origin", "fleet:server.git")

        assert "not above v2.0.0" in behind.push("churn@v1.0.0").stderr
        assert "not above v2.0.0" in tagwarden(behind.path, "check", "churn@v1.0.0").out
        assert tagwarden(behind.path, "register", "churn", "--push").out == "churn@v2.0.1\n"

    @pytest.mark.thorough
    def test_of_a_remote_among_very_many(self, behind: Repo) -> None:
        with (behind.git_dir / "config").open("a") as config:
            for number in range(3500):
                config.write(f'[remote "fork-{number}"]\n\turl = ssh://host.example.com/team/{number:0700}.git\n')

        must_see_the_colleagues_tag(behind)

    def test_of_a_remote_that_only_the_user_has_configured(self, behind: Repo) -> None:
        url = behind.git("remote", "get-url", "origin")
        behind.git("config", "--remove-section", "remote.origin")
        behind.git("config", "--global", "remote.origin.url", url)

        must_see_the_colleagues_tag(behind)
        assert tagwarden(behind.path, "register", "churn", "--push", "--only-tag").out == "churn@v2.0.1\n"

    def test_of_another_repository_goes_by_the_clones_settings(self, behind: Repo, web: str) -> None:
        behind.git("config", "--local", "http.extraHeader", HEADER)

        assert tagwarden(behind.path, "resolve", "churn@latest", "-r", web).out == "v2.0.0\n"


def test_a_repository_of_somebody_else_is_trusted_by_the_setting_that_git_goes_by(
    behind: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "*")
    behind.git("config", "--global", "safe.directory", str(behind.path.parent / "server.git"))

    assert "not above v2.0.0" in tagwarden(behind.path, "check", "churn@v1.0.0").out
    for command in (["install"], ["status"], ["audit", "."], ["show", "-r", "."]):
        assert "dubious ownership" not in tagwarden(behind.path, *command).err, command


def test_a_command_that_git_advises_can_be_pasted(behind: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    said = tagwarden(behind.path, "install").err

    assert said.splitlines()[-1].strip() == f"git config --global --add safe.directory {behind.path}"
