"""Refuses what the policy reserves for other people.

As soon as one entry of `people.allow` covers a tag's kind, model and stage,
only the people named by such entries may push it. The pusher is the person whom
the hosting system authenticated, never the tagger. If it names nobody, the push
is refused.

Some events do more than they say, and need permission for all of it:

- Deregistering a version, or deprecating its model, takes the version out of its
  stages.
- Registering a version again, or any event of a deprecated model, brings the
  version back into the stages that were not unassigned.
- Moving or deleting a tag undoes its effect, so it needs permission for the
  opposite: deleting an unassignment assigns the stage.

Other tags of the same push don't change this, because Git may drop them.

Only a server knows who pushes. In a clone, and for old tags, this rule does
nothing, unless `tagwarden check --pusher NAME` says who will push.

Fix: have a person push it who is allowed to, or have the policy changed.
`tagwarden who --as NAME KIND MODEL [STAGE]` shows who may do what.
"""

from __future__ import annotations

from ..facts.consequences import CONTRARY, lines_of
from ..facts.possible_stages import Act
from ..people import SIGNER, Person, decide, names_signers
from ..push import Signature
from ..record import Record
from ..verdict import Breach
from ..wording import MOST_NAMES, shell_command
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..facts.consequences import Line
    from ..facts.model_facts import ModelFacts
    from ..people import Decision

OPTIONS = ("people.allow",)
WHY = "the policy limits who may do this."

# The most people of whom a fix says to ask one.
MOST_ASKED = 3


class Refusal(Record):
    """An act that the person may not do, and the decision against it."""

    act: Act
    decision: Decision


def check(facts: ModelFacts) -> Iterator[Breach]:
    if not facts.circumstances.pusher_rules_apply:
        return
    permissions = _Permissions(facts, facts.circumstances.pusher)
    others: _Others | None = None
    for line in lines_of(facts, [entry.covers for entry in facts.settings.people.allow]):
        signature = None
        refusal = permissions.refusal(line, None)
        if refusal is not None and permissions.signers_count and line.push.new is not None:
            signature = facts.signatures.get(line.push.ref)
            refusal = permissions.refusal(line, signature)
        if refusal is not None:
            sentence = _sentence(line, refusal, signature, facts)
            others = others or _Others(facts)
            fix = others.asking(line, refusal.decision.others)
            yield Breach(sentence, line.push.ref, facts.model, refusal.decision.key, fix)


class _Permissions:
    """Applies `people.allow` to one model's lines, pushed by `pusher`, and caches the answers."""

    def __init__(self, facts: ModelFacts, pusher: str | None) -> None:
        self.facts = facts
        self.pusher = pusher
        self.signers_count = names_signers(facts.settings.people)
        self._asked: dict[tuple[int, str | None], Refusal | None] = {}
        # Keeps the groups alive, because their ids are the keys.
        self._groups: list[Sequence[Act]] = []

    def refusal(self, line: Line, signature: Signature | None) -> Refusal | None:
        """The first act of `line` for which neither the pusher nor the signer has permission."""
        signer = signature.principal if signature else None
        for group in ((line.own,), *line.made):
            if refusal := self._of_group(group, signer):
                return refusal
        # The signature on the new tag of a moved one does not cover the removal of the old one.
        by_name: Sequence[Act] = ()
        if line.push.old is not None:
            by_name = (line.own, Act(CONTRARY[line.own.kind], line.own.stage))
        for group in (by_name, *line.undone):
            if refusal := self._of_group(group, None):
                return refusal
        return None

    def _of_group(self, group: Sequence[Act], signer: str | None) -> Refusal | None:
        key = id(group), signer
        if key not in self._asked:
            self._groups.append(group)
            self._asked[key] = self._first(group, Person(self.pusher, signer))
        return self._asked[key]

    def _first(self, group: Sequence[Act], person: Person) -> Refusal | None:
        for act in group:
            decision = decide(self.facts.settings, person, act.kind, self.facts.model or "", act.stage)
            if not decision.allowed:
                return Refusal(act, decision)
        return None


