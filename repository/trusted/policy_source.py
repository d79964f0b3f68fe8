"""Which policy judges a push: never one that the push itself brings.

Policies are read from the current refs. In `pre-receive` the push has not moved
any ref yet; its objects are in quarantine. In `update` it may already have moved
other refs, so that hook passes a reader that knows the earlier values
(`reader_before.py`).
"""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge
from ...policy.record import Record
from .policy_location import POLICY_FILE, file_id, parse_location, read_at, read_file, read_location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ..git.configuration import Configuration
    from ..git.reader import Reader

    Kind = Literal["configured", "head", "remote", "work-tree", "default", "built-in"]

POLICY_SETTING = "tagwarden.policy"
DEFAULT_SETTING = "tagwarden.defaultPolicy"
SITE_SETTING = "tagwarden.sitePolicy"


class PolicySource(Record):
    """A policy that is not parsed yet.

    `source` is its name in a verdict, such as "HEAD:tagwarden.toml". `id` is the blob's id, or "sha256:…" of a file
    outside of Git. `data` is the content, None for the built-in policy. `commit` is the commit of the trusted ref,
    from which `.gto` is read; None if there is none. `note` is a sentence for every verdict.
    """

    kind: Kind
    source: str
    id: str | None
    data: bytes | None
    commit: str | None
    note: str | None = None


def server_policy(reader: Reader, configuration: Configuration) -> PolicySource:
    """The repository's policy on a server: the first that exists of a setting, HEAD, the default and the built-in one.

    Raises CannotJudge if that one can't be read: the next must not replace it.
    """
    head, note = _head_and_note(reader)
    if value := configuration.get(POLICY_SETTING):
        return _configured("configured", POLICY_SETTING, value, reader, head)
    if head is not None and (found := read_at(reader, head, POLICY_FILE, "the policy at HEAD")):
        return PolicySource("head", f"HEAD:{POLICY_FILE}", found.id, found.data, head)
    if value := configuration.get(DEFAULT_SETTING):
        return _configured("default", DEFAULT_SETTING, value, reader, head)._replace(note=note)
    return PolicySource("built-in", "built-in", None, None, head, note)


def site_policy(reader: Reader, configuration: Configuration) -> PolicySource | None:
    """The site's policy on a server, None if none is set. Raises CannotJudge if it can't be read."""
    value = configuration.get(SITE_SETTING)
    return _configured("configured", SITE_SETTING, value, reader, reader.head_commit()) if value else None


def client_policy(
    reader: Reader, configuration: Configuration, *, remote: str | None, work_tree: str | None
) -> PolicySource:
    """The policy in a clone: from a setting, the remote's default branch, the work tree, or the built-in one.

    `remote` is the remote's name, None without one; `work_tree` the path, None in a bare repository. Raises
    CannotJudge like `server_policy`.
    """
    remote_head = f"refs/remotes/{remote}/HEAD"
    commit = reader.existing([remote_head]).get(remote_head) if remote else None
    if value := configuration.get(POLICY_SETTING):
        return _configured("configured", POLICY_SETTING, value, reader, commit)
    if commit is not None and (found := read_at(reader, commit, POLICY_FILE, f"the policy at {remote_head}")):
        return PolicySource("remote", f"{remote_head}:{POLICY_FILE}", found.id, found.data, commit)
    if work_tree is not None:
        path = os.path.join(work_tree, POLICY_FILE)
        try:
            data = read_file(path, "the policy of this work tree")
        except OSError as error:
            raise CannotJudge(f"The policy {path!r} can't be read: {error.strerror}. Make it readable.") from error
        if data is not None:
            return PolicySource("work-tree", POLICY_FILE, file_id(data), data, commit)
    return PolicySource("built-in", "built-in", None, None, commit)


def _configured(kind: Kind, setting: str, value: str, reader: Reader, head: str | None) -> PolicySource:
    location = parse_location(setting, value)
    found = read_location(location, reader)
    return PolicySource(kind, value, found.id, found.data, found.commit or head)


def _head_and_note(reader: Reader) -> tuple[str | None, str | None]:
    commit = reader.head_commit()
    if commit is not None:
        return commit, None
    return None, (
        f"HEAD names {reader.head() or 'a commit'!r}, which does not exist, so no {POLICY_FILE} was read from it; "
        "the server's administrator can name the policy's branch: `tagwarden status --server` says how"
    )
