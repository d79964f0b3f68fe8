"""Refuses names that look like model tags and are none.

A name with `@` or `#` that is not a model tag of GTO's grammar, `@created`
(which makes every GTO command fail), and a name that can't stand beside an
existing tag because one would be a folder of the other.

To put it right, push the tag under the name that was meant. Tags of another
tool that are written with `@` or `#` are listed in `scope.ignore`.
"""

from __future__ import annotations

from ..commands import paste_all
from ..near_miss import NearMiss
from ..quoting import quoted
from ..verdict import Breach
from .example import Example

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..case import Case

OPTIONS = ("scope.ignore",)
WHY = "GTO skips such a tag without a word, so nothing is registered or deployed by it."


def check(case: Case) -> Iterator[Breach]:
    for push in case.made:
        name = push.name
        if isinstance(name, NearMiss):
            yield Breach(f"{quoted(push.tag)} is not a model tag: {name.problem}", push.ref, fix=_rename(name))
        elif push.tag in case.obstacles:
            other = case.obstacles[push.tag]
            yield Breach(
                f"{quoted(push.tag)} can't stand beside the tag {quoted(other)}: one would be a folder of the other",
                push.ref,
                case.model,
            )


def _rename(miss: NearMiss) -> str | None:
    if miss.suggestion is None:
        return None
    return paste_all(
        ("git", "tag", "-a", miss.suggestion, f"refs/tags/{miss.tag}^{{commit}}"),
        ("git", "tag", "-d", miss.tag),
        ("git", "push", "origin", f"refs/tags/{miss.suggestion}"),
    )


EXAMPLES = (
    Example("a registration", ("churn@v1.2.0",), refused=False),
    Example("an assignment with a counter, in a monorepo", ("cv=seg@v0.4.0", "cv=seg#prod#3"), refused=False),
    Example("a tag without '@' and '#' is none of our business", ("release-2024",), refused=False),
    Example("the 'v' is missing", ("churn@1.2.0",), refused=True),
    Example("the patch segment is missing", ("churn@v1.2",), refused=True),
    Example("the patch number is a word", ("churn@v1.2.new",), refused=True),
    Example("'@created' makes GTO fail", ("churn@created",), refused=True),
    Example("a dot in the model's name", ("churn.v2@v1.0.0",), refused=True),
    Example("'!' after the counter", ("churn@v1.0.0#2!",), refused=True),
    Example("another tool's tags, ignored", ("pkg@1.2.3",), refused=False, policy='[scope]\nignore = ["pkg@*"]\n'),
    Example(
        "a stage that is a folder of another",
        ("churn#prod/eu#1",),
        refused=True,
        existing=("churn@v1.0.0", "churn#prod at 2"),
    ),
)