def _sentence(line: Line, refusal: Refusal, signature: Signature | None, facts: ModelFacts) -> str:
    pusher = facts.circumstances.pusher
    why = "the pusher is not known" if pusher is None else f"the pusher is {pusher!r}"
    if signature is not None and signature.problem is not None:
        why += f", and the signature does not count: {signature.problem}"
    sentence = f"{refusal.decision.because}; {why}"
    if refusal.act.holder is None:
        return sentence
    what = {"create": "", "delete": "deleting ", "move": "moving "}.get(line.push.change, "")
    return f"{what}{line.push.tag!r} {refusal.act.effect}, and {sentence}"


class _Others:
    """The people who may push what the pusher may not."""

    def __init__(self, facts: ModelFacts) -> None:
        self.facts = facts
        self._permissions: dict[str, _Permissions] = {}
        self._events = {replayed.event.tag: replayed for replayed in facts.events}

    def asking(self, line: Line, others: Sequence[str]) -> str | None:
        """Which of `others` to ask for which command; None if it is not known who pushes, or if no command does it."""
        event = self._events.get(line.push.tag)
        if self.facts.circumstances.pusher is None or line.push.change != "create" or event is None:
            return None
        from ..facts.fix import repeating_command

        able = [name for name in others[:MOST_NAMES] if self._may(name, line)]
        # A pusher need not sign. Whoever signs may push, too, if it does not matter who does.
        pushers = [name for name in able if not name.startswith(SIGNER)]
        asked = pushers or [name.removeprefix(SIGNER) for name in able]
        if not asked:
            return None
        # Their clones need not have the commit, which is fetched only by its full id.
        command = repeating_command(event, digits=None)
        pasted = shell_command(*command, *([] if pushers else ["--sign"]), "--push")
        return pasted and f"ask {_one_of(asked[:MOST_ASKED])} to run: {pasted}"

    def _may(self, name: str, line: Line) -> bool:
        """Whether the pusher `name`, or anybody with the signature of `name`, may push the line."""
        signs = name.startswith(SIGNER)
        permissions = self._permissions.setdefault(name, _Permissions(self.facts, None if signs else name))
        return permissions.refusal(line, Signature(name.removeprefix(SIGNER), None) if signs else None) is None


def _one_of(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]


def _allow(who: str, rest: str = "") -> str:
    return f'[[people.allow]]\nwho = ["{who}"]\n{rest}'


