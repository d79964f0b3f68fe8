"""Checkouts of a test's server, made like those of the hosts (actions/checkout, GitLab Runner)."""

from __future__ import annotations

from pathlib import Path

from .repositories import Repo, Server

ADDRESS = "https://git.example/ml/models.git"
EVERYTHING = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")


def github_checkout(
    server: Server, ref: str, folder: Path, *, settings: Path | None = None, whole: bool = False
) -> Repo:
    """A checkout by actions/checkout: history of depth 1, and for an annotated tag only its commit under its name.

    With `settings`, as in v6, the credentials are in that file, which the configuration includes for this folder
    only; here, the URL does not work without it. `whole` is `fetch-depth: 0`: all branches and tags.
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
    fetch = ["fetch", "--no-tags", "--prune", "origin", *([] if whole else ["--depth=1"])]
    if whole:
        repo.git(*fetch, *EVERYTHING)
    if ref.startswith("refs/tags/"):
        # Needed even after everything was fetched, because the name then has the tag and not its commit.
        repo.git(*fetch, f"+{commit}:{ref}")
        repo.git("checkout", "--quiet", "--force", ref)
    else:
        branch = ref.removeprefix("refs/heads/")
        tracking = f"refs/remotes/origin/{branch}"
        if not whole:
            repo.git(*fetch, f"+{commit}:{tracking}")
        repo.git("checkout", "--quiet", "--force", "-B", branch, tracking)
    return repo


def gitlab_checkout(server: Server, ref: str, folder: Path, *, depth: int = 20) -> Repo:
    """A checkout by GitLab Runner: history of this depth, the pipeline's ref, and a detached HEAD.

    With depth 0 (`GIT_DEPTH: 0`) it has all branches and tags with their history.
    """
    repo = Repo.init(folder)
    repo.git("config", f"url.file://{server.path}.insteadOf", ADDRESS)
    repo.git("remote", "add", "origin", ADDRESS)
    commit = server.git("rev-parse", f"{ref}^{{commit}}")
    kept = ref if ref.startswith("refs/tags/") else ref.replace("refs/heads/", "refs/remotes/origin/")
    pipeline = f"+{commit}:refs/pipelines/7"
    refspecs = (
        [f"--depth={depth}", "origin", pipeline, f"+{ref}:{kept}"] if depth else ["origin", pipeline, *EVERYTHING]
    )
    repo.git("fetch", "--quiet", "--no-tags", "--prune", *refspecs)
    repo.git("checkout", "--quiet", "--force", "--detach", commit)
    return repo
