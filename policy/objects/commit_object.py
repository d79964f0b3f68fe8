"""Parses commit objects as GTO reads those that model tags point at.

GTO reads them with libgit2, which accepts the header lines in one order only
(`tree`, `parent`s, `author`, `committer`, then the rest) and expects the time two
bytes after the e-mail address. If there is an `encoding` header, names and
message must be valid in that encoding. GTO turns the committer's time into a
date, and counts it as an event of the model, which ends a deprecation.
"""

from __future__ import annotations

from ..record import Record

# 1 January of the year 2: from then on, every second has a date in every time zone.
FIRST_SECOND = -62104060800
# The last second whose year has four digits in every time zone.
LAST_SECOND = 253402300799 - 86400
MOST_DIGITS = 18

HEX = frozenset(b"0123456789abcdef")
DIGITS = frozenset(b"0123456789")
ID_LENGTHS = (40, 64)
# These lines come first, in this order, and must not come later.
HEAD = (b"tree ", b"parent ", b"author ", b"committer ")
# What libgit2 strips from both ends of names and addresses (`is_crud` in signature.c), whatever the encoding.
CRUD = bytes(range(33)) + b".,:;<>\"\\'"
# Python has codecs of these names, which are not text encodings in this sense; the first two take quadratic time.
NO_ENCODINGS = ("idna", "punycode", "unicode-escape", "raw-unicode-escape")


class Commit(Record):
    """A commit as GTO reads it.

    `tree` is the id of its root tree, "" if that can't be read. `time` is the
    committer's, in seconds since the epoch. `defect` is what GTO fails on, as a
    clause that begins with "it" or "its"; None if it is readable.
    """

    tree: str
    time: int
    defect: str | None


class Unreadable(ValueError):
    """libgit2 or GTO can't read a part of a commit, or reads it differently than Git; the message says which part."""


def parse_commit(raw: bytes, size: int | None = None) -> Commit:
    """Parse a commit object; never raises.

    `raw` is the object's content or its beginning, `size` the length of the whole
    content in bytes; None: `raw` is the whole content.
    """
    header, blank_line, message = raw.partition(b"\n\n")
    cut = size is not None and size > len(raw)
    tree, time = "", 0
    try:
        if b"\0" in header:
            raise Unreadable("its header contains a NUL")
        if cut and not blank_line:
            raise Unreadable("its header is too long to be read")
        lines = header.split(b"\n")
        tree, place = _tree(lines)
        author, committer, rest = _people(lines, place, ended=bool(blank_line))
        time = _time(committer, "committer")
        if not FIRST_SECOND <= time <= LAST_SECOND:
            raise Unreadable("its date is not within the years 2 to 9999")
        _check_encoding(rest, (author, committer), message, cut=cut)
    except Unreadable as problem:
        return Commit(tree, time, str(problem))
    return Commit(tree, time, None)


def _tree(lines: list[bytes]) -> tuple[str, int]:
    """The tree's id, and the index of the line after the parents."""
    tree = lines[0].removeprefix(b"tree ")
    if tree == lines[0] or not _is_id(tree):
        raise Unreadable("it does not begin with a tree")
    place = 1
    while place < len(lines) and lines[place].startswith(b"parent "):
        parent = lines[place][len(b"parent ") :]
        if len(parent) != len(tree) or not _is_id(parent):
            raise Unreadable("one of its parents is not an object id")
        place += 1
    return tree.decode("ascii"), place


def _is_id(text: bytes) -> bool:
    return len(text) in ID_LENGTHS and HEX.issuperset(text)


def _people(lines: list[bytes], place: int, *, ended: bool) -> tuple[bytes, bytes, list[bytes]]:
    """The author and the committer, without the keys of their lines, and the lines that follow."""
    if not lines[place : place + 1] or not lines[place].startswith(b"author "):
        raise Unreadable("no author follows its tree and parents")
    author = lines[place]
    # Some tools wrote several authors; readers ignore all but the first.
    while lines[place : place + 1] and lines[place].startswith(b"author "):
        _time(lines[place][len(b"author ") :], "author")
        place += 1
    if not lines[place : place + 1] or not lines[place].startswith(b"committer "):
        raise Unreadable("no committer follows its author")
    committer, rest = lines[place], lines[place + 1 :]
    if not rest and not ended:
        raise Unreadable("the line of its committer has no end")
    for line in rest:
        if line.startswith(HEAD):
            raise Unreadable(f"its header {line.partition(b' ')[0].decode()!r} comes after the committer")
    return author[len(b"author ") :], committer[len(b"committer ") :], rest


def _time(person: bytes, who: str) -> int:
    """The seconds in `NAME <E-MAIL> SECONDS ZONE`; 0 if they are missing, which libgit2 allows.

    The zone does not matter: libgit2 ignores zones that it can't parse.
    """
    names, close, when = person.rpartition(b">")
    if not close or b"<" not in names or b"<" in when:
        raise Unreadable(f"its {who} can't be read")
    if when in (b"", b" "):
        return 0
    seconds = when.lstrip(b" ").partition(b" ")[0]
    digits = seconds.removeprefix(b"-")
    # Git searches for the time right after the address, libgit2 one byte later.
    if when[:1] != b" " or not digits or not DIGITS.issuperset(digits) or len(digits) > MOST_DIGITS:
        raise Unreadable(f"the time of its {who} can't be read")
    return int(seconds)


def _check_encoding(lines: list[bytes], people: tuple[bytes, bytes], message: bytes, *, cut: bool) -> None:
    # The last one counts.
    line = next((line for line in reversed(lines) if line.startswith(b"encoding ")), None)
    if line is None:
        return
    if cut:
        raise Unreadable("it names an encoding, and is too long to be checked against it")
    shown = line[len(b"encoding ") :].decode("ascii", "backslashreplace")
    texts = [part.strip(CRUD) for person in people for part in person.rpartition(b">")[0].rpartition(b"<")[::2]]
    # libgit2 uses C strings, which end at a NUL.
    texts.append(message.partition(b"\0")[0].lstrip(b"\n"))
    import codecs

    try:
        if codecs.lookup(shown).name in NO_ENCODINGS:
            raise LookupError
        for text in texts:
            text.decode(shown)
    except LookupError:
        raise Unreadable(f"it declares an unknown encoding, {shown[:40]!r}") from None
    except (UnicodeError, ValueError):
        raise Unreadable(f"it is not written in the encoding that it declares, {shown[:40]!r}") from None
