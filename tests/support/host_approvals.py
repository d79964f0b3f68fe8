"""What must be true of approvals on every host: it decides who proposes and who lands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from .host_trial import AS_GRACE, Host, User, first_push
from .repositories import Repo
from .signing import SshKey

POLICY = """\
[signing]
allowed-signers = "ref:HEAD:allowed_signers"
[approvals]
repository = "acme/models"
[[approvals.require]]
stages = ["prod"]
who = ["ada@x", "grace@x"]
not = ["tagger", "pusher"]
"""


def check_approvals(host: Host, folder: Path) -> None:
    """Ada proposes and lands, Grace approves; neither can pass for the other."""
    ada, grace = first_push(host, folder)
    keys = {name: SshKey.make(folder / f"key-of-{name}") for name in ("ada", "grace")}
    for user, name in ((ada, "ada"), (grace, "grace")):
        settings = {"user.email": f"{name}@x", "gpg.format": "ssh", "user.signingKey": str(keys[name].file)}
        for setting, value in settings.items():
            user.repo.git("config", setting, value)
    Repo(host.served).git("config", "tagwarden.repositoryId", "acme/models")
    signers = "".join(key.allowed(f"{name}@x") for name, key in keys.items())
    ada.repo.commit({"tagwarden.toml": POLICY, "allowed_signers": signers}, message="Four eyes")
    pushed = ada.push("HEAD:refs/heads/main")
    assert pushed.exit == 0, pushed.said
    for user in (ada, grace):
        user.repo.git("fetch", "--quiet", "--tags", "origin", env=user.environment)
        user.repo.git("remote", "set-head", "origin", "main")

    status, oid = run(ada, "propose", "assign", "churn", "prod", "--version", "v1.0.0")
    assert (status, host.pusher()) == (0, "ada"), oid
    assert run(ada, "approve", oid, "--yes")[0] == 1
    assert run(grace, "withdraw", oid)[0] == 1
    assert host.pusher() == "grace"
    assert run(grace, "approve", oid, "--yes")[0] == 0

    # The person who lands it does not count, and Grace stays Grace, whatever her client claims.
    grace.repo.git("fetch", "--quiet", "origin", f"refs/tagwarden/proposals/{oid}", env=grace.environment)
    as_ada = {name: value.replace("grace", "ada") for name, value in AS_GRACE.items()}
    refused = grace.push(f"{oid}:refs/tags/churn#prod#1", env={**as_ada, "GIT_PUSH_OPTION_COUNT": "0"})
    assert "grace@x, who pushes it, does not count" in refused.said, refused.said
    assert host.pusher() == "grace"

    assert run(ada, "land", oid) == (0, "churn#prod#1")
    assert host.pusher() == "ada"
    assert host.tags() == {"churn@v1.0.0", "churn#prod#1"}


def run(user: User, *arguments: str) -> tuple[int, str]:
    """Run `tagwarden` in a user's clone; returns its exit status and the first line of its output."""
    ran = subprocess.run(
        [sys.executable, "-I", "-m", "tagwarden.cli", *arguments],
        cwd=user.repo.path,
        env={**os.environ, **user.environment},
        capture_output=True,
        text=True,
    )
    return ran.returncode, ran.stdout.partition("\n")[0] or ran.stderr
