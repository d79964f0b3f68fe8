"""A bad tag, pushed for real through a repository's hooks, and not into that repository.

The push goes to a scratch repository that borrows the other one's objects,
configuration, policy and hooks folder. receive-pack itself is spoken to
(gitprotocol-pack(5), "Pushing Data To a Server"), so no client, no client
hook and no transport has a say.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from typing import TYPE_CHECKING

from ..policy.record import Record
from ..repository.git.environment import environment_without_repository
from .log.chain import read_lines
from .served_repository import CannotAdminister

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .served_repository import ServedRepository

# A near miss, and a lightweight tag: no policy has a reason to want either.
TAGS = ("tagwarden-status@v0.1", "tagwarden-status@v0.0.1")

IDENTITY = {
    "GIT_AUTHOR_NAME": "tagwarden status",
    "GIT_AUTHOR_EMAIL": "tagwarden@localhost",
    "GIT_COMMITTER_NAME": "tagwarden status",
    "GIT_COMMITTER_EMAIL": "tagwarden@localhost",
}
POLICY_SETTINGS = ("tagwarden.policy", "tagwarden.defaultPolicy", "tagwarden.sitePolicy")
FLUSH = b"0000"


class Outcome(Record):
    """How a push ended: what Git reported for each ref ("ok" or why not), and what the hooks said.

    `guarded` tells whether the push lock would have outlived the hook; None
    where no line of the push log says so.
    """

    refs: Mapping[str, str]
    said: str
    guarded: bool | None = None

    @property
    def refused(self) -> bool:
        """Whether any of the refs was refused."""
        return any(answer != "ok" for answer in self.refs.values())


def push_bad_tags(repository: ServedRepository) -> Outcome:
    """Push `TAGS` through the hooks that Git would run for a push to `repository`."""
    with tempfile.TemporaryDirectory(prefix="tagwarden-status-") as folder:
        scratch = _Scratch(os.path.join(folder, "scratch.git"), repository)
        commit = scratch.make_commit()
        answer = _answer_of(scratch.run(["git", "receive-pack", scratch.path], scratch.request(commit)))
        return answer._replace(guarded=_was_guarded(scratch.path))


def run_hook_on_bad_tags(repository: ServedRepository, file: str) -> tuple[int, str]:
    """Run the pre-receive hook at `file` alone, as a hosting system does that calls hooks itself.

    Its exit status, and what it said. OSError where it can't be started.
    """
    with tempfile.TemporaryDirectory(prefix="tagwarden-status-") as folder:
        scratch = _Scratch(os.path.join(folder, "scratch.git"), repository)
        commit = scratch.make_commit()
        lines = "".join(f"{'0' * len(commit)} {commit} refs/tags/{tag}\n" for tag in TAGS)
        ran = subprocess.run(
            [file],
            input=lines.encode(),
            cwd=scratch.path,
            env={**environment_without_repository(), "GIT_DIR": "."},
            capture_output=True,
        )
        return ran.returncode, (ran.stdout + ran.stderr).decode("utf-8", "replace")


class _Scratch:
    """A bare repository in which the hooks find what they find in `original`, but for its refs."""

    def __init__(self, path: str, original: ServedRepository) -> None:
        self.path = path
        self.format = original.git("rev-parse", "--show-object-format")
        self._git("init", "--quiet", "--bare", "--template=", f"--object-format={self.format}", path)
        for name in ("hooks", "custom_hooks"):
            os.symlink(os.path.join(original.common_dir, name), os.path.join(path, name))
        objects = original.git("rev-parse", "--path-format=absolute", "--git-path", "objects")
        _write(os.path.join(path, "objects", "info", "alternates"), objects + "\n")
        self._borrow_configuration(original)
        self._borrow_refs(original)

    def make_commit(self) -> str:
        """A commit of nothing; its id."""
        tree = self._git("-C", self.path, "hash-object", "-t", "tree", "-w", "--stdin")
        return self._git("-C", self.path, "commit-tree", "-m", "Probe", tree)

    def request(self, commit: str) -> bytes:
        """What a client sends that pushes `commit` as each of `TAGS`."""
        capabilities = f"\0report-status object-format={self.format}"
        request = b""
        for tag in TAGS:
            line = f"{'0' * len(commit)} {commit} refs/tags/{tag}{capabilities}".encode()
            request += b"%04x%s" % (len(line) + 4, line)
            capabilities = ""
        empty_pack = b"PACK\0\0\0\2\0\0\0\0"
        return request + FLUSH + empty_pack + hashlib.new(self.format, empty_pack, usedforsecurity=False).digest()

    def run(self, command: list[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            command, input=given, cwd=self.path, env=environment_without_repository(), capture_output=True
        )

    def _borrow_configuration(self, original: ServedRepository) -> None:
        # The original's first, and then what differs: of several values the last counts.
        config = os.path.join(self.path, "config")
        os.unlink(config)
        folder = original.hooks_folder()
        settings = {
            "include.path": os.path.join(original.common_dir, "config"),
            "core.repositoryFormatVersion": "1",
            "extensions.objectFormat": self.format,
            "core.bare": "true",
            # Else every ref of the original would be offered to the client, be it a million.
            "core.alternateRefsPrefixes": "refs/none",
            **({"core.hooksPath": folder.path} if folder.scope is not None else {}),
        }
        listed = original.git("config", "--null", "--get-regexp", r"^tagwarden\.", accepted=(0, 1))
        for entry in listed.split("\0"):
            name, newline, value = entry.partition("\n")
            if newline:
                settings[name] = value
        for name, value in settings.items():
            self._git("config", "--file", config, "--add", name, value)

    def _borrow_refs(self, original: ServedRepository) -> None:
        """HEAD, and the refs that the settings name: where a policy may be."""
        head = original.git("symbolic-ref", "--quiet", "HEAD", accepted=(0, 1))
        wanted = [head or "HEAD"]
        for setting in POLICY_SETTINGS:
            form, _, rest = (original.setting(setting) or "").partition(":")
            if form == "ref":
                ref = rest.partition(":")[0]
                wanted.append(ref if ref.startswith("refs/") else f"refs/heads/{ref}")
        if head:
            self._git("-C", self.path, "symbolic-ref", "HEAD", head)
        for ref in wanted:
            commit = original.git("rev-parse", "--verify", "--quiet", ref, accepted=(0, 1))
            if commit:
                self._git("-C", self.path, "update-ref", "--no-deref", ref, commit)

    def _git(self, *arguments: str) -> str:
        ran = subprocess.run(
            ["git", *arguments],
            env={**environment_without_repository(), **IDENTITY},
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
        if ran.returncode != 0:
            raise CannotAdminister(
                f"the scratch repository could not be made: {ran.stderr.decode('utf-8', 'replace').strip()}"
            )
        return os.fsdecode(ran.stdout).strip()


def _answer_of(ran: subprocess.CompletedProcess[bytes]) -> Outcome:
    """Take the report apart: after what is on offer and a flush, a line for each ref."""
    said = ran.stderr.decode("utf-8", "replace")
    refs = dict.fromkeys((f"refs/tags/{tag}" for tag in TAGS), "no answer")
    for line in _packets(ran.stdout):
        word, _, rest = line.partition(" ")
        ref, _, why = rest.partition(" ")
        if word in ("ok", "ng"):
            refs[ref] = why or word
    return Outcome(refs, said)


def _was_guarded(scratch: str) -> bool | None:
    lines = [json.loads(line) for line in read_lines(scratch)]
    return all(line.get("guarded", True) for line in lines) if lines else None


def _packets(data: bytes) -> list[str]:
    packets = []
    while len(data) >= 4:
        length = max(int(data[:4], 16), 4)
        packets.append(data[4:length].decode("utf-8", "replace").rstrip("\n"))
        data = data[length:]
    return packets


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
