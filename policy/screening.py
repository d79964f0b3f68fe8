"""Passes registrations in which nothing is out of the ordinary, many at once and without playing them through.

Nearly all tags that are ever pushed are versions above the latest, each on a
commit of its own. That no rule has anything to say of these takes a few
comparisons over a model's whole share of a push, and of the tags that stand
only their names and commits. A screen says nothing but "nothing to object
to"; what it does not pass, the judge plays through as if there were no screen.
"""

from __future__ import annotations

from .names import fits, is_model
from .needs import ANNOTATIONS_FILE
from .plain_tag import read_plain
from .record import Record
from .rules import ALL_KINDS, CONCERNS, PUSH_RULES, RULES
from .versions import core_of, parse_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from .policy import Settings
    from .push import Circumstances, Target
    from .versions import Core

    # Of a plain registration: its version, its commit, its time.
    Row = tuple[Core, str, int]

# What the functions here answer for together.
VOUCHED_FOR = ("version-order", "version-once", "event-time", "message")

# Every other rule that may speak of a registration that has no other trait (`traits.py`).
MUST_BE_OFF = tuple(
    rule
    for rule in RULES
    if rule not in VOUCHED_FOR and rule not in PUSH_RULES and "register" in CONCERNS.get(rule, ALL_KINDS)
)


class Limits(Record):
    """What one model's registrations are held against, under all policies that judge them.

    `shortest_message` is in characters, `largest_body` in bytes, `latest` in
    seconds since the epoch. With `in_order` a higher version must not be
    dated before a lower one.
    """

    shortest_message: int
    largest_body: int
    latest: int
    in_order: bool


def limits_of(settings: Sequence[Settings], circumstances: Circumstances) -> Limits | None:
    """The limits under all of `settings`; None where a rule is on that no screen can answer for."""
    for one in settings:
        if one.message.pattern or one.message.trailers or any(one.levels[rule] != "off" for rule in MUST_BE_OFF):
            return None
    return Limits(
        max(one.message.min_length for one in settings),
        min(one.message.max_bytes for one in settings),
        circumstances.now + min(one.time.max_skew for one in settings),
        # Which versions came in one push is known of a push alone.
        circumstances.place == "history",
    )


def plain_cores(model: str, texts: Sequence[str], known: dict[str, Core | None]) -> list[Core] | None:
    """The versions, where each of `texts` behind `model` registers a plain one (`@v1.2.0`); None where one does not.

    `known` keeps what was read: the models of a push often have versions in common.
    """
    cores = []
    for text in texts:
        if text in known:
            core = known[text]
        else:
            core = known[text] = core_of(text[1:]) if text[0] == "@" else None
        if core is None:
            return None
        cores.append(core)
    return cores if is_model(model) and fits(model + max(texts, key=len)) else None


def are_above(cores: Iterable[Core], standing: Iterable[str]) -> bool:
    """Whether each of these versions is above all that stand, and no deprecation does.

    `standing` is what the names of the model's tags have behind the model, as
    `@v1.2.0` and `#prod#3`. Deregistered versions count, too.
    """
    lowest = min(cores)
    for text in standing:
        if text[:1] == "@":
            if text.startswith("@deprecated"):
                return False
            try:
                major, minor, patch = map(int, text[2:].split("."))
            except ValueError:
                if not _is_below(text[1:], lowest):
                    return False
            else:
                if (major, minor, patch) >= lowest:
                    return False
    return True


def _is_below(text: str, core: Core) -> bool:
    """Whether `text` names a lower version, or none: `v1.0.0-rc.1`, `v1.0.0#7`, `v1.0.0!`."""
    try:
        version = parse_version(text.partition("#")[0].removesuffix("!"))
    except ValueError:
        return True
    return version.precedence < (*core, 1, ())


def row_of(raw: bytes, name: str, core: Core, limits: Limits) -> Row | None:
    """What the object of the tag called `name` says, where nothing is wrong with it as far as it alone shows."""
    plain = read_plain(raw)
    if plain is None:
        return None
    target, kind, own_name, _, seconds, _, body = plain
    if (
        own_name != name
        or kind != "commit"
        or len(body) > limits.largest_body
        or len(body.strip()) < limits.shortest_message
    ):
        return None
    return core, target, seconds


def is_sound(target: Target) -> bool:
    """Whether nothing is wrong with a commit that a tag is on."""
    return target.commit is not None and target.commit.defect is None and target.files.get(ANNOTATIONS_FILE) is None


def agree(rows: Sequence[Row], standing_commits: Collection[str], limits: Limits) -> bool:
    """Whether one model's registrations, above all that stand, get along with them, each other and the clock."""
    cores, commits, times = zip(*rows, strict=True)
    here = set(commits)
    return (
        len(here) == len(rows) == len(set(cores))
        and here.isdisjoint(standing_commits)
        and max(times) <= limits.latest
        and not (limits.in_order and _is_out_of_order(rows))
    )


def _is_out_of_order(rows: Sequence[Row]) -> bool:
    times = [time for _, _, time in sorted(rows)]
    return times != sorted(times)
