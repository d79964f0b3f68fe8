"""Asks a remote through Git: within a time limit, and without a question to the user.

A push has already opened a connection of its own, so whatever lets the user
in without asking (an agent, a credential helper, a dialogue window) does so
again. A second prompt on the terminal would mix with the first.
"""

from __future__ import annotations

import os
import time

from ...policy.errors import CannotJudge
from ...policy.grammar.names import HEADS, TAGS
from ...policy.record import Record
from ..git.bounded_program import MOST_BYTES, MOST_MEMORY, SaidTooMuch, TookTooLong, run_bounded
from ..git.handed_over import with_settings
from ..git.objects import are_ids
from ..git.refs.listing import fits
from ..git.waiting_word import word_about
from .names import push_url
from .scratch import Scratch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..git.command import Git


TIMEOUT_SETTING = "tagwarden.remoteTimeout"
DEFAULT_SECONDS = 10.0
# The same for a command, which says what it waits for.
PATIENCE = 120.0
LONGEST_COMPLAINT = 2000

_FETCH = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--refmap=")


class Listing(Record):
    """What a remote has: its tags by name without refs/tags/, its branches by full name.

    `approvals` are the refs of proposals and approvals by full name, None where nobody asked for them.
    """

    tags: Mapping[str, str]
    heads: Mapping[str, str]
    approvals: Mapping[str, str] | None = None


class RemoteIsSilent(CannotJudge):
    """The remote did not answer in time, or could not be reached."""


