"""Makes the repositories for measuring, by git-fast-import(1), and keeps them for the next run."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ZERO = "0" * 40
BEGAN = 1_600_000_000

# The name of a tag, the number of its commit, and the second of its creation.
Event = tuple[str, int, int]


@dataclass(frozen=True)
class Repository:
    """A bare repository with packed tags. `pushed` are more tag objects in it, which no ref names yet."""

    path: Path
    environment: Mapping[str, str]
    pushed: Path

    def git(self, *arguments: str, given: str = "") -> str:
        """Run Git; returns its stdout. Raises CalledProcessError if it fails."""
        return subprocess.run(
            ["git", "-C", str(self.path), *arguments],
            check=True,
            capture_output=True,
            text=True,
            input=given,
            env=dict(self.environment),
        ).stdout.strip()

    def hook(self, name: str) -> Path:
        return self.path / "hooks" / name

    def lines(self, count: int) -> Path:
        """Write a file with pre-receive's lines for a push of the first `count` new tags; returns its path."""
        file = self.path / f"lines-{count}"
        tags = self.pushed.read_text().splitlines()[:count]
        file.write_text("".join(f"{ZERO} {oid} refs/tags/{tag}\n" for oid, tag in map(str.split, tags)))
        return file

    def ids(self, count: int) -> Path:
        """Write a file with the ids of the first `count` new tags, for git-cat-file(1); returns its path."""
        file = self.path / f"ids-{count}"
        file.write_text("".join(f"{line.split()[0]}\n" for line in self.pushed.read_text().splitlines()[:count]))
        return file

    def copy(self, path: Path) -> Repository:
        """Copy it without hooks to `path`, replacing an earlier copy."""
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.path, path, ignore=shutil.ignore_patterns("hooks", "tagwarden"))
        (path / "hooks").mkdir()
        return Repository(path, self.environment, path / self.pushed.name)


