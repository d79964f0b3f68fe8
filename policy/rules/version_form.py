"""Refuses forms of versions that the policy does not allow.

`versions.prerelease` and `versions.build-metadata` say whether versions such
as `v1.0.0-rc.1` and `v1.0.0+cu121` may be registered. Build metadata is refused
by default: SemVer ignores it when it compares versions, so if two versions
differ only in it, neither is the later one.

Fix: register the version without that part.
"""

from __future__ import annotations

from ..facts.fix import commit_of, register_command, replacing_commands
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts

OPTIONS = ("versions.build-metadata", "versions.prerelease")
WHY = "the policy does not allow this form of version for this model."


def check(facts: ModelFacts) -> Iterator[Breach]:
    versions = facts.settings.versions
    for push, version in facts.new_versions():
        build, prerelease = version.build, version.prerelease
        unwanted = build and not versions.build_metadata, prerelease and not versions.prerelease
        if not any(unwanted):
            continue
        plain = version._replace(build=(), prerelease=() if unwanted[1] else prerelease)
        register = (*register_command(facts, commit_of(push)), "--version", str(plain))
        fix = replacing_commands(facts, push.tag, register)
        if unwanted[0]:
            message = f"version {version} has build metadata, {'.'.join(build)!r}"
            yield Breach(message, push.ref, facts.model, fix=fix)
        if unwanted[1]:
            message = f"version {version} is a pre-release, {'.'.join(prerelease)!r}"
            yield Breach(message, push.ref, facts.model, "versions.prerelease", fix)


EXAMPLES = (
    accepted("a plain version", "churn@v1.0.0"),
    accepted("a pre-release", "churn@v1.0.0-rc.1"),
    refused("build metadata", "churn@v1.0.0+cu121"),
    accepted("build metadata where it is allowed", "churn@v1.0.0+cu121", policy="[versions]\nbuild-metadata = true\n"),
    refused("a pre-release where none are allowed", "churn@v1.0.0-rc.1", policy="[versions]\nprerelease = false\n"),
)
