"""Parses the Git settings that say where a policy is, and reads it from there."""

from __future__ import annotations

import os
import stat

from ...policy.errors import CannotJudge
from ...policy.grammar.names import HEADS
from ...policy.record import Record
from ..git.sha256 import sha256
from ..git.trees.paths import is_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..git.reader import Reader

POLICY_FILE = "tagwarden.toml"
LARGEST_POLICY = 1 << 20


class PolicyLocation(Record):
    """Where the Git setting `setting` says that the policy is.

    `file:<path>` has an absolute path and the ref None; `ref:<ref>:<path>` has the full name of a ref, or HEAD.
    """

    setting: str
    ref: str | None
    path: str


class PolicyFile(Record):
    """The content of a policy file, its id (a blob id or `sha256:…`), and its commit, None outside of Git."""

    data: bytes
    id: str
    commit: str | None


def parse_location(setting: str, value: str) -> PolicyLocation:
    """Parse the value of a setting; a branch may be given by its short name. Raises CannotJudge if it is malformed."""
    form, _, rest = value.partition(":")
    if form == "file" and os.path.isabs(rest):
        return PolicyLocation(setting, None, rest)
    ref, _, path = rest.partition(":")
    if form == "ref" and ref and is_path(path):
        return PolicyLocation(setting, ref if ref == "HEAD" or ref.startswith("refs/") else HEADS + ref, path)
    raise CannotJudge(
        f"The Git setting {setting} is {value!r}, which is not a policy location. Set it to file:/absolute/path or "
        f"to ref:<ref>:<path>: `git config {setting} ref:refs/heads/main:{POLICY_FILE}`."
    )


def read_location(location: PolicyLocation, reader: Reader) -> PolicyFile:
    """The policy that a setting names. Raises CannotJudge if it does not exist or can't be read."""
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
    """The policy file at `path` in a commit, None if there is none.

    `because` says in messages why it is read. Raises CannotJudge if it is not an ordinary file or larger than
    LARGEST_POLICY.
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
    """The content of a policy file on disk, None if there is no such file.

    `because` says in messages why it is read. Raises OSError if it can't be read, CannotJudge if it is not an ordinary
    file or larger than LARGEST_POLICY.
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
    """The id of a policy file outside of Git, by its content."""
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
