"""Random registries in which much is wrong, as after pushes without the gate."""

from __future__ import annotations

import random
from collections.abc import Iterable

from tagwarden.policy.grammar.tag_name import TagName, parse_tag_name
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.push import ModelPush, Tag, TagPush, Target

from . import raw_tag

BEGINNING = 1_700_000_000
NOW = BEGINNING + 10_000_000
COMMITS = [f"{number:040x}" for number in range(1, 9)]
# Tags to which other tags point, with the commits to which they peel.
INNER = {commit.replace("0", "a"): commit for commit in COMMITS}
TARGETS = {commit: Target(commit, "commit", {}) for commit in COMMITS}
VERSIONS = ("v1.0.0", "v1.1.0", "v2.0.0", "v2.0.0-rc.1", "v1.1.0+a")
NEAR = ("{}@1.2.0", "{}@v1.2", "{}@created", "{}@V3.0.0", "{}@v1٣.0.0", "{}#prod#2!", "{}@v1.0.0!!", "pkg-{}@4.5.6")
GOOD = ("{}@{version}", "{}@{version}", "{}@{version}#7", "{}@{version}!", "{}#prod", "{}#prod#2", "{}#dev", "{}#prod!",
        "{}#dev!#4", "{}@deprecated")  # fmt: skip
ADA = "Ada <ada@example.com>"


def wreck(seed: int) -> dict[str, Tag]:
    """The tags of a random registry, by name."""
    choose = random.Random(seed)
    found = {}
    for _ in range(choose.randint(1, 14)):
        model = choose.choice(("m", "m", "cv=seg", "M"))
        forms = NEAR if choose.random() < 0.2 else GOOD
        name = choose.choice(forms).format(model, version=choose.choice(VERSIONS))
        found[name] = _tag(name, choose)
    return found


def _tag(name: str, choose: random.Random) -> Tag:
    commit = choose.choice(COMMITS)
    when = choose.choice((*range(6), NOW)) + BEGINNING
    oid = f"{choose.getrandbits(160):040x}"
    form = choose.random()
    if form < 0.1:
        return Tag(name, commit, "commit", None)
    if form < 0.13:
        return Tag(name, oid, "blob", None)
    tagger: str | None = f"{ADA} {when} +0000"
    says, kind, message = name, "commit", b"Because\n# of this"
    if form < 0.16:
        tagger = None
    elif form < 0.19:
        says = "other@v9.9.9"
    elif form < 0.22:
        kind, commit = "tag", commit.replace("0", "a")
    elif form < 0.27:
        message = b""
    elif form < 0.3:
        message = b"Zo\xeb"
    content = raw_tag(object=commit, type=kind, tag=says, tagger=tagger, message=message)
    return Tag(name, oid, "tag", parse_tag_object(content))


def pushes_of(tags: Iterable[Tag]) -> list[ModelPush]:
    """The creation of all `tags`, by model; near misses under None."""
    by_model: dict[str | None, list[TagPush]] = {}
    for tag in tags:
        name = parse_tag_name(tag.name)
        model = name.model if isinstance(name, TagName) else None
        by_model.setdefault(model, []).append(TagPush(f"refs/tags/{tag.name}", name, None, tag))
    return [ModelPush(model, pushed, [], TARGETS, {}) for model, pushed in by_model.items()]
