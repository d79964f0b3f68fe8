"""Finds loose refs without Git, because Git does not report the folders that it could not read.

When `git for-each-ref` can't open a folder of refs, or can't stat a file in it,
it goes on as if nothing were there, and exits with 0. That happens when file
descriptors or memory run out, when the disk fails, and in a folder that only
another Unix user may read. So we find the loose refs ourselves
(gitrepository-layout(5), "refs") and expect each of them in Git's listing.
Packed refs need no such check, because Git fails if it can't read them; a
reftable has no loose refs.
"""

from __future__ import annotations

import errno
import os
import stat

from ....policy.errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

# Longer than any path that Git could have made.
_LONGEST = 8192
SYMBOLIC = "ref: "
_ID_LENGTHS = (40, 64)
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
# Up to this many files are opened one by one; for more, their folders are listed first.
_ONE_BY_ONE = 50


class LooseRefs:
    """The loose refs of a repository, in its common `folder`.

    The methods return full names (with surrogates for bytes that are not UTF-8), each with the content of the ref's
    file: an id, or `ref: ` and the name of another ref, or None for anything else. Every method raises CannotJudge if
    a file or folder can't be read.
    """

    def __init__(self, folder: str) -> None:
        self._folder = os.fsencode(folder)

    def under(self, prefix: str) -> dict[str, str | None]:
        """All refs whose names begin with `prefix`, which ends in a slash."""
        return dict(self._walk(prefix, lambda _name: True))

    def beginning_with(self, beginnings: Iterable[str], signs: str) -> dict[str, str | None]:
        """All refs whose names begin with one of `beginnings` and then one of `signs`.

        No beginning contains a sign.
        """
        by_folder: dict[str, set[str]] = {}
        for beginning in beginnings:
            folder, slash, last = beginning.rpartition("/")
            by_folder.setdefault(folder + slash, set()).add(last)
        found: dict[str, str | None] = {}
        for folder, wanted in by_folder.items():
            found.update(self._walk(folder, lambda name, wanted=wanted: _before(name, signs) in wanted))  # type: ignore[misc]
        return found

    def named(self, refs: Collection[str]) -> dict[str, str | None]:
        """Those of `refs` that are loose."""
        if len(refs) > _ONE_BY_ONE:
            refs = self.are_spelled_so(refs)
        found = {}
        for ref in refs:
            if _is_safe(ref):
                try:
                    found[ref] = self._content(ref)
                except (FileNotFoundError, IsADirectoryError):
                    pass
        return found

    def are_spelled_so(self, refs: Iterable[str]) -> list[str]:
        """Those of `refs` whose files have exactly these names, even on a file system that ignores case."""
        # Each folder is listed once, for all refs in it.
        names: dict[str, Collection[str]] = {}
        known: dict[str, bool] = {}
        found = []
        for ref in refs:
            folder, slash, name = ref.rpartition("/")
            folder += slash
            if folder not in names:
                names[folder] = self._names_in(folder) if self._is_folder(folder, known) else ()
            if name in names[folder]:
                found.append(ref)
        return found

    def path(self, ref: str) -> str:
        """The path of the file of a ref, or of a folder of refs."""
        return os.fsdecode(os.path.join(self._folder, _bytes(ref)))

    def _is_folder(self, folder: str, known: dict[str, bool]) -> bool:
        """Whether the folder exists; `known` caches the answers.

        A name may be thousands of folders deep, so the check goes from the top down and ends at the first that is
        missing.
        """
        end = folder.find("/")
        while end >= 0:
            above = folder[: end + 1]
            if above not in known:
                known[above] = self._is_there(above)
            if not known[above]:
                return False
            end = folder.find("/", end + 1)
        return True

    def _is_there(self, folder: str) -> bool:
        if not _is_safe(folder):
            return False
        try:
            return stat.S_ISDIR(os.stat(os.path.join(self._folder, _bytes(folder))).st_mode)
        except OSError as error:
            if error.errno in _NOT_THERE:
                return False
            raise self._no_look(folder, error) from error

    def _walk(self, prefix: str, is_wanted: Callable[[str], bool]) -> Iterator[tuple[str, str | None]]:
        """All refs below the folder `prefix`; `is_wanted` selects the names directly in it."""
        folders = [prefix]
        while folders:
            folder = folders.pop()
            for name in self._names_in(folder):
                # Git skips hidden files and its lock files, too.
                if name[0] == "." or name.endswith(".lock") or (folder == prefix and not is_wanted(name)):
                    continue
                try:
                    yield folder + name, self._content(folder + name)
                except IsADirectoryError:
                    folders.append(f"{folder}{name}/")
                except FileNotFoundError:
                    pass

    def _names_in(self, folder: str) -> Collection[str]:
        if not _is_safe(folder):
            return ()
        try:
            names = os.listdir(os.path.join(self._folder, _bytes(folder)))
        except OSError as error:
            if error.errno in _NOT_THERE:
                return ()
            raise self._no_look(folder, error) from error
        return {name.decode("utf-8", "surrogateescape") for name in names}

    def _content(self, ref: str) -> str | None:
        """The content of a ref's file if it is an id or begins with `ref: `, else None.

        Raises FileNotFoundError or IsADirectoryError if it is not a file.
        """
        path = os.path.join(self._folder, _bytes(ref))
        try:
            # A named pipe in place of a ref must not make a hook wait.
            file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
            try:
                content = os.read(file, _LONGEST)
            finally:
                os.close(file)
        except IsADirectoryError:
            raise
        except OSError as error:
            if error.errno in _NOT_THERE:
                raise FileNotFoundError from None
            if os.path.isdir(path):  # the error for a folder is EACCES on Windows
                raise IsADirectoryError from None
            raise self._no_look(ref, error) from error
        text = content.rstrip().decode("utf-8", "surrogateescape")
        return text if len(text) in _ID_LENGTHS or text.startswith(SYMBOLIC) else None

    def _no_look(self, ref: str, error: OSError) -> CannotJudge:
        return CannotJudge(
            f"{self.path(ref)!r} in the repository can't be read: {error.strerror}. So it is not known which refs "
            "exist. The server's administrator must make sure that the user who runs the hook can read everything "
            "in there, and that memory and file descriptors suffice."
        )


def _before(name: str, signs: str) -> str | None:
    """The part of `name` before the first of `signs`; None if it contains none of them."""
    first = min((place for sign in signs if (place := name.find(sign)) >= 0), default=None)
    return None if first is None else name[:first]


def _bytes(ref: str) -> bytes:
    return ref.encode("utf-8", "surrogateescape")


def _is_safe(ref: str) -> bool:
    """Whether the ref's path stays in the repository. No part of a ref begins with a dot (git-check-ref-format(1))."""
    return "/." not in ref and "\0" not in ref and not ref.startswith(("/", "."))
