"""Plans, signs and judges a model tag before it is written, and then writes and pushes it."""

from __future__ import annotations

import contextlib
import tempfile
import time
from functools import partial
from typing import TYPE_CHECKING

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS
from ...policy.judging.judge import Judge
from ...policy.push import Circumstances, RefUpdate, Signature
from ...policy.record import Record
from ...policy.registry.planning import KnownModel, Unplannable, known_model, time_of, with_counter
from ...policy.wording import MOST_NAMES, shell_command, some_of
from ..git.objects import are_ids
from ..git.program import GitProgram
from ..judging.pipeline import judge_updates
from ..registry import read_refs, set_latest_commit
from ..remote.branch_to_push import remote_has
from ..remote.clone_and_remote import CloneAndRemoteReader
from ..remote.fetching import fetch_into_clone
from ..remote.reader import fetch_missing, with_history_of
from ..remote.remote import Remote, RemoteUnavailable
from ..signatures.verifier import find_verifier
from .signing import signed
from .writing import TagDraft, committer, delete_tag, id_of_tag, push, store_tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Literal

    from ...policy.judging.judge import Verify
    from ...policy.push import TagPush
    from ...policy.registry.next_version import Line
    from ...policy.registry.planning import Plan
    from ...policy.verdict import Verdict
    from ..git.command import Git
    from ..remote.remote import Listing
    from ..trusted.loaded_policy import LoadedPolicy

    # "exists anyway": the push failed, but the remote has the tag. "taken": another tag has its name by now.
    Pushed = Literal["pushed", "exists anyway", "refused", "taken"]


class TagIsOnlyHere(Unplannable):
    """The clone has a tag of the planned name that the remote, whose tags alone count, does not have."""


class Judged(Record):
    """A tag that is not stored yet, and the verdict on it; `raw` is its tag object, `oid` the id of that."""

    draft: TagDraft
    raw: bytes
    oid: str
    verdict: Verdict


