"""What all cases use: the installed program, repositories, hooks, and their peers."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .installation import find_peer
from .measuring import Contender
from .repositories import Repository, repository, staged_repository

# Every key of a policy file, with values that accept the pushes of the bench.
EVERY_KEY = """\
minimum-version = "0.1"
mode = "enforce"
[scope]
ignore = ["release-*"]
[models]
names = ["model*", "cv:*"]
declared-in = "dvc.yaml"
[versions]
order = "latest"
prerelease = true
build-metadata = false
[stages]
names = ["dev", "staging", "prod"]
path = ["dev", "staging", "prod"]
once-assigned-permanent = ["prod"]
[message]
min-length = 1
pattern = ".+"
max-bytes = 65536
[message.trailers.Dataset]
pattern = "[0-9a-f]{{32}}"
required = false
[message.trailers.AUC]
type = "number"
min = 0.8
required = false
what = ["register"]
[target]
branches = ["main", "release/*"]
files = ["README"]
max-depth = 100
max-paths = 100000
[target.version-file]
path = "VERSION"
[artifact]
required = true
[time]
max-skew = "5m"
[people]
groups.releasers = ["ada", "grace"]
[[people.allow]]
who = ["@releasers"]
what = ["assign"]
stages = ["prod"]
[signing]
allowed-signers = "file:{signers}"
[[signing.require]]
what = ["assign"]
stages = ["prod"]
[emergency]
who = ["@releasers"]
rules = ["version-order"]
[rules]
version-step = "off"
model-known = "off"
target-version = "off"
artifact = "off"
[[override]]
models = ["legacy-*"]
versions.order = "any"
"""

BASH_HOOK = """\
#!/bin/bash
# What many write first: a loop that looks for the latest version of each pushed model.
while read -r old new ref; do
    case $ref in refs/tags/*@v*) ;; *) continue ;; esac
    tag=${ref#refs/tags/}
    [ "$(git cat-file -t "$new")" = tag ] || exit 1
    latest=$(git for-each-ref --format='%(refname)' "refs/tags/${tag%%@*}@v*" | sort -V | tail -n 1)
    [ "$(printf '%s\\n' "$latest" "$ref" | sort -V | tail -n 1)" = "$ref" ] || exit 1
done
"""


@dataclass(frozen=True)
class Kit:
    """`python` is the interpreter of the hooks; `environment` has nothing of the user who runs the bench."""

    python: Path
    folder: Path
    environment: Mapping[str, str]
    full: bool

    @property
    def tagwarden(self) -> Path:
        return self.python.parent / "tagwarden"

    def repository(self, tags: int, models: int, *, new: int = 100, new_models: int = 1) -> Repository:
        return repository(self.folder, self.environment, tags=tags, models=models, new=new, new_models=new_models)

    def staged_repository(self, tags: int) -> Repository:
        return staged_repository(self.folder, self.environment, tags=tags)

    def run(self, *command: str | Path, cwd: Path | None = None) -> str:
        """Run a command of the preparation; returns its stdout. Raises CalledProcessError if it fails."""
        return subprocess.run(
            [str(word) for word in command],
            check=True,
            capture_output=True,
            text=True,
            cwd=cwd or self.folder,
            env=dict(self.environment),
        ).stdout.strip()

    def with_hook(self, made: Repository, hook: str = "pre-receive") -> Repository:
        """`made` with our hook, and without anything that an earlier run of another version left there."""
        for folder in ("hooks", "tagwarden"):
            shutil.rmtree(made.path / folder, ignore_errors=True)
        self.run(self.tagwarden, "install", "--server", "--hook", hook, made.path)
        return made

    def with_peer(self, made: Repository, hook: str, content: str) -> Repository:
        made.hook(hook).write_text(content)
        made.hook(hook).chmod(0o755)
        return made

    def update_sample(self, made: Repository) -> Repository:
        """`made` with the `update` hook that Git provides as an example."""
        found = Path(self.run("git", "--exec-path")).parents[1] / "share/git-core/templates/hooks/update.sample"
        return self.with_peer(made, "update", found.read_text())

    def process(
        self,
        name: str,
        made: Repository,
        command: Sequence[str | Path],
        stdin: Path = Path(os.devnull),
        before: Callable[[], object] | None = None,
    ) -> Contender:
        """A process in a repository, with the environment that receive-pack gives a hook."""
        environment = {**self.environment, "GIT_DIR": "."}
        return Contender(name, [str(word) for word in command], made.path, environment, stdin, before)

    def hook_process(
        self, made: Repository, lines: Path, name: str = "tagwarden", before: Callable[[], object] | None = None
    ) -> Contender:
        """Our hook alone, in the state after a push has landed: without a receive-pack above it, and no tag lands."""

        def prepare() -> None:
            if before is not None:
                before()
            settle(made)

        return self.process(name, made, [made.hook("pre-receive")], lines, prepare)

    def bare_start(self, made: Repository) -> Contender:
        return self.process("python -I -c pass", made, [self.python, "-I", "-c", "pass"])

    def push(self, name: str, clone: Path, server: Repository, tags: Sequence[str], hooks: Path) -> Contender:
        """A whole push of `tags` over a local path; before each run, the server loses them and gets these `hooks`."""
        refs = "".join(f"delete refs/tags/{tag}\n" for tag in tags)

        def prepare() -> None:
            server.git("update-ref", "--stdin", given=refs)
            link = server.path / "hooks"
            link.unlink()
            link.symlink_to(hooks)

        names = [f"refs/tags/{tag}" for tag in tags]
        return Contender(
            name, ["git", "push", "--quiet", str(server.path), *names], clone, self.environment, before=prepare
        )

    def clone(self, made: Repository, count: int) -> tuple[Path, list[str]]:
        """A clone with the first `count` new tags to push, and their names."""
        clone = self.folder / f"{made.path.stem}-clone"
        new = [line.split() for line in made.pushed.read_text().splitlines()[:count]]
        if not clone.exists():
            shutil.copytree(made.path, clone)
        Repository(clone, self.environment, made.pushed).git(
            "update-ref", "--stdin", given="".join(f"update refs/tags/{tag} {oid}\n" for oid, tag in new)
        )
        return clone, [tag for _, tag in new]

    def work_clone(self, made: Repository, name: str) -> Path:
        """Make a clone with a work tree, replacing an earlier one."""
        clone = self.folder / name
        shutil.rmtree(clone, ignore_errors=True)
        self.run("git", "clone", "--quiet", "--no-tags", made.path, clone)
        return clone

    def pre_commit(self) -> str | None:
        """The path of pre-commit, if it is installed beside the current interpreter."""
        return find_peer("pre-commit")


def settle(made: Repository) -> None:
    """Mark the push log as settled (server_hooks/log/mark.py), like the lock's holder once a push has landed."""
    folder = made.path / "tagwarden"
    head, log = folder / "push-log.head", folder / "push-log.jsonl"
    if head.exists():
        number, digest = head.read_text().split()
        (folder / "push-log.settled").write_text(f"{log.stat().st_size} {number} {digest}".ljust(127) + "\n")


def gto() -> str | None:
    """The path of GTO, if it is installed beside the current interpreter."""
    return find_peer("gto")
