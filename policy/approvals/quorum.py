"""Which approvals a policy requires for an event, and which of them are missing.

People are identified by the principals of their signatures, so two keys of one
person give one approval. The entries of `approvals.require` are counted
independently: a person whom two entries name counts for both.
"""

from __future__ import annotations

from ..people import SIGNER
from ..record import Record
from ..wording import some_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..objects.tag_object import TagObject
    from ..settings import Requirement, Settings
    from .approval import ApprovalVerdict


class Endorsement(Record):
    """One person's approval or revocation of a tag.

    `time` is in seconds since the epoch. `problem` says why it does not count, None if it does.
    """

    principal: str
    verdict: ApprovalVerdict
    time: int
    reason: str = ""
    problem: str | None = None


class ApprovalState(Record):
    """The state of a proposed tag: whether it is proposed, and who approved or revoked it."""

    proposed: bool
    endorsements: tuple[Endorsement, ...] = ()

    @property
    def approved_by(self) -> frozenset[str]:
        """The principals whose approvals count for entries that name them."""
        return frozenset(one.principal for one in self.endorsements if one.verdict == "approve" and one.problem is None)


class Parties(Record):
    """The tagger and the pusher, whose own approvals may not count.

    `tagger` is the principal of the tag's own signature, None without a good
    one. `pusher` and `pusher_email` identify the person who lands the tag, as far
    as the server knows. `knows_pusher` is False if the pusher can't be known: for
    past pushes, and in a clone that was not told who will push. `knows_tagger` is
    False in a clone that can't verify the tag's signature.
    """

    tagger: str | None
    pusher: str | None = None
    pusher_email: str | None = None
    knows_pusher: bool = True
    knows_tagger: bool = True


class Shortfall(Record):
    """What one entry of `approvals.require` still needs; `entry` is its number, counted from 1.

    `missing` more of the people in `who` must approve. `has` are the principals
    whose approvals count, `barred` those whose approvals don't, each with the
    reason. `impossible_because` says why no approval can help, None if one can.
    """

    entry: int
    missing: int
    who: tuple[str, ...]
    has: tuple[str, ...]
    barred: tuple[tuple[str, str], ...] = ()
    impossible_because: str | None = None

    @property
    def key(self) -> str:
        """The entry's place in the policy."""
        return f"approvals.require[{self.entry}]"


def requirements_for(settings: Settings, kind: str, model: str, stage: str | None) -> Iterator[tuple[int, Requirement]]:
    """The entries that cover an event of this kind, with their numbers, counted from 1.

    `model` is spelled as in tags or as GTO shows it.
    """
    for number, entry in enumerate(settings.approvals.require, 1):
        if entry.covers.covers(kind, model, stage):
            yield number, entry


def shortfalls(
    entries: Mapping[int, Requirement], state: ApprovalState, parties: Parties, settings: Settings
) -> list[Shortfall]:
    """What each of these `entries`, by number, still needs; entries with enough approvals are left out."""
    found = (_shortfall(number, entry, state, parties, settings) for number, entry in entries.items())
    return [lacks for lacks in found if lacks is not None]


def in_words(lacks: Shortfall) -> str:
    """What is missing, to follow the name of a tag: `needs 1 more of @risk (has grace@x)`."""
    of = some_of(lacks.who)
    if lacks.impossible_because is not None:
        return f"can't be approved: {lacks.impossible_because}"
    words = f"needs {lacks.missing} more of {of}" if lacks.has or lacks.barred else f"needs {lacks.missing} of {of}"
    if lacks.has:
        words += f" (has {some_of(lacks.has)})"
    if lacks.barred:
        words += " (" + "; ".join(f"{principal}, who {why}, does not count" for principal, why in lacks.barred) + ")"
    return words


def is_expired(found: TagObject, settings: Settings, now: int) -> bool:
    """Whether a proposed tag is too old to land at `now`, by `approvals.expire` and its tagger's time."""
    expire = settings.approvals.expire
    return expire is not None and found.tagger is not None and now - found.tagger.time > expire


def _shortfall(
    number: int, entry: Requirement, state: ApprovalState, parties: Parties, settings: Settings
) -> Shortfall | None:
    named = people_in(entry.who, settings.people.groups)
    approved = sorted(state.approved_by & named)
    barred = {one: why for one in approved if (why := _barred(one, entry, parties, settings))}
    has = tuple(one for one in approved if one not in barred)
    impossible = _why_impossible(entry, parties)
    missing = max(0, entry.enough - len(has))
    if not missing and impossible is None:
        return None
    return Shortfall(number, missing, entry.who, has, tuple(barred.items()), impossible)


def people_in(who: Iterable[str], groups: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The principals in a list of principals and "@GROUP"s, each with or without "signer:" in front."""
    names: list[str] = []
    for name in who:
        names += groups.get(name[1:], ()) if name.startswith("@") else (name,)
    return frozenset(name.removeprefix(SIGNER) for name in names)


def may_be(principal: str, pusher: str | None, email: str | None, principals: Mapping[str, Sequence[str]]) -> bool:
    """Whether the signer `principal` may be the person who pushes.

    `principals`, which is `people.principals` of the policy, decides this for the
    pushers in it; if a name is in it only in another case, all such spellings
    count. Otherwise names are compared without case and up to the "@", because a
    host may call a person `ada` whom the allowed signers call `ada@example.com`.
    """
    if pusher is not None and principals:
        if pusher in principals:
            return principal in principals[pusher]
        alike = [signs_as for name, signs_as in principals.items() if name.lower() == pusher.lower()]
        if alike:
            return any(principal in signs_as for signs_as in alike)
    signer = principal.lower()
    names = [name.lower() for name in (pusher, email) if name]
    return any(signer == name or signer.partition("@")[0] == name.partition("@")[0] for name in names)


def _barred(principal: str, entry: Requirement, parties: Parties, settings: Settings) -> str | None:
    if "tagger" in entry.barred and principal == parties.tagger:
        return "signed the tag"
    may_push = may_be(principal, parties.pusher, parties.pusher_email, settings.people.principals)
    return "pushes it" if "pusher" in entry.barred and parties.knows_pusher and may_push else None


def _why_impossible(entry: Requirement, parties: Parties) -> str | None:
    if "tagger" in entry.barred and parties.tagger is None and parties.knows_tagger:
        return "the tag has no good signature, so it is not known who made it"
    if "pusher" in entry.barred and parties.knows_pusher and parties.pusher is None:
        return "the pusher is not known"
    return None
