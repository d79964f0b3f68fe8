"""Who may do what: the decision that `[people]` makes for one event, and why.

Once an entry of `people.allow` covers an event's kind, model and stage, only
the people in the entries that cover it may make the event. An entry names
pushers (`ada`), groups of them (`@releasers`) and, with `signer:` in front,
the principal of a good signature on the tag (`signer:ada@example.com`).
"""

from __future__ import annotations

from .grammar.names import gto_spelling
from .grammar.tag_name import STAGED_KINDS
from .record import Record
from .wording import MOST_NAMES, some_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .settings import People, Settings

SIGNER = "signer:"


class Person(Record):
    """Who makes an event: the authenticated pusher and the principal of the tag's signature, each None if unknown."""

    pusher: str | None = None
    signer: str | None = None


class Decision(Record):
    """Whether an event is allowed, and which entry of the policy decides.

    `because` is a sentence that names the deciding entry, `key` the entry's
    place in the policy. `entry` is its number in `people.allow`, counted from 1;
    None if no entry covers the event. `others` are the people who are allowed,
    if the person is not: pushers, and "signer:PRINCIPAL"s.
    """

    allowed: bool
    because: str
    key: str
    entry: int | None
    others: tuple[str, ...] = ()


def decide(settings: Settings, person: Person, kind: str, model: str, stage: str | None) -> Decision:
    """Whether `person` may make an event of this kind for `model` (and `stage`).

    `model` is spelled as in tags or as GTO shows it.
    """
    what = describe(kind, model, stage)
    allow = settings.people.allow
    covering = [number for number, entry in enumerate(allow, 1) if entry.covers.covers(kind, model, stage)]
    if not covering:
        return Decision(True, f"no entry of people.allow covers it, so anybody may {what}", "people.allow", None)
    for number in covering:
        name = find_in(allow[number - 1].who, person, settings.people.groups)
        if name is not None:
            key = f"people.allow[{number}]"
            return Decision(True, f"{key} lets {name} {what}", key, number)
    names = some_of(dict.fromkeys(who for number in covering for who in allow[number - 1].who))
    listed = [f"people.allow[{number}]" for number in covering]
    keys = " and ".join(listed) if len(listed) <= MOST_NAMES else some_of(listed)
    verb = "lets" if len(covering) == 1 else "let"
    named = (name for number in covering for name in allow[number - 1].who)
    others = tuple(dict.fromkeys(one for name in named for one in _members(name, settings.people.groups)))
    return Decision(False, f"{keys} {verb} only {names} {what}", f"people.allow[{covering[0]}]", covering[0], others)


def denied_stages(settings: Settings, person: Person, kind: str, model: str) -> list[Decision]:
    """The decisions against `person` on the stages that an event of this kind changes as a side effect.

    A registration may put a version back into its stages; a deregistration or
    deprecation takes versions out of them (`facts/consequences.py`). There is
    one decision for each stage that `people.allow` reserves for other people.
    """
    if kind in STAGED_KINDS:
        return []
    way = "assign" if kind == "register" else "unassign"
    stages = dict.fromkeys(stage for entry in settings.people.allow for stage in entry.covers.stages)
    decisions = (decide(settings, person, way, model, stage) for stage in stages)
    return [decision for decision in decisions if not decision.allowed]


def find_in(who: Iterable[str], person: Person, groups: Mapping[str, tuple[str, ...]]) -> str | None:
    """How `person` is named in a list of names, "@group"s and "signer:PRINCIPAL"s; None if not at all."""
    for name in who:
        if name.startswith("@"):
            for member in groups.get(name[1:], ()):
                if _is_named(member, person):
                    return f"{member} (in {name})"
        elif _is_named(name, person):
            return name
    return None


def names_signers(people: People) -> bool:
    """Whether an entry of `people.allow` names a signer, directly or through a group."""
    for entry in people.allow:
        for name in entry.who:
            if any(one.startswith(SIGNER) for one in _members(name, people.groups)):
                return True
    return False


def _members(name: str, groups: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return groups.get(name[1:], ()) if name.startswith("@") else (name,)


def describe(kind: str, model: str, stage: str | None) -> str:
    """What an event does, to follow the word "may": `assign churn to prod`."""
    model = gto_spelling(model)
    if kind == "assign":
        return f"assign {model} to {stage or 'a stage'}"
    if kind == "unassign":
        return f"take {model} out of {stage or 'a stage'}"
    return f"{kind} {model}" if kind == "deprecate" else f"{kind} a version of {model}"


def _is_named(name: str, person: Person) -> bool:
    # A pusher called "signer:ada" must not be taken for that signer.
    if name.startswith(SIGNER):
        return person.signer is not None and name[len(SIGNER) :] == person.signer
    return name == person.pusher
