"""Calls every command with --json in all situations that make a difference to its output."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from .command_line import Ran, tagwarden
from .repositories import Repo, Server, Templates
from .team import Team

POLICY = """\
[stages]
names = ["dev", "prod"]
[[people.allow]]
who = ["ada"]
what = ["deprecate"]
[[override]]
models = ["legacy-*"]
versions.order = "any"
"""


class Scene(NamedTuple):
    """A server with some history, a clone of it, and places with less content."""

    server: Server
    clone: Repo
    second: Repo
    empty: Repo
    outside: Path


class Situation(NamedTuple):
    """A call in one of the scene's places, the name of the document that it prints, and the exit status."""

    document: str
    call: str
    status: int = 0
    place: str = "clone"
    before: Callable[[Scene], object] | None = None


def build(folder: Path, templates: Templates) -> Scene:
    """The scene, made anew in `folder`."""
    server = templates.server(folder / "models.git")
    server.commit_on_main({"tagwarden.toml": POLICY})
    clone = server.clone()
    clone.git("remote", "set-head", "origin", "main")
    clone.tag("churn@v1.0.0", message="The first one\n\nAUC: 0.91")
    clone.commit({"model.txt": "better\n"})
    clone.tag("churn@v1.1.0-rc.1")
    clone.tag("churn#prod", "churn@v1.0.0^{commit}")
    clone.tag("cv=seg@v0.1.0")
    clone.commit({"model.txt": "best\n"})
    assert clone.push("main", "--tags").ok
    clone.tag("churn@v0.9.0")
    assert not clone.push("refs/tags/churn@v0.9.0").ok
    clone.git("tag", "-d", "churn@v0.9.0")
    second = server.clone()
    outside = folder / "outside"
    outside.mkdir()
    (outside / "wrong.toml").write_text('[versions]\norder = "newest"\nordre = 1\n')
    return Scene(server, clone, second, Repo.init(folder / "empty"), outside)


def play(scene: Scene) -> Iterator[tuple[Situation, Ran]]:
    """Run the situations in order; yields each with its outcome."""
    for situation in SITUATIONS:
        if situation.before is not None:
            situation.before(scene)
        place = getattr(scene, situation.place)
        words = {"SERVER": scene.server.path, "CLONE": scene.clone.path, "SECOND": scene.second.path}
        words["SITE"] = scene.outside / "site"
        words["DUMP"] = scene.clone.git_dir / "dump"
        args = [str(words.get(word, word)) for word in situation.call.split()]
        yield situation, tagwarden(place if isinstance(place, Path) else place.path, *args, "--json")


def play_in_team(team: Team) -> Iterator[tuple[Situation, Ran]]:
    """The same for a team with approvals; ID stands for the first proposal, OPEN for one that has not landed."""
    for situation in IN_A_TEAM:
        first = min(team.proposals, default="")
        still = min(team.proposals - set(team.server.refs("refs/tags/").values()), default="")
        words = {"ID": first, "OPEN": still, "SERVER": str(team.server.path)}
        args = [words.get(word, word) for word in situation.call.split()]
        yield situation, tagwarden(getattr(team, situation.place).path, *args, "--json")


def _create_bad_tag(scene: Scene) -> None:
    scene.clone.lightweight("churn@v2.0.0")


def _delete_bad_tag(scene: Scene) -> None:
    scene.clone.git("tag", "-d", "churn@v2.0.0")


def _break_the_log(scene: Scene) -> None:
    log = scene.server.path / "tagwarden" / "push-log.jsonl"
    log.write_bytes(log.read_bytes().replace(b"churn", b"chair", 1))


def _break_the_policy(scene: Scene) -> None:
    (scene.empty.path / "tagwarden.toml").write_text("mode = 1\n")
    scene.empty.commit(message="Begin")
    scene.empty.tag("churn@v1.0.0")


def _bind_the_readme(scene: Scene) -> None:
    digest = hashlib.sha256((scene.second.path / "README.md").read_bytes()).hexdigest()
    scene.second.tag("read@v1.0.0", message=f"Bound\n\nArtifact: sha256:{digest} README.md")


def _dump_rules(scene: Scene) -> None:
    (scene.clone.git_dir / "dump").write_text('[{"name": "*@*", "create_access_levels": [{"access_level": 40}]}]')


