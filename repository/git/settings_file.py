"""The settings file for all repositories of a machine, in the format of Git's configuration; the hook file names it.

It is for hosts whose hooks don't see the machine's own Git configuration
(GitLab). A user who can write it decides what is judged, so it is read only if
nobody but root, the repository's owner and the hook's own user can write it.
"""

from __future__ import annotations

import os
import shlex
import stat

from ...policy.errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection


def check_settings_file(path: str, common_dir: str) -> None:
    """Raise CannotJudge, with what to do, if the file can't be read or others can write it."""
    try:
        owners = {0, os.geteuid(), os.stat(common_dir).st_uid}
        # A user who can write to the folder can replace the file.
        for one, kind in ((os.path.dirname(path), "folder"), (path, "file")):
            found = os.stat(one)
            if kind == "file" and not stat.S_ISREG(found.st_mode):
                raise CannotJudge(f"The settings {path!r} that the hook file names are not an ordinary file.")
            if problem := _problem(one, found, owners, kind):
                raise CannotJudge(
                    f"The settings {path!r} that the hook file names are not trusted: {problem}, and whoever can "
                    "write them decides what is judged."
                )
        if not os.access(path, os.R_OK):
            raise PermissionError(13, os.strerror(13))
    except OSError as error:
        raise CannotJudge(
            f"The settings {path!r} that the hook file names can't be read: {error.strerror}. The server's "
            "administrator must make it readable for everyone who pushes, or remove the setting: "
            "`tagwarden install --server --settings ''`"
        ) from error


def _problem(path: str, found: os.stat_result, owners: Collection[int], kind: str) -> str | None:
    if found.st_uid not in owners:
        return f"the {kind} {path!r} belongs to user {found.st_uid} (`chown root {shlex.quote(path)}`)"
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not (kind == "folder" and found.st_mode & stat.S_ISVTX):
        return f"others can write the {kind} {path!r} (`chmod go-w {shlex.quote(path)}`)"
    return None
