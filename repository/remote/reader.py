"""Reads a clone as if its refs were those of the remote."""

from __future__ import annotations

from ...policy.approvals.refs import ROOT
from ...policy.errors import CannotJudge
from ...policy.grammar.names import HEADS, TAGS
from ..git.command import Git
from ..git.extra_environment import with_objects
from ..git.objects import TagRef
from ..git.program import GitProgram
from ..git.refs.listing import group_by_model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import ExitStack

    from .remote import Listing, Remote


class RemoteReader(GitProgram):
    """A `Reader` of this clone's objects and the remote's refs.

    `listing` are the remote's refs; None if it was not asked: the clone's own tags, and the branches as last fetched,
    are then used instead. `remote` is the remote's name, None without one.
    """

    def __init__(
        self,
        git: Git,
        listing: Listing | None,
        *,
        remote: str | None,
        fetch_history: Callable[[], Git] | None = None,
    ) -> None:
        """`fetch_history` returns a Git that can also read the remote's history, which a shallow clone lacks."""
        super().__init__(git)
        self._listing = listing
        self._fetch_history = fetch_history
        self._whole: GitProgram | None = None
        self._tracking = f"refs/remotes/{remote}/" if remote else None

    def tags_of(self, models: Sequence[str]) -> dict[str, list[TagRef]]:
        if self._listing is None:
            return super().tags_of(models)
        listed = [(TAGS + name, oid) for name, oid in self._listing.tags.items()]
        return {model: [TagRef(*tag) for tag in tags] for model, tags in group_by_model(listed, models).items()}

    def all_tags(self) -> list[TagRef]:
        if self._listing is None:
            return super().all_tags()
        return [TagRef(name, oid) for name, oid in self._listing.tags.items()]

    def existing(self, refs: Sequence[str]) -> dict[str, str]:
        if self._listing is None:
            return super().existing(refs)
        tags = self._listing.tags
        found = {ref: tags[ref[len(TAGS) :]] for ref in refs if ref.startswith(TAGS) and ref[len(TAGS) :] in tags}
        elsewhere = [ref for ref in refs if not ref.startswith(TAGS)]
        approvals = self._listing.approvals or {}
        found |= {ref: approvals[ref] for ref in elsewhere if ref in approvals}
        elsewhere = [ref for ref in elsewhere if not ref.startswith(ROOT)]
        return found | (super().existing(elsewhere) if elsewhere else {})

    def refs_under(self, prefix: str) -> list[tuple[str, str]]:
        if self._listing is not None and prefix.startswith(ROOT):
            return [(ref, oid) for ref, oid in (self._listing.approvals or {}).items() if ref.startswith(prefix)]
        if prefix != HEADS:
            return super().refs_under(prefix)
        fetched = {}
        if self._tracking is not None:
            for ref, oid in super().refs_under(self._tracking):
                fetched[HEADS + ref[len(self._tracking) :]] = oid
        if self._listing is None:
            return list(fetched.items())
        heads = self._listing.heads
        unknown = self.missing(sorted(set(heads.values())))
        # If a branch has moved to a commit that we lack, it still contains the commits that it had when last fetched.
        known = {ref: fetched.get(ref) if oid in unknown else oid for ref, oid in heads.items()}
        return [(ref, oid) for ref, oid in known.items() if oid is not None]

    def not_contained(self, commits: Sequence[str], tips: Sequence[str]) -> set[str]:
        if self._whole is not None:
            return self._whole.not_contained(commits, tips)
        elsewhere = super().not_contained(commits, tips)
        if elsewhere and self._fetch_history is not None and self.history_ends_early():
            whole = GitProgram(self._fetch_history())
            self._fetch_history = None
            try:
                elsewhere = whole.not_contained(commits, tips)
                self._whole = whole
            except CannotJudge:  # the remote is a shallow clone, too
                whole.close()
        return elsewhere

    def history_ends_early(self) -> bool:
        return self._whole is None and self.git.is_shallow()

    def missing(self, oids: Sequence[str]) -> set[str]:
        """The ids among `oids` whose objects this clone lacks."""
        return {found.oid for found in self.objects(oids, limit=0) if found.type is None}

    def close(self) -> None:
        if self._whole is not None:
            self._whole.close()
        super().close()


def fetch_missing(git: Git, remote: Remote, tags: Mapping[str, str], *, into: str) -> Git:
    """Fetch the tags (name → id) whose objects this clone lacks into the folder `into`.

    Returns a Git for this clone that can also read the fetched objects, as long as the folder exists. Raises
    CannotJudge if they can't be fetched, or have changed on the remote.
    """
    return fetch_missing_refs(git, remote, {TAGS + name: oid for name, oid in tags.items()}, into=into)


def fetch_missing_refs(git: Git, remote: Remote, refs: Mapping[str, str], *, into: str) -> Git:
    """As `fetch_missing`, for any refs (full name → id)."""
    lacking = _missing(git, set(refs.values()))
    if not lacking:
        return git
    wanted = [ref for ref, oid in refs.items() if oid in lacking]
    objects = remote.fetch(wanted, into=into, id_length=len(next(iter(lacking))))
    seeing = with_objects_in(git, objects)
    if still := _missing(seeing, lacking):
        changed = sorted(ref.removeprefix(TAGS) for ref, oid in refs.items() if oid in still)
        raise CannotJudge(
            f"The remote {remote.address!r} changed its tag {changed[0]!r} while it was read. Push again."
        )
    return seeing


def _missing(git: Git, oids: set[str]) -> set[str]:
    reader = RemoteReader(git, None, remote=None)
    try:
        return reader.missing(sorted(oids))
    finally:
        reader.close()


def with_objects_in(git: Git, folder: str) -> Git:
    """A Git for this clone that also reads objects from the object directory `folder`."""
    return Git(git.directory, with_objects(git.user_environment, folder))


def with_history(git: Git, remote: Remote, refs: Sequence[str], *, into: str) -> Git:
    """Fetch the whole history of these refs (refspecs) of the remote, without files, into the folder `into`.

    Returns a Git for this clone that can read all of these commits, even in a shallow clone. Raises RemoteUnavailable
    if they can't be fetched.
    """
    objects = remote.fetch(refs, into=into, id_length=64 if git.is_sha256() else 40, history=True)
    seeing = with_objects_in(git, objects)
    return Git(git.directory, {**seeing.user_environment, "GIT_SHALLOW_FILE": ""})


def with_history_of(git: Git, remote: Remote, models: Iterable[str], stack: ExitStack) -> Git:
    """A Git that, until `stack` ends, also reads the history of the remote's branches and of its versions of `models`.

    Raises RemoteUnavailable if it can't be fetched.
    """
    import tempfile

    scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="tagwarden-"))
    prefixes = [HEADS, *(f"{TAGS}{model}@" for model in sorted(models))]
    return with_history(git, remote, [f"+{prefix}*:{prefix}*" for prefix in prefixes], into=scratch)
