"""What must be true on every host: good tags are accepted, bad ones are not, and the host decides who pushes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .repositories import BEGINNING, Repo

POLICY = """\
[[people.allow]]
who = ["grace"]
stages = ["prod"]
"""


class Host(NamedTuple):
    """A host that serves the repository `served`, to which ada and grace may push.

    `url` and `environment` are those of a user's Git; each line of a refusal
    begins with `prefix`, which the host requires.
    """

    served: Path
    url: Callable[[str], str]
    environment: Callable[[str], Mapping[str, str]] = lambda _user: {}
    prefix: str = ""

    def clone(self, user: str, folder: Path) -> User:
        """A clone that `user` pushes from."""
        path = folder / user
        environment = self.environment(user)
        repo = Repo.init(path)
        repo.git("remote", "add", "origin", self.url(user))
        repo.git("fetch", "--quiet", "origin", env=environment)
        if repo.refs("refs/remotes/origin/main"):
            repo.git("reset", "--quiet", "--hard", "origin/main")
        return User(repo, environment)

    def log(self) -> list[dict[str, Any]]:
        """The lines of the push log, newest last."""
        ran = tagwarden("log", "--json", str(self.served))
        assert ran.returncode == 0, ran.stderr
        pushes: list[dict[str, Any]] = json.loads(ran.stdout)["pushes"]
        return pushes

    def pusher(self) -> str | None:
        """The pusher of the newest judged push."""
        name: str | None = self.log()[-1]["pusher"]["name"]
        return name

    def tags(self) -> set[str]:
        return Repo(self.served).tags()


class User(NamedTuple):
    """Somebody's clone, and what their Git needs to reach the host."""

    repo: Repo
    environment: Mapping[str, str]

    def push(self, *refs: str, env: Mapping[str, str] = {}, options: tuple[str, ...] = ()) -> Pushed:
        ran = self.repo.try_git(*options, "push", "origin", *refs, env={**self.environment, **env})
        return Pushed(ran.returncode, ran.stderr.decode())


class Pushed(NamedTuple):
    """How a push ended, and what the user's terminal showed."""

    exit: int
    said: str


def tagwarden(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `tagwarden` in a process of its own."""
    return subprocess.run([sys.executable, "-I", "-m", "tagwarden.cli", *arguments], capture_output=True, text=True)


def is_a_registry(host: Host, folder: Path, **fooling: Any) -> User:
    """Begin a registry on a new host; returns ada's clone, after she has tried to deceive it by `fooling`."""
    ada, grace = first_push(host, folder)
    is_guarded(host, ada, grace)
    is_not_fooled(host, ada, **fooling)
    return ada


def first_push(host: Host, folder: Path) -> tuple[User, User]:
    """Ada pushes main, with a policy that lets only grace promote to prod, and a version; grace fetches."""
    ada = host.clone("ada", folder)
    ada.repo.commit({"tagwarden.toml": POLICY}, message="Begin")
    pushed = ada.push("HEAD:refs/heads/main")
    assert pushed.exit == 0, pushed.said
    ada.repo.tag("churn@v1.0.0")
    pushed = ada.push("churn@v1.0.0")
    assert pushed.exit == 0, pushed.said
    return ada, host.clone("grace", folder)


def is_guarded(host: Host, ada: User, grace: User) -> None:
    """Good tags are accepted, bad ones refused with a message on the terminal, and people are told apart."""
    assert host.pusher() == "ada"

    ada.repo.tag("churn@v1.1")
    refused = ada.push("churn@v1.1")
    assert refused.exit != 0
    assert f"remote: {host.prefix}  error [tag-name]" in refused.said
    assert f"remote: {host.prefix}    fix: git tag -d churn@v1.1; git tag -a churn@v1.1.0" in refused.said

    ada.repo.tag("churn#prod#1", "churn@v1.0.0^{commit}", at=BEGINNING + 60)
    refused = ada.push("churn#prod#1")
    assert refused.exit != 0
    assert f"remote: {host.prefix}  error [who]" in refused.said
    assert host.pusher() == "ada"

    grace.repo.git("fetch", "--quiet", "--tags", "origin", env=grace.environment)
    grace.repo.tag("churn#prod#1", "churn@v1.0.0^{commit}", at=BEGINNING + 60)
    pushed = grace.push("churn#prod#1")
    assert pushed.exit == 0, pushed.said
    assert host.pusher() == "grace"
    assert host.tags() == {"churn@v1.0.0", "churn#prod#1"}
    assert tagwarden("log", "--verify", str(host.served)).returncode == 0


def is_not_fooled(host: Host, ada: User, **how: Any) -> None:
    """Whatever ada's client claims, the log names ada, and she can't promote to prod."""
    ada.repo.git("tag", "-f", "-a", "-m", "As grace", "churn#prod#9", "churn@v1.0.0^{commit}", env=AS_GRACE)
    refused = ada.push("churn#prod#9", **{**how, "env": {**AS_GRACE, **how.get("env", {})}})

    assert f"remote: {host.prefix}  error [who]" in refused.said, refused.said
    assert host.pusher() == "ada"
    assert "churn#prod#9" not in host.tags()


# The ways in which a Git client can claim that its user is grace.
AS_GRACE = {
    "GIT_AUTHOR_NAME": "grace",
    "GIT_COMMITTER_NAME": "grace",
    "GIT_COMMITTER_EMAIL": "grace@example.com",
    "GIT_PUSH_OPTION_COUNT": "1",
    "GIT_PUSH_OPTION_0": "REMOTE_USER=grace",
    "REMOTE_USER": "grace",
    "PUSHER": "grace",
    "GL_USER": "grace",
    "USER": "grace",
    "LOGNAME": "grace",
}
