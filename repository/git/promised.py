"""Fetches the objects that a partial clone lacks, all at once; never on a server.

Git itself fetches such objects one by one as they are read (gitglossary(7),
"promisor"). Here the missing ones are found first, through an empty repository
that borrows the clone's objects but has no promisor remote. Then one `git
fetch` gets them; a folder comes with everything below it.
"""

from __future__ import annotations

import os
import tempfile

from ...policy.errors import CannotJudge
from ...policy.wording import shell_command
from .bare.empty import make_empty_repository
from .bounded_program import NotCompleted, TimedOut, run_bounded
from .command import Git
from .environment import environment_without_repository
from .extra_environment import OBJECT_FOLDERS
from .trees.entries import FOLDER_BYTES, entry_in, kind_of
from .waiting_message import waiting_message_about

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .objects import RawObject

    # As `ObjectReader.ask` (questions, limit, content_of), without fetching.
    Look = Callable[[Sequence[str], int, str], Iterator[RawObject]]

# Long, because users of a partial clone are used to waiting: checking out a branch fetches, too.
SECONDS = 120.0
_LONGEST_STDERR = 2000
_COMMIT_BYTES = 1 << 20


def is_partial_clone(git: Git) -> bool:
    """Whether this is a partial clone, which may lack objects that a remote has."""
    return bool(_promising(git))


def _promising(git: Git) -> list[str]:
    """The names of the promisor remotes."""
    settings = git.run("config", "--name-only", "--get-regexp", r"^remote\..*\.promisor$", accepted=(0, 1))[1]
    names = settings.decode("utf-8", "surrogateescape").splitlines()
    extension = git.line("config", "--get", "extensions.partialClone", accepted=(0, 1))
    found = [name.removeprefix("remote.").removesuffix(".promisor") for name in names]
    return list(dict.fromkeys([*found, *([extension] if extension else [])]))


class Promised:
    """Fetches the promised objects of one partial clone.

    `git` reads the objects that the clone has, and never fetches; it can't be used any more after `close`.
    """

    def __init__(self, clone: Git) -> None:
        """Raises CannotJudge if `clone` is a server's repository, which must have all objects itself."""
        self._clone = clone
        self._remotes = _promising(clone)
        if not clone.may_fetch or clone.is_bare():
            raise CannotJudge(
                "This repository is a partial clone: objects that are needed here are not in it. A repository that "
                f"receives pushes must have all objects. As its owner, run: {self._refetch()}"
            )
        self._folder = tempfile.TemporaryDirectory(prefix="tagwarden-")
        make_empty_repository(self._folder.name, sha256=clone.is_sha256())
        borrowed = {name: clone.user_environment[name] for name in (OBJECT_FOLDERS,) if name in clone.user_environment}
        objects = clone.place("--git-path", "objects")
        here = {"GIT_DIR": self._folder.name, "GIT_OBJECT_DIRECTORY": objects}
        self.git = Git(None, {**environment_without_repository(clone.user_environment), **borrowed, **here})

    def close(self) -> None:
        self._folder.cleanup()

    def fetch_for(self, questions: Sequence[str], content_of: str, look: Look) -> None:
        """Fetch the folders and files that `questions` are about, each an id or `<id>:<path>`.

        Tags and commits are not fetched: a partial clone has all of them. Raises CannotJudge if a remote does not
        give an object.
        """
        if content_of in ("tree", "blob"):
            self._fetch_missing([question for question in questions if ":" not in question], look)
        doubtful = [question for question in questions if ":" in question]
        self._fetch_missing(self._leaves(self._missing(doubtful, look), look), look)

    def _leaves(self, questions: Sequence[str], look: Look) -> list[str]:
        """The ids of the entries at the paths of these questions; fetches the folders on the way."""
        asked = [question.partition(":")[::2] for question in questions]
        roots = self._roots({treeish for treeish, _ in asked}, look)
        on_the_way = [(roots[treeish], path.split("/")) for treeish, path in asked if treeish in roots]
        leaves = []
        while on_the_way:
            trees = dict.fromkeys(tree for tree, _ in on_the_way)
            self._fetch_missing(list(trees), look)
            contents = {found.oid: found.data for found in look(list(trees), FOLDER_BYTES, "tree")}
            deeper = []
            for tree, (name, *below) in on_the_way:
                entry = entry_in(contents[tree], os.fsencode(name), len(tree) // 2) if name else None
                if entry is None or kind_of(entry[0]) == "submodule":
                    continue
                if below and kind_of(entry[0]) == "folder":
                    deeper.append((entry[1], below))
                elif not below:
                    leaves.append(entry[1])
            on_the_way = deeper
        return leaves

    def _roots(self, treeishes: Iterable[str], look: Look) -> dict[str, str]:
        """The root folder of each commit or tree: its id by the commit's or tree's own id."""
        found = {}
        for treeish in look(sorted(treeishes), _COMMIT_BYTES, "commit"):
            if treeish.type == "commit" and treeish.data.startswith(b"tree "):
                found[treeish.oid] = treeish.data[5:].partition(b"\n")[0].decode("ascii")
            elif treeish.type in ("tree", None):
                found[treeish.oid] = treeish.oid
        return found

    def _missing(self, questions: Sequence[str], look: Look) -> list[str]:
        answers = zip(questions, look(questions, 0, "tree"), strict=True)
        return [question for question, answer in answers if answer.type is None]

    def _fetch_missing(self, oids: Sequence[str], look: Look) -> None:
        wanted = self._missing(list(dict.fromkeys(oids)), look) if oids else []
        said = "it has no remote that promised them"
        for remote in self._remotes if wanted else ():
            said = self._fetch(remote, wanted)
            wanted = self._missing(wanted, look)
            if not wanted:
                return
        if wanted:
            raise CannotJudge(
                f"This partial clone lacks {wanted[0]}, which is needed here: {said} Try again when the "
                f"remote answers, or make the clone a full one: {self._refetch()}"
            )

    def _fetch(self, remote: str, oids: Sequence[str]) -> str:
        """Fetch these objects as Git itself would; returns a sentence on why an object may still be missing."""
        as_git_does = ["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags"]
        only = ["--no-write-fetch-head", "--recurse-submodules=no", "--no-auto-maintenance", "--filter=blob:none"]
        environment = {**self._clone.user_environment, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
        command = self._clone.command(*as_git_does, *only, "--stdin", "--end-of-options", remote)
        given = "".join(f"{oid}\n" for oid in oids).encode("ascii")
        try:
            answered = run_bounded(
                command,
                environment=environment,
                given=given,
                seconds=SECONDS,
                when_slow=waiting_message_about(remote, SECONDS),
            )
        except TimedOut:
            return f"{remote!r} did not give it within {SECONDS:g} seconds."
        except NotCompleted as error:
            return str(error)
        said = "; ".join(answered.stderr_lines)[:_LONGEST_STDERR].rstrip(".") or f"exit status {answered.status}"
        return f"{remote!r} did not give it. Git says: {said}."

    def _refetch(self) -> str:
        remote = self._remotes[0] if self._remotes else "origin"
        return shell_command("git", "fetch", "--refetch", "--no-filter", remote) or "git fetch --refetch --no-filter"
