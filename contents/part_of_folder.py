"""Whether a file is one of a folder that DVC keeps as one.

The commit has one digest for the whole of it, the MD5 of DVC's list of its
files. So the file is held against the list: that of the folder which it lies
in, or the one in DVC's cache, if their MD5 is the one in the commit.
"""

from __future__ import annotations

import configparser
import hashlib
import json
import os
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from .digests import digests_of_file
from .verifying import Comparison, compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..policy.objects.piece import Piece

# Where a cache keeps the object 1234…: of DVC 3, and of those before (https://doc.dvc.org/user-guide/project-structure).
PLACES = (("files", "md5"), ())


def compare_part(path: str, folder: Piece, part: str, work_tree: str | None) -> Comparison:
    """Hold the file at `path` against what `folder` has at `part`, its path in there.

    By the whole folder, where the file lies in it; else by the list in the DVC
    cache of `work_tree`, if the folder is known by nothing better than DVC's
    MD5. Raises CannotJudge where neither tells.
    """
    whole = _folder_around(path, part)
    if whole is not None:
        found = _compared(whole, folder)
        if found is not None and not found.different:
            return found
    known = {digest.partition(":")[0]: digest for digest in folder.digests}
    listed = None if "sha256" in known or work_tree is None else _listed_in_cache(known.get("md5", ""), work_tree)
    if listed is None:
        beside = "the one that it lies in is another" if whole is not None else "it does not lie in such a folder"
        raise CannotJudge(
            f"The version's artifact is the file {part!r} of the folder {folder.path!r}, which is known as a whole "
            f"only, as {', '.join(folder.digests)}: {beside}, and no list of its files is in DVC's cache. Check out "
            f"the version's commit, run `dvc pull`, and verify the file where it lies in the folder."
        )
    if part not in listed:
        raise CannotJudge(f"The folder {folder.path!r} has no file {part!r} by DVC's list of it.")
    wanted = f"md5:{listed[part]}"
    try:
        same = digests_of_file(path, {"md5": ""})["md5"] == wanted
    except OSError as error:
        raise CannotJudge(f"{error.filename or path!r} can't be read: {error.strerror}.") from error
    return Comparison((wanted,), ()) if same else Comparison((), (wanted,))


def _folder_around(path: str, part: str) -> str | None:
    """The folder in which the file would be `part`; None where it lies elsewhere."""
    full, inner = os.path.abspath(path), os.path.join(os.sep, *part.split("/"))
    return full.removesuffix(inner) or None if full.endswith(inner) else None


def _compared(whole: str, folder: Piece) -> Comparison | None:
    try:
        return compare(whole, folder)
    except CannotJudge:
        return None


def _listed_in_cache(digest: str, work_tree: str) -> dict[str, str] | None:
    """The MD5 of each file in the list that has this digest; None where no cache has it as it was."""
    digest = digest.removeprefix("md5:")
    for cache in _caches(os.path.join(work_tree, ".dvc")):
        for place in PLACES:
            try:
                with open(os.path.join(cache, *place, digest[:2], digest[2:]), "rb") as file:
                    content = file.read()
            except (OSError, ValueError):
                continue
            if f"{hashlib.md5(content, usedforsecurity=False).hexdigest()}.dir" == digest:
                return _read(content)
    return None


def _read(content: bytes) -> dict[str, str] | None:
    try:
        return {str(one["relpath"]): str(one["md5"]) for one in json.loads(content)}
    except (ValueError, KeyError, TypeError, RecursionError):  # whoever made the commit chose the digest
        return None


def _caches(settings: str) -> Iterator[str]:
    """The possible folders of DVC's cache: the configured one, and the default."""
    told = configparser.ConfigParser(interpolation=None, strict=False)
    for name in ("config.local", "config"):
        told.clear()
        try:
            told.read(os.path.join(settings, name), encoding="utf-8")
        except (configparser.Error, UnicodeError):
            continue
        if told.has_option("cache", "dir"):
            yield os.path.join(settings, os.path.expanduser(told["cache"]["dir"]))
    yield os.path.join(settings, "cache")