SITUATIONS = (
    Situation("status", "status", 1),
    Situation("install", "install"),
    Situation("install REPO REPO", "install CLONE SECOND"),
    Situation("install", "install --server SERVER"),
    Situation("install --print", "install --server --print"),
    Situation("error", "install", 3, "outside"),
    Situation("error", "install --hook update", 2),
    Situation("status", "status"),
    Situation("status --server", "status --server SERVER"),
    Situation("status --server REPO REPO", "status --server SERVER SECOND", 1),
    Situation("status REPO REPO", "status CLONE SECOND", 0),
    Situation("error", "status", 3, "outside"),
    Situation("uninstall", "uninstall SECOND"),
    Situation("uninstall REPO REPO", "uninstall CLONE SECOND"),
    Situation("error", "uninstall", 3, "outside"),
    Situation("register", "register churn --dry-run"),
    Situation("register", "register new-model"),
    Situation("register", "register churn --version v0.5.0", 1),
    Situation("error", "register churn no-such-commit", 1),
    Situation("error", "register", 2),
    Situation("error", "register churn", 3, "outside"),
    Situation("assign", "assign churn dev --version v1.0.0 --push"),
    Situation("assign", "assign churn no-such-stage --version v1.0.0", 1),
    Situation("error", "assign churn dev --version v9.0.0", 1),
    Situation("error", "assign churn prod --back --dry-run", 1),
    Situation("unassign", "unassign churn dev --dry-run"),
    Situation("error", "unassign churn no-such-stage", 1),
    Situation("deregister", "deregister churn v1.1.0-rc.1 --dry-run"),
    Situation("error", "deregister churn v9.0.0", 1),
    Situation("deprecate", "deprecate churn --dry-run"),
    Situation("error", "deprecate no-such-model", 1),
    Situation("show", "show"),
    Situation("show", "show", 0, "empty"),
    Situation("show", "show --at now", 0, "server"),
    Situation("show MODEL", "show churn"),
    Situation("show MODEL", "show churn --at now"),
    Situation("show MODEL@VERSION", "show churn@v1.0.0"),
    Situation("show MODEL@VERSION", "show churn#prod --at now", 0, "server"),
    Situation("error", "show no-such-model", 1),
    Situation("error", "show", 3, "outside"),
    Situation("history", "history"),
    Situation("history", "history", 0, "empty"),
    Situation("history", "history --at 2000-01-01 --since 1999-01-01"),
    Situation("error", "history no-such-model", 1),
    Situation("verify", "verify README.md read@latest --offline", 0, "second", before=_bind_the_readme),
    Situation("verify", "verify model.txt read@latest --offline", 1, "second"),
    Situation("error", "verify README.md churn@v1.0.0 --offline", 3),
    Situation("diff", "diff churn@v1.0.0 churn@latest"),
    Situation("diff", "diff churn@v1.0.0 churn#prod --at now", 0, "server"),
    Situation("error", "diff churn@v1.0.0 churn@v9.0.0", 1),
    Situation("resolve", "resolve churn#prod"),
    Situation("resolve", "resolve churn@latest"),
    Situation("resolve", "resolve churn@1.x"),
    Situation("resolve", "resolve churn --on churn@v1.0.0"),
    Situation("resolve --all", "resolve churn#prod --all"),
    Situation("resolve --all", "resolve churn#prod --all --at now", 0, "server"),
    Situation("resolve --event", "resolve --event churn#prod"),
    Situation("resolve", "resolve churn@latest --at now", 0, "server"),
    Situation("resolve --event", "resolve --event churn@v1.0.0"),
    Situation("resolve --event", "resolve --event churn@v1.0.0 --at now"),
    Situation("error", "resolve churn@v9.0.0", 1),
    Situation("host plan", "host plan github --repository ml/models --by app:1"),
    Situation("host drift", "host drift gitlab DUMP --repository ml/models", 1, before=_dump_rules),
    Situation("error", "host plan gitea --repository ml/models", 2),
    Situation("error", "host drift github no-such-dump --repository ml/models", 3),
    Situation("log", "log", 0, "server"),
    Situation("log", "log --outcome busy", 0, "server"),
    Situation("log --verify", "log --verify", 0, "server"),
    Situation("log --head", "log --head", 0, "server"),
    Situation("log REPO REPO", "log SERVER SECOND", 1),
    Situation("log --verify REPO REPO", "log --verify SERVER SECOND", 1),
    Situation("log --head REPO REPO", "log --head SERVER SECOND", 1),
    Situation("error", "log", 1),
    Situation("who", "who --as ada assign churn prod"),
    Situation("who", "who --as bob deprecate churn", 1),
    Situation("error", "who --as bob assign churn", 2),
    Situation("check", "check"),
    Situation("check", "check churn@v2.0.0", 1, before=_create_bad_tag),
    Situation("check", "check", 0, before=_delete_bad_tag),
    Situation("error", "check no-such-tag", 1),
    Situation("push", "push --dry-run", 1, before=_create_bad_tag),
    Situation("push", "push", 0, before=_delete_bad_tag),
    Situation("error", "push nowhere", 1),
    Situation("error", "push --portion 0", 2),
    Situation("audit --plan", "audit --plan"),
    Situation("audit", "audit", 0, "server"),
    Situation("audit", "audit", 1, before=_create_bad_tag),
    Situation("audit", "audit", 0, "empty"),
    Situation("audit REPO REPO", "audit SERVER no-such-folder", 3),
    Situation("error", "audit", 3, "outside"),
    Situation("policy init", "policy init --stdout"),
    Situation("policy init", "policy init", 0, "second", before=lambda scene: _remove_policy(scene.second)),
    Situation("error", "policy init", 1, "second"),
    Situation("policy check", "policy check"),
    Situation("policy check", "policy check wrong.toml missing.toml", 1, "outside"),
    Situation("error", "policy check --no-such-option", 2),
    Situation("policy show", "policy show"),
    Situation("policy show", "policy show --model legacy-1"),
    Situation("error", "policy show --policy wrong.toml", 3, "outside"),
    Situation("policy try", "policy try tagwarden.toml"),
    Situation("error", "policy try missing.toml", 1),
    Situation("rules", "rules"),
    Situation("rules RULE", "rules version-order"),
    Situation("error", "rules no-such-rule", 1),
    Situation("error", "check", 3, "empty", before=_break_the_policy),
    Situation("log --verify", "log --verify", 1, "server", before=_break_the_log),
    Situation("dashboard", "dashboard SERVER --output SITE", 0),
    Situation("dashboard", "dashboard no-such-folder --output SITE", 3),
    Situation("error", "dashboard --output CLONE", 1),
    Situation("schema --list", "schema --list"),
    Situation("error", "schema no-such-command", 1),
    Situation("log --rotate", "log --rotate", 0, "server"),
    Situation("log --rotate REPO REPO", "log --rotate SERVER SECOND", 1),
)

