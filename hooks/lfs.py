"""Whether Git LFS sees a push: without its pre-push hook, the files that it stores silently stay behind."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..repository.git.whole_file import read_start

if TYPE_CHECKING:
    from .clone import Clone
    from .hook_place import HookPlace

# For husky's file, after our lines, which have read Git's input into $refs.
FOR_HUSKY = 'printf \'%s\\n\' "$refs" | git lfs pre-push "$@"'


def uses_lfs(clone: Clone) -> bool:
    """Whether Git LFS stores files of this clone, and is set up in its configuration."""
    return os.path.isdir(os.path.join(clone.common_dir, "lfs")) and clone.setting("filter.lfs.clean") is not None


def lfs_problem(clone: Clone, place: HookPlace) -> str | None:
    """What the user must change so that Git LFS sees pushes; None if it does, or if it is not used.

    Only husky needs this: our own hook file calls Git LFS, and so does lefthook.
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
        how = f"nothing calls it. Put behind tagwarden's lines in {place.file}"
    return f"Git LFS sees no push, and its files stay here, because {how}: {FOR_HUSKY}"
