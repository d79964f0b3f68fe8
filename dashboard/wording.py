"""Turns values into text for the pages. Text from pushers is made visible here; the templates escape its markup."""

from __future__ import annotations

from datetime import UTC, datetime

from ..report.escape import LONGEST, escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .records import EventRow

BAD_OUTCOMES = ("refused", "could-not-judge", "incomplete")
MOST_LINES = 40
LONGEST_PERSON = 60


def event_text(event: EventRow) -> str:
    """What the event did, in a few words."""
    version = event.version or event.commit[:7]
    if event.kind == "register":
        return f"{version} registered"
    if event.kind == "deregister":
        return f"{version} deregistered"
    if event.kind == "assign":
        return f"{version} assigned to {event.stage}"
    if event.kind == "unassign":
        return f"{version} taken out of {event.stage}"
    return "deprecated"


def short_name(name: str) -> str:
    """A person's name for a table, shortened if it is unreasonably long."""
    return escape(name if len(name) <= LONGEST_PERSON else f"{name[:LONGEST_PERSON]}…")


def minute(seconds: int) -> str:
    """The second as `2026-11-21 10:30`, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def day(seconds: int) -> str:
    """The day of the second, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def log_minute(time: str) -> str:
    """The time of a push log's line in the same form."""
    return time[:16].replace("T", " ")


def count_of(number: int, one: str, many: str | None = None) -> str:
    """`1 model`, `2 models`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def prose(text: str) -> str:
    """Text of several lines, with invisible characters made visible."""
    lines = text[: LONGEST + 1].strip("\n").splitlines() or [""]
    shown = "\n".join(map(escape, lines[:MOST_LINES]))
    left = len(text) - sum(map(len, lines[:MOST_LINES])) - len(lines[:MOST_LINES])
    return shown if len(text) <= LONGEST and len(lines) <= MOST_LINES else f"{shown}\n… ({left} more characters)"


def first_line(text: str) -> str:
    """The first line of a message."""
    return escape(text.partition("\n")[0])


def visible(value: object) -> object:
    """Applied to every value that a template prints: untrusted text is shown like `escape` shows it."""
    if isinstance(value, str) and type(value) is str:
        return value if _is_plain(value) else _visible(value)
    return "" if value is None else value


def _visible(value: str) -> str:
    # This may be the output of `prose`, whose lines must stay separate.
    return "\n".join(map(escape, value.split("\n")))


def short(text: str) -> str:
    """A version unchanged, the id of a commit shortened."""
    return text[:7] if len(text) >= 40 and set(text) <= set("0123456789abcdef") else text


def sentence_start(text: str) -> str:
    """`text` with a capital letter in front."""
    return text[:1].upper() + text[1:]


def outcome_class(outcome: str) -> str:
    """The CSS class for the outcome of a push."""
    if outcome == "accepted":
        return "good"
    return "bad" if outcome in BAD_OUTCOMES else "warn"


def _is_plain(value: str) -> bool:
    return value.isascii() and value.isprintable() and len(value) <= LONGEST and "://" not in value
