"""Parses the settings that say where a policy is, and reads it from there."""

from __future__ import annotations

import os
import stat

from ...policy.errors import CannotJudge
from ...policy.record import Record
from ..git.sha256 import sha256
from ..git.trees.paths import is_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..git.reader import Reader

POLICY_FILE = "tagwarden.toml"
LARGEST_POLICY = 1 << 20


class PolicyLocation(Record):
    """`setting` says `file:<path>` (`ref` is None) or `ref:<ref>:<path>` (`ref` is a full name, or HEAD)."""

    setting: str
    ref: str | None
    path: str


class PolicyFile(Record):
    """A policy file's bytes, the id that tells them apart, and the commit that they were taken from."""

    data: bytes
    id: str
    commit: str | None


def parse_location(setting: str, value: str) -> PolicyLocation:
    """Reads the value of a setting. A branch may go by its short name. Raises CannotJudge for anything else."""
    form, _, rest = value.partition(":")
    if form == "file" and os.path.isabs(rest):
        return PolicyLocation(setting, None, rest)
    ref, _, path = rest.partition(":")
    if form == "ref" and ref and is_path(path):
        return PolicyLocation(setting, ref if ref == "HEAD" or ref.startswith("refs/") else f"refs/heads/{ref}", path)
    raise CannotJudge(
        f"The Git setting {setting} is {value!r}, which is not a policy location. Set it to file:/absolute/path or "
        f"to ref:<ref>:<path>: `git config {setting} ref:refs/heads/main:{POLICY_FILE}`."
    )


def read_location(location: PolicyLocation, reader: Reader) -> PolicyFile:
    """The policy that a setting names; raises CannotJudge where it can't be had."""
    if location.ref is None:
        return _read_set_file(location)
    commit = reader.head_commit() if location.ref == "HEAD" else reader.existing([location.ref]).get(location.ref)
    if commit is None:
        raise CannotJudge(
            f"The policy can't be read: the Git setting {location.setting} names the ref {location.ref!r}, "
            f"which does not exist. Create it, or change the setting with `git config {location.setting} …`."
        )
    found = read_at(reader, commit, location.path, f"Git setting {location.setting}")
    if found is None:
        raise CannotJudge(
            f"The policy can't be read: the Git setting {location.setting} names {location.path!r} at "
            f"{location.ref!r}, and there is no such file. Add it there, or change the setting with "
            f"`git config {location.setting} …`."
        )
    return found


def read_at(reader: Reader, commit: str, path: str, because: str) -> PolicyFile | None:
    """A policy file in a commit, None where there is none.

    `because` names what asks for it. Raises CannotJudge for what is no
    ordinary file, or larger than a policy may be.
    """
    entry = reader.entry(commit, path, limit=LARGEST_POLICY)
    if entry is None:
        return None
    if entry.kind != "file":
        raise CannotJudge(
            f"The policy {path!r} ({because}) is a {entry.kind} in commit {commit}, and only an ordinary file is "
            "read. Replace it by one and push that."
        )
    if entry.size > LARGEST_POLICY:
        raise _too_large(f"{path!r} in commit {commit} ({because})")
    return PolicyFile(entry.data, entry.oid, commit)


def read_file(path: str, because: str) -> bytes | None:
    """The policy in a file on disk, None where there is no file; `because` names what asks for it.

    Raises OSError where it can't be read, CannotJudge where it is no ordinary
    file or larger than a policy may be.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return None
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise CannotJudge(
                f"The policy {path!r} ({because}) is not an ordinary file. Put a policy file in its place."
            )
        data = file.read(LARGEST_POLICY + 1)
    if len(data) > LARGEST_POLICY:
        raise _too_large(f"{path!r} ({because})")
    return data


def file_id(data: bytes) -> str:
    """What tells one content of a policy file outside of Git from another."""
    return f"sha256:{sha256(data)}"


def _read_set_file(location: PolicyLocation) -> PolicyFile:
    try:
        data = read_file(location.path, f"Git setting {location.setting}")
        reason = "there is no such file"
    except OSError as error:
        data, reason = None, str(error.strerror)
    if data is None:
        raise CannotJudge(
            f"The policy can't be read: the Git setting {location.setting} names the file {location.path!r}: "
            f"{reason}. Put a readable file there, or change the setting with `git config {location.setting} …`."
        )
    return PolicyFile(data, file_id(data), None)


def _too_large(what: str) -> CannotJudge:
    return CannotJudge(f"The policy {what} has more than {LARGEST_POLICY} bytes, the most that is read. Shorten it.")
