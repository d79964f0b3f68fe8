"""Refuses names that look like model tags but are not.

Such a name contains `@` or `#` but does not follow GTO's grammar. These are
refused as well:

- `MODEL@created`, which makes every GTO command fail;
- a full commit id, because GTO then reads the tag instead of the commit;
- a model whose name begins with `refs/tags/`, because `gto check-ref` and Git
  would read the name of another tag;
- a name with more than 50 parts between slashes, because GTO's library may find
  no tags at all beside one that lies in so many folders;
- a name that can't exist beside another tag, because one would be a folder of
  the other;
- a counter of more than 9 digits, because GTO counts up from the highest until
  the name is too long (a model that already has such a counter may continue);
- a name so long that the tag that takes it back would be too long.

Fix: push the tag under the name that was meant. If another tool writes tags
with `@` or `#`, list them in `scope.ignore`.
"""

from __future__ import annotations

from ..facts.fix import commit_in_clone, may_be_of_a_package, remote_deleting_command, replacing_commands
from ..grammar.names import MOST_BYTES, MOST_COUNTER_DIGITS, stops_gto, successor_without_room
from ..grammar.near_miss import NearMiss
from ..grammar.tag_name import TagName, highest_counter
from ..verdict import Breach
from ..wording import quoted
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..push import TagPush

OPTIONS = ("scope.ignore",)
WHY = "GTO silently skips such a tag, so it registers and deploys nothing."
GTO_STOPS = "no GTO command works while such a tag exists."
NOTHING_FOLLOWS = "an event can only be taken back by a later tag, and the name of that tag would be too long."


def check(facts: ModelFacts) -> Iterator[Breach]:
    for push in facts.made:
        name = push.name
        if isinstance(name, NearMiss):
            problem = f"{quoted(push.tag)} is not a model tag: {name.problem}"
            if stops_gto(push.tag):
                yield Breach(problem, push.ref, key="rules.tag-name", why=GTO_STOPS)
            else:
                taken = name.suggestion in facts.similar.taken
                exists = f", and {quoted(name.suggestion or '')} exists already" if taken else ""
                fix = None if taken else _rename(name, push, facts)
                yield Breach(problem + exists + _other_reading(name, push, facts), push.ref, fix=fix)
        elif push.tag in facts.obstacles:
            other = facts.obstacles[push.tag]
            yield Breach(
                f"{quoted(push.tag)} can't exist beside the tag {quoted(other)}: one would be a folder of the other",
                push.ref,
                facts.model,
                "rules.tag-name",
                why="Git can't store both.",
            )
        elif isinstance(name, TagName):
            too_long = _counts_too_far(name, facts) or _has_no_room(name)
            if too_long:
                message = f"{quoted(push.tag)} {too_long}"
                yield Breach(message, push.ref, facts.model, "rules.tag-name", why=NOTHING_FOLLOWS)


def _counts_too_far(name: TagName, facts: ModelFacts) -> str | None:
    if name.counter is None or len(name.counter) <= MOST_COUNTER_DIGITS:
        return None
    highest = highest_counter(tag.name for tag in facts.existing)
    if int(name.counter) <= highest + len(facts.made):
        return None
    return (
        f"has a counter of {len(name.counter)} digits; at most {MOST_COUNTER_DIGITS} are allowed, because GTO "
        "counts up from the highest until the name is too long"
    )


def _has_no_room(name: TagName) -> str | None:
    if name.kind not in ("register", "assign"):
        return None
    later = successor_without_room(name.model, name._replace(counter=None).format())
    if later is None:
        return None
    longest = max(map(len, later.split("/")))
    return (
        f"leaves no room for the tag that takes it back: a part of that name would have {longest} bytes, "
        f"and file systems allow {MOST_BYTES}"
    )


def _other_reading(miss: NearMiss, push: TagPush, facts: ModelFacts) -> str:
    """A hint to append if the tag may be a package's release; "" if there is a model of that name."""
    if not may_be_of_a_package(miss, facts):
        return ""
    ignore = f'scope.ignore = ["{miss.package}@[0-9]*"]'
    told = f". If a package manager such as npm writes such tags, set `{ignore}`"
    deletion = remote_deleting_command(push, facts) if facts.circumstances.tag_state == "landed" else None
    if deletion is None:
        return told
    place = " in a clone" if facts.circumstances.remote is None else ""
    return f"{told}; if none does, delete it{place}: `{deletion}`"


def _rename(miss: NearMiss, push: TagPush, facts: ModelFacts) -> str | None:
    if miss.suggestion is None:
        return None
    return replacing_commands(facts, push.tag, ("git", "tag", "-a", miss.suggestion, commit_in_clone(push)))


EXAMPLES = (
    accepted("a registration", "churn@v1.2.0"),
    accepted("an assignment with a counter, in a monorepo", "cv=seg@v0.4.0", "cv=seg#prod#3"),
    accepted("a tag without '@' or '#', which is not judged", "release-2024"),
    accepted("the beginning of a commit's id", "0123456789abcdef"),
    refused("the id of a commit", "0123456789" * 4),
    refused("a name in too many folders", "a/" * 50 + "a"),
    refused("a name that begins like a full one", "refs/tags/churn@v1.0.0"),
    refused("the 'v' is missing", "churn@1.2.0"),
    refused("the 'v' is missing, and the tag exists", "churn@1.2.0", existing=("churn@v1.2.0",)),
    refused("the patch number is missing", "churn@v1.2"),
    refused("the patch number is a word", "churn@v1.2.new"),
    refused("'@created' makes GTO fail", "churn@created"),
    refused("a dot in the model's name", "churn.v2@v1.0.0"),
    refused("a name that Git takes for an option", "-x@v1.0.0"),
    refused("'!' after the counter", "churn@v1.0.0#2! at 2", existing=("churn@v1.0.0",)),
    refused("the version of a package", "ai@6.0.68"),
    refused("the version of a package, with a dot in its name", "lodash.merge@4.6.2"),
    refused("a typo that could also be a package's version", "churn@1.2.0 on c2 at 2", existing=("churn@v1.0.0",)),
    accepted("a counter of nine digits", "churn@v1.0.0#999999999"),
    refused("a counter of ten digits", "churn@v1.0.0#1000000000"),
    accepted(
        "a counter of ten digits in a model that already has nine",
        "churn#prod#1000000000 at 2",
        existing=("churn@v1.0.0#999999999",),
    ),
    refused("a name that can't be taken back", f"churn@v1.0.0-{'long' * 57}"),
    refused("a model that can't be deprecated", f"{'long' * 57}a@v1.0.0"),
    accepted("the name of a scoped package", "@scope/pkg@1.2.3"),
    refused("a name that breaks GTO, although it is ignored", "pkg@created", policy='[scope]\nignore = ["pkg@*"]\n'),
    accepted("another tool's tags, ignored", "pkg@1.2.3", policy='[scope]\nignore = ["pkg@*"]\n'),
    refused("a stage that is a folder of another", "churn#prod/eu#1", existing=("churn@v1.0.0", "churn#prod at 2")),
)
