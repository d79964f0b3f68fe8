"""Parses tree objects as GTO reads those of the commits that model tags point at.

A tree is a sequence of entries `<mode> <name>` NUL `<binary id>`. GTO walks the
whole tree with libgit2 and collects the paths. It fails on what libgit2 can't
read; of two entries with the same name it keeps the last, while Git takes the
first. Entries that Git can't check out (`.`, `..`, `.git`, names with a slash) or
can't find (entries out of order) are defects, too.
"""

from __future__ import annotations

from ..record import Record
from .needed_files import ANNOTATIONS_FILE

# Nearly all entries begin with the mode of a folder, or with one of the other modes, which all have the same length.
FOLDER, FILE_MODES = b"40000 ", frozenset((b"100644 ", b"100755 ", b"120000 ", b"160000 "))
ANNOTATIONS = b" " + ANNOTATIONS_FILE.encode() + b"\0"
# libgit2 can't read longer names. File systems allow less than a sixteenth of that.
MOST_NAME_BYTES = 65535
# The bytes of a name that a message shows.
SHOWN_BYTES = 60

_DIGITS = frozenset(b"01234567")
_ONE = 0x31
_RESERVED = (b"", b".", b"..", b".git")


class Tree(Record):
    """One folder: the number of its entries, and the name and binary id of each folder in it.

    `defect` says why GTO or Git can't read it, to follow "the folder …"; None if
    they can. `annotated` False: it certainly contains no `artifacts.yaml`.
    """

    entries: int
    folders: list[tuple[bytes, bytes]]
    defect: str | None
    annotated: bool = True


def parse_tree(raw: bytes, id_bytes: int) -> Tree:
    """Parse a tree object whose ids are `id_bytes` long; never raises."""
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
        # The modes of all entries except folders begin with a 1.
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
        # A common prefix does not change the order of the entries.
        return Tree(len(entries), [], _problem_of_names(entries, entries, modes.pop()))
    names = [entry[7:] for entry in entries]
    keys = names.copy() if folders else names
    for place, _ in folders:
        names[place] = entries[place][6:]
        keys[place] = names[place] + b"/"
    return Tree(len(entries), [(names[place], oid) for place, oid in folders], _problem_of_names(names, keys))


def _of_old_or_odd_modes(entries: list[bytes], ids: dict[int, bytes]) -> Tree:
    """The tree with these entries; `ids` maps the index of each entry that may be a folder to its id."""
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
    """The kind of an entry with this mode: "file", "folder" or "other"; None if libgit2 or Git does not know it.

    libgit2 accepts octal numbers below 200000, and Git knows four kinds of these.
    In old histories there is also `040000`, and files have other permissions than
    644 and 755.
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
    """The defect of these names, which must be in the order of `keys`; each has the prefix `before`. None if valid."""
    # Each line checks all names at once, in C, for speed. Names are checked one by one only if there is a defect.
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
    from ..wording import quoted

    text = name[:SHOWN_BYTES].decode("utf-8", "surrogateescape")
    return quoted(text + "…" if len(name) > SHOWN_BYTES else text)
