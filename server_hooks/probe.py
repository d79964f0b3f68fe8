"""Pushes a bad tag through a repository's real hooks, but into a scratch repository.

The scratch repository borrows the other one's objects, configuration, policy and
hooks folder. The push talks to receive-pack directly (gitprotocol-pack(5),
"Pushing Data To a Server"), so that no client, client hook or transport can
affect the result.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zlib
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.grammar.names import HEADS
from ..repository.git.bare.empty import in_configuration
from ..repository.hook_files.probe import BAD_REFS, Outcome, Tried, scratch_folder, try_hooks
from .lock.push_lock import LOCK_FILE, take_push_lock
from .log.chain import read_lines
from .log.sink import SINK_SETTING
from .served_repository import OURS

if TYPE_CHECKING:
    from .served_repository import ServedRepository

COMMIT = b"""\
tree %s
author tagwarden status <tagwarden@localhost> 1700000000 +0000
committer tagwarden status <tagwarden@localhost> 1700000000 +0000

Probe
"""
POLICY_SETTINGS = ("tagwarden.policy", "tagwarden.defaultPolicy", "tagwarden.sitePolicy")
FLUSH = b"0000"
# Far more than the process that keeps the push lock needs to settle the log of one push.
SECONDS_TO_SETTLE = 10.0


def push_bad_tags(repository: ServedRepository) -> Outcome:
    """Push `BAD_REFS` through the hooks of `repository`. Raises CannotInstall if that can't be tried."""
    with scratch_folder(repository) as path:
        scratch = _Scratch(path, repository)
        request = scratch.request(scratch.make_commit())
        tried = try_hooks(["git", "receive-pack", path], environment=scratch.environment, given=request, folder=path)
        if tried.ended:
            _wait_until_settled(path)
        return Outcome(_was_refused(tried), tried.answered.stderr.decode("utf-8", "replace"), _was_guarded(path))


def run_hook_on_bad_tags(repository: ServedRepository, file: str) -> tuple[int | None, str]:
    """Run the pre-receive hook at `file` alone, like a hosting system that calls hooks itself.

    Returns its exit status, None if it did not end, and its output. Raises
    CannotInstall if it can't be tried.
    """
    with scratch_folder(repository) as path:
        scratch = _Scratch(path, repository)
        commit = scratch.make_commit()
        lines = "".join(f"{'0' * len(commit)} {commit} {ref}\n" for ref in BAD_REFS)
        environment = {**scratch.environment, "GIT_DIR": "."}
        answered, ended = try_hooks([file], environment=environment, given=lines.encode(), folder=path)
        return answered.status if ended else None, answered.text


class _Scratch:
    """A bare repository in the folder `path` in which hooks find what they find in `original`, but few of its refs.

    It is written by hand (gitrepository-layout(5)): one Git process for each file would take as long as the push.
    """

    def __init__(self, path: str, original: ServedRepository) -> None:
        self.path = path
        self.environment = original.git.user_environment
        self._format = original.object_format
        for name in ("hooks", "custom_hooks"):
            os.symlink(os.path.join(original.common_dir, name), os.path.join(path, name))
        os.makedirs(os.path.join(path, "refs", "heads"))
        self._write("objects/info/alternates", os.path.join(original.common_dir, "objects") + "\n")
        self._borrow_configuration(original)
        self._borrow_refs(original)

    def make_commit(self) -> str:
        """Make an empty commit; returns its id."""
        tree = self._store("tree", b"")
        return self._store("commit", COMMIT % tree.encode())

    def request(self, commit: str) -> bytes:
        """The request of a client that pushes `commit` as each of `BAD_REFS`."""
        capabilities = f"\0report-status object-format={self._format}"
        request = b""
        for ref in BAD_REFS:
            line = f"{'0' * len(commit)} {commit} {ref}{capabilities}".encode()
            request += b"%04x%s" % (len(line) + 4, line)
            capabilities = ""
        empty_pack = b"PACK\0\0\0\2\0\0\0\0"
        return request + FLUSH + empty_pack + self._hash(empty_pack).digest()

    def _borrow_configuration(self, original: ServedRepository) -> None:
        # First the original's settings, then the differing ones: of several values, the last counts.
        folder = original.hooks_folder()
        settings = [
            ("include.path", os.path.join(original.common_dir, "config")),
            ("core.repositoryFormatVersion", "1"),
            ("extensions.objectFormat", self._format),
            ("core.bare", "true"),
            # Otherwise every ref of the original would be offered to the client, even if there are a million.
            ("core.alternateRefsCommand", "true"),
            ("receive.autoGC", "false"),
        ]
        if folder.scope is not None:
            settings.append(("core.hooksPath", folder.path))
        settings += [(one.name, one.value or "") for one in original.settings() if one.name.startswith(OURS)]
        # Pushes that are only tried should not reach the command that gets the lines of the push log.
        settings.append((SINK_SETTING, ""))
        self._write("config", "".join(in_configuration(name, value) for name, value in settings))

    def _borrow_refs(self, original: ServedRepository) -> None:
        """Copy HEAD and the refs that the settings name, where a policy may be."""
        wanted = []
        for setting in POLICY_SETTINGS:
            form, _, rest = (original.setting(setting) or "").partition(":")
            if form == "ref":
                ref = rest.partition(":")[0]
                wanted.append(ref if ref.startswith("refs/") else HEADS + ref)
        head = f"ref: {original.branch}" if original.branch else original.head_commit
        self._write("HEAD", f"{head or 'ref: refs/heads/none'}\n")
        commits = original.commits_of(wanted) if wanted else {}
        if original.branch and original.head_commit:
            commits[original.branch] = original.head_commit
        for ref, commit in commits.items():
            self._write(ref, f"{commit}\n")

    def _store(self, kind: str, content: bytes) -> str:
        """Write a loose object (gitformat-loose(5)) with this content; returns its id."""
        whole = b"%s %d\0%s" % (kind.encode(), len(content), content)
        oid = self._hash(whole).hexdigest()
        self._write(f"objects/{oid[:2]}/{oid[2:]}", zlib.compress(whole))
        return oid

    def _hash(self, data: bytes) -> hashlib._Hash:
        return hashlib.new(self._format, data, usedforsecurity=False)

    def _write(self, name: str, content: str | bytes) -> None:
        path = os.path.join(self.path, name)
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            os.makedirs(folder)
        with open(path, "wb") as file:
            file.write(os.fsencode(content))


def _wait_until_settled(scratch: str) -> None:
    """Wait for the process that keeps the push lock: it writes into the repository after an accepted push has ended."""
    # Whoever frees the lock empties its file.
    with contextlib.suppress(FileNotFoundError, CannotJudge):
        if os.stat(os.path.join(scratch, LOCK_FILE)).st_size:
            take_push_lock(scratch, wait=SECONDS_TO_SETTLE, say=lambda _: None).release()


def _was_refused(tried: Tried) -> bool | None:
    """Whether the report, which follows the advertised refs, lacks an `ok` for some ref; None if it did not end."""
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
