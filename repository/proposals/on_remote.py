"""The proposals on a remote: tag objects that wait there for approvals, and those that have landed."""

from __future__ import annotations

import contextlib
import os
import tempfile
from functools import partial
from typing import TYPE_CHECKING

from ...policy.approvals.refs import ROOT, ProposalRef, proposal_ref, read_ref
from ...policy.grammar.names import HEADS, TAGS
from ...policy.grammar.tag_name import TagName, parse_tag_name
from ...policy.objects.tag_object import parse_tag_object
from ...policy.push import Tag
from ...policy.record import Record
from ..git.program import GitProgram
from ..registry import TAG_BYTES
from ..remote.fetching import fetch_into_clone
from ..remote.reader import RemoteReader, fetch_missing, fetch_missing_refs, with_history_of
from ..remote.remote import Listing, Remote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..git.command import Git

# How many seconds a completion in the shell waits for a remote.
AT_ONCE = 5.0
# The fewest digits by which a proposal's id can be abbreviated, as in Git.
FEWEST_DIGITS = 7


class NoSuchProposal(LookupError):
    """The digits match no proposal, or several; the message says which there are."""


class Proposal(Record):
    """A proposed tag object: its id, its parsed name, and the tag that it would become."""

    oid: str
    name: TagName
    tag: Tag


class ProposedThere(Record):
    """The proposals on the remote named `remote`.

    `repository` is the clone. `git` is the same, but while this is open it also has access to the fetched proposals and
    to the tags of their models. `listing` are the remote's refs. `waiting` are the proposals by id; `landed` maps the
    ids of those that have landed to the names of their tags.
    """

    repository: Git
    git: Git
    remote: str
    listing: Listing
    waiting: Mapping[str, Proposal]
    landed: Mapping[str, str]

    @contextlib.contextmanager
    def reader(self) -> Iterator[RemoteReader]:
        """A reader of the remote's tags, branches, proposals and approvals."""
        models = {one.name.model for one in self.waiting.values()}
        with contextlib.ExitStack() as stack:
            fetch_history = partial(
                with_history_of, self.git, Remote.named(self.repository, self.remote), models, stack
            )
            reader = RemoteReader(self.git, self.listing, remote=self.remote, fetch_history=fetch_history)
            yield stack.enter_context(contextlib.closing(reader))


@contextlib.contextmanager
def proposals_on(git: Git, remote: str, digits: str | None = None) -> Iterator[ProposedThere]:
    """The proposals on `remote`; with `digits` only the one whose id begins with these.

    Nothing is written into the repository. Raises CannotJudge if the remote's objects can't be fetched, and
    NoSuchProposal unless `digits` match exactly one waiting proposal.
    """
    there = Remote.named(git, remote)
    listing = _listing(there, TAGS, HEADS)
    assert listing.approvals is not None
    waiting, landed = _sorted_out(listing)
    if digits is not None:
        # The proposal of a landed tag may have been archived, so the tags are searched.
        existing = {oid: name for name, oid in listing.tags.items()}
        waiting = [matching_proposal(digits, waiting, existing, remote)]
    with tempfile.TemporaryDirectory(prefix="tagwarden-") as folder:
        wanted = {ref: oid for ref, oid in listing.approvals.items() if (read := read_ref(ref)) and read.tag in waiting}
        seeing = fetch_missing_refs(git, there, wanted, into=os.path.join(folder, "proposed"))
        found = proposals_with_ids(seeing, waiting)
        models = {one.name.model for one in found.values()}
        tags = {tag: oid for tag, oid in listing.tags.items() if _model_of(tag) in models}
        seeing = fetch_missing(seeing, there, tags, into=os.path.join(folder, "tags"))
        yield ProposedThere(git, seeing, remote, listing, found, landed)


def ids_of_proposals(git: Git, remote: str) -> list[str]:
    """The ids of the waiting proposals on `remote`, for completion. Raises CannotJudge if it is slow to answer."""
    there = Remote.named(git, remote, seconds=AT_ONCE)
    return _sorted_out(_listing(there, TAGS))[0]


