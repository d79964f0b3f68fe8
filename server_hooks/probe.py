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
from typing import TYPE_CHECKING

from ..policy.grammar.names import HEADS
from ..repository.git.environment import environment_without_repository
from ..repository.git.processes import run
from ..repository.hook_files.probe import BAD_REFS, Outcome, Tried, scratch_repository, try_hooks
from .log.chain import read_lines
from .log.sink import SINK_SETTING

if TYPE_CHECKING:
    from .served_repository import ServedRepository

IDENTITY = {
    "GIT_AUTHOR_NAME": "tagwarden status",
    "GIT_AUTHOR_EMAIL": "tagwarden@localhost",
    "GIT_COMMITTER_NAME": "tagwarden status",
    "GIT_COMMITTER_EMAIL": "tagwarden@localhost",
}
POLICY_SETTINGS = ("tagwarden.policy", "tagwarden.defaultPolicy", "tagwarden.sitePolicy")
FLUSH = b"0000"


def push_bad_tags(repository: ServedRepository) -> Outcome:
    """Push `BAD_REFS` through the hooks that Git would run for a push to `repository`. Raises CannotInstall."""
    with scratch_repository(repository) as path:
        scratch = _Scratch(path, repository)
        request = scratch.request(scratch.make_commit())
        tried = try_hooks(["git", "receive-pack", path], environment=scratch.environment, given=request, folder=path)
        return Outcome(_was_refused(tried), tried.answered.complaint.decode("utf-8", "replace"), _was_guarded(path))


def run_hook_on_bad_tags(repository: ServedRepository, file: str) -> tuple[int | None, str]:
    """Run the pre-receive hook at `file` alone, as a hosting system does that calls hooks itself.

    Its exit status, None where it did not end, and what it said. Raises
    CannotInstall where it can't be tried.
    """
    with scratch_repository(repository) as path:
        scratch = _Scratch(path, repository)
        commit = scratch.make_commit()
        lines = "".join(f"{'0' * len(commit)} {commit} {ref}\n" for ref in BAD_REFS)
        environment = {**scratch.environment, "GIT_DIR": "."}
        answered, ended = try_hooks([file], environment=environment, given=lines.encode(), folder=path)
        return answered.status if ended else None, answered.said


class _Scratch:
    """The empty bare repository at `path`, in which hooks find what they find in `original`, but for its refs."""

    def __init__(self, path: str, original: ServedRepository) -> None:
        self.path = path
        self.environment = environment_without_repository()
        self._format = original.ask("rev-parse", "--show-object-format")
        for name in ("hooks", "custom_hooks"):
            os.symlink(os.path.join(original.common_dir, name), os.path.join(path, name))
        objects = original.place("--git-path", "objects")
        _write(os.path.join(path, "objects", "info", "alternates"), objects + "\n")
        self._borrow_configuration(original)
        self._borrow_refs(original)

    def make_commit(self) -> str:
        """A commit of nothing; its id."""
        tree = self._git("-C", self.path, "hash-object", "-t", "tree", "-w", "--stdin")
        return self._git("-C", self.path, "commit-tree", "-m", "Probe", tree)

    def request(self, commit: str) -> bytes:
        """What a client sends that pushes `commit` as each of `BAD_REFS`."""
        capabilities = f"\0report-status object-format={self._format}"
        request = b""
        for ref in BAD_REFS:
            line = f"{'0' * len(commit)} {commit} {ref}{capabilities}".encode()
            request += b"%04x%s" % (len(line) + 4, line)
            capabilities = ""
        empty_pack = b"PACK\0\0\0\2\0\0\0\0"
        return request + FLUSH + empty_pack + hashlib.new(self._format, empty_pack, usedforsecurity=False).digest()

    def _borrow_configuration(self, original: ServedRepository) -> None:
        # The original's first, and then what differs: of several values the last counts.
        config = os.path.join(self.path, "config")
        os.unlink(config)
        folder = original.hooks_folder()
        settings = {
            "include.path": os.path.join(original.common_dir, "config"),
            "core.repositoryFormatVersion": "1",
            "extensions.objectFormat": self._format,
            "core.bare": "true",
            # Else every ref of the original would be offered to the client, be it a million.
            "core.alternateRefsPrefixes": "refs/none",
            **({"core.hooksPath": folder.path} if folder.scope is not None else {}),
        }
        listed = original.ask_for("config", "--null", "--get-regexp", r"^tagwarden\.")
        for entry in listed.split("\0"):
            name, newline, value = entry.partition("\n")
            if newline:
                settings[name] = value
        # What is only tried is no news for whoever gets the lines of the push log.
        settings[SINK_SETTING.lower()] = ""
        for name, value in settings.items():
            self._git("config", "--file", config, "--add", name, value)

    def _borrow_refs(self, original: ServedRepository) -> None:
        """HEAD, and the refs that the settings name: where a policy may be."""
        head = original.ask("symbolic-ref", "--quiet", "HEAD", accepted=(0, 1))
        wanted = [head or "HEAD"]
        for setting in POLICY_SETTINGS:
            form, _, rest = (original.setting(setting) or "").partition(":")
            if form == "ref":
                ref = rest.partition(":")[0]
                wanted.append(ref if ref.startswith("refs/") else HEADS + ref)
        if head:
            self._git("-C", self.path, "symbolic-ref", "HEAD", head)
        for ref in wanted:
            commit = original.ask("rev-parse", "--verify", "--quiet", ref, accepted=(0, 1))
            if commit:
                self._git("-C", self.path, "update-ref", "--no-deref", ref, commit)

    def _git(self, *arguments: str) -> str:
        return os.fsdecode(run(["git", *arguments], environment={**self.environment, **IDENTITY})[1]).strip()


def _was_refused(tried: Tried) -> bool | None:
    """What the report says: after what is on offer and a flush, a line for each ref (gitprotocol-pack(5))."""
    if not tried.ended:
        return None
    said = _packets(tried.answered.output)
    return any(f"ok {ref}" not in said for ref in BAD_REFS)


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
