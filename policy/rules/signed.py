"""Refuses a tag without a valid signature of an allowed signer, where the policy requires one.

`signing.require` selects the kinds, models and stages; `signing.allowed-signers`
is the file of the people who may sign. The programs that Git itself uses verify
the exact signed bytes. Nothing may follow the signature, and the tag must have
the name that was signed, so that a signature can't be reused for another tag. A
clone that can't read the allowed signers leaves the check to the server.

As with `who`, a tag also needs a signature for its side effects on stages: a
deregistration or deprecation that takes a version out of `prod`, or an event
that brings it back. A deletion can't be signed, so a tag can't be moved or
deleted if undoing its effect requires a signature.

Fix: recreate the tag with `tagwarden … --sign` or `git tag -s`,
or have the signer's key added to the allowed signers.
"""

from __future__ import annotations

from ..facts.consequences import is_covered, lines_of
from ..facts.fix import recreating_command
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..facts.consequences import Line
    from ..facts.model_facts import ModelFacts
    from ..facts.possible_stages import Act
    from ..push import TagPush

OPTIONS = ("signing.require",)
WHY = "only a signature proves who made a tag, regardless of who pushes it or runs the server."


def check(facts: ModelFacts) -> Iterator[Breach]:
    wanted = _Wanted(facts)
    for line in lines_of(facts, facts.settings.signing.require):
        unsigned = _unsigned(line, wanted, facts)
        sentence = unsigned or _undone(line, wanted)
        if sentence is not None:
            fix = recreating_command(facts, line.push, sign=True) if unsigned else None
            yield Breach(sentence, line.push.ref, facts.model, fix=fix)


class _Wanted:
    """Finds the acts that need a signature, and caches the answer for each group of acts."""

    def __init__(self, facts: ModelFacts) -> None:
        self.facts = facts
        # By the id of a group. The group itself is kept so that no other can get the same id.
        self._known: dict[int, tuple[Sequence[Act], Act | None]] = {}

    def first(self, groups: Sequence[Sequence[Act]]) -> Act | None:
        """The first act in `groups` that needs a signature, None if none does."""
        for group in groups:
            if id(group) not in self._known:
                self._known[id(group)] = group, next(filter(self._is_wanted, group), None)
            act = self._known[id(group)][1]
            if act is not None:
                return act
        return None

    def _is_wanted(self, act: Act) -> bool:
        return is_covered(act, self.facts.model or "", self.facts.settings.signing.require)


def _unsigned(line: Line, wanted: _Wanted, facts: ModelFacts) -> str | None:
    if line.push.new is None:
        return None
    act = wanted.first(((line.own,), *line.made))
    problem = None if act is None else _problem(line.push, facts)
    if act is None or problem is None:
        return None
    because = "" if act.holder is None else f"{act.effect}, which needs a signature, and "
    return f"{line.push.tag!r} {because}{problem}"


def _undone(line: Line, wanted: _Wanted) -> str | None:
    act = wanted.first(line.undone)
    if act is None:
        return None
    return f"{line.push.tag!r} {line.may_not_undo(act, wanted.facts, 'a signature', 'signed')}"


def _problem(push: TagPush, facts: ModelFacts) -> str | None:
    found = push.new.object if push.new else None
    if found is None:
        return "is lightweight, and only an annotated tag can be signed"
    if found.signature is None:
        return "is not signed"
    if found.text_after_signature:
        return "has text after its signature, which nobody signed"
    if found.name != push.tag:
        return f"has a signature for another tag, {found.name!r}"
    signature = facts.signatures.get(push.ref)
    if signature is None:
        return None if facts.circumstances.place == "client" else "has a signature that was not verified"
    if signature.principal is None:
        return f"has no good signature: {signature.problem}"
    return None


SIGN = """\
[signing]
allowed-signers = "ref:HEAD:allowed_signers"
[[signing.require]]
what = ["assign"]
stages = ["prod"]
"""
SIGN_STAGE = SIGN.replace('what = ["assign"]\n', 'what = ["assign", "unassign"]\n')
ONE = ("churn@v1.0.0",)
IN_PROD = (*ONE, "churn#prod at 2 signed ada@example.com")
EXAMPLES = (
    accepted("a good signature", "churn#prod at 2 signed ada@example.com", existing=ONE, policy=SIGN),
    refused("no signature", "churn#prod at 2", existing=ONE, policy=SIGN),
    refused("a lightweight tag", "churn#prod at 2 lightweight", existing=ONE, policy=SIGN),
    refused(
        "a good signature for another name",
        "churn#prod at 2 says churn#dev signed ada@example.com",
        existing=ONE,
        policy=SIGN,
    ),
    refused("a signer who is not allowed", "churn#prod at 2 signed nobody", existing=ONE, policy=SIGN),
    refused("text after the signature", "churn#prod at 2 signed ada@example.com and more", existing=ONE, policy=SIGN),
    accepted("a stage that needs no signature", "churn#dev at 2", existing=ONE, policy=SIGN),
    accepted("a registration, which needs no signature", *ONE, policy=SIGN),
    refused(
        "an unsigned deregistration that takes a version out of the stage",
        "churn@v1.0.0! at 3",
        existing=IN_PROD,
        policy=SIGN_STAGE,
    ),
    accepted("the same, signed", "churn@v1.0.0! at 3 signed ada@example.com", existing=IN_PROD, policy=SIGN_STAGE),
    refused(
        "an unsigned deprecation that empties the stage", "churn@deprecated at 3", existing=IN_PROD, policy=SIGN_STAGE
    ),
    refused(
        "an unsigned version that brings a deprecated model back",
        "churn@v1.1.0 on c2 at 4",
        existing=(*IN_PROD, "churn@deprecated at 3"),
        policy=SIGN_STAGE,
    ),
    accepted(
        "an unsigned deprecation of a model with no version in the stage",
        "churn@deprecated at 3",
        existing=ONE,
        policy=SIGN_STAGE,
    ),
    accepted(
        "an unsigned version and its signed assignment",
        "churn@v1.0.0 at 3",
        "churn#prod at 3 signed ada@example.com",
        policy=SIGN_STAGE,
    ),
    refused(
        "deleting an unassignment puts the version back",
        "delete churn#prod!",
        existing=(*IN_PROD, "churn#prod! at 3"),
        policy=SIGN_STAGE + '[rules]\ntag-permanent = "off"\n',
    ),
    accepted(
        "deleting what the registry does not read",
        "delete churn#prod!",
        existing=(*IN_PROD, "churn#prod! at 3 lightweight"),
        policy=SIGN_STAGE,
    ),
)