# In a repository whose policy requires approvals, run by one of the approvers.
IN_A_TEAM = (
    Situation("propose register", "propose register fraud --dry-run", place="ada"),
    Situation("error", "propose register churn no-such-commit", 1, place="ada"),
    Situation("propose assign", "propose assign churn prod --version v1.1.0", place="ada"),
    Situation("error", "propose assign churn prod --version v9.0.0", 1, place="ada"),
    Situation("error", "propose unassign churn prod", 1, place="ada"),
    Situation("propose deregister", "propose deregister churn v1.0.0 --dry-run", place="ada"),
    Situation("error", "propose deregister churn v9.0.0", 1, place="ada"),
    Situation("propose deprecate", "propose deprecate churn --dry-run", place="ada"),
    Situation("error", "propose deprecate no-such-model", 1, place="ada"),
    Situation("proposals", "proposals", place="ada"),
    Situation("error", "proposals --remote nowhere", 1, place="ada"),
    Situation("error", "approve ID", 1, place="grace"),
    Situation("approve", "approve ID --yes", place="grace"),
    Situation("error", "revoke 1234567", 1, place="grace"),
    Situation("revoke", "revoke ID", place="grace"),
    Situation("error", "land ID", 1, place="ada"),
    Situation("approve", "approve ID --yes", place="ada"),
    Situation("proposals", "proposals", place="ada"),
    Situation("land", "land ID", place="ada"),
    Situation("propose unassign", "propose unassign churn prod --dry-run", place="ada"),
    Situation("propose deprecate", "propose deprecate churn", place="ada"),
    Situation("error", "withdraw 1234567", 1, place="ada"),
    Situation("withdraw", "withdraw OPEN", place="ada"),
    Situation("approvals archive", "approvals archive --dry-run SERVER", place="ada"),
    Situation("approvals archive", "approvals archive SERVER", place="ada"),
    Situation("approvals archive REPO REPO", "approvals archive SERVER no-such-folder", 3, place="ada"),
    Situation("error", "approvals archive no-such-folder", 3, place="ada"),
)


def _remove_policy(repo: Repo) -> None:
    (repo.path / "tagwarden.toml").unlink()
