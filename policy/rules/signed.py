"""Refuses a tag without a good signature of an allowed signer, where the policy wants one.

`signing.require` names the kinds, models and stages; `signing.allowed-signers`
the file of those who may sign. What was signed is verified by the programs
that Git uses, byte for byte; nothing may follow the signature; and the tag must
bear the name that was signed, so that a good signature can't be used for
another tag. A clone that can't read the allowed signers leaves the signature to
the server.

To put it right, make the tag anew with `tagwarden … --sign` or `git tag -s`,
or have the signer's key added to the allowed signers.
"""

from __future__ import annotations

from ..tag_name import TagName
from ..verdict import Breach
from .example import Example

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..case import Case
    from ..push import TagPush

OPTIONS = ("signing.require",)
WHY = "only a signature proves who made a tag, whoever pushes it and whoever runs the server."


def check(case: Case) -> Iterator[Breach]:
    require = case.settings.signing.require
    for push in case.made:
        name = push.name
        if not isinstance(name, TagName):
            continue
        if not any(selector.covers(name.kind, name.model, name.stage) for selector in require):
            continue
        problem = _problem(push, case)
        if problem is not None:
            yield Breach(f"{push.tag!r} {problem}", push.ref, case.model)


def _problem(push: TagPush, case: Case) -> str | None:
    found = push.new.object if push.new else None
    if found is None:
        return "is lightweight, and only an annotated tag can be signed"
    if found.signature is None:
        return "is not signed"
    if found.text_after_signature:
        return "has text after its signature, which nobody signed"
    if found.name != push.tag:
        return f"bears a signature for another tag, {found.name!r}"
    signature = case.signatures.get(push.ref)
    if signature is None:
        return None if case.circumstances.place == "client" else "has a signature that was not verified"
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
ONE = ("churn@v1.0.0",)
EXAMPLES = (
    Example("a good signature", ("churn#prod at 2 signed ada@example.com",), refused=False, existing=ONE, policy=SIGN),
    Example("no signature", ("churn#prod at 2",), refused=True, existing=ONE, policy=SIGN),
    Example("a lightweight tag", ("churn#prod at 2 lightweight",), refused=True, existing=ONE, policy=SIGN),
    Example(
        "a good signature of another name",
        ("churn#prod at 2 says churn#dev signed ada@example.com",),
        refused=True,
        existing=ONE,
        policy=SIGN,
    ),
    Example("a foreign signer", ("churn#prod at 2 signed nobody",), refused=True, existing=ONE, policy=SIGN),
    Example(
        "text after the signature",
        ("churn#prod at 2 signed ada@example.com and more",),
        refused=True,
        existing=ONE,
        policy=SIGN,
    ),
    Example("a stage for which none is asked", ("churn#dev at 2",), refused=False, existing=ONE, policy=SIGN),
    Example("a version, where none is asked for", ONE, refused=False, policy=SIGN),
)
