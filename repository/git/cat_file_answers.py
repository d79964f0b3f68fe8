"""Reads the answers of `git cat-file`, within bounds."""

from __future__ import annotations

from ...policy.errors import CannotJudge
from .objects import RawObject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from .processes import Child

# About as much as Git can write and we can skip in the time that a new process takes to start.
READ_OVER_BYTES = 1 << 18
_CHUNK = 1 << 16
_NEWLINE = 0x0A
# Part of Git's message if it may not fetch an object that a partial clone was promised.
NOT_FETCHED = "from promisor remote"
ADVICE = "Run `git fsck` in that repository: it names what is damaged."


class NotFetched(CannotJudge):
    """A partial clone lacks an object that its remote has promised."""


class Answers:
    """Reads answers of `git cat-file`: `<id> <type> <size>`, the content and a newline, or `<question> missing`.

    `limit` and `content_of` are those of `ObjectReader.ask`; without `with_content` the answers are those of
    `--batch-check`. `given_up` is set if the last answer was too long to be read to its end.
    """

    def __init__(self, child: Child, limit: int, content_of: str, *, with_content: bool = True) -> None:
        assert child.stdout is not None
        self.given_up = False
        self._child = child
        self._out: BinaryIO = child.stdout
        self._limit = limit
        self._content_of = content_of
        self._with_content = with_content

    def to(self, questions: Iterable[str]) -> Iterator[RawObject]:
        # Bound once: reading a large push consists of this loop.
        out, content_of, make = self._out, self._content_of, RawObject._make
        limit = self._limit if self._with_content else -1
        for question in questions:
            header = out.readline().decode("utf-8", "surrogateescape")
            try:
                name, kind, digits = header.split(" ")
                size = int(digits)
            except ValueError:
                yield self._nothing(question, header)
                continue
            if kind == content_of and size <= limit:
                data = out.read(size + 1)
                if len(data) <= size or data[size] != _NEWLINE:
                    raise self._out_of_step(len(data) > size)
                data = data[:size]
            else:
                data = self._part(size, limit if kind == content_of else 0) if self._with_content else b""
            if name == question or ":" in question:
                yield make((name, kind, size, data))
            else:
                # A full id of SHA-1 in a repository of SHA-256: Git took it for an abbreviation.
                yield RawObject(question, None, 0, b"")
            if self.given_up:
                return

    def exceptional(self, count: int, largest: int) -> Iterator[int]:
        """The positions of the answers other than `<content_of> <size>` with a size of at most `largest` bytes.

        Raises CannotJudge unless there are `count` answers.
        """
        # Many objects have the same size, so each distinct answer is parsed once.
        ordinary: set[bytes] = set()
        place = 0
        while some := self._out.read(_CHUNK):
            lines = (some + self._out.readline()).removesuffix(b"\n").split(b"\n")
            if not ordinary.issuperset(lines):
                ordinary.update(line for line in set(lines) if self._is_ordinary(line, largest))
                yield from (place + at for at, line in enumerate(lines) if line not in ordinary)
            place += len(lines)
        if place != count:
            raise self._out_of_step(place > count)

    def _is_ordinary(self, answer: bytes, largest: int) -> bool:
        kind, _, size = answer.decode("utf-8", "surrogateescape").partition(" ")
        return kind == self._content_of and size.isdigit() and int(size) <= largest

    def end(self) -> None:
        """Raise CannotJudge if there is output beyond the last answer."""
        if self._out.read(1):
            raise self._out_of_step(True)

    def _part(self, size: int, wanted: int) -> bytes:
        wanted = min(size, wanted)
        data = self._read(wanted)
        rest = size + 1 - wanted
        if rest > READ_OVER_BYTES:
            self.given_up = True
            return data
        while rest > _CHUNK:
            self._read(_CHUNK)
            rest -= _CHUNK
        if self._read(rest)[-1] != _NEWLINE:
            raise self._out_of_step(True)
        return data

    def _read(self, count: int) -> bytes:
        data = self._out.read(count)
        if len(data) < count:
            raise self._out_of_step(False)
        return data

    def _out_of_step(self, goes_on: bool) -> CannotJudge:
        if goes_on:
            return CannotJudge(f"`git cat-file` answered with more than it announced. {ADVICE}")
        return self._failure()

    def _failure(self) -> CannotJudge:
        problem = self._child.failure(ADVICE)
        return NotFetched(str(problem)) if NOT_FETCHED in str(problem) else problem

    def _nothing(self, question: str, header: str) -> RawObject:
        # What Git 2.52 and later answer about a submodule, whose commit is in another repository.
        if header.endswith(" submodule\n"):
            return RawObject(question, None, 0, b"")
        if header != f"{question} missing\n":
            if header.endswith("\n"):
                raise CannotJudge(f"`git cat-file` answered {header[:200]!r}. {ADVICE}")
            raise self._failure()
        # Git also answers "missing" for an object that it can't read; only its stderr shows the difference.
        for line in self._child.stderr_text().splitlines():
            if line.startswith(("error:", "fatal:")):
                raise CannotJudge(f"The object {ascii(question)[1:-1]} can't be read; Git says: {line}. {ADVICE}")
        return RawObject(question, None, 0, b"")
