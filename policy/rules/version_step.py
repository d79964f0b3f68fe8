"""Refuses versions that skip numbers.

A version must follow one that was registered before or is registered in the same
push; deregistered versions count. `v1.2.3` follows `v1.2.2`, `v1.3.0` follows
any `v1.2.N`, and `v2.0.0` follows any `v1.N.N`. A pre-release follows the same
versions as its release, and `-rc.3` follows `-rc.2`. A model starts with
`v0.0.1`, `v0.1.0` or `v1.0.0`.

Fix: register the number that comes next.
"""

from __future__ import annotations

from ..facts.fix import commit_of, register_command, replacing_commands
from ..grammar.names import gto_spelling
from ..grammar.versions import DIGITS
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..grammar.versions import Version

    Core = tuple[int, int, int]

OPTIONS = ()
WHY = "a gap looks like a lost version."

FIRST = ((0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0))


def check(facts: ModelFacts) -> Iterator[Breach]:
    versions = [event.name.version for event in facts.history.registrations if event.name.version]
    cores = {version[:3] for version in versions}
    candidates = {(version[:3], version.prerelease) for version in versions}
    minors, majors = {core[:2] for core in cores}, {core[0] for core in cores}
    lowest = min(versions, key=lambda version: version.precedence, default=None)
    for push, version in facts.new_versions():
        missing = _missing_core(version, cores, minors, majors, lowest) or _missing_candidate(version, candidates)
        if missing:
            model = gto_spelling(facts.model or "")
            yield Breach(
                f"version {version} of {model!r} skips a number: there is no {missing}",
                push.ref,
                facts.model,
                fix=replacing_commands(facts, push.tag, register_command(facts, commit_of(push))),
            )


def _missing_core(
    version: Version,
    cores: set[Core],
    minors: set[tuple[int, int]],
    majors: set[int],
    lowest: Version | None,
) -> str | None:
    major, minor, patch = version[:3]
    if (major, minor, patch) in FIRST and (lowest is None or lowest[:3] == (major, minor, patch)):
        return None
    if patch:
        return None if (major, minor, patch - 1) in cores else f"v{major}.{minor}.{patch - 1}"
    if minor:
        return None if (major, minor - 1) in minors else f"v{major}.{minor - 1}.N"
    if major:
        return None if major - 1 in majors else f"v{major - 1}.N.N"
    return "version before it"


def _missing_candidate(version: Version, candidates: set[tuple[Core, tuple[str, ...]]]) -> str | None:
    if len(version.prerelease) < 2 or not DIGITS.issuperset(version.prerelease[-1]):
        return None
    number = int(version.prerelease[-1])
    before = (*version.prerelease[:-1], str(number - 1))
    if number <= 1 or (version[:3], before) in candidates:
        return None
    return f"{version._replace(prerelease=before, build=())}"


STRICT = '[rules]\nversion-step = "error"\n'
EXAMPLES = (
    accepted("off by default", "churn@v7.0.0 on c2 at 2", existing=("churn@v1.0.0",)),
    accepted("the next patch", "churn@v1.0.1 on c2 at 2", existing=("churn@v1.0.0",), policy=STRICT),
    accepted("the next major", "churn@v2.0.0 on c2 at 2", existing=("churn@v1.4.2",), policy=STRICT),
    refused("a skipped patch", "churn@v1.0.2 on c2 at 2", existing=("churn@v1.0.0",), policy=STRICT),
    refused("a skipped major", "churn@v3.0.0 on c2 at 2", existing=("churn@v1.0.0",), policy=STRICT),
    refused("an arbitrary first version", "churn@v3.1.4", policy=STRICT),
    refused(
        "a skipped release candidate",
        "churn@v1.1.0-rc.3 on c2 at 2",
        existing=("churn@v1.0.0", "churn@v1.1.0-rc.1 on c3"),
        policy=STRICT,
    ),
    accepted("consecutive versions in one push", "churn@v0.0.1", "churn@v0.0.2 on c2 at 2", policy=STRICT),
)
