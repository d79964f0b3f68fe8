"""Predicts what `git receive-pack` does with an update after its hook has accepted it.

An update may count in favour of another only if it lands unless something fails.
"""

from __future__ import annotations

import os

from ...policy.grammar.names import fits, parents_of
from ..git.command import namespace_prefix
from ..git.configuration import Configuration, is_true
from ..git.scratch_files import filled_scratch_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...policy.push import RefUpdate
    from ..git.command import Git
    from ..git.reader import Reader

HIDING = ("receive.hiderefs", "transfer.hiderefs")


class Receiver:
    """`git receive-pack` in one repository, as it is configured.

    `per_ref_hook` names the hook that may refuse single refs after ours, None if there is none. Methods raise
    CannotJudge if Git can't read its configuration.
    """

    def __init__(self, git: Git, configuration: Configuration, *, per_ref_hook: str | None = None) -> None:
        """`configuration` holds at least the sections `core`, `receive` and `transfer`."""
        self.per_ref_hook = per_ref_hook
        self._git = git
        self._settings = configuration.entries()
        # `hides` is called for each ref of a push, so the settings are filtered only once.
        self._hiding = [pattern for name, pattern in reversed(self._settings) if name in HIDING]
        self._namespace = namespace_prefix(git.environment.get("GIT_NAMESPACE", ""))

    def hides(self, ref: str) -> bool:
        """Whether `receive.hideRefs` or `transfer.hideRefs` hides the ref; the last matching value counts.

        A value with `!` shows the ref again; one with `^` is compared with the full name, including the namespace
        (git-config(1), transfer.hideRefs).
        """
        for setting in self._hiding:
            shows = setting.startswith("!")
            pattern = setting.removeprefix("!")
            subject = self._namespace + ref if pattern.startswith("^") else ref
            pattern = pattern.removeprefix("^").rstrip("/")
            if subject == pattern or subject.startswith(pattern + "/"):
                return not shows
        return False

    def lands(self, branch: RefUpdate, updates: Mapping[str, RefUpdate], reader: Reader) -> bool:
        """Whether `branch` lands unless something fails.

        `updates` are all updates of the push, by ref. The caller has checked that the push creates the branch, or
        fast-forwards it from its current commit.
        """
        if self.per_ref_hook is not None or self.hides(branch.ref) or branch.new is None:
            return False
        if self._is_handed_over(branch.ref):
            return False  # to the proc-receive hook, which may refuse it
        if not fits(os.fsencode(branch.ref).decode("latin-1")):
            return False  # file systems count bytes
        if self._may_be_checked_out() and (branch.old is not None or self._is_head(branch.ref)):
            return False  # receive.denyCurrentBranch
        if [found.type for found in reader.objects([branch.new], limit=0)] != ["commit"]:
            return False  # Git refuses a branch on a tag object, even if that points at a commit
        parents = [parent for parent in parents_of(branch.ref) if parent.count("/") > 1]
        if not updates.keys().isdisjoint(parents) or reader.existing(parents):
            return False
        below = branch.ref + "/"
        if any(ref.startswith(below) for ref in updates) or reader.refs_under(below):
            return False
        return self.gets_whole([branch.new])

    def gets_whole(self, oids: Sequence[str]) -> bool:
        """Whether the push has all objects reachable from these; Git drops the refs for which it has not."""
        return is_connected(self._git, oids) and not is_cut_off(self._git, oids)

    def _is_handed_over(self, ref: str) -> bool:
        """Whether a value of `receive.procReceiveRefs` may fit the ref: a prefix, with `!` for all others."""
        for name, value in self._settings:
            if name == "receive.procreceiverefs":
                prefix = value.rpartition(":")[2].rstrip("/")
                if "!" in value.partition(":")[0] or (ref + "/").startswith(prefix + "/"):
                    return True
        return False

    def _may_be_checked_out(self) -> bool:
        bare = [value for name, value in self._settings if name == "core.bare"]
        return not bare or not is_true(bare[-1]) or os.path.exists(os.path.join(self._git.folder(), "worktrees"))

    def _is_head(self, branch: str) -> bool:
        """Whether a work tree has the branch checked out, even if the branch does not exist yet."""
        listed = self._git.run("worktree", "list", "--porcelain")[1]
        return os.fsencode(f"branch {self._namespace}{branch}") in listed.split(b"\n")


def is_connected(git: Git, oids: Sequence[str]) -> bool:
    """Whether all objects reachable from these exist. Git checks the same before it moves a ref to one of them."""
    source = filled_scratch_file(_in_lines(oids))
    try:
        child = git.start("rev-list", "--objects", "--quiet", "--stdin", "--not", "--all", stdin=source)
    finally:
        os.close(source)
    return child.finish() == 0


def is_cut_off(git: Git, oids: Sequence[str]) -> bool:
    """Whether the history of these tags or commits reaches the boundary of the pusher's shallow clone before any ref.

    Git then drops the ref (receive.shallowUpdate), but only after its hooks have run. The only trace is the temporary
    file with the boundary (shallow.c, `setup_temporary_shallow`); there may also be one of another push.
    """
    folder = git.common_folder()
    ends: set[bytes] = set()
    for name in os.listdir(folder):
        if name.startswith("shallow_"):
            try:
                with open(os.path.join(folder, name), "rb") as file:
                    ends.update(file.read().split())
            except (FileNotFoundError, PermissionError):
                pass  # it belongs to another user, or its push has ended
    if not ends:
        return False
    new = git.run("rev-list", "--stdin", "--not", "--all", given=_in_lines(oids))[1]
    return not ends.isdisjoint(new.split())


def _in_lines(oids: Sequence[str]) -> bytes:
    return "".join(f"{oid}\n" for oid in oids).encode("ascii")
