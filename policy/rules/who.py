"""Refuses what the policy leaves to others.

As soon as one entry of `people.allow` covers a tag's kind, model and stage,
only those whom such entries name may push it. Moving or deleting a tag undoes
what it did, so that takes leave for the contrary kind, too: whoever deletes an
unassignment assigns. The pusher is whom the hosting system authenticated, never
the tagger; where nobody is known, nobody is named. Only a server knows who
pushes: in a clone, and over old tags, this rule says nothing.

To put it right, have somebody who is named push it, or have the policy changed.
`tagwarden who --as NAME KIND MODEL [STAGE]` tells who may do what.
"""

from __future__ import annotations

from ..people import Person, decide
from ..tag_name import TagName
from ..verdict import Breach
from .example import Example

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..case import Case
    from ..push import TagPush

OPTIONS = ("people.allow",)
WHY = "the policy names who answers for this."

CONTRARY = {
    "register": "deregister",
    "deregister": "register",
    "assign": "unassign",
    "unassign": "assign",
    "deprecate": "deprecate",
}


def check(case: Case) -> Iterator[Breach]:
    if case.circumstances.place != "server":
        return
    for push in case.pushes:
        name = push.name
        if not isinstance(name, TagName) or push.change == "none":
            continue
        signature = case.signatures.get(push.ref) if push.new is not None else None
        person = Person(case.circumstances.pusher, signature.principal if signature else None)
        for kind in _kinds(name.kind, push):
            decision = decide(case.settings, person, kind, name.model, name.stage)
            if not decision.allowed:
                why = "it is not known who pushes" if person.pusher is None else f"{person.pusher!r} is not among them"
                if signature is not None and signature.problem is not None:
                    why += f", and the signature does not count: {signature.problem}"
                yield Breach(f"{decision.because}; {why}", push.ref, case.model, decision.key)
                break


def _kinds(kind: str, push: TagPush) -> tuple[str, ...]:
    return (kind,) if push.change == "create" else tuple(dict.fromkeys((kind, CONTRARY[kind])))


def _allow(who: str, rest: str = "") -> str:
    return f'[[people.allow]]\nwho = ["{who}"]\n{rest}'


ONE = ("churn@v1.0.0",)
PROD = 'what = ["assign"]\nstages = ["prod"]\n'
EXAMPLES = (
    Example("named", ("churn#prod at 2",), refused=False, existing=ONE, policy=_allow("ada", PROD)),
    Example("not named", ("churn#prod at 2",), refused=True, existing=ONE, policy=_allow("grace", PROD)),
    Example("another stage", ("churn#dev at 2",), refused=False, existing=ONE, policy=_allow("grace", PROD)),
    Example(
        "another kind",
        ("churn#prod! at 3",),
        refused=False,
        existing=(*ONE, "churn#prod at 2"),
        policy=_allow("grace", PROD),
    ),
    Example("another model", ("fraud@v1.0.0",), refused=False, policy=_allow("grace", 'models = ["churn"]\n')),
    Example(
        "everything of a model",
        ("churn@deprecated at 2",),
        refused=True,
        existing=ONE,
        policy=_allow("grace", 'models = ["ch*"]\n'),
    ),
    Example(
        "in a group that is named",
        ("churn#prod at 2",),
        refused=False,
        existing=ONE,
        policy=f'[people]\ngroups.releasers = ["ada"]\n{_allow("@releasers", PROD)}',
    ),
    Example(
        "named by a second entry",
        ("churn#prod at 2",),
        refused=False,
        existing=ONE,
        policy=_allow("grace", PROD) + _allow("ada", 'what = ["assign"]\nmodels = ["churn"]\n'),
    ),
    Example(
        "an allowed signer",
        ("churn#prod at 2 signed ada@example.com",),
        refused=False,
        existing=ONE,
        policy=_allow("signer:ada@example.com", PROD),
    ),
    Example(
        "unsigned, where the signer counts",
        ("churn#prod at 2",),
        refused=True,
        existing=ONE,
        policy=_allow("signer:ada@example.com", PROD),
    ),
    Example(
        "deleting an unassignment assigns",
        ("delete churn#prod!",),
        refused=True,
        existing=(*ONE, "churn#prod at 2", "churn#prod! at 3"),
        policy=_allow("grace", PROD) + '[rules]\ntag-permanent = "off"\n',
    ),
)
