"""Makes a model tag: judged first, as if it were pushed now, and written only if it would be accepted."""

from __future__ import annotations

import contextlib
import tempfile
import time
from typing import TYPE_CHECKING

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS
from ...policy.judging.judge import Judge
from ...policy.push import Circumstances, RefUpdate, Signature
from ...policy.record import Record
from ...policy.registry.planning import KnownModel, known_model, time_of, with_counter
from ..git.processes import run
from ..git.program import GitProgram
from ..judging.pipeline import judge_updates
from ..registry import read_refs
from ..remote.clone_and_remote import CloneAndRemoteReader
from ..remote.reader import fetch_missing
from ..remote.remote import Remote, RemoteIsSilent
from ..signatures.verifier import find_verifier
from .signing import signed
from .writing import TagDraft, committer, delete_tag, push, store_tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...policy.judging.judge import Verify
    from ...policy.push import TagPush
    from ...policy.registry.planning import Plan
    from ...policy.verdict import Verdict
    from ..git.command import Git
    from ..remote.remote import Listing
    from ..trusted.loaded_policy import LoadedPolicy

# Seconds that a remote has to say which tags it has, and to give them.
PATIENCE = 120.0


class Judged(Record):
    """A tag that is not written yet, and the verdict on it."""

    draft: TagDraft
    raw: bytes
    oid: str
    verdict: Verdict


class TagMaker:
    """Where a tag of one model is made.

    `known` is the model as the remote's and the local tags tell. Open it with
    `open_tag_maker`.
    """

    def __init__(
        self, git: Git, reader: CloneAndRemoteReader, known: KnownModel, remote: str | None, refs: Mapping[str, str]
    ) -> None:
        self.git = git
        self.reader = reader
        self.known = known
        self.remote = remote
        self._refs = refs

    def find_commit(self, revision: str) -> str | None:
        """The commit that `revision` names; one that only the remote has, if it is named by its full id, is fetched."""
        commit = self.reader.resolve(f"{revision}^{{commit}}")
        is_full_id = len(revision) in (40, 64) and not revision.strip("0123456789abcdef")
        if commit is None and is_full_id and self.remote is not None and _fetch_commit(self.git, self.remote, revision):
            commit = self.reader.resolve(f"{revision}^{{commit}}")
        return commit

    def draft(self, plan: Plan, message: str, *, simple: bool | None) -> TagDraft:
        """The tag that `plan` comes to, dated and counted. Raises CannotJudge where Git knows no tagger."""
        name = with_counter(plan.name, self.known, simple=simple)
        when = time_of(name, plan.commit, self.known, now=int(time.time()))
        return TagDraft(name.format(), plan.commit, "commit", committer(self.git), when, message)

    def judge(self, draft: TagDraft, loaded: LoadedPolicy, *, sign: bool = False) -> Judged:
        """Judge the tag as a push of it would be judged now, with the local branches pushed before.

        Nothing is written. Raises CannotJudge where the repository can't be
        read, or Git can't sign.
        """
        raw = signed(self.git, draft) if sign else draft.raw()
        oid = self._id_of(raw)
        self.reader.add_object(oid, raw)
        updates = [RefUpdate(self._refs.get(draft.name), oid, TAGS + draft.name)]
        notes: list[str] = []
        now = int(time.time())
        circumstances = Circumstances(now=now, place="client", declared_stages=loaded.declared_stages)
        verify = find_verifier(loaded.policy, self.reader, self.git, now=now)
        judge = Judge(loaded.policy, circumstances, verify=_as_far_as_possible(verify, notes) if verify else None)
        judge_updates(updates, self.reader, [judge])
        return Judged(draft, raw, oid, loaded.verdict_of(judge, *notes))

    def write(self, judged: Judged) -> None:
        """Store the tag and make its ref. Raises CannotJudge, in Git's words, where that fails: then there is none.

        A commit that only the remote has is fetched before.
        """
        self._have(judged.draft.target)
        store_tag(self.git, judged.draft.name, judged.raw)

    def write_and_push(self, judged: Judged, remote: str, branch: str | None) -> bool:
        """Write the tag and push it, with `branch` (a full name) before it, all or nothing; says whether it worked.

        Where it did not, the tag is deleted here. Raises CannotJudge as `write` does.
        """
        self.write(judged)
        pushed = False
        try:
            refs = [branch] if branch else []
            pushed = push(self.git, remote, [*refs, TAGS + judged.draft.name])
        finally:
            if not pushed:
                delete_tag(self.git, judged.draft.name, judged.oid)
        return pushed

    def _have(self, commit: str) -> None:
        with contextlib.closing(GitProgram(self.git)) as clone:
            missing = next(clone.objects([commit], limit=0)).type is None
        if missing and (self.remote is None or not _fetch_commit(self.git, self.remote, commit)):
            raise CannotJudge(
                f"The commit {commit} is not in this clone and could not be fetched: `git fetch` it first."
            )

    def _id_of(self, raw: bytes) -> str:
        arguments = self.git.command("hash-object", "-t", "tag", "--stdin", "--literally")
        return run(arguments, environment=self.git.user_environment, given=raw)[1].decode("ascii").strip()


@contextlib.contextmanager
def open_tag_maker(git: Git, model: str, *, remote: str | None) -> Iterator[TagMaker]:
    """Open what makes a tag of `model`, as tags spell it.

    `remote` is whose tags count beside the local ones, None for none. Raises
    CannotJudge where the repository or the remote can't be read.
    """
    with contextlib.ExitStack() as stack:
        listing, reading = None, git
        if remote is not None:
            scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="tagwarden-"))
            listing, reading = _ask(git, remote, model, scratch)
        reader = CloneAndRemoteReader(reading, listing, remote=remote)
        stack.enter_context(contextlib.closing(reader))
        refs = reader.tags_of([model])[model]
        known = known_model(model, read_refs(reader, refs))
        yield TagMaker(git, reader, known, remote, {ref.name: ref.oid for ref in refs})


def _ask(git: Git, remote: str, model: str, scratch: str) -> tuple[Listing, Git]:
    """What the remote has, and Git for this clone with the remote's tags of the model in sight."""
    there = Remote(git, remote, seconds=PATIENCE)
    try:
        listing = there.list([model], heads=True)
        tags = {name: oid for name, oid in listing.tags.items() if name.startswith((f"{model}@", f"{model}#"))}
        return listing, fetch_missing(git, there, tags, into=scratch)
    except RemoteIsSilent as silent:
        raise CannotJudge(f"{silent}\nTo go by the tags of this clone alone: --offline") from None


def _fetch_commit(git: Git, remote: str, oid: str) -> bool:
    """Fetches a commit that only `remote` has, and its history, without a ref; says whether the remote gave it."""
    fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--end-of-options", remote, oid]
    try:
        run(git.command(*fetch), environment=git.user_environment)
    except CannotJudge:
        return False
    return True


def _as_far_as_possible(verify: Verify, notes: list[str]) -> Verify:
    """`verify` for a clone, where the server's list of signers may not be: what is signed here then counts as good."""

    def check(pushes: Sequence[TagPush]) -> Mapping[str, Signature]:
        signatures = verify(pushes)
        try:
            # A signature is verified when it is asked for.
            found = {push.ref: signatures.get(push.ref) for push in pushes}
            return {ref: signature for ref, signature in found.items() if signature is not None}
        except CannotJudge as problem:
            notes.append(f"whether the signature counts could not be told here: {problem}")
            return {push.ref: Signature("somebody", None) for push in pushes}

    return check
