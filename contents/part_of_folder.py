"""Verifies a file of a folder that DVC tracks as a whole.

The commit has only one digest for the folder: the MD5 of DVC's list of its files.
So the file is verified as part of the folder around it, if that has this digest,
or by the list with this MD5 in DVC's cache.
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

# The folders of objects in a cache, of DVC 3 and of older versions (https://doc.dvc.org/user-guide/project-structure).
PLACES = (("files", "md5"), ())


def compare_part(path: str, folder: Piece, part: str, work_tree: str | None) -> Comparison:
    """Compare the file at `path` with the one that `folder` has at `part` (a path relative to the folder).

    If the file is in such a folder, that whole folder is compared. Otherwise the
    list in the DVC cache of `work_tree` is used, if the folder has no better digest
    than DVC's MD5. Raises CannotJudge if neither gives an answer.
    """
    whole = _folder_around(path, part)
    if whole is not None:
        found = _compared(whole, folder)
        if found is not None and not found.different:
            return found
    known = {digest.partition(":")[0]: digest for digest in folder.digests}
    listed = None if "sha256" in known or work_tree is None else _listed_in_cache(known.get("md5", ""), work_tree)
    if listed is None:
        beside = "is in a different folder" if whole is not None else "is not in such a folder"
        raise CannotJudge(
            f"The version's artifact is the file {part!r} of the folder {folder.path!r}, which is known only as a "
            f"whole, as {', '.join(folder.digests)}. The given file {beside}, and DVC's cache has no list of the "
            "folder's files. Check out the version's commit, run `dvc pull`, and verify the file in that folder."
        )
    if part not in listed:
        raise CannotJudge(f"The folder {folder.path!r} has no file {part!r}, according to DVC's list of its files.")
    wanted = f"md5:{listed[part]}"
    try:
        same = digests_of_file(path, {"md5": ""})["md5"] == wanted
    except OSError as error:
        raise CannotJudge(f"{error.filename or path!r} can't be read: {error.strerror}.") from error
    return Comparison((wanted,), ()) if same else Comparison((), (wanted,))


def _folder_around(path: str, part: str) -> str | None:
    """The folder that has the file at `part`; None if the end of the file's path is different."""
    full, inner = os.path.abspath(path), os.path.join(os.sep, *part.split("/"))
    return full.removesuffix(inner) or None if full.endswith(inner) else None


def _compared(whole: str, folder: Piece) -> Comparison | None:
    try:
        return compare(whole, folder)
    except CannotJudge:
        return None


def _listed_in_cache(digest: str, work_tree: str) -> dict[str, str] | None:
    """The MD5 of each file, by path, from the list with this digest; None if no cache has an intact one."""
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
    except (ValueError, KeyError, TypeError, RecursionError):  # the digest is from the commit: it can be of any content
        return None


def _caches(settings: str) -> Iterator[str]:
    """The possible folders of DVC's cache: the configured ones, and the default."""
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
