"""Commit objects, as far as GTO reads those that model tags point at.

It takes them from libgit2, which wants an author and a committer, and decodes
names and message strictly by the `encoding` header where there is one. The
committer's time becomes a date, and counts as an event of the model: by it a
deprecated model comes back.
"""

from __future__ import annotations

from .record import Record

# 1 January of the year 2: a day that has a date in every zone.
FIRST_SECOND = -62104060800
# The last second whose date has a four-digit year in every zone.
LAST_SECOND = 253402300799 - 86400


class Commit(Record):
    """`time` is the committer's, in seconds since the epoch; `defect` is what GTO trips over, None if nothing.

    `tree` is the id of the commit's root folder.
    """

    tree: str
    time: int
    defect: str | None


def parse_commit(raw: bytes, size: int | None = None) -> Commit:
    """Read a commit object; never raises.

    `raw` is the object's content or the beginning of it, `size` the length of
    all of it in bytes where `raw` was cut.
    """
    header, _, message = raw.partition(b"\n\n")
    lines = header.split(b"\n")
    committer = _value(lines, b"committer ")
    time, problem = _time(committer)
    if problem is None:
        problem = _time(_value(lines, b"author "))[1] and "its author can't be read"
    elif committer is None:
        problem = "it has no committer"
    if problem is None and not FIRST_SECOND <= time <= LAST_SECOND:
        problem = "its date is not within the years 2 to 9999"
    if problem is None:
        problem = _problem_of_encoding(lines, message, cut=size is not None and size > len(raw))
    tree = (_value(lines, b"tree ") or b"").decode("ascii", "replace")
    return Commit(tree, time, problem)


def _value(lines: list[bytes], key: bytes) -> bytes | None:
    return next((line[len(key) :] for line in lines if line.startswith(key)), None)


def _time(person: bytes | None) -> tuple[int, str | None]:
    """The seconds after `NAME <E-MAIL> `; 0 where they are left off, which libgit2 allows."""
    who, close, when = (person or b"").rpartition(b">")
    if not close or b"<" not in who:
        return 0, "its committer can't be read"
    seconds = when.split()[:1]
    if not seconds:
        return 0, None
    if not seconds[0].removeprefix(b"-").isdigit() or len(seconds[0]) > 18:
        return 0, "its committer's time can't be read"
    return int(seconds[0]), None


def _problem_of_encoding(lines: list[bytes], message: bytes, *, cut: bool) -> str | None:
    # The last one counts.
    name = _value(lines[::-1], b"encoding ")
    if name is None:
        return None
    if cut:
        return "it names an encoding, and is too long to be checked against it"
    shown = name.decode("ascii", "backslashreplace")
    people = [_value(lines, b"author ") or b"", _value(lines, b"committer ") or b""]
    texts = [part for person in people for part in person.rpartition(b">")[0].rpartition(b"<")[::2]]
    try:
        for text in (*texts, message):
            text.strip().decode(shown)
    except LookupError:
        return f"it names an encoding that is not known, {shown[:40]!r}"
    except (UnicodeError, ValueError):
        return f"it is not written in the encoding that it names, {shown[:40]!r}"
    return None
