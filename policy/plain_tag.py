"""Tag objects just as Git writes them, without signature or defect: as nearly all are.

They are read here in half of the time that the careful parser (`tag_object`)
takes for any bytes, and nothing but this is imported for them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Target, its type, name, tagger's name and e-mail address, seconds, zone, body.
    Plain = tuple[str, str, str, tuple[str, str], int, str, str]

# C0 and DEL without tab, newline and carriage return (judged on its own).
CONTROLS = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0D}) + b"\x7f"

CONTROLS_AND_CR = CONTROLS + b"\r"

HEX_DIGITS = b"0123456789abcdef"

NOT_IN_NAMES = frozenset("<>")

# What was read before, for a push's tags share it: people by the beginning of their tagger line,
# and time zones. Who pushes may make up as many as they like.
MOST_KEPT = 100
_PEOPLE: dict[str, tuple[str, str]] = {}
_ZONES: set[str] = set()


def read_plain(raw: bytes) -> Plain | None:
    """What the tag says; None leaves it to the careful parser."""
    if len(raw.translate(None, CONTROLS_AND_CR)) != len(raw):
        return None
    try:
        target, kind, name, tagger, blank, body = raw.decode("ascii").split("\n", 5)
    except ValueError:  # not ASCII, or fewer lines
        return None
    who, _, when = tagger.rpartition("> ")
    seconds, _, zone = when.partition(" ")
    person = _PEOPLE.get(who) or _read_person(who)
    if (
        person is None
        or blank
        or "-----BEGIN " in body
        or target[:7] != "object "
        or kind[:5] != "type "
        or name[:4] != "tag "
        or len(target) not in (47, 71)
        or raw[7 : len(target)].translate(None, HEX_DIGITS)
        or len(name) == 4
        or len(seconds) != 10
        or not seconds.isdigit()
        or seconds[0] == "0"
        or (zone not in _ZONES and not _is_zone(zone))
    ):
        return None
    return target[7:], kind[5:], name[4:], person, int(seconds), zone, body


def _read_person(who: str) -> tuple[str, str] | None:
    """Name and e-mail address of `tagger NAME <E-MAIL`, the `>` cut off."""
    key, _, rest = who.partition(" ")
    name, opening, email = rest.rpartition(" <")
    if key != "tagger" or not (opening and name.strip() and email.strip()) or not NOT_IN_NAMES.isdisjoint(name + email):
        return None
    if len(_PEOPLE) == MOST_KEPT:
        _PEOPLE.clear()
    _PEOPLE[who] = name, email
    return name, email


def _is_zone(zone: str) -> bool:
    """Whether this is less than 24 hours: `+0100`."""
    if len(zone) != 5 or zone[0] not in "+-" or not zone[1:].isdigit() or zone[1:] >= "2300":
        return False
    if len(_ZONES) == MOST_KEPT:
        _ZONES.clear()
    _ZONES.add(zone)
    return True
