"""Refuses forms of versions that the policy does not want.

`versions.prerelease` and `versions.build-metadata` say whether versions such
as `v1.0.0-rc.1` and `v1.0.0+cu121` may be registered. Build metadata is
forbidden by default: it does not count in comparisons, so of two versions that
differ only in it nobody can say which is the later.

To put it right, register the version without that part.
"""

from __future__ import annotations

from ..grammar.tag_name import TagName
from ..verdict import Breach
from .contract import Example

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts

OPTIONS = ("versions.build-metadata", "versions.prerelease")
WHY = "this form of version was ruled out for this model."


def check(facts: ModelFacts) -> Iterator[Breach]:
    versions = facts.settings.versions
    for push in facts.made:
        name = push.name
        if not isinstance(name, TagName) or name.kind != "register" or name.version is None:
            continue
        if name.version.build and not versions.build_metadata:
            yield Breach(
                f"version {name.version} has build metadata, {'.'.join(name.version.build)!r}", push.ref, facts.model
            )
        if name.version.prerelease and not versions.prerelease:
            what = ".".join(name.version.prerelease)
            yield Breach(
                f"version {name.version} is a pre-release, {what!r}", push.ref, facts.model, "versions.prerelease"
            )


EXAMPLES = (
    Example("a plain version", ("churn@v1.0.0",), refused=False),
    Example("a pre-release", ("churn@v1.0.0-rc.1",), refused=False),
    Example("build metadata", ("churn@v1.0.0+cu121",), refused=True),
    Example(
        "build metadata where it is wanted",
        ("churn@v1.0.0+cu121",),
        refused=False,
        policy="[versions]\nbuild-metadata = true\n",
    ),
    Example(
        "a pre-release where there are none",
        ("churn@v1.0.0-rc.1",),
        refused=True,
        policy="[versions]\nprerelease = false\n",
    ),
)
