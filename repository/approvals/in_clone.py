"""Who approved a tag, according to the refs of a clone, a server's repository, or a remote.

A clone may lack proposals and approvals that the server has, so the answer may
be that this can't be determined.
"""

from __future__ import annotations

from contextlib import closing

from ...policy.approvals.refs import APPROVALS, ROOT, proposal_ref
from ..git.configuration import Configuration
from ..git.program import GitProgram
from ..remote.reader import with_objects_in
from .identity import SETTING, repository_id
from .in_refs import ApprovalsInRefs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Literal, Protocol

    from ...policy.approvals.quorum import ApprovalState
    from ...policy.file.policy import Policy
    from ...policy.judging.judge import Verify
    from ..git.command import Git
    from ..git.objects import RawObject
    from ..remote.remote import Remote
    from .archived import ArchivedEvidence
    from .in_refs import RefReader

    FindVerify = Callable[[GitProgram], Verify | None]

    class Approvals(Protocol):
        """Knows who approved a tag; `undetermined` is True once `of` has returned None."""

        undetermined: bool

        def of(self, tag: str, people: Collection[str]) -> ApprovalState | None:
            """The approvals by `people` (principals) of the tag object with the id `tag`; None if undetermined."""


LOST = (
    "whether tags have their approvals could not be determined: they were archived, and the file is not where the push "
    "log has it, or has changed [approved]"
)
NOT_HERE = "whether tags have their approvals can be determined only on the server, which judges [approved]"


class ApprovalsHere:
    """The approvals in the refs of one repository; `undetermined` is True once `of` has returned None."""

    def __init__(
        self, approvals: ApprovalsInRefs | None, *, is_whole: bool = True, lacks: Callable[[str], bool] | None = None
    ) -> None:
        """`approvals` is None in a clone that has none, where every answer is None.

        `is_whole` is False for a clone, which may lack approvals that the server has. `lacks` says of a tag's id
        whether archived approvals of it can't be read.
        """
        self._approvals = approvals
        self._is_whole = is_whole
        self._lacks = lacks
        self.undetermined = False

    @property
    def note(self) -> str | None:
        """A note on what could not be determined; None if everything could."""
        if not self.undetermined:
            return None
        return LOST if self._is_whole and self._lacks is not None else NOT_HERE

    def of(self, tag: str, people: Collection[str]) -> ApprovalState | None:
        """The approvals by `people` (principals) of the tag object with the id `tag`; None if undetermined."""
        state = self._determine(tag, people)
        self.undetermined = self.undetermined or state is None
        return state

    def _determine(self, tag: str, people: Collection[str]) -> ApprovalState | None:
        if self._approvals is None or (self._lacks is not None and self._lacks(tag)):
            return None
        state = self._approvals.of(tag, people)
        is_here = self._is_whole or state.proposed or state.endorsements
        return state if is_here and tag not in self._approvals.unverified else None


def approvals_here(
    policy: Policy, reader: RefReader, git: Git, verify: Verify | None, archived: ArchivedEvidence | None = None
) -> ApprovalsHere | None:
    """Who approved which tag, according to the refs of this repository; None if the policy requires no approvals.

    Archived refs count as if they were still here. A clone may have fetched before an approval was pushed, or after it
    was archived, so a tag of which it has neither proposal nor approvals is undetermined there. Raises CannotJudge on
    a server whose id differs from the policy's.
    """
    if not policy.base.approvals.require:
        return None
    with closing(Configuration(git)) as configuration:
        is_server = configuration.get(SETTING) is not None
        known = repository_id(policy, configuration) if is_server else policy.base.approvals.repository
    if known is None or not (is_server or reader.refs_under(ROOT)):
        return ApprovalsHere(None)
    repository = known
    beside = archived.added_to(reader) if archived is not None else None
    approvals = ApprovalsInRefs(beside or reader, verify, lambda: repository)
    return ApprovalsHere(approvals, is_whole=is_server, lacks=beside.lacks if beside is not None else None)


class ApprovalsOfRemote:
    """Knows who approved a tag by asking a remote, once for each tag. `undetermined` is as in `ApprovalsHere`.

    `into` is a folder for fetched objects; `find_verify` returns a verifier of signatures for the objects of a reader.
    """

    def __init__(self, remote: Remote, git: Git, into: str, repository: str, find_verify: FindVerify) -> None:
        self._remote = remote
        self._git = git
        self._into = into
        self._repository = repository
        self._find_verify = find_verify
        self._known: dict[tuple[str, frozenset[str]], ApprovalState | None] = {}
        self.undetermined = False

    def of(self, tag: str, people: Collection[str]) -> ApprovalState | None:
        """The approvals by `people` (principals) of the tag object with the id `tag`; None if they can't be verified.

        Raises CannotJudge if the remote does not answer.
        """
        asked = tag, frozenset(people)
        if asked not in self._known:
            self._known[asked] = self._ask(*asked)
        return self._known[asked]

    def _ask(self, tag: str, people: frozenset[str]) -> ApprovalState | None:
        refs = self._remote.refs_matching([proposal_ref(tag), f"{APPROVALS}{tag}/*"])
        git = self._git
        if refs:
            objects = self._remote.fetch(sorted(refs), into=f"{self._into}/approvals-{tag}", id_length=len(tag))
            git = with_objects_in(self._git, objects)
        with closing(GitProgram(git)) as reader:
            verify = self._find_verify(reader)
            here = ApprovalsHere(ApprovalsInRefs(_Listed(refs, reader), verify, lambda: self._repository))
            state = here.of(tag, people)
        self.undetermined = self.undetermined or here.undetermined
        return state


class _Listed:
    """A `RefReader` of the refs that a remote has listed, and of fetched objects."""

    def __init__(self, refs: Mapping[str, str], reader: GitProgram) -> None:
        self._refs = refs
        self._reader = reader

    def existing(self, refs: Sequence[str]) -> dict[str, str]:
        return {ref: self._refs[ref] for ref in refs if ref in self._refs}

    def refs_under(self, prefix: str) -> list[tuple[str, str]]:
        return [(ref, oid) for ref, oid in self._refs.items() if ref.startswith(prefix)]

    def objects(
        self, oids: Iterable[str], *, limit: int, content_of: Literal["tag", "commit", "tree"] = "tag"
    ) -> Iterator[RawObject]:
        return self._reader.objects(oids, limit=limit, content_of=content_of)
