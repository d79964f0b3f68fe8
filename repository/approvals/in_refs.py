"""Reads the proposal of a tag and its approvals, and decides which of them count."""

from __future__ import annotations

from ...policy.approvals.approval import MOST_BYTES, read_approval
from ...policy.approvals.quorum import ApprovalState, Endorsement
from ...policy.approvals.refs import APPROVALS, ApprovalRef, proposal_ref, read_ref
from ...policy.objects.tag_object import parse_tag_object
from ...policy.push import Tag, TagPush

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from typing import Literal, Protocol

    from ...policy.judging.judge import Verify
    from ...policy.objects.tag_object import TagObject
    from ..git.objects import RawObject

    class RefReader(Protocol):
        """The part of `Reader` that approvals need."""

        def existing(self, refs: Sequence[str]) -> dict[str, str]: ...

        def refs_under(self, prefix: str) -> list[tuple[str, str]]: ...

        def objects(
            self, oids: Iterable[str], *, limit: int, content_of: Literal["tag", "commit", "tree"] = "tag"
        ) -> Iterator[RawObject]: ...


class ApprovalsInRefs:
    """Reads the proposals and approvals of one repository, once for each tag.

    `repository` returns the id that approvals must name; it is called only when needed, and may raise CannotJudge.
    `verify` verifies signatures; None if the policy names nobody who may sign. Refs in `touched` do not count, because
    the push that is judged changes them itself. `unverified` are the ids of the tags with an approval whose signature
    could not be verified here.
    """

    def __init__(
        self,
        reader: RefReader,
        verify: Verify | None,
        repository: Callable[[], str],
        touched: Collection[str] = (),
    ) -> None:
        self._reader = reader
        self._verify = verify
        self._repository = repository
        self._touched = touched
        self._known: dict[tuple[str, frozenset[str]], ApprovalState] = {}
        self.unverified: set[str] = set()

    def of(self, tag: str, people: Collection[str]) -> ApprovalState:
        """The proposal and approvals of the tag object with the id `tag`. Raises CannotJudge if they can't be read.

        Only approvals by `people` (principals) are verified. All others don't count, and there may be very many,
        because everybody who may sign can push an approval of any tag.
        """
        asked = tag, frozenset(people)
        if asked not in self._known:
            self._known[asked] = self._read(*asked)
        return self._known[asked]

    def approvers(self) -> dict[str, list[str]]:
        """Who approved which of the tags asked for so far: tag id → sorted principals; unapproved tags are left out."""
        found: dict[str, set[str]] = {}
        for (tag, _), state in self._known.items():
            found.setdefault(tag, set()).update(state.approved_by)
        return {tag: sorted(people) for tag, people in found.items() if people}

    def _read(self, tag: str, people: frozenset[str]) -> ApprovalState:
        repository = self._repository()
        proposal = proposal_ref(tag)
        proposed = proposal not in self._touched and self._reader.existing([proposal]).get(proposal) == tag
        refs = sorted(
            (ref, oid) for ref, oid in self._reader.refs_under(f"{APPROVALS}{tag}/") if ref not in self._touched
        )
        objects = self._reader.objects([oid for _, oid in refs], limit=MOST_BYTES)
        given = []
        for (ref, _), found in zip(refs, list(objects), strict=True):
            name = read_ref(ref)
            if isinstance(name, ApprovalRef):
                given.append(self._endorsement(ref, name, found, repository, people))
        return ApprovalState(proposed, tuple(given))

    def _endorsement(
        self, ref: str, name: ApprovalRef, found: RawObject, repository: str, people: frozenset[str]
    ) -> Endorsement:
        content = parse_tag_object(found.data, found.size) if found.type == "tag" else None
        approval = read_approval(content)
        if isinstance(approval, str):
            return Endorsement(name.principal, "approve", 0, problem=approval)
        problem = None
        if approval.tag != name.tag:
            problem = "it is about another tag object"
        elif approval.repository != repository:
            problem = f"it is for the repository {approval.repository!r}"
        elif name.principal not in people:
            problem = "the policy does not ask for it"
        elif content is not None:
            signer, problem = signer_of(ref, found.oid, content, self._verify)
            if signer is None and problem is None:
                self.unverified.add(name.tag)
                problem = "its signature can't be verified here"
            if problem is None and signer != name.principal:
                problem = f"it is signed by {signer!r}"
        return Endorsement(name.principal, approval.verdict, approval.time, approval.reason, problem)


def signer_of(ref: str, oid: str, content: TagObject, verify: Verify | None) -> tuple[str | None, str | None]:
    """Who signed the tag object `oid` that `ref` names: (principal, None), or (None, why the signature is bad).

    (None, None) in a clone that can't verify it.
    """
    if verify is None:
        return None, "the policy names nobody who may sign"
    signature = verify([TagPush(ref, None, None, Tag(ref, oid, "tag", content))]).get(ref)
    return (None, None) if signature is None else (signature.principal, signature.problem)