class TagMaker:
    """Makes a tag of one model; use `open_tag_maker`.

    `known` is the state of the model according to its tags. `only_here` are those of its tags, by name, that the remote
    does not have, or has with another id.
    """

    def __init__(
        self, git: Git, reader: CloneAndRemoteReader, known: KnownModel, remote: str | None, refs: Mapping[str, str]
    ) -> None:
        self.git = git
        self.reader = reader
        self.known = known
        self.remote = remote
        self.only_here = reader.only_here(known.model)
        self._refs = refs

    def remote_has(self, commit: str) -> bool:
        """Whether this commit is reachable from any ref of the remote; if it is silent, as far as the clone knows."""
        assert self.remote is not None
        tagged = [event.commit for event in self.known.events if event.tag not in self.only_here]
        return commit in tagged or remote_has(
            self.git, self.remote, Remote.named(self.git, self.remote), commit, tagged
        )

    def find_commit(self, revision: str) -> str | None:
        """The id of the commit that `revision` names, None if there is none.

        If only the remote has it, and `revision` is a full id, it is fetched.
        """
        commit = self.reader.resolve(f"{revision}^{{commit}}")
        if commit is None and are_ids([revision]) and self.remote and fetch_into_clone(self.git, self.remote, revision):
            commit = self.reader.resolve(f"{revision}^{{commit}}")
        return commit

    def line_of(self, commit: str, numbers: int) -> Line:
        """The first `numbers` numbers of the greatest active version in the history of `commit`; () if there is none.

        Raises CannotJudge if a shallow clone lacks history that the answer depends on.
        """
        active = list(self.known.history.active_registrations()) if numbers else []
        if not active:
            return ()
        elsewhere = self.reader.not_contained(sorted({event.commit for event in active}), [commit])
        contained = [event.name.version for event in active if event.commit not in elsewhere and event.name.version]
        if not contained and self.reader.history_ends_early():
            raise CannotJudge(
                "This clone is shallow, so the commit's line of versions can't be determined here. Fetch "
                "the rest of the history: git fetch --unshallow --filter=blob:none -- or name the line: --line"
            )
        nearest = max(contained, key=lambda version: version.precedence, default=None)
        return (nearest.major, nearest.minor)[:numbers] if nearest is not None else ()

    def with_note_on_line(self, plan: Plan) -> Plan:
        """The plan of a version above all others, with a note if its commit belongs to an earlier major version."""
        majors = {event.name.version.major for event in self.known.history.active_registrations() if event.name.version}
        # The missing history of a shallow clone is not fetched just for a note.
        if len(majors) < 2 or self.reader.history_ends_early():
            return plan
        line = self.line_of(plan.commit, 1)
        if not line or line[0] == max(majors):
            return plan
        note = (
            f"{plan.version} is above all versions, but its commit has none above v{line[0]} in its history; a fix of "
            f'v{line[0]} needs `versions.order = "major"` in the policy'
        )
        return plan._replace(notes=(*plan.notes, note))

    def draft(self, plan: Plan, message: str, *, simple: bool | None) -> TagDraft:
        """The tag for `plan`, with its date and counter.

        `simple` is that of `with_counter`. Raises CannotJudge if Git does not know the tagger, and TagIsOnlyHere if
        this clone has a tag of that name that the remote does not have.
        """
        name = with_counter(plan.name, self.known, simple=simple)
        if name.format() in self.only_here and name.format() not in self._refs:
            push_it = shell_command("git", "push", self.remote or "origin", TAGS + name.format())
            delete = shell_command("git", "tag", "-d", name.format())
            raise TagIsOnlyHere(
                f"the tag {name.format()!r} is here already, but not on {self.remote!r}. "
                f"To keep it, push it: {push_it}\nIf it was refused, delete it and try again: {delete}"
            )
        when = time_of(name, plan.commit, self.known, now=int(time.time()))
        return TagDraft(name.format(), plan.commit, "commit", committer(self.git), when, message)

    def make(self, draft: TagDraft, *, sign: bool) -> tuple[bytes, str]:
        """The tag object and its id. Nothing is written, but `reader` returns the object from now on.

        Raises CannotJudge if Git can't sign it.
        """
        raw = signed(self.reader.git, draft) if sign else draft.raw()
        oid = id_of_tag(raw)
        self.reader.add_object(oid, raw)
        return raw, oid

    def judge(self, draft: TagDraft, loaded: LoadedPolicy, *, sign: bool = False, notes: Sequence[str] = ()) -> Judged:
        """Judge the tag as if it were pushed now, after the local branches; `notes` are added to the verdict.

        Nothing is written. Raises CannotJudge if the repository can't be read, or if Git can't sign.
        """
        raw, oid = self.make(draft, sign=sign)
        updates = [RefUpdate(self._refs.get(draft.name), oid, TAGS + draft.name)]
        said = [*notes, *self.notes_on_own_tags()]
        now = int(time.time())
        circumstances = Circumstances(
            now=now, place="client", declared_stages=loaded.declared_stages, tag_state="planned"
        )
        verify = find_verifier(loaded.policy, self.reader, self.git, now=now)
        judge = Judge(loaded.policy, circumstances, verify=_as_far_as_possible(verify, said) if verify else None)
        judge_updates(updates, self.reader, [judge])
        return Judged(draft, raw, oid, loaded.verdict_of(judge, *said))

    def notes_on_own_tags(self) -> list[str]:
        """A note on the tags that are counted although the remote does not have them, if there are any."""
        counted = sorted(name for name in self.only_here if name in self._refs)
        if not counted:
            return []
        delete = shell_command("git", "tag", "-d", *counted[:MOST_NAMES])
        are, them = ("is", "it") if len(counted) == 1 else ("are", "them")
        named = some_of(map(repr, counted))
        there = repr(self.remote)
        return [f"{named} {are} not on {there}, but counted; if {there} refused {them}, delete {them}: {delete}"]

    def write(self, judged: Judged) -> None:
        """Store the tag and create its ref; first fetch its commit if only the remote has it.

        Raises CannotJudge, with Git's message, if that fails; then there is no ref.
        """
        self.fetch_commit(judged.draft.target)
        store_tag(self.git, judged.draft.name, judged.raw)

    def write_and_push(self, judged: Judged, remote: str, branch: str | None) -> Pushed:
        """Write the tag and push it atomically, together with `branch` (a full name) if there is one.

        Returns the outcome. If the remote does not have the tag, it is deleted here again. Raises CannotJudge like
        `write`; also if it is unknown whether the remote has the tag, which is then kept. The message of a
        KeyboardInterrupt says what the remote has.
        """
        self.write(judged)
        name = judged.draft.name
        interrupted = False
        try:
            refs = [branch] if branch else []
            if push(self.git, remote, [*refs, TAGS + name]):
                return "pushed"
        except KeyboardInterrupt:
            interrupted = True
        there = self._on_remote(remote, name)
        if there == judged.oid:
            return "exists anyway"
        delete_tag(self.git, name, judged.oid)
        if interrupted:
            look = shell_command("git", "ls-remote", remote, TAGS + name)
            raise KeyboardInterrupt(
                f"{remote!r} has no tag {name}, and none was kept here. A server that is still at work may yet take "
                f"it. To see whether it did: {look}"
            )
        return "refused" if there is None else "taken"

    def _on_remote(self, remote: str, name: str) -> str | None:
        try:
            return Remote.named(self.git, remote).list((), tags=[name]).tags.get(name)
        except (RemoteUnavailable, KeyboardInterrupt) as silent:
            look = shell_command("git", "ls-remote", remote, TAGS + name)
            delete = shell_command("git", "tag", "-d", name)
            raise CannotJudge(
                f"The push failed, see above, and it is not known whether {remote!r} has the tag {name!r}: "
                f"{str(silent) or 'nobody waited for its answer.'} "
                f"The tag was kept here. Look whether it is there: {look} -- and if not, delete it: {delete}"
            ) from None

    def fetch_commit(self, commit: str) -> None:
        """Fetch the commit from the remote unless this clone has it. Raises CannotJudge if that fails."""
        with contextlib.closing(GitProgram(self.git)) as clone:
            missing = next(clone.objects([commit], limit=0)).type is None
        if missing and (self.remote is None or not fetch_into_clone(self.git, self.remote, commit)):
            raise CannotJudge(
                f"The commit {commit} is not in this clone and could not be fetched: `git fetch` it first."
            )


