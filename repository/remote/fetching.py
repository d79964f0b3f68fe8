"""Fetches objects from a remote into the clone itself."""

from __future__ import annotations

from ...policy.errors import CannotJudge
from ..git.processes import run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..git.command import Git


def fetch_into_clone(git: Git, remote: str, wanted: str) -> bool:
    """Fetch `wanted` (an id or the full name of a ref) and its history from `remote`, without creating a ref.

    Returns whether that succeeded.
    """
    fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--end-of-options", remote, wanted]
    try:
        run(git.command(*fetch), environment=git.user_environment)
    except CannotJudge:
        return False
    return True
