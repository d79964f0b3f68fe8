"""Whether Git LFS gets to see a push: without its pre-push hook the files that it stores stay behind, unnoticed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..repository.git.whole_file import read_start

if TYPE_CHECKING:
    from .clone import Clone
    from .hook_place import HookPlace

# Behind our lines in a file of husky's, which have read what Git gave it.
FOR_HUSKY = 'printf \'%s\\n\' "$refs" | git lfs pre-push "$@"'


def uses_lfs(clone: Clone) -> bool:
    """Whether Git LFS has stored files of this clone, and is installed for it."""
    return os.path.isdir(os.path.join(clone.common_dir, "lfs")) and clone.setting("filter.lfs.clean") is not None


def lfs_problem(clone: Clone, place: HookPlace) -> str | None:
    """What to put where so that Git LFS sees pushes; None where it does, or is not used.

    Our own hook file calls it. lefthook does as well, by itself.
    """
    if place.manager != "husky" or not uses_lfs(clone):
        return None
    lines = read_start(place.file).decode("utf-8", "replace").splitlines()
    calls = [line for line in lines if "lfs pre-push" in line and not line.lstrip().startswith("#")]
    if any('"$refs" |' in line for line in calls):
        return None
    if calls:
        how = f"what Git gave {place.file} is read by then. Let the line be"
    else:
        how = f"nobody calls it. Put behind tagwarden's lines in {place.file}"
    return f"Git LFS gets to see no push, and its files stay here, for {how}: {FOR_HUSKY}"
