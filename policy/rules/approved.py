"""Refuses an event that lacks the approvals that the policy requires.

`approvals.require` selects the kinds, models and stages, and says who may approve
them and how many of these people must. An event must satisfy every entry that
covers it. An approval is for one tag object, and counts only if it was there
before the push that lands the tag. People are identified by the principals in
the file of allowed signers: two keys of one person count once. With
`not = ["tagger", "pusher"]`, approvals by the tag's signer or by its pusher do
not count, and the tag must be signed.

As with `signed`, a tag also needs approval for its side effects on stages: a
deregistration that takes a version out of `prod`, an event that brings it back,
or a tombstone after which `prod` falls back to an older version. A deletion can't
be approved, so a tag can't be moved or deleted if undoing its effect needs
approval. The name in the tag's object must be that of its ref.

Fix: propose it (`tagwarden propose …`, or the printed command if the tag
exists already), have others run `tagwarden approve ID`, then run `tagwarden land ID`.
"""

from __future__ import annotations

from ..approvals.quorum import ApprovalState, Parties, in_words, is_expired, people_in, shortfalls
from ..facts.fix import proposing_command, recreating_command
from ..facts.wanted_approvals import tagger_of, wanted_by_lines
from ..record import Record
from ..verdict import Breach
from ..wording import short_id
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.consequences import Line
    from ..facts.model_facts import ModelFacts
    from ..facts.wanted_approvals import Wanted
    from ..push import TagPush

OPTIONS = ("approvals.require", "approvals.expire", "approvals.repository", "people.principals")
WHY = "the policy requires approval by others for this."


class Lack(Record):
    """What a tag lacks.

    `sentence` follows the tag's name. `key` is the policy key that governs it,
    `fix` a command that helps, and `why` replaces the rule's `WHY`, for example to
    say what other people must do.
    """

    sentence: str
    key: str
    fix: str | None = None
    why: str | None = None


def check(facts: ModelFacts) -> Iterator[Breach]:
    for line, made, undone in wanted_by_lines(facts):
        lack = _undone(line, undone, facts) or _misnamed(line.push, facts) or _unapproved(line.push, made, facts)
        if lack is not None:
            yield Breach(f"{line.push.tag!r} {lack.sentence}", line.push.ref, facts.model, lack.key, lack.fix, lack.why)


def _undone(line: Line, wanted: dict[int, Wanted], facts: ModelFacts) -> Lack | None:
    if not wanted:
        return None
    number, (_, act) = next(iter(wanted.items()))
    return Lack(line.may_not_undo(act, facts, "approvals", "approved"), f"approvals.require[{number}]")


def _misnamed(push: TagPush, facts: ModelFacts) -> Lack | None:
    """The lack of a tag whose object has another name: GTO reads that name, so approvals may be needed for it.

    This matters if tag-name-in-object does not refuse such tags, as under a site
    policy, whose repository may accept them.
    """
    found, settings = push.new.object if push.new is not None else None, facts.settings
    if found is None or found.name == push.tag or settings.levels["tag-name-in-object"] == "error":
        return None
    if not settings.approvals.require:
        return None
    sentence = f"has the name {found.name!r} in its object, so it is unclear which approvals it needs"
    return Lack(sentence, "approvals.require[1]", _recreating(push, facts))


def _unapproved(push: TagPush, wanted: dict[int, Wanted], facts: ModelFacts) -> Lack | None:
    if not wanted or push.new is None:
        return None
    key = f"approvals.require[{next(iter(wanted))}]"
    if push.new.object is None:
        return Lack("is lightweight, and only an annotated tag can be approved", key, _recreating(push, facts))
    look = facts.circumstances.approvals
    named = [people_in(one.entry.who, facts.settings.people.groups) for one in wanted.values()]
    state = look(push.new.oid, frozenset().union(*named)) if look is not None else ApprovalState(proposed=False)
    if state is None:
        return None
    parties = _parties(push, facts)
    lacks = shortfalls({number: one.entry for number, one in wanted.items()}, state, parties, facts.settings)
    because = next((f"{one.act.effect}, and " for one in wanted.values() if one.act.holder is not None), "")
    if lacks:
        sentence = because + "; ".join(in_words(lack) for lack in lacks)
        if (
            parties.tagger is None
            and any(lack.impossible_because for lack in lacks)
            and facts.circumstances.tag_state != "planned"
        ):
            return Lack(sentence, lacks[0].key, _recreating(push, facts))
        if state.proposed:
            proposal = short_id(push.new.oid)
            others = f"{WHY[:-1]}; they approve with `tagwarden approve {proposal}`."
            return Lack(f"{sentence}; it is proposed as {proposal}", lacks[0].key, why=others)
        return Lack(sentence, lacks[0].key, proposing_command(facts, push))
    if facts.circumstances.place == "history":
        return None
    if not state.proposed:
        return Lack(f"{because}has its approvals, but is no longer proposed", key, proposing_command(facts, push))
    if is_expired(push.new.object, facts.settings, facts.circumstances.now):
        return Lack("was made too long ago for its approvals to count", "approvals.expire", _recreating(push, facts))
    return None