@contextlib.contextmanager
def open_tag_maker(git: Git, model: str, *, remote: str | None, own_tags: bool = True) -> Iterator[TagMaker]:
    """Open a `TagMaker` for `model`, as tags spell it.

    The tags of `remote` count (None: no remote); with `own_tags`, or without a remote, also those of this clone. Raises
    CannotJudge if the repository or the remote can't be read.
    """
    with contextlib.ExitStack() as stack:
        listing, reading, fetch_history = None, git, None
        if remote is not None:
            scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="tagwarden-"))
            listing, reading = _ask(git, remote, model, scratch)
            fetch_history = partial(with_history_of, reading, Remote.named(reading, remote), [model], stack)
        reader = CloneAndRemoteReader(reading, listing, remote=remote, own_tags=own_tags, fetch_history=fetch_history)
        stack.enter_context(contextlib.closing(reader))
        refs = reader.tags_of([model])[model]
        known = known_model(model, read_refs(reader, refs))
        set_latest_commit(reader, known.history)
        yield TagMaker(git, reader, known, remote, {ref.name: ref.oid for ref in refs})


def _ask(git: Git, remote: str, model: str, scratch: str) -> tuple[Listing, Git]:
    """The remote's refs, and a Git for this clone that can also read the remote's tags of the model."""
    there = Remote.named(git, remote)
    try:
        listing = there.list([model], heads=True)
        if not listing.tags:
            # The name of a new model is compared with all others.
            listing = there.list(None, heads=True)
        tags = {name: oid for name, oid in listing.tags.items() if name.startswith((f"{model}@", f"{model}#"))}
        return listing, fetch_missing(git, there, tags, into=scratch)
    except RemoteUnavailable as silent:
        raise CannotJudge(f"{silent}\nTo use only the tags of this clone: --offline") from None


def _as_far_as_possible(verify: Verify, notes: list[str]) -> Verify:
    """`verify` for a clone, which may lack the server's allowed signers: a new signature then counts as good.

    A sentence about that is added to `notes`.
    """

    def check(pushes: Sequence[TagPush]) -> Mapping[str, Signature]:
        signatures = verify(pushes)
        try:
            # A signature is verified when it is asked for.
            found = {push.ref: signatures.get(push.ref) for push in pushes}
            return {ref: signature for ref, signature in found.items() if signature is not None}
        except CannotJudge as problem:
            notes.append(f"whether the signature counts could not be determined here: {problem}")
            return {push.ref: Signature("somebody", None) for push in pushes}

    return check