def current_refs(git: Git, remote: str, tag: str) -> Listing:
    """The current refs of `remote`: one tag, and all proposals and approvals. Raises CannotJudge if it is silent."""
    return _listing(Remote.named(git, remote), TAGS + tag)


def _listing(remote: Remote, *what: str) -> Listing:
    """The remote's proposals and approvals, and its refs that match `what`: prefixes that end in "/", or full names."""
    listed = remote.refs_matching([f"{one}*" if one.endswith("/") else one for one in (*what, ROOT)])
    return Listing(
        {ref[len(TAGS) :]: oid for ref, oid in listed.items() if ref.startswith(TAGS)},
        {ref: oid for ref, oid in listed.items() if ref.startswith(HEADS)},
        {ref: oid for ref, oid in listed.items() if ref.startswith(ROOT)},
    )


def is_behind(git: Git, remote: str, listing: Listing) -> bool:
    """Whether the remote's default branch, from which the policy is read, has moved since it was last fetched."""
    tracking = f"refs/remotes/{remote}/"
    branch = git.line("symbolic-ref", "--quiet", f"{tracking}HEAD", accepted=(0, 1, 128))
    there = listing.heads.get(HEADS + branch.removeprefix(tracking)) if branch else None
    return there is not None and there != git.line("rev-parse", "--verify", "--quiet", branch, accepted=(0, 1))


def fetch_proposed_commit(git: Git, remote: str, proposal: Proposal) -> None:
    """Fetch the commit of a proposal, with its history and files, unless the repository has it; creates no ref."""
    with contextlib.closing(GitProgram(git)) as reader:
        (found,) = reader.objects([_commit_of(proposal)], limit=0)
    if found.type is None:
        fetch_into_clone(git, remote, proposal_ref(proposal.oid))


def _commit_of(proposal: Proposal) -> str:
    assert proposal.tag.object is not None
    return proposal.tag.object.target


def _sorted_out(listing: Listing) -> tuple[list[str], dict[str, str]]:
    """The ids of the waiting proposals, and those of the landed ones, each with the name of its tag."""
    names = {oid: name for name, oid in listing.tags.items()}
    proposed = [ref.tag for ref in map(read_ref, listing.approvals or ()) if isinstance(ref, ProposalRef)]
    return [oid for oid in proposed if oid not in names], {oid: names[oid] for oid in proposed if oid in names}


def matching_proposal(
    digits: str, waiting: Mapping[str, object] | Sequence[str], landed: Mapping[str, str], remote: str
) -> str:
    """The id of the one proposal in `waiting` that begins with `digits`. Raises NoSuchProposal, with the reason.

    `landed` maps the ids of landed tag objects to their names.
    """
    meant = [oid for oid in waiting if oid.startswith(digits)]
    if len(meant) == 1:
        return meant[0]
    if len(meant) > 1:
        raise NoSuchProposal(f"{digits!r} may mean each of {', '.join(sorted(meant))}; give more digits")
    gone = [(oid, name) for oid, name in landed.items() if oid.startswith(digits)]
    if gone:
        oid, name = gone[0]
        raise NoSuchProposal(f"the proposal {oid} has landed already, as {name!r}")
    listed = f"; there is: {', '.join(sorted(waiting))}" if waiting else "; there is none that waits"
    raise NoSuchProposal(f"{remote!r} has no proposal {digits!r}{listed}")


def proposals_with_ids(git: Git, oids: Sequence[str]) -> dict[str, Proposal]:
    """The proposals with these ids, by id; objects that are not model tags are left out."""
    found = {}
    with contextlib.closing(GitProgram(git)) as reader:
        for one in reader.objects(oids, limit=TAG_BYTES):
            content = parse_tag_object(one.data, one.size) if one.type == "tag" else None
            name = parse_tag_name(content.name) if content is not None else None
            if content is not None and isinstance(name, TagName):
                found[one.oid] = Proposal(one.oid, name, Tag(content.name, one.oid, "tag", content))
    return found


def _model_of(tag: str) -> str | None:
    name = parse_tag_name(tag)
    return name.model if isinstance(name, TagName) else None
