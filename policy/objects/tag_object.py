"""Annotated tag objects, from their raw bytes.

The format is git-mktag(1)'s:

    object <id>
    type <type>
    tag <name>
    tagger <name> <<e-mail>> <seconds since the epoch> <zone>

    <message, with the signature at its end>

libgit2 and GTO stop at the first byte that they don't expect, and `git push`
lets nearly all of it in, so this parser takes any bytes and lists every defect.
"""

from __future__ import annotations

from ..record import Record
from .commit_object import LAST_SECOND

ZONE_LIMIT = 24 * 60

HEX = frozenset("0123456789abcdef")
KEYS = (b"object", b"type", b"tag", b"tagger")

# C0 and DEL without tab, newline and carriage return (judged on its own).
CONTROLS = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0D}) + b"\x7f"
CONTROLS_AND_CR = CONTROLS + b"\r"

# gpg-interface.c, parse_signed_buffer(): the signature begins at the last line
# that begins with one of these.
SIGNATURE_STARTS = (
    b"-----BEGIN PGP SIGNATURE-----",
    b"-----BEGIN PGP MESSAGE-----",
    b"-----BEGIN SIGNED MESSAGE-----",
    b"-----BEGIN SSH SIGNATURE-----",
)

C1_CONTROLS = tuple(bytes((0xC2, low)) for low in range(0x80, 0xA0))


class Tagger(Record):
    """`time` is in seconds since the epoch, `zone` as written (`+0200`)."""

    name: str
    email: str
    time: int
    zone: str


class TagObject(Record):
    """A tag object, as far as it can be read.

    `target`, `target_type` and `name` are "" where the header lacks them.
    `message` is the body without the signature, `signature` the bytes from its
    first line on. `message_bytes` counts the whole body, also the part of an
    oversized one that was not read. `defects` are sentences about what Git's
    strict check or GTO would trip over. `readable` says whether the registry
    gets an event out of it all the same.
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
    """Read a tag object; never raises.

    `raw` is the object's content or the beginning of it, `size` the length of
    all of it in bytes where `raw` was cut, or nothing was read of it.
    """
    size = len(raw) if size is None else size
    if size and not raw:
        return TagObject("", "", "", None, "", None, False, size, (f"it has {size} bytes, too many to read",), False)
    defects: list[str] = []
    header, blank, body = raw.partition(b"\n\n")
    lines = header.split(b"\n")
    if not blank:
        # Without a body the last header line still ends in a newline.
        if lines[-1] == b"":
            lines.pop()
        defects.append("it has no body" if len(raw) == size else "its header is too long")
    target, target_type, name, tagger = _read_header(lines, defects)
    garbled = False
    body_bytes, signature = split_signature(body)
    try:
        message = body_bytes.decode("utf-8")
        if signature is not None:
            body.decode("utf-8")
    except UnicodeDecodeError as problem:
        # A character may be cut in two where the body was.
        if len(raw) == size or problem.start < len(body) - 4:
            defects.append("its message is not UTF-8")
            garbled = True
        message = body_bytes.decode("utf-8", "surrogateescape")
    if len(header.translate(None, CONTROLS_AND_CR)) != len(header):
        defects.append("its header holds a control character")
        garbled = garbled or b"\0" in header
    if _has_controls(body):
        defects.append("its message holds a control character")
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
    """Cut a tag's body where Git does: before its last line that begins a signature."""
    if b"-----BEGIN " not in body:
        return body, None
    start = -1
    for prefix in SIGNATURE_STARTS:
        if body.startswith(prefix):
            start = max(start, 0)
        start = max(start, body.rfind(b"\n" + prefix) + 1 or -1)
    return (body, None) if start < 0 else (body[:start], body[start:])


def _read_header(lines: list[bytes], defects: list[str]) -> tuple[str, str, str, Tagger | None]:
    fields: dict[bytes, bytes] = {}
    for line in lines:
        key, space, value = line.partition(b" ")
        if not space or key not in KEYS:
            defects.append(f"its header has an unknown line, {line[:40].decode('utf-8', 'backslashreplace')!r}")
        elif key in fields:
            defects.append(f"its header has more than one '{key.decode()}' line")
        else:
            fields[key] = value
    if tuple(fields) != KEYS:
        defects.extend(f"it has no '{key.decode()}' line" for key in KEYS if key not in fields)
        if list(fields) != [key for key in KEYS if key in fields]:
            defects.append("its header lines are out of order")
    target = fields.get(b"object", b"").decode("ascii", "replace")
    if b"object" in fields and not (len(target) in (40, 64) and HEX.issuperset(target)):
        defects.append("its 'object' line holds no object id")
        target = ""
    tagger = _read_tagger(fields[b"tagger"], defects) if b"tagger" in fields else None
    name = _text(fields.get(b"tag", b""), "name", defects)
    return target, fields.get(b"type", b"").decode("ascii", "backslashreplace"), name, tagger


def _read_tagger(line: bytes, defects: list[str]) -> Tagger | None:
    who, close, when = line.rpartition(b"> ")
    name, opening, email = who.rpartition(b" <")
    seconds, space, zone = when.partition(b" ")
    if not close or not opening or not space or not seconds.isdigit() or b"<" in name + email or b">" in name + email:
        if line.startswith(b"<") and close:
            defects.append("its tagger has no name")
        else:
            defects.append("its 'tagger' line is malformed")
        return None
    found = len(defects)
    if not name.strip():
        defects.append("its tagger has no name")
    if len(seconds) > 12 or int(seconds) > LAST_SECOND:
        defects.append("its tagger's time is beyond the year 9999")
    if len(zone) != 5 or zone[:1] not in b"+-" or not zone[1:].isdigit():
        defects.append("its tagger's time zone is malformed")
    elif int(zone[1:3]) * 60 + int(zone[3:]) >= ZONE_LIMIT:
        defects.append(f"its tagger's time zone {zone.decode('ascii')} is 24 hours or more")
    tagger, address = _text(name, "tagger", defects), _text(email, "tagger's e-mail address", defects)
    if len(defects) > found:
        return None
    if not email.strip():
        defects.append("its tagger has no e-mail address")
    if seconds[:1] == b"0" and seconds != b"0":
        defects.append("its tagger's time has leading zeros")
    return Tagger(tagger, address, int(seconds), zone.decode("ascii"))


def _text(value: bytes, what: str, defects: list[str]) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        defects.append(f"its {what} is not UTF-8")
        return value.decode("utf-8", "surrogateescape")


def _has_controls(body: bytes) -> bool:
    if len(body.translate(None, CONTROLS)) != len(body):
        return True
    if b"\r" in body and b"\r" in body.replace(b"\r\n", b""):
        return True
    # U+0080 to U+009F, as UTF-8 has them: to look at each character would take ten times as long.
    return b"\xc2" in body and any(control in body for control in C1_CONTROLS)
