"""What `log` prints about the chain of a push log: whether it is complete, its newest hash, its rotation."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ...policy.errors import CannotJudge
from ...policy.wording import counted
from ...report.escape import escape
from ...report.exit_status import ACCEPTED, REFUSED
from ...server_hooks.log.chain import read_lines_backward, verify
from ...server_hooks.log.line import LOG, is_hash
from ...server_hooks.machine_settings import git_with_hook_settings
from ..errors import Refused
from ..for_each_repository import Answer
from .query import parsed

if TYPE_CHECKING:
    from collections.abc import Sequence


def verification(common_dir: str | None, files: Sequence[str], *, wanted: str | None, alone: bool = True) -> Answer:
    """Whether a log is complete: that of the repository `common_dir` together with `files`, or `files` alone.

    With `alone`, the details name the log. Raises OSError or CannotJudge if a file can't be read.
    """
    found = verify(common_dir, files, wanted=wanted)
    document = {
        "schema": 1,
        "intact": not found.troubles,
        "lines": found.lines,
        "head": found.head,
        "troubles": [trouble._asdict() for trouble in found.troubles],
        "notes": list(found.notes),
    }
    name = os.path.join(common_dir, LOG) if common_dir is not None else "the log"
    if len(found.files) > 1:
        name += f" in {len(found.files)} files"
    about = f"{counted(found.lines, 'line')}, newest hash {found.head or 'none'}"
    outcome = f"is {'NOT ' if found.troubles else ''}intact: {about}"
    details = [escape(trouble.message) for trouble in found.troubles] + [f"note: {note}" for note in found.notes]
    status = REFUSED if found.troubles else ACCEPTED
    if alone:
        details.append(f"{escape(name)} {outcome}")
    return Answer(status, f"the push log {outcome}", details, document)


def newest_hash(common_dir: str) -> Answer:
    """The hash of the newest line. Raises Refused if there is none, or if it was changed."""
    newest = next(read_lines_backward(common_dir), None)
    if newest is None:
        raise Refused("the push log is empty")
    digest = parsed(newest).get("hash")
    if not isinstance(digest, str) or not is_hash(digest):
        raise Refused("the newest line of the push log was changed; `tagwarden log --verify` says what is wrong")
    return Answer(ACCEPTED, digest, [digest], {"schema": 1, "head": digest})


def rotation(common_dir: str, *, over: int) -> Answer:
    """Move the lines so far to a file of their own, if the log has more than `over` bytes. Raises CannotJudge."""
    from ...server_hooks.log.rotation import rotate  # not on Windows, where no server runs

    try:
        rotated = rotate(os.path.abspath(common_dir), git_with_hook_settings(common_dir), over=over)
    except OSError as error:
        raise CannotJudge(f"the push log can't be rotated: {error.filename or LOG}: {error.strerror}") from error
    file = None if rotated is None else rotated.file
    said = "nothing to rotate" if over == 0 else f"nothing to rotate: {LOG} has not more than {over} bytes"
    if rotated is not None:
        one = rotated.first == rotated.last
        which = f"line {rotated.first} is" if one else f"lines {rotated.first} to {rotated.last} are"
        said = f"{which} in {rotated.file} now"
    return Answer(ACCEPTED, said, [said], {"schema": 1, "file": file, "done": [said]})