def _parties(push: TagPush, facts: ModelFacts) -> Parties:
    who = facts.circumstances
    signed = push.new is not None and push.new.object is not None and push.new.object.signature is not None
    return Parties(
        tagger_of(push, facts),
        who.pusher,
        who.pusher_email,
        knows_pusher=who.pusher_rules_apply,
        knows_tagger=who.place != "client" or not signed or push.ref in facts.signatures,
    )


def _recreating(push: TagPush, facts: ModelFacts) -> str | None:
    return recreating_command(facts, push, sign=True)


APPROVED = """\
[signing]
allowed-signers = "ref:HEAD:allowed_signers"
[approvals]
repository = "models"
[[approvals.require]]
stages = ["prod"]
who = ["grace@example.com", "lin@example.com", "ada@example.com"]
"""
FOUR_EYES = APPROVED + 'not = ["tagger", "pusher"]\n'
TWO = APPROVED + "count = 2\n"
OF_BOTH = (
    APPROVED
    + '[[approvals.require]]\nstages = ["prod"]\nwho = ["@risk"]\n[people]\ngroups.risk = ["eve@example.com"]\n'
)
ASSIGNED = APPROVED.replace("who =", 'what = ["assign"]\nwho =')
ONE = ("churn@v1.0.0",)
IN_PROD = (*ONE, "churn#prod at 2")
EXAMPLES = (
    accepted("approved", "churn#prod at 2 approved grace@example.com", existing=ONE, policy=APPROVED),
    refused("proposed, and approved by nobody", "churn#prod at 2 proposed", existing=ONE, policy=APPROVED),
    refused("never proposed", "churn#prod at 2", existing=ONE, policy=APPROVED),
    refused("approved by somebody else", "churn#prod at 2 approved eve@example.com", existing=ONE, policy=APPROVED),
    refused("one approval of two", "churn#prod at 2 approved grace@example.com", existing=ONE, policy=TWO),
    accepted(
        "two approvals of two", "churn#prod at 2 approved grace@example.com,lin@example.com", existing=ONE, policy=TWO
    ),
    refused("a revoked approval", "churn#prod at 2 approved !grace@example.com", existing=ONE, policy=APPROVED),
    refused(
        "enough approvals for one entry of two",
        "churn#prod at 2 approved grace@example.com",
        existing=ONE,
        policy=OF_BOTH,
    ),
    accepted(
        "enough approvals for both entries",
        "churn#prod at 2 approved grace@example.com,eve@example.com",
        existing=ONE,
        policy=OF_BOTH,
    ),
    accepted("another stage", "churn#dev at 2", existing=ONE, policy=APPROVED),
    refused("lightweight", "churn#prod lightweight", existing=ONE, policy=APPROVED),
    accepted(
        "approved by neither its signer nor its pusher",
        "churn#prod at 2 signed lin@example.com approved grace@example.com",
        existing=ONE,
        policy=FOUR_EYES,
    ),
    refused(
        "approved by its own signer",
        "churn#prod at 2 signed grace@example.com approved grace@example.com",
        existing=ONE,
        policy=FOUR_EYES,
    ),
    refused(
        "approved by its pusher",
        "churn#prod at 2 signed lin@example.com approved ada@example.com",
        existing=ONE,
        policy=FOUR_EYES,
    ),
    refused(
        "unsigned, if the approval of its signer must not count",
        "churn#prod at 2 approved grace@example.com",
        existing=ONE,
        policy=FOUR_EYES,
    ),
    refused(
        "expired",
        "churn#prod at 2 approved grace@example.com",
        existing=ONE,
        policy=APPROVED.replace("repository", 'expire = "30d"\nrepository'),
    ),
    refused(
        "no longer proposed", "churn#prod at 2 withdrawn approved grace@example.com", existing=ONE, policy=APPROVED
    ),
    refused(
        "deregistering a version takes it out of its stages", "churn@v1.0.0! at 3", existing=IN_PROD, policy=APPROVED
    ),
    accepted("the same, approved", "churn@v1.0.0! at 3 approved grace@example.com", existing=IN_PROD, policy=APPROVED),
    accepted(
        "deregistering a version that is in no governed stage",
        "churn@v1.1.0! on c2 at 3",
        existing=(*IN_PROD, "churn@v1.1.0 on c2"),
        policy=APPROVED,
    ),
    refused(
        "a stage that falls back to the version before",
        "churn#prod!#3 on c2 at 4",
        existing=(*IN_PROD, "churn@v1.1.0 on c2 at 2", "churn#prod#2 on c2 at 3"),
        policy=ASSIGNED,
    ),
    accepted("an unassignment after which the stage is empty", "churn#prod! at 3", existing=IN_PROD, policy=ASSIGNED),
    accepted(
        "unassigning a version that is not the current one",
        "churn#prod!#3 at 4",
        existing=(*IN_PROD, "churn@v1.1.0 on c2 at 2", "churn#prod#2 on c2 at 3"),
        policy=ASSIGNED,
    ),
    refused(
        "deleting an unassignment puts the version back",
        "delete churn#prod!",
        existing=(*IN_PROD, "churn#prod! at 3"),
        policy=APPROVED + '[rules]\ntag-permanent = "off"\n',
    ),
    refused(
        "moving an assignment",
        "move churn#prod on c2 at 4 approved grace@example.com",
        existing=(*IN_PROD, "churn@v1.1.0 on c2 at 3"),
        policy=APPROVED + '[rules]\ntag-immutable = "off"\n',
    ),
)
