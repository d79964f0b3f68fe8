"""Finds the tags that the push log does not explain: made, moved or deleted without passing any hook.

The newest line that names a tag explains it. A tag that no line names must have
existed when the log began. The baseline, `tags-before-log`, lists those; it is
written by the first `tagwarden install --server`, `status --server` or `audit`
that finds none.

Memory does not grow with the number of tags: the names are spread over as many
scratch files as necessary, which are compared one by one.
"""

from __future__ import annotations

import json
import os
import tempfile
import zlib
from typing import TYPE_CHECKING, BinaryIO

from ...policy.grammar.names import TAGS
from ...policy.record import Record
from ...repository.git.own_file import STATE_FOLDER
from ..lock.push_lock import make_lock_file
from .line import LANDING
from .missing_lines import LineNumbers
from .reading import is_on_refs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import ExitStack

    from .missing_lines import MissingLines

_TAGS = TAGS.encode()
BASELINE = f"{STATE_FOLDER}/tags-before-log"
BEGINNING = b"# tags that no line after this one of the push log explains: "
PART_BYTES = 32 << 20
MOST_PARTS = 128
NONE = b"-"


class Difference(Record):
    """A tag that differs from the log. An id of None means no tag; `line` is the newest that names it, if any."""

    ref: str
    logged: str | None
    current: str | None
    line: int | None


class Comparison(Record):
    """`differences` are in no order; `missing` are the lines that the log lacks since the baseline was written.

    A tag that only a missing line may explain is not among the differences.
    """

    differences: Sequence[Difference]
    missing: MissingLines | None


def compare(
    common_dir: str,
    lines: Iterable[bytes],
    tags: Iterable[bytes],
    size: int,
    parts: ExitStack,
    *,
    newest: int = 0,
    trust_existing: bool = False,
) -> Comparison:
    """Compare `tags`, the existing tags as lines "<id> <ref>", with the log's `lines`.

    `newest` is the number of the log's newest line according to the head file.
    `size` is the approximate size of lines and tags in bytes. `parts` will close
    the scratch files. If there is no baseline, one is written: the tags that no
    line names, or, with `trust_existing`, all existing tags, whatever the lines
    say. Raises OSError if it or a scratch file can't be written.
    """
    table = _Table(size, parts)
    path = f"{common_dir}/{BASELINE}"
    numbers = LineNumbers(_read_baseline(path, table))
    noted_already = numbers.after is not None
    table.add_log(lines, numbers)
    numbers.end(newest)
    table.add_existing(tags)
    if not noted_already:
        if trust_existing:
            numbers = LineNumbers(numbers.last)
            _write_baseline(path, numbers.last, table.existing())
        else:
            _write_baseline(path, numbers.after or 0, table.unnamed())
        _read_baseline(path, table)
    missing = numbers.missing
    explained = 0 if missing is None else missing.last + 1
    found = (one for one in table.differences(numbers.after or 0) if (one.line or 0) >= explained)
    return Comparison(list(found), missing)


def tags_before(common_dir: str, line: int) -> Iterator[tuple[str, str]]:
    """The refs and ids of the baseline if it precedes the given line of the log, else nothing.

    Raises OSError if the baseline can't be read.
    """
    try:
        with open(f"{common_dir}/{BASELINE}", "rb") as file:
            number = _after(file.readline())
            if number is not None and number < line:
                for tag in file:
                    oid, _, ref = tag.rstrip(b"\n").partition(b" ")
                    yield os.fsdecode(ref), oid.decode("ascii", "replace")
    except FileNotFoundError:
        return


