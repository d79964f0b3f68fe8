"""Moves the evidence of landed tags into a bundle that the push log names, and deletes its refs.

The order makes an interruption harmless. The bundle is complete, verified and
synced to disk before a line of the log names it, and that line is synced before
the first ref is deleted. All refs go in one transaction of Git's, and only those
that still have the value in the bundle. If the process is killed, each piece of
evidence is still in its ref, in an archive that the log names, or in both; the
next call finishes the work. It runs under the push lock, so that no push is
judged by evidence that is being removed.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.push import RefUpdate
from ..policy.record import Record
from ..repository.approvals.bundle import digest_of, holds, write_bundle
from ..repository.approvals.identity import SETTING
from ..repository.approvals.landed import landed_tags
from ..repository.git.configuration import Configuration
from ..repository.git.own_file import STATE_FOLDER
from ..repository.git.processes import run
from ..repository.git.program import GitProgram
from .lock.push_lock import take_push_lock
from .log.append import append_to_log
from .log.archives import archives_of
from .log.line import ARCHIVED, ArchiveFile, Entry
from .log.settlement import settle
from .pusher import Pusher

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..repository.approvals.landed import LandedTag
    from ..repository.git.command import Git

WAIT = 60.0
FOLDER = f"{STATE_FOLDER}/archives"
HOW = "`tagwarden approvals archive` was run on the server"


class Archived(Record):
    """What was archived, or would be: the tags, the number of their refs, and the bundle (None if none was written)."""

    tags: Sequence[str]
    refs: int
    file: str | None
    sha256: str | None


def archive_approvals(
    common_dir: str, git: Git, *, before: int | None = None, folder: str | None = None, dry_run: bool = False
) -> Archived:
    """Archive the evidence of the landed tags, or only of those dated before the second `before`.

    The bundle is written to `folder`, by default to one in the repository; with
    `dry_run` nothing is written. Raises CannotJudge if the lock, the log or Git
    prevents it, and OSError if a file can't be written; all refs are then still there.
    """
    common_dir = os.path.abspath(common_dir)
    lock = take_push_lock(common_dir, wait=WAIT, say=lambda _: None)
    try:
        settle(common_dir, git)
        with closing(Configuration(git)) as configuration:
            if configuration.get(SETTING) is None:
                raise CannotJudge(
                    f"the Git setting {SETTING} is not set, so this repository keeps no approvals; archive them in the "
                    "bare repository on the server"
                )
        with closing(GitProgram(git)) as reader:
            landed = [tag for tag in landed_tags(reader) if before is None or tag.time < before]
        refs = {ref: oid for tag in landed for ref, oid in tag.refs.items()}
        names = [tag.name for tag in landed]
        if not refs or dry_run:
            return Archived(names, len(refs), None, None)
        file = _bundle(common_dir, git, folder, landed, refs)
        _log(common_dir, file, refs)
        deletions = "".join(f"delete {ref} {oid}\n" for ref, oid in refs.items())
        run(git.command("update-ref", "--stdin"), environment=git.user_environment, given=deletions.encode("ascii"))
        return Archived(names, len(refs), os.path.join(common_dir, file.path), file.sha256)
    finally:
        lock.release()


def _bundle(
    common_dir: str, git: Git, folder: str | None, landed: Sequence[LandedTag], refs: Mapping[str, str]
) -> ArchiveFile:
    """The bundle of the refs: a new one, or the one that an interrupted call has already written."""
    # Named after its content, so that it is written only once and no other bundle can have its name.
    content = "".join(f"{oid} {ref}\n" for ref, oid in sorted(refs.items()))
    name = f"approvals-{hashlib.sha256(content.encode('ascii')).hexdigest()[:16]}.bundle"
    place = os.path.join(common_dir, FOLDER) if folder is None else os.path.realpath(folder)
    path = os.path.join(place, name)
    if not os.path.isdir(place):
        os.makedirs(place)
        os.chmod(place, os.stat(common_dir).st_mode & 0o7777)
    if not os.path.lexists(path):
        write_bundle(git, path, refs, (tag.commit for tag in landed))
    elif not holds(git, path, refs):
        raise CannotJudge(f"{path} already exists and is damaged; it is not overwritten. Move it away")
    within = path.startswith(os.path.join(common_dir, ""))
    return ArchiveFile(os.path.relpath(path, common_dir) if within else path, digest_of(path))


def _log(common_dir: str, file: ArchiveFile, refs: Mapping[str, str]) -> None:
    """Log the archive, unless an interrupted call has already done so."""
    path = os.path.join(common_dir, file.path)
    if any((one.file, one.sha256, one.refs) == (path, file.sha256, refs) for one in archives_of(common_dir)):
        return
    owner = Pusher(None, None, HOW, os.getuid())
    updates = [RefUpdate(oid, None, ref) for ref, oid in refs.items()]
    append_to_log(common_dir, Entry("none", owner, updates, ARCHIVED, archive=file))
