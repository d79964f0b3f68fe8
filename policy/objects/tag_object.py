"""Parses annotated tag objects from their raw bytes.

The format is git-mktag(1)'s:

    object <id>
    type <type>
    tag <name>
    tagger <name> <<e-mail>> <seconds since the epoch> <zone>

    <message, with the signature at its end>

libgit2 and GTO fail at the first byte that they don't expect, while `git push`
accepts almost anything. So this parser accepts any bytes and lists every defect.
"""

from __future__ import annotations

from ..record import Record
from .commit_object import LAST_SECOND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# The first invalid time zone, without its sign: 23 hours and 60 minutes are 24 hours.
ZONE_LIMIT = "2360"

ID_LENGTHS = (40, 64)
KEYS = ("object", "type", "tag", "tagger")

# What bytes.strip() removes.
WHITESPACE = " \t\n\r\v\f"

# C0 and DEL, except tab, newline and carriage return, which is checked separately.
CONTROLS = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0D}) + b"\x7f"
CONTROLS_AND_CR = CONTROLS + b"\r"

# The signature begins at the last line that begins with one of these (Git: gpg-interface.c, parse_signed_buffer()).
SIGNATURE_STARTS = (
    b"-----BEGIN PGP SIGNATURE-----",
    b"-----BEGIN PGP MESSAGE-----",
    b"-----BEGIN SIGNED MESSAGE-----",
    b"-----BEGIN SSH SIGNATURE-----",
)

# U+0080 to U+009F in UTF-8.
FIRST_OF_C1 = b"\xc2"
C1_CONTROLS = tuple(FIRST_OF_C1 + bytes((low,)) for low in range(0x80, 0xA0))


class Tagger(Record):
    """Who made a tag, and when. `time` is in seconds since the epoch, `zone` as written (`+0200`)."""

    name: str
    email: str
    time: int
    zone: str


class TagObject(Record):
    """A tag object, as far as it can be parsed.

    `target`, `target_type` and `name` are "" if the header lacks them. `message`
    is the body without the signature, `signature` the bytes from the signature's
    first line on, None if there is none. `message_bytes` is the size of the whole
    body, including the part of an oversized one that was not read. `defects` are
    clauses, to be joined by ";", about what Git's strict check or GTO would fail
    on. `readable`: the registry reads an event from the tag in spite of its defects.
    """

    target: str
    target_type: str
    name: str
    tagger: Tagger | None
    message: str
    signature: bytes | None
    text_after_signature: bool
    message_bytes: int
    defects: tuple[str, ...]
    readable: bool


def parse_tag_object(raw: bytes, size: int | None = None) -> TagObject:
    """Parse a tag object; never raises.

    `raw` is the object's content or its beginning (possibly empty), `size` the
    length of the whole content in bytes; None: `raw` is the whole content.
    """
    size = len(raw) if size is None else size
    if not raw:
        why = f"it has {size} bytes, too many to read" if size else "it is empty"
        return TagObject("", "", "", None, "", None, False, size, (why,), False)
    defects: list[str] = []
    header, blank, body = raw.partition(b"\n\n")
    if not blank:
        defects.append("it has no body" if len(raw) == size else "its header is too long")
    # Without a body the last header line still ends in a newline.
    lines = header if blank else header.removesuffix(b"\n")
    target, target_type, name, tagger = _read_header(lines, defects)
    garbled = False
    body_bytes, signature = split_signature(body)
    try:
        message = body_bytes.decode("utf-8")
        if signature is not None:
            body.decode("utf-8")
    except UnicodeDecodeError as problem:
        # If the body was cut, the last character may be incomplete.
        if len(raw) == size or problem.start < len(body) - 4:
            defects.append("its message is not UTF-8")
            garbled = True
        message = body_bytes.decode("utf-8", "surrogateescape")
    # For nearly every tag this one check of the whole content is enough.
    if not raw.isascii() or len(raw.translate(None, CONTROLS_AND_CR)) != len(raw):
        if len(header.translate(None, CONTROLS_AND_CR)) != len(header) or _has_c1(header):
            defects.append("its header contains a control character")
            garbled = garbled or b"\0" in header
        if _has_controls(body):
            defects.append("its message contains a control character")
    return TagObject(
        target,
        target_type,
        name,
        tagger,
        message,
        signature,
        signature is not None and not signature.rstrip().rpartition(b"\n")[2].startswith(b"-----END "),
        size - len(header) - len(blank),
        tuple(defects),
        bool(blank and target and target_type and name and tagger and not garbled),
    )