class _Table:
    """What the log, the baseline and the repository say about each tag, partitioned by a hash of its name."""

    def __init__(self, size: int, parts: ExitStack) -> None:
        count = max(1, min(MOST_PARTS, size // PART_BYTES))
        self._logged = [_scratch(parts) for _ in range(count)]
        self._existing = [_scratch(parts) for _ in range(count)]

    def add_log(self, lines: Iterable[bytes], numbers: LineNumbers) -> None:
        """Record the value that each line gives to its tags, with the line's number."""
        for line in lines:
            entry = _parsed(line)
            number, outcome = entry.get("line"), entry.get("outcome")
            if not isinstance(number, int):
                continue
            numbers.add(number)
            of_line = entry.get("of_line")
            if outcome in LANDING:
                self._record(entry, number, "new", NONE)
            elif outcome == "incomplete" and isinstance(of_line, int):
                self._record(entry, number, "old", b"%d" % of_line)

    def _record(self, entry: dict[str, object], number: int, end: str, instead_of: bytes) -> None:
        updates = entry.get("updates")
        for update in updates if isinstance(updates, list) else ():
            ref, oid = update.get("ref"), update.get(end)
            name = os.fsencode(ref) if isinstance(ref, str) else b""
            if _is_model_tag(name):
                self._put(self._logged, name, b"%d %s %s" % (number, instead_of, str(oid).encode() if oid else NONE))

    def add_existing(self, tags: Iterable[bytes]) -> None:
        """Record the existing tags."""
        for line in tags:
            oid, _, ref = line.rstrip(b"\n").partition(b" ")
            if _is_model_tag(ref):
                self._put(self._existing, ref, oid)

    def add_before(self, line: bytes) -> None:
        """Record a tag of the baseline; it counts unless a line of the log names the tag."""
        oid, _, ref = line.rstrip(b"\n").partition(b" ")
        self._put(self._logged, ref, b"0 - " + oid)

    def unnamed(self) -> Iterator[bytes]:
        """The existing tags that no line names, as lines "<id> <ref>"."""
        for logged, existing in self._parts():
            named = {ref for ref, _ in _entries(logged)}
            yield from (oid + b" " + ref for ref, oid in _entries(existing) if ref not in named)

    def existing(self) -> Iterator[bytes]:
        """The existing tags, as lines "<id> <ref>"."""
        for part in self._existing:
            yield from (oid + b" " + ref for ref, oid in _entries(part))

    def differences(self, begins: int) -> Iterator[Difference]:
        """The tags that differ from the baseline and the lines after the one with the number `begins`."""
        for logged, existing in self._parts():
            now: dict[bytes, tuple[int, bytes]] = {}
            for ref, value in _entries(logged):
                number, instead_of, oid = value.split(b" ")
                line, known = int(number), now.get(ref)
                if 0 < line <= begins:
                    continue
                if instead_of != NONE:
                    # Undo only the value of exactly that line; a later one may have landed.
                    if known is not None and known[0] == int(instead_of):
                        now[ref] = (line, oid)
                elif known is None or line >= known[0]:
                    now[ref] = (line, oid)
            for ref, oid in _entries(existing):
                line, expected = now.pop(ref, (0, NONE))
                if oid != expected:
                    yield _difference(ref, line, expected, oid)
            for ref, (line, expected) in now.items():
                if expected != NONE:
                    yield _difference(ref, line, expected, NONE)

    def _put(self, files: Sequence[BinaryIO], ref: bytes, value: bytes) -> None:
        files[zlib.crc32(ref) % len(files)].write(b"%s\0%s\n" % (ref, value))

    def _parts(self) -> Iterator[tuple[BinaryIO, BinaryIO]]:
        return zip(self._logged, self._existing, strict=True)


def _scratch(parts: ExitStack) -> BinaryIO:
    return parts.enter_context(tempfile.TemporaryFile())


def _entries(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    file.seek(0)
    for line in file:
        ref, _, value = line.rstrip(b"\n").partition(b"\0")
        yield ref, value
    file.seek(0, os.SEEK_END)


def _difference(ref: bytes, line: int, logged: bytes, existing: bytes) -> Difference:
    return Difference(os.fsdecode(ref), _id(logged), _id(existing), line or None)


def _id(oid: bytes) -> str | None:
    return None if oid == NONE else oid.decode("ascii", "replace")


def _is_model_tag(ref: bytes) -> bool:
    # A ref's name has no line break (git-check-ref-format(1)), whatever a line of the log says.
    return ref.startswith(_TAGS) and (b"@" in ref or b"#" in ref) and b"\n" not in ref and b"\0" not in ref


def _parsed(line: bytes) -> dict[str, object]:
    # Most lines of a busy log are about refused pushes; these are not parsed.
    try:
        entry = json.loads(line) if is_on_refs(line) else None
        number = line.rpartition(b',"previous":"')[0].rpartition(b',"line":')[2]
        return entry if isinstance(entry, dict) else {"line": int(number) if number.isdigit() else None}
    except (ValueError, RecursionError):
        return {}


def _read_baseline(path: str, table: _Table) -> int | None:
    """Add the baseline to the table; returns the number of the line that it follows, None if there is no baseline."""
    try:
        with open(path, "rb") as file:
            number = _after(file.readline())
            if number is not None:
                for line in file:
                    table.add_before(line)
            return number
    except FileNotFoundError:
        return None


def _after(beginning: bytes) -> int | None:
    """The number in the first line of a baseline, None if that line is not valid."""
    number = beginning.removeprefix(BEGINNING).strip()
    return int(number) if beginning.startswith(BEGINNING) and number.isdigit() else None


def _write_baseline(path: str, after: int, tags: Iterable[bytes]) -> None:
    """Write the baseline atomically, with the repository's access rights."""
    beside = f"{path}.{os.getpid()}.new"
    make_lock_file(beside)
    try:
        with open(beside, "wb") as file:
            file.write(BEGINNING + b"%d\n" % after)
            file.writelines(tag + b"\n" for tag in tags)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