ONE = ("churn@v1.0.0",)
IN_PROD = (*ONE, "churn#prod at 2")
PROD = 'what = ["assign"]\nstages = ["prod"]\n'
TOUCH_PROD = 'what = ["assign", "unassign"]\nstages = ["prod"]\n'
BY_GRACE = _allow("grace", PROD)
BY_SIGNER = _allow("signer:ada@example.com", PROD)
TOUCHED_BY_GRACE = _allow("grace", TOUCH_PROD)
EXAMPLES = (
    accepted("named", "churn#prod at 2", existing=ONE, policy=_allow("ada", PROD)),
    refused("not named", "churn#prod at 2", existing=ONE, policy=BY_GRACE),
    accepted("another stage", "churn#dev at 2", existing=ONE, policy=BY_GRACE),
    accepted("another kind", "churn#prod! at 3", existing=(*ONE, "churn#prod at 2"), policy=BY_GRACE),
    accepted("another model", "fraud@v1.0.0", policy=_allow("grace", 'models = ["churn"]\n')),
    refused(
        "any event of a model, if the entry names only models",
        "churn@deprecated at 2",
        existing=ONE,
        policy=_allow("grace", 'models = ["ch*"]\n'),
    ),
    accepted(
        "in a group that is named",
        "churn#prod at 2",
        existing=ONE,
        policy=f'[people]\ngroups.releasers = ["ada"]\n{_allow("@releasers", PROD)}',
    ),
    accepted(
        "named by a second entry",
        "churn#prod at 2",
        existing=ONE,
        policy=BY_GRACE + _allow("ada", 'what = ["assign"]\nmodels = ["churn"]\n'),
    ),
    accepted("an allowed signer", "churn#prod at 2 signed ada@example.com", existing=ONE, policy=BY_SIGNER),
    refused("unsigned, where the signer counts", "churn#prod at 2", existing=ONE, policy=BY_SIGNER),
    refused(
        "deleting an unassignment assigns",
        "delete churn#prod!",
        existing=(*ONE, "churn#prod at 2", "churn#prod! at 3"),
        policy=BY_GRACE + '[rules]\ntag-permanent = "off"\n',
    ),
    refused(
        "moving an unassignment assigns",
        "move churn#prod! on c2 at 4",
        existing=("churn@v1.0.0", "churn@v1.1.0 on c2 at 2", "churn#prod at 2", "churn#prod! at 3"),
        policy=BY_GRACE + '[rules]\ntag-immutable = "off"\n',
    ),
    refused(
        "deregistering a version takes it out of its stages",
        "churn@v1.0.0! at 3",
        existing=IN_PROD,
        policy=TOUCHED_BY_GRACE,
    ),
    accepted(
        "deregistering a version that is in no governed stage",
        "churn@v1.1.0! on c2 at 3",
        existing=(*IN_PROD, "churn@v1.1.0 on c2", "churn#dev on c2 at 2"),
        policy=TOUCHED_BY_GRACE,
    ),
    accepted(
        "deregistering a version that was taken out of its stage before",
        "churn@v1.0.0! at 4",
        existing=(*IN_PROD, "churn#prod! at 3"),
        policy=TOUCHED_BY_GRACE,
    ),
    refused(
        "taken out of the stage by the same push, because Git may drop that line",
        "churn#prod! at 3 signed ada@example.com",
        "churn@v1.0.0! at 4",
        existing=IN_PROD,
        policy=_allow("signer:ada@example.com", TOUCH_PROD),
    ),
    refused(
        "deprecating a model takes its versions out of their stages",
        "churn@deprecated at 3",
        existing=IN_PROD,
        policy=TOUCHED_BY_GRACE,
    ),
    accepted(
        "deprecating a model with no version in a governed stage",
        "churn@deprecated at 3",
        existing=(*ONE, "churn#dev at 2"),
        policy=TOUCHED_BY_GRACE,
    ),
    refused(
        "any event after a deprecation brings versions back into their stages",
        "churn@v1.1.0 on c2 at 4",
        existing=(*IN_PROD, "churn@deprecated at 3"),
        policy=TOUCHED_BY_GRACE,
    ),
    accepted(
        "a version of a model that is not deprecated",
        "churn@v1.1.0 on c2 at 4",
        existing=IN_PROD,
        policy=TOUCHED_BY_GRACE,
    ),
    refused(
        "registering a version again brings it back into its stages",
        "churn@v1.0.0#2 at 4",
        existing=(*IN_PROD, "churn@v1.0.0! at 3"),
        policy=TOUCHED_BY_GRACE + '[rules]\nversion-once = "off"\nversion-order = "off"\n',
    ),
    refused(
        "deleting a registration takes the version out of its stages",
        "delete churn@v1.0.0",
        existing=IN_PROD,
        policy=TOUCHED_BY_GRACE + '[rules]\ntag-permanent = "off"\n',
    ),
    accepted(
        "a stage that falls back to the version before",
        "churn#prod!#3 on c2 at 4",
        existing=(*IN_PROD, "churn@v1.1.0 on c2 at 2", "churn#prod#2 on c2 at 3"),
        policy=BY_GRACE,
    ),
)