class Remote:
    """The remote at `address` (a name or a URL), which has `seconds` for all answers together."""

    def __init__(self, git: Git, address: str, *, seconds: float = DEFAULT_SECONDS, is_final: bool = False) -> None:
        """`is_final` says that Git has rewritten the URL already (`url.<base>.insteadOf`), which is done once."""
        self.address = address
        self.seconds = seconds
        self._git = git
        # Of all rewritings, Git takes the one for the longest beginning.
        self._rewriting = [(f"url.{address}.insteadof", address)] if is_final else []
        self._end = time.monotonic() + seconds

    @classmethod
    def pushed_to(cls, git: Git, name: str | None, url: str, *, seconds: float = DEFAULT_SECONDS) -> Remote:
        """What a push to the remote `name`, None for none, comes to: `url`, as Git has rewritten it already."""
        # Under its name Git knows more of a remote than its URL, unless that is for fetching from elsewhere.
        if name is not None and git.line("ls-remote", "--get-url", "--end-of-options", name) == url:
            return cls(git, name, seconds=seconds)
        return cls(git, url, seconds=seconds, is_final=True)

    @classmethod
    def named(cls, git: Git, name: str, *, seconds: float = PATIENCE) -> Remote:
        """The remote of this name, as it is pushed to."""
        return cls.pushed_to(git, name, push_url(git, name), seconds=seconds)

    def list(self, models: Iterable[str] | None, *, tags: Iterable[str] = (), heads: bool = False) -> Listing:
        """The tags of `models` as tags spell them, in upper or lower case; all tags for None.

        With these `tags`, if they exist, and with the branches if `heads` asks for
        them. It is one `git ls-remote`. Raises RemoteIsSilent.
        """
        kinds = ["--tags", *(["--heads"] if heads else [])]
        patterns = [] if models is None else _patterns(models, tags, heads=heads)
        listed = self._listed(kinds, patterns)
        return Listing(
            {ref[len(TAGS) :]: oid for ref, oid in listed.items() if ref.startswith(TAGS)},
            {ref: oid for ref, oid in listed.items() if ref.startswith(HEADS)},
        )

    def refs_matching(self, patterns: Sequence[str]) -> dict[str, str]:
        """The refs that match one of `patterns` (git-ls-remote(1)), by full name. Raises RemoteIsSilent."""
        return self._listed([], patterns)

    def _listed(self, kinds: Sequence[str], patterns: Sequence[str]) -> dict[str, str]:
        answer = self._ask_here("ls-remote", "--refs", *kinds, "--end-of-options", self.address, *patterns)
        listed: dict[str, str] = {}
        *lines, end = answer.decode("utf-8", "surrogateescape").split("\n")
        for line in lines:
            oid, _, ref = line.partition("\t")
            if not are_ids([oid]) or not ref.startswith("refs/"):
                raise RemoteIsSilent(
                    f"The remote {self.address!r} answered {line[:200]!r}, which is not an object id and a ref."
                )
            listed[ref] = oid
        if end:
            raise RemoteIsSilent(f"The remote {self.address!r} broke off while it said which tags it has.")
        return listed

    def id_length(self) -> int:
        """How long the ids of its objects are, by what it lists; 0 where that is nothing. Raises RemoteIsSilent."""
        # Only where HEAD names no commit are all refs listed, of which there may be a million.
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
        """Fetch what these refs of the remote name into a new repository in the folder `into`.

        A tag comes with its commit, without the `history` before it unless that
        is asked for, and without files unless `largest_file` says up to how many
        bytes each may have. Nothing is written elsewhere, above all no ref, no FETCH_HEAD and no boundary of a
        shallow clone. Returns the folder of the objects. Raises RemoteIsSilent.
        """
        scratch = Scratch(self._git, into, self.address, sha256=id_length == 64)
        files = "tree:0" if largest_file is None else f"blob:limit={largest_file + 1}"
        depth = [] if history else ["--depth=1"]
        least = ["--no-auto-maintenance", *depth, f"--filter={files}", "--stdin", "--end-of-options"]
        fetch = ["git", *_FETCH, *least, scratch.address]
        self._ask(fetch, scratch.environment, folder=scratch.runs_in, given="\n".join(refs))
        return os.path.join(into, "objects")

    def fetch_tag(self, name: str) -> None:
        """Fetch the remote's tag, and overwrite this clone's tag of that name. Raises RemoteIsSilent."""
        ref = TAGS + name
        self._ask_here(*_FETCH, "--no-auto-maintenance", "--end-of-options", self.address, f"+{ref}:{ref}")

    def has_commit(self, commit: str) -> bool:
        """Whether the remote has this commit of the clone, by whatever ref.

        Nothing is fetched (git-fetch(1), "--negotiate-only"). A remote that knows no such question
        is silent, too: RemoteIsSilent.
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
                when_slow=word_about(self.address, self.seconds),
            )
        except TookTooLong:
            raise RemoteIsSilent(
                f"The remote {self.address!r} did not say within {self.seconds:g} seconds which tags it has "
                f"(the Git setting {TIMEOUT_SETTING})."
            ) from None
        except SaidTooMuch:
            raise RemoteIsSilent(
                f"The remote {self.address!r} says more than {MOST_BYTES // 1024**2} MiB about its tags, "
                "and has not come to an end."
            ) from None
        if answered.status != 0:
            # The remote writes some of it; its lines must not pass for lines of ours.
            said = "; ".join(answered.complaints)[:LONGEST_COMPLAINT] or f"exit status {answered.status}"
            problem = f"The remote {self.address!r} could not be asked which tags it has. Git says: {said}"
            raise RemoteIsSilent(f"{problem}{_way_in(said)}")
        return answered.output


def _way_in(said: str) -> str:
    """What lets Git in without a question, where that is what it lacks."""
    if "terminal prompts disabled" in said or "Authentication failed" in said:
        return (
            "\nNothing is asked on the terminal here, for a second question would mix with that of the push. Let a "
            "credential helper answer: `git config --global credential.helper cache` keeps what is typed for the push."
        )
    if "Permission denied (publickey" in said or "Host key verification failed" in said:
        return "\nssh asks nothing on the terminal here: let `ssh-agent` hold the key (`ssh-add`)."
    return ""


def seconds_for_remotes(value: str | None, default: float) -> float:
    """How long a remote may take, by the value of TIMEOUT_SETTING. Raises CannotJudge where that is no number."""
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


def _patterns(models: Iterable[str], tags: Iterable[str], *, heads: bool) -> list[str]:
    """Patterns of git-ls-remote(1); `*` matches slashes there, too."""
    found = [f"{TAGS}{_in_any_case(model)}{sign}*" for model in models for sign in "@#"]
    found += [TAGS + tag for tag in tags]
    if heads:
        found.append(f"{HEADS}*")
    if not fits(found):
        return []
    # No pattern at all would mean everything; no ref has this name.
    return found or [f"{TAGS}^"]


def _in_any_case(model: str) -> str:
    return "".join(f"[{letter.lower()}{letter.upper()}]" if letter.isalpha() else letter for letter in model)
