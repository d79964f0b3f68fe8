"""Repositories and servers made by Git itself.

They are copied from templates that are made once per session, so that a test gets
a server with its hook and a clone in a few milliseconds.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

# The second of the first event in a test's repository; each tag and commit is a second later.
BEGINNING = 1_700_000_000
OBJECT_ID = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
RULE_IN_BRACKETS = re.compile(r"\[([a-z]+(?:-[a-z]+)+|annotated|approved|artifact|counter|message|signed|who)\]")


class PushResult(NamedTuple):
    """How a push ended. `stderr` is what the user saw."""

    ok: bool
    stderr: str
    exit: int

    @property
    def rules(self) -> set[str]:
        """The rules named by the server."""
        return self._rules(from_server=True)

    @property
    def refused_by(self) -> set[str]:
        """The rules named by the server when it refused the push; empty if it accepted it."""
        return set() if self.ok else self.rules

    @property
    def client_rules(self) -> set[str]:
        """The rules named by the clone's own hook."""
        return self._rules(from_server=False)

    def _rules(self, *, from_server: bool) -> set[str]:
        said = [line for line in self.stderr.splitlines() if line.startswith("remote:") == from_server]
        return set(RULE_IN_BRACKETS.findall("\n".join(said)))


class Repo:
    """A repository on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = BEGINNING

    @classmethod
    def init(cls, path: Path, *options: str) -> Repo:
        subprocess.run(["git", "init", "--quiet", *options, str(path)], check=True)
        return cls(path)

    def git(
        self,
        *args: str,
        stdin: bytes | str = b"",
        env: Mapping[str, str] = {},
    ) -> str:
        """Run git here; returns stdout without the last newline. Raises AssertionError with stderr if it fails."""
        ran = self.try_git(*args, stdin=stdin, env=env)
        assert ran.returncode == 0, f"git {' '.join(args)}: {os.fsdecode(ran.stderr)}"
        return os.fsdecode(ran.stdout).removesuffix("\n")

    def try_git(
        self, *args: str, stdin: bytes | str = b"", env: Mapping[str, str] = {}
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["git", *args],
            cwd=self.path,
            input=os.fsencode(stdin),
            capture_output=True,
            env={**os.environ, **env},
        )

    def commit(self, files: Mapping[str, str] = {}, *, message: str = "Change") -> str:
        """Commit `files` on top of HEAD; returns the new commit's id."""
        for name, content in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        if files:
            self.git("add", "--force", "--", *files)
        self.git("commit", "--quiet", "--allow-empty", "-m", message, env=self._dates(None))
        return self._just_written("HEAD")

    def tag(self, name: str, target: str = "HEAD", *, message: str = "As agreed", at: int | None = None) -> str:
        """Create an annotated tag, dated a second after the last one or `at`; returns the tag object's id."""
        self.git("tag", "-f", "-a", "-m", message, name, target, env=self._dates(at))
        return self._just_written(f"refs/tags/{name}")

    def lightweight(self, name: str, target: str = "HEAD") -> None:
        self.git("tag", "-f", name, target)

    def write_object(self, content: bytes, type: str = "tag") -> str:
        """Store an object, valid or not; returns its id."""
        return self.git("hash-object", "-t", type, "-w", "--stdin", "--literally", stdin=content)

    def raw_ref(self, ref: str, oid: str) -> None:
        """Point `ref` at `oid` without any check by Git."""
        file = self.git_dir / ref
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{oid}\n")

    def raw_tag(self, name: str, content: bytes) -> str:
        """Create a tag whose object is exactly `content`; returns the object's id."""
        oid = self.write_object(content)
        self.raw_ref(f"refs/tags/{name}", oid)
        return oid

    def push(self, *args: str, remote: str = "origin", env: Mapping[str, str] = {}) -> PushResult:
        """Run `git push REMOTE ARGS…`; ARGS may include options."""
        options = [arg for arg in args if arg.startswith("-")]
        refspecs = [arg for arg in args if not arg.startswith("-")]
        ran = self.try_git("push", *options, remote, *refspecs, env=env)
        return PushResult(ran.returncode == 0, ran.stderr.decode("utf-8", "replace"), ran.returncode)

    def refs(self, prefix: str = "refs/") -> dict[str, str]:
        """Every ref under `prefix` by its full name, with its object id."""
        lines = self.git("for-each-ref", "--format=%(objectname) %(refname)", prefix).splitlines()
        return {ref: oid for oid, _, ref in (line.partition(" ") for line in lines)}

    def tags(self) -> set[str]:
        return {ref.removeprefix("refs/tags/") for ref in self.refs("refs/tags/")}

    @property
    def git_dir(self) -> Path:
        inside = self.path / ".git"
        return inside if inside.exists() else self.path

    def _just_written(self, ref: str) -> str:
        """The id that Git has just written to `ref`: from its file, or by Git if the refs are not in files."""
        with contextlib.suppress(OSError):
            text = (self.git_dir / ref).read_text().strip()
            if text.startswith("ref: "):
                return self._just_written(text.removeprefix("ref: "))
            if OBJECT_ID.fullmatch(text):
                return text
        return self.git("rev-parse", ref)

    def _dates(self, at: int | None) -> dict[str, str]:
        self.clock = self.clock + 1 if at is None else max(self.clock, at)
        date = f"{self.clock if at is None else at} +0000"
        return {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}


