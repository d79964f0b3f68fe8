"""A team that promotes models with approvals: a server with a policy for that, and a clone for each member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .repositories import Repo, Server
from .signing import SshKey

REPOSITORY = "acme/models"

# `not` omits the pusher, whom a server without a hosting system does not know.
POLICY = """\
[signing]
allowed-signers = "ref:HEAD:allowed_signers"
[approvals]
repository = "acme/models"
[people]
groups.ml = ["ada@x", "grace@x"]
groups.risk = ["lin@x"]
[[approvals.require]]
stages = ["prod"]
who = ["@ml"]
not = ["tagger"]
[[approvals.require]]
stages = ["prod"]
who = ["@risk"]
"""


class Team(NamedTuple):
    """The server with v1.0.0 and v1.1.0 of churn, and the clones of Ada, Grace and Lin."""

    server: Server
    ada: Repo
    grace: Repo
    lin: Repo

    @property
    def proposals(self) -> set[str]:
        """The ids of all proposals, landed or not."""
        return set(self.server.refs("refs/tagwarden/proposals/").values())


def make_team(server: Server, keys: Mapping[str, SshKey], policy: str = POLICY) -> Team:
    """The team, whose members sign with `keys`."""
    trainer = server.clone()
    trainer.tag("churn@v1.0.0")
    trainer.commit({"model.txt": "better\n"}, message="Train longer")
    trainer.tag("churn@v1.1.0", message="Better\n\nAUC: 0.95")
    assert trainer.push("main", "churn@v1.0.0", "churn@v1.1.0").ok
    signers = "".join(key.allowed(f"{name}@x") for name, key in keys.items())
    server.commit_on_main({"tagwarden.toml": policy, "allowed_signers": signers})
    server.git("config", "tagwarden.repositoryId", REPOSITORY)
    return Team(server, *(member(server, name, keys[name]) for name in ("ada", "grace", "lin")))


def member(server: Server, name: str, key: SshKey) -> Repo:
    """The clone of a member who signs with `key`."""
    clone = server.clone()
    clone.git("remote", "set-head", "origin", "main")
    introduce(clone, name, key)
    return clone


def introduce(clone: Repo, name: str, key: SshKey) -> None:
    """Configure the clone's user and their key."""
    settings = {"user.name": name.title(), "user.email": f"{name}@x", "gpg.format": "ssh"}
    for setting, value in {**settings, "user.signingKey": str(key.file)}.items():
        clone.git("config", setting, value)
