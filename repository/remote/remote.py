"""Asks a remote through Git, within a time limit, and without prompting the user.

A push has already opened a connection of its own, so everything that
authenticates the user without a terminal (an agent, a credential helper, a
dialogue window) does so again. A second prompt on the terminal would mix with
the first.
"""

from __future__ import annotations

import os
import time

from ...policy.errors import CannotJudge
from ...policy.grammar.names import HEADS, TAGS
from ...policy.record import Record
from ..git.bounded_program import MOST_BYTES, MOST_MEMORY, TimedOut, TooMuchOutput, run_bounded
from ..git.extra_environment import with_settings
from ..git.objects import are_ids
from ..git.refs.listing import fits
from ..git.waiting_message import waiting_message_about
from .names import push_url
from .scratch import Scratch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..git.command import Git


TIMEOUT_SETTING = "tagwarden.remoteTimeout"
DEFAULT_SECONDS = 10.0
# The default for a command, which shows that it is waiting.
PATIENCE = 120.0
LONGEST_STDERR = 2000

_FETCH = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--refmap=")


class Listing(Record):
    """The refs of a remote, each with its id: tags by name without refs/tags/, branches (`heads`) by full name.

    `approvals` are the proposals and approvals, by full name; None if they were not asked for.
    """

    tags: Mapping[str, str]
    heads: Mapping[str, str]
    approvals: Mapping[str, str] | None = None


class RemoteUnavailable(CannotJudge):
    """The remote did not answer in time, or could not be reached."""