class Server(Repo):
    """A bare repository that is pushed to."""

    _clones = 0

    def clone(self, url: str | None = None) -> Repo:
        """A clone with a work tree; it pushes to `url`, by default to the path."""
        self._clones += 1
        clone = Repo(self.path.with_name(f"{self.path.name}-clone{self._clones}"))
        subprocess.run(["git", "clone", "--quiet", url or str(self.path), str(clone.path)], check=True)
        clone.clock = self.clock
        return clone

    def commit_on_main(self, files: Mapping[str, str]) -> None:
        """Commit `files` on main like an administrator, without any hook."""
        stream = [
            "commit refs/heads/main",
            f"committer Ada Lovelace <ada@example.com> {BEGINNING} +0000",
            "data 6\nPolicy",
            "from refs/heads/main^0",
        ]
        for name, content in files.items():
            stream += [f"M 644 inline {name}", f"data {len(content.encode())}\n{content}"]
        self.git("fast-import", "--quiet", stdin="".join(f"{line}\n" for line in stream))

    @contextlib.contextmanager
    def daemon(self) -> Iterator[str]:
        """Serve this repository by `git daemon` on loopback; yields the URL to push to."""
        for _ in range(5):
            with socket.create_server(("127.0.0.1", 0)) as probe:
                port = probe.getsockname()[1]
            process = subprocess.Popen(
                ["git", "daemon", "--reuseaddr", "--export-all", "--enable=receive-pack",
                 "--informative-errors", "--listen=127.0.0.1", f"--port={port}",
                 f"--base-path={self.path.parent}", str(self.path.parent)],
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                if _answers(port, process):
                    yield f"git://127.0.0.1:{port}/{self.path.name}"
                    return
            finally:
                process.terminate()
                process.wait()
        raise AssertionError("git daemon found no port to listen on")


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    while process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
        time.sleep(0.01)
    return False


class Templates:
    """Servers to copy: one commit on main, and the requested hook."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def server(self, path: Path, *, hook: str | None = "pre-receive", object_format: str = "sha1") -> Server:
        """A new server at `path`; `hook` None leaves it without one."""
        template = self.folder / f"{object_format}-{hook}.git"
        if not template.exists():
            self._make(template, hook, object_format)
        shutil.copytree(template, path, symlinks=True)
        server = Server(path)
        server.clock += 1
        return server

    def _make(self, template: Path, hook: str | None, object_format: str) -> None:
        work = Repo.init(self.folder / f"{template.name}.work", f"--object-format={object_format}")
        work.commit({"README.md": "A model registry.\n"}, message="Begin")
        Repo.init(template, "--bare", f"--object-format={object_format}")
        work.git("push", "--quiet", str(template), "main")
        if hook is not None:
            install = ["install", "--server", "--hook", hook, str(template)]
            ran = subprocess.run(
                [sys.executable, "-I", "-m", "tagwarden.cli", *install], capture_output=True, text=True
            )
            assert ran.returncode == 0, f"tagwarden {' '.join(install)}: {ran.stderr}"
