"""Who proposed a tag, according to the push log: the pusher of the push that brought the proposal."""

from __future__ import annotations

from ...policy.approvals.refs import proposal_ref
from ...policy.errors import CannotJudge
from .chain import read_lines_backward
from .line import LANDING, LOG
from .reading import read_entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# A proposal waits for days, and others wait while the log is read: of a long one only its end is looked through.
MOST_BYTES = 64 * 1024 * 1024


def proposers_of(common_dir: str, tags: Collection[str]) -> dict[str, str | None]:
    """The pusher of each proposal of these tag objects, as far as the end of the log tells; None for one unknown.

    Raises CannotJudge where the log can't be read.
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
