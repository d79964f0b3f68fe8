"""Tree objects, as GTO reads those below the commits that model tags point at.

A tree is `<mode> <name>` NUL `<binary id>`, repeated. GTO walks all of them
through libgit2, into a map of paths: it fails on what libgit2 can't read, and
of two entries with one name it keeps the last, where Git takes the first.
Entries that Git can't check out (`.`, `..`, `.git`, a slash in the name) or does
not find (entries out of order) count as defects, too.
"""

from __future__ import annotations

from ..record import Record
from ..wording import quoted
from .needed_files import ANNOTATIONS_FILE

# What nearly all entries begin with: the mode of a folder, or one of the other modes, which all have one length.
FOLDER, FILE_MODES = b"40000 ", frozenset((b"100644 ", b"100755 ", b"120000 ", b"160000 "))
ANNOTATIONS = b" " + ANNOTATIONS_FILE.encode() + b"\0"
# libgit2 reads no longer names; file systems take less than a sixteenth of that.
MOST_NAME_BYTES = 65535
# How much of a name a message shows.
SHOWN_BYTES = 60

_DIGITS = frozenset(b"01234567")
_ONE = 0x31
_RESERVED = (b"", b".", b"..", b".git")


class Tree(Record):
    """One folder: how many entries it has, and the name and id of each folder in it.

    `defect` completes "the folder … ": why GTO or Git can't read it, None if they can.
    `annotated` False: there is no `artifacts.yaml` in it.
    """

    entries: int
    folders: list[tuple[bytes, bytes]]
    defect: str | None
    annotated: bool = True


def parse_tree(raw: bytes, id_bytes: int) -> Tree:
    """Read a tree object whose ids are `id_bytes` long; never raises."""
    return _parse(raw, id_bytes)._replace(annotated=ANNOTATIONS in raw)


def _parse(raw: bytes, id_bytes: int) -> Tree:
    entries: list[bytes] = []
    folders: list[tuple[int, bytes]] = []
    find, append, position, size = raw.find, entries.append, 0, len(raw)
    while position < size:
        end = find(b"\0", position)
        if end < 0:
            position = size + 1
            break
        # Git writes the modes of all entries but folders with a 1 in front.
        if raw[position] != _ONE:
            folders.append((len(entries), raw[end + 1 : end + 1 + id_bytes]))
        append(raw[position:end])
        position = end + 1 + id_bytes
    if position > size:
        return Tree(len(entries), [], "ends in the middle of an entry")
    modes = {entry[:7] for entry in entries}
    if folders:
        modes.difference_update([entries[place][:7] for place, _ in folders])
    if not modes <= FILE_MODES or not all(entries[place].startswith(FOLDER) for place, _ in folders):
        return _of_old_or_odd_modes(entries, dict(folders))
    if len(modes) == 1 and not folders:
        # A beginning that all share does not change their order.
        return Tree(len(entries), [], _problem_of_names(entries, entries, modes.pop()))
    names = [entry[7:] for entry in entries]
    keys = names.copy() if folders else names
    for place, _ in folders:
        names[place] = entries[place][6:]
        keys[place] = names[place] + b"/"
    return Tree(len(entries), [(names[place], oid) for place, oid in folders], _problem_of_names(names, keys))


def _of_old_or_odd_modes(entries: list[bytes], ids: dict[int, bytes]) -> Tree:
    """The tree with these entries; `ids` has the ids of those that may be folders, by their places."""
    names, keys, folders = [], [], []
    defect = None
    for place, entry in enumerate(entries):
        mode, _, name = entry.partition(b" ")
        kind = _kind_of(mode)
        if kind == "folder":
            folders.append((name, ids[place]))
        elif kind is None:
            defect = defect or f"has an entry {_shown(name)} with the mode {_shown(mode)}, which Git never writes"
        names.append(name)
        keys.append(name + b"/" if kind == "folder" else name)
    return Tree(len(entries), folders, defect or _problem_of_names(names, keys))


def _kind_of(mode: bytes) -> str | None:
    """What an entry is; None if libgit2 or Git does not know its mode.

    libgit2 takes octal numbers below 200000, and Git knows four kinds of these.
    Old histories have `040000`, and files with other permissions than today's two.
    """
    digits = mode.removeprefix(b"0")
    if not digits or len(digits) > 6 or digits[:1] == b"0" or not _DIGITS.issuperset(digits):
        return None
    kind, permissions = divmod(int(digits, 8), 0o10000)
    if kind == 0o10:
        return "file"
    if kind == 0o04:
        return "folder"
    return "other" if kind in (0o12, 0o16) and not permissions else None


def _problem_of_names(names: list[bytes], keys: list[bytes], before: bytes = b"") -> str | None:
    """What is wrong with these names, each with `before` in front of it, which are ordered by `keys`."""
    # Each line looks at all names at the speed of C. Only once there is a defect, names are looked at one by one.
    distinct = set(names)
    bare = len(before)
    if not distinct.isdisjoint([before + name for name in _RESERVED]) or b"/" in b"".join(names):
        return _reserved([name[bare:] for name in names])
    if len(distinct) < len(names):
        return _twice([name[bare:] for name in names])
    if keys != sorted(keys):
        return f"has its entry {_shown(_out_of_order(keys)[bare:])} in the wrong place"
    if any(name[bare:].lower() == b".git" for name in names if len(name) == bare + 4):
        return _reserved([name[bare:] for name in names])
    if names and len(max(names, key=len)) > bare + MOST_NAME_BYTES:
        return f"has an entry whose name is longer than {MOST_NAME_BYTES:,} bytes"
    return None


def _reserved(names: list[bytes]) -> str:
    odd = next(name for name in names if b"/" in name or name.lower() in _RESERVED)
    return f"has an entry named {_shown(odd)}" if odd else "has an entry without a name"


def _twice(names: list[bytes]) -> str:
    seen: set[bytes] = set()
    for name in names:
        if name in seen:
            return f"has the entry {_shown(name)} twice: Git takes the first, GTO the last"
        seen.add(name)
    raise AssertionError


def _out_of_order(keys: list[bytes]) -> bytes:
    place = next(place for place in range(1, len(keys)) if keys[place - 1] >= keys[place])
    return keys[place].removesuffix(b"/")


def _shown(name: bytes) -> str:
    text = name[:SHOWN_BYTES].decode("utf-8", "surrogateescape")
    return quoted(text + "…" if len(name) > SHOWN_BYTES else text)
