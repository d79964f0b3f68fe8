"""Finds out from the push log who proposed a tag: the pusher of the push with the proposal."""

from __future__ import annotations

from ...policy.approvals.refs import proposal_ref
from ...policy.errors import CannotJudge
from .chain import read_lines_backward
from .line import LANDING, LOG
from .reading import read_entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# A proposal waits for days, but other pushes wait while the log is read, so only this much of its end is searched.
MOST_BYTES = 64 * 1024 * 1024


def proposers_of(common_dir: str, tags: Collection[str]) -> dict[str, str | None]:
    """The pusher of each proposal of these tag objects, None if unknown; those not found in the log are left out.

    Raises CannotJudge if the log can't be read.
    """
    try:
        return _found_in(read_lines_backward(common_dir), {proposal_ref(tag): tag for tag in tags})
    except OSError as error:
        raise CannotJudge(
            f"Who proposed a tag can't be told: the push log ({LOG} in the repository on the server) can't be read: "
            f"{error.strerror}."
        ) from error


def _found_in(lines: Iterable[bytes], wanted: dict[str, str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    read = 0
    for line in lines:
        read += len(line)
        if len(found) == len(wanted) or read > MOST_BYTES:
            break
        if b'"refs/tagwarden/proposals/' not in line:
            continue
        entry = read_entry(line)
        if entry is None or entry["outcome"] not in LANDING:
            continue
        for update in entry["updates"]:
            if update["ref"] in wanted and update["new"] is not None:
                found.setdefault(wanted[update["ref"]], entry["pusher"]["name"])
    return found