def split_signature(body: bytes) -> tuple[bytes, bytes | None]:
    """Split a tag's body where Git does, before the last line that begins a signature: message and signature."""
    # `in` first tries to convert its left operand to a number, which takes as long as the rest of this function.
    if body.find(b"-----BEGIN ") < 0:
        return body, None
    start = -1
    for prefix in SIGNATURE_STARTS:
        if body.startswith(prefix):
            start = max(start, 0)
        start = max(start, body.rfind(b"\n" + prefix) + 1 or -1)
    return (body, None) if start < 0 else (body[:start], body[start:])


def _read_header(header: bytes, defects: list[str]) -> tuple[str, str, str, Tagger | None]:
    # Decoding the header at once is faster: decoding each value makes parsing a tag take a third longer.
    text = header.decode("utf-8", "surrogateescape")
    target, kind, name, who = _values(text.split("\n"), defects)
    if target is not None and not _is_id(target):
        defects.append("its 'object' line contains no object id")
        target = None
    tagger = _read_tagger(who, defects) if who is not None else None
    if not text.isascii():
        _check_utf8(name or "", "name", defects)
        kind = (kind or "").encode("utf-8", "surrogateescape").decode("ascii", "backslashreplace")
    return target or "", kind or "", name or "", tagger


def _values(lines: Sequence[str], defects: list[str]) -> Sequence[str | None]:
    """The value of each of KEYS, None for a missing one."""
    if len(lines) == len(KEYS):
        one, two, three, four = lines
        # Nearly every header has this form. Without this shortcut it takes 5 % longer to show 100,000 tags.
        if one[:7] == "object " and two[:5] == "type " and three[:4] == "tag " and four[:7] == "tagger ":
            return one[7:], two[5:], three[4:], four[7:]
    fields: dict[str, str] = {}
    for line in lines:
        key, space, value = line.partition(" ")
        if not space or key not in KEYS:
            defects.append(f"its header has an unknown line, {_beginning(line)!r}")
        elif key in fields:
            defects.append(f"its header has more than one '{key}' line")
        else:
            fields[key] = value
    defects.extend(f"it has no '{key}' line" for key in KEYS if key not in fields)
    if list(fields) != [key for key in KEYS if key in fields]:
        defects.append("its header lines are out of order")
    return [fields.get(key) for key in KEYS]


def _beginning(line: str) -> str:
    return line.encode("utf-8", "surrogateescape")[:40].decode("utf-8", "backslashreplace")


def _is_id(text: str) -> bool:
    try:
        # Only lower-case hex is unchanged by converting it to bytes and back.
        return len(text) in ID_LENGTHS and bytes.fromhex(text).hex() == text
    except ValueError:
        return False


def _read_tagger(line: str, defects: list[str]) -> Tagger | None:
    who, close, when = line.rpartition("> ")
    name, opening, email = who.rpartition(" <")
    seconds, space, zone = when.partition(" ")
    is_number = when.isascii() and seconds.isdigit()
    if not opening or not space or not is_number or who.count("<") > 1 or ">" in who:
        if line.startswith("<") and close:
            defects.append("its tagger has no name")
        else:
            defects.append("its 'tagger' line is malformed")
        return None
    found = len(defects)
    if not name.strip(WHITESPACE):
        defects.append("its tagger has no name")
    time = int(seconds) if len(seconds) <= 12 else LAST_SECOND + 1
    if time > LAST_SECOND:
        defects.append("its tagger's time is beyond the year 9999")
    sign, offset = zone[:1], zone[1:]
    if len(offset) != 4 or sign not in "+-" or not offset.isdigit():
        defects.append("its tagger's time zone is malformed")
    elif offset >= ZONE_LIMIT:
        defects.append(f"its tagger's time zone {zone} is 24 hours or more")
    if not line.isascii():
        _check_utf8(name, "tagger", defects)
        _check_utf8(email, "tagger's e-mail address", defects)
    if len(defects) > found:
        return None
    if not email.strip(WHITESPACE):
        defects.append("its tagger has no e-mail address")
    if seconds[0] == "0" and seconds != "0":
        defects.append("its tagger's time has leading zeros")
    return Tagger(name, email, time, zone)


def _check_utf8(value: str, what: str, defects: list[str]) -> None:
    from ..wording import is_utf8

    if not is_utf8(value):
        defects.append(f"its {what} is not UTF-8")


def _has_controls(body: bytes) -> bool:
    if len(body.translate(None, CONTROLS)) != len(body):
        return True
    if b"\r" in body and b"\r" in body.replace(b"\r\n", b""):
        return True
    return _has_c1(body)


def _has_c1(text: bytes) -> bool:
    # Checking each character would take ten times as long.
    return FIRST_OF_C1 in text and any(control in text for control in C1_CONTROLS)
