"""Where the evidence of landed tags was archived, according to the push log."""

from __future__ import annotations

import json
import os

from ...policy.errors import CannotJudge
from ...repository.approvals.archived import Archive, ArchivedEvidence
from .chain import read_lines
from .line import ARCHIVED, LOG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...repository.git.command import Git

_OUTCOME_WITHIN = 80


def archives_of(common_dir: str) -> list[Archive]:
    """The archives that the log names, the oldest first; none if there is no log. Raises OSError."""
    found = []
    for line in read_lines(common_dir):
        if b'"outcome":"%s"' % ARCHIVED.encode() not in line[:_OUTCOME_WITHIN]:
            continue
        try:
            entry = json.loads(line)
            refs = {update["ref"]: update["old"] for update in entry["updates"] if update["old"]}
            archive = entry["archive"]
            # A relative path starts in the repository, so that the archive can move with it.
            file = os.path.join(common_dir, archive["file"])
            if refs:
                found.append(Archive(entry["line"], file, archive["sha256"], refs))
        except (ValueError, KeyError, TypeError, RecursionError):
            continue  # somebody has edited the line
    return found


def archived_evidence(git: Git) -> ArchivedEvidence | None:
    """The archived evidence of approvals in a repository; None if there is none, as in every clone.

    Raises CannotJudge if the log can't be read.
    """
    common_dir = os.path.abspath(git.common_folder())
    try:
        archives = archives_of(common_dir)
    except OSError as error:
        raise CannotJudge(
            f"What was archived of the approvals can't be told: the push log ({LOG} in the repository on the server) "
            f"can't be read: {error.strerror}."
        ) from error
    return ArchivedEvidence(git, archives) if archives else None


def problems_of_archives(common_dir: str) -> list[str]:
    """What is wrong with the archives that the log names, in sentences. Raises OSError if the log can't be read."""
    return [
        f"the archive of approvals {one.file!r}, of line {one.line} of the push log, can't be used: {problem}"
        for one in archives_of(common_dir)
        if (problem := one.problem()) is not None
    ]
