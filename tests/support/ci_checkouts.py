"""Checkouts as the hosts' own steps make them (actions/checkout, GitLab Runner), of a server in the tests."""

from __future__ import annotations

from pathlib import Path

from .repositories import Repo, Server

ADDRESS = "https://git.example/ml/models.git"


def github_checkout(
    server: Server, ref: str, folder: Path, *, settings: Path | None = None, whole: bool = False
) -> Repo:
    """What actions/checkout leaves: history of depth 1, and of an annotated tag only the commit under its name.

    With `settings`, as v6 does it, what lets the job in stands in that file, which the configuration includes
    for this folder alone. Here the URL is nobody's without it. `whole` is `fetch-depth: 0`: all branches and tags.
    """
    repo = Repo.init(folder)
    commit = server.git("rev-parse", f"{ref}^{{commit}}")
    reach = [f"url.file://{server.path}.insteadOf", ADDRESS]
    if settings is None:
        repo.git("config", *reach)
    else:
        repo.git("config", "--file", str(settings), *reach)
        repo.git("config", f"includeIf.gitdir:{folder}/.git.path", str(settings))
    repo.git("remote", "add", "origin", ADDRESS)
    everything = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"] if whole else ["--depth=1"]
    fetch = ["fetch", "--no-tags", "--prune", "origin", *everything]
    if ref.startswith("refs/tags/"):
        repo.git(*fetch, f"+{commit}:{ref}")
        repo.git("checkout", "--quiet", "--force", ref)
    else:
        branch = ref.removeprefix("refs/heads/")
        tracking = f"refs/remotes/origin/{branch}"
        repo.git(*fetch, *([] if whole else [f"+{commit}:{tracking}"]))
        repo.git("checkout", "--quiet", "--force", "-B", branch, tracking)
    return repo


def gitlab_checkout(server: Server, ref: str, folder: Path) -> Repo:
    """What GitLab Runner leaves: history of depth 20 at most, the pipeline's ref, and a detached HEAD."""
    repo = Repo.init(folder)
    repo.git("config", f"url.file://{server.path}.insteadOf", ADDRESS)
    repo.git("remote", "add", "origin", ADDRESS)
    commit = server.git("rev-parse", f"{ref}^{{commit}}")
    kept = ref if ref.startswith("refs/tags/") else ref.replace("refs/heads/", "refs/remotes/origin/")
    pipeline = f"+{commit}:refs/pipelines/7"
    repo.git("fetch", "--quiet", "--no-tags", "--depth=20", "--prune", "origin", pipeline, f"+{ref}:{kept}")
    repo.git("checkout", "--quiet", "--force", "--detach", commit)
    return repo