class Remote:
    """The remote at `address` (a name or a URL); `seconds` is the time limit for all of its answers together."""

    def __init__(self, git: Git, address: str, *, seconds: float = DEFAULT_SECONDS, is_final: bool = False) -> None:
        """`is_final`: Git has already rewritten the URL (`url.<base>.insteadOf`), and must not do it again."""
        self.address = address
        self.seconds = seconds
        self._git = git
        # Git applies only the rewriting with the longest matching prefix. This one matches all, and changes nothing.
        self._rewriting = [(f"url.{address}.insteadof", address)] if is_final else []
        self._end = time.monotonic() + seconds

    @classmethod
    def pushed_to(cls, git: Git, name: str | None, url: str, *, seconds: float) -> Remote:
        """The target of a push to the remote `name` (None: to a URL); `url` is as Git has already rewritten it."""
        # By its name, Git knows more settings of the remote, but fetches from another place if `pushurl` is set.
        if name is not None and git.line("ls-remote", "--get-url", "--end-of-options", name) == url:
            return cls(git, name, seconds=seconds)
        return cls(git, url, seconds=seconds, is_final=True)

    @classmethod
    def named(cls, git: Git, name: str, *, seconds: float = PATIENCE) -> Remote:
        """The target of a push to the remote `name`. Raises CannotJudge if Git's configuration can't be read."""
        return cls.pushed_to(git, name, push_url(git, name), seconds=seconds)

    def list(
        self, models: Iterable[str] | None, *, tags: Iterable[str] = (), heads: bool = False, near: Iterable[str] = ()
    ) -> Listing:
        """List the tags of `models` (as tags spell them, in any case; None: all tags) by one `git ls-remote`.

        Also lists these `tags`, if they exist, the branches if `heads`, and at least the tags of those models whose
        names are similar to one of `near`. Raises RemoteUnavailable.
        """
        kinds = ["--tags", *(["--heads"] if heads else [])]
        patterns = [] if models is None else _patterns(models, tags, heads=heads, near=near)
        listed = self._listed(kinds, patterns)
        return Listing(
            {ref[len(TAGS) :]: oid for ref, oid in listed.items() if ref.startswith(TAGS)},
            {ref: oid for ref, oid in listed.items() if ref.startswith(HEADS)},
        )

    def refs_matching(self, patterns: Sequence[str]) -> dict[str, str]:
        """The refs (full name → id) that match one of `patterns` (git-ls-remote(1)). Raises RemoteUnavailable."""
        return self._listed([], patterns)

    def _listed(self, kinds: Sequence[str], patterns: Sequence[str]) -> dict[str, str]:
        answer = self._ask_here("ls-remote", "--refs", *kinds, "--end-of-options", self.address, *patterns)
        listed: dict[str, str] = {}
        *lines, end = answer.decode("utf-8", "surrogateescape").split("\n")
        for line in lines:
            oid, _, ref = line.partition("\t")
            if not are_ids([oid]) or not ref.startswith("refs/"):
                raise RemoteUnavailable(
                    f"The remote {self.address!r} answered {line[:200]!r}, which is not an object id and a ref."
                )
            listed[ref] = oid
        if end:
            raise RemoteUnavailable(f"The remote {self.address!r} stopped in the middle of its list of tags.")
        return listed

    def id_length(self) -> int:
        """The length of its object ids in hex digits, 0 if it has no refs. Raises RemoteUnavailable."""
        # All refs, of which there may be a million, are listed only if HEAD does not exist.
        ask = ("ls-remote", "--end-of-options", self.address)
        named = self._ask_here(*ask, "HEAD") or self._ask_here(*ask)
        return len(named.partition(b"\t")[0])

    def fetch(
        self,
        refs: Iterable[str],
        *,
        into: str,
        id_length: int,
        largest_file: int | None = None,
        history: bool = False,
    ) -> str:
        """Fetch these refs (full names or refspecs) into a new repository in the folder `into`; returns its objects.

        A tag comes with its commit, without the history before it unless `history`, and without files, or with those
        of at most `largest_file` bytes. `id_length` is the length of ids in hex digits. The clone is not changed: it
        gets no ref, no FETCH_HEAD, and no shallow boundary. Raises RemoteUnavailable.
        """
        scratch = Scratch(self._git, into, self.address, sha256=id_length == 64)
        files = "tree:0" if largest_file is None else f"blob:limit={largest_file + 1}"
        depth = [] if history else ["--depth=1"]
        least = ["--no-auto-maintenance", *depth, f"--filter={files}", "--stdin", "--end-of-options"]
        fetch = ["git", *_FETCH, *least, scratch.address]
        self._ask(fetch, scratch.environment, folder=scratch.runs_in, given="\n".join(refs))
        return os.path.join(into, "objects")

    def fetch_tag(self, name: str) -> None:
        """Fetch the remote's tag into the clone, overwriting one of the same name. Raises RemoteUnavailable."""
        ref = TAGS + name
        self._ask_here(*_FETCH, "--no-auto-maintenance", "--end-of-options", self.address, f"+{ref}:{ref}")

    def has_commit(self, commit: str) -> bool:
        """Whether this commit of the clone is reachable from any ref of the remote.

        Nothing is fetched (git-fetch(1), "--negotiate-only"). Raises RemoteUnavailable, also if the remote does not
        support this question.
        """
        all_of_it = ["-c", "fetch.negotiationAlgorithm=default"]
        only = ["--negotiate-only", f"--negotiation-tip={commit}", "--no-recurse-submodules"]
        answer = self._ask_here(*all_of_it, "fetch", *only, "--end-of-options", self.address)
        return commit.encode("ascii") in answer.split()

    def _ask_here(self, *arguments: str) -> bytes:
        return self._ask(self._git.command(*arguments), self._git.user_environment)

    def _ask(
        self, command: Sequence[str], environment: Mapping[str, str], *, folder: str | None = None, given: str = ""
    ) -> bytes:
        environment = with_settings(environment, self._rewriting)
        try:
            answered = run_bounded(
                command,
                environment={**environment, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"},
                given=os.fsencode(given),
                folder=folder,
                seconds=self._end - time.monotonic(),
                memory=MOST_MEMORY,
                when_slow=waiting_message_about(self.address, self.seconds),
            )
        except TimedOut:
            raise RemoteUnavailable(
                f"The remote {self.address!r} did not say within {self.seconds:g} seconds which tags it has "
                f"(the Git setting {TIMEOUT_SETTING})."
            ) from None
        except TooMuchOutput:
            raise RemoteUnavailable(
                f"The remote {self.address!r} sent more than {MOST_BYTES // 1024**2} MiB about its tags, "
                "and was not done yet."
            ) from None
        if answered.status != 0:
            # A remote can write to stderr, and its lines must not look like ours, so they are joined into one.
            said = "; ".join(answered.stderr_lines)[:LONGEST_STDERR] or f"exit status {answered.status}"
            problem = f"The remote {self.address!r} could not be asked which tags it has. Git says: {said}"
            from ..git.git_version import about_old_git, parse_git_version

            old = about_old_git(parse_git_version(self._git.line("version")))
            raise RemoteUnavailable(f"{old}. {problem}" if old else f"{problem}{_way_in(said)}")
        return answered.output


def _way_in(said: str) -> str:
    """Advice on how Git can authenticate without a prompt, if that was the problem, else ""."""
    if "terminal prompts disabled" in said or "Authentication failed" in said:
        return (
            "\nNothing is asked on the terminal here, because a second question would mix with that of the push. Let a "
            "credential helper answer: `git config --global credential.helper cache` keeps what is typed for the push."
        )
    if "Permission denied (publickey" in said or "Host key verification failed" in said:
        return "\nssh asks nothing on the terminal here: let `ssh-agent` hold the key (`ssh-add`)."
    return ""


def seconds_for_remotes(value: str | None, default: float) -> float:
    """The time limit in seconds: the value of TIMEOUT_SETTING, or `default`. Raises CannotJudge if it is malformed."""
    try:
        seconds = default if value is None else float(value)
        if 0 < seconds < 86400:
            return seconds
    except ValueError:
        pass
    raise CannotJudge(
        f"The Git setting {TIMEOUT_SETTING} is {value!r}, which is not a number of seconds. "
        f"Set it to one: `git config {TIMEOUT_SETTING} 10`."
    )


def _patterns(models: Iterable[str], tags: Iterable[str], *, heads: bool, near: Iterable[str]) -> list[str]:
    """Patterns for `git ls-remote`, in which `*` also matches slashes; none (all refs) if they would be too long."""
    found = [f"{TAGS}{_in_any_case(model)}{sign}*" for model in models for sign in "@#"]
    found += [TAGS + tag for tag in tags]
    for model in near:
        from ...policy.grammar.near_names import globs_of_near_names

        found += [f"{TAGS}{glob}[@#]*" for glob in globs_of_near_names(model)]
    if heads:
        found.append(f"{HEADS}*")
    if not fits(found):
        return []
    # Without a pattern Git would list all refs, so this is a name that no ref can have.
    return found or [f"{TAGS}^"]


def _in_any_case(model: str) -> str:
    return "".join(f"[{letter.lower()}{letter.upper()}]" if letter.isalpha() else letter for letter in model)