def repository(
    folder: Path, environment: Mapping[str, str], *, tags: int, models: int, new: int = 100, new_models: int = 1
) -> Repository:
    """A repository in `folder` with `tags` registrations of `models` models, and `new` objects of more of them.

    Every version is on a commit of its own, as GTO requires.
    """
    made = _reused_or_empty(folder / f"tags{tags}-models{models}-new{new}-of{new_models}.git", environment)
    if made.pushed.exists():
        return made
    (made.path / "description").write_text("bench\n")
    each, each_new = -(-tags // models), -(-new // new_models)
    existing = [_registration(number % models, 0, number // models, number // models) for number in range(tags)]
    further = [
        _registration(number % new_models, 1, number // new_models, each + number // new_models)
        for number in range(new)
    ]
    _import(made, _commits(each + each_new), _tags([*existing, *further]))
    _pack_refs(made)
    _forget_refs(made, {tag for tag, _, _ in further})
    return made


def staged_repository(folder: Path, environment: Mapping[str, str], *, tags: int, each: int = 100) -> Repository:
    """A repository with `tags` tags, `each` per model, 40 % of them assignments and unassignments."""
    made = _reused_or_empty(folder / f"staged{tags}.git", environment)
    if made.pushed.exists():
        return made
    models = [f"model{number}" for number in range(tags // each)]
    _import(made, _commits(each), _tags(event for model in models for event in _life(model, each)))
    _pack_refs(made)
    made.pushed.write_text("")
    return made


def _life(model: str, events: int) -> Iterator[Event]:
    """Versions, each on a commit of its own; the oldest of them then pass through the stages."""
    versions = events * 6 // 10
    for number in range(versions):
        yield f"{model}@v0.{number}.0", number, number
    for number in range(events - versions):
        what = ("#dev", "#staging", "#prod", "#prod!")[number % 4]
        yield f"{model}{what}#{number + 1}", number // 4, versions + number


def repository_of_files(folder: Path, environment: Mapping[str, str], files: int, *, commits: int = 3) -> Repository:
    """A repository of `files` files, fifty per folder and twenty folders per folder; each commit changes one file.

    Each commit has a tag object that no ref names yet.
    """
    made = _reused_or_empty(folder / f"files{files}.git", environment)
    if made.pushed.exists():
        return made
    _import(made, _files(files, commits), _tags(_registration(0, 1, number, number) for number in range(commits)))
    made.git("repack", "-adq")
    made.git("pack-refs", "--all")
    _forget_refs(made, {f"model0@v1.{number}.0" for number in range(commits)})
    return made


def _files(files: int, commits: int) -> Iterator[str]:
    for blob in range(commits + 1):
        yield f"blob\nmark :{1_000_000 + blob}\ndata 7\nblob {blob % 10}\n\n"
    for number in range(commits):
        yield (
            f"commit refs/heads/main\nmark :{number + 2}\n"
            f"committer Ada <ada@example.com> {BEGAN + number} +0000\ndata 1\nc\n"
        )
        for file in range(files) if not number else (files // 2,):
            name = f"part{file // 1000:03}/data{file // 50 % 20:02}/sample-{file:06}.csv"
            yield f"M 100644 :{1_000_000 + number} {name}\n"
        yield "\n"


def _reused_or_empty(path: Path, environment: Mapping[str, str]) -> Repository:
    """The repository that an earlier run made at `path`, else a new empty one, for which `pushed` is empty."""
    made = Repository(path, environment, path / "new-tags")
    if not made.pushed.exists():
        shutil.rmtree(path, ignore_errors=True)
        subprocess.run(["git", "init", "--quiet", "--bare", str(path)], check=True, env=dict(environment))
    return made


def _pack_refs(made: Repository) -> None:
    # Otherwise Git would remove the loose files one by one, each under a lock, and leave a large empty folder.
    made.git("pack-refs", "--all", "--no-prune")
    shutil.rmtree(made.path / "refs" / "tags")
    (made.path / "refs" / "tags").mkdir()


def _import(made: Repository, *streams: Iterable[str]) -> None:
    command = ["git", "-C", str(made.path), "fast-import", "--quiet"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True, env=dict(made.environment)) as importing:
        assert importing.stdin is not None
        for stream in streams:
            importing.stdin.writelines(stream)
    if importing.returncode:
        raise subprocess.CalledProcessError(importing.returncode, command)


def _commits(count: int) -> Iterator[str]:
    yield "blob\nmark :1\ndata 1\nx\n"
    for number in range(count + 2):
        parent = f"from :{number + 1}\n" if number else "M 100644 :1 README\n"
        yield (
            f"commit refs/heads/main\nmark :{number + 2}\n"
            f"committer Ada <ada@example.com> {BEGAN + number} +0000\ndata 1\nc\n{parent}\n"
        )


def _registration(model: int, major: int, minor: int, commit: int) -> Event:
    return f"model{model}@v{major}.{minor}.0", commit, commit


def _tags(events: Iterable[Event]) -> Iterator[str]:
    for tag, commit, second in events:
        message = f"The event {tag}"
        yield (
            f"tag {tag}\nfrom :{commit + 2}\n"
            f"tagger Ada <ada@example.com> {BEGAN + second} +0000\ndata {len(message)}\n{message}\n"
        )


def _forget_refs(made: Repository, tags: set[str]) -> None:
    """Remove the packed refs of `tags`; their objects stay, like those of a push that is being judged."""
    packed = made.path / "packed-refs"
    kept, new = [], []
    drop = False
    for line in packed.read_text().splitlines(keepends=True):
        if not line.startswith("^"):
            oid, _, ref = line.rstrip("\n").partition(" ")
            drop = ref.removeprefix("refs/tags/") in tags
            if drop:
                new.append(f"{oid} {ref.removeprefix('refs/tags/')}\n")
        if not drop:
            kept.append(line)
    packed.write_text("".join(kept))
    new.sort(key=_place)
    made.pushed.write_text("".join(new))


def _place(line: str) -> tuple[int, ...]:
    """The sort key of a line `ID model1@v1.10.0`: its version, regardless of the model."""
    return tuple(int(part) for part in line.split()[1].partition("@v")[2].split("."))
