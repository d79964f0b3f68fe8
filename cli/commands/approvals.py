"""`tagwarden approvals`: the owner of a server manages the evidence of approvals."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from ...policy.errors import CannotJudge
from ...policy.wording import counted, shell_command
from ...report.documents.shape import or_null, shape
from ...report.escape import display, escape
from ...report.exit_status import ACCEPTED
from ...report.table import utc_text
from ...repository.git.command import Git, common_folder
from ...repository.hook_files.errors import CannotInstall
from ..at_time import moment_option
from ..for_each_repository import Answer, for_each_repository, of_several
from ..options import json_option, repositories_argument

if TYPE_CHECKING:
    from collections.abc import Iterator

ARCHIVED = shape(
    "approvals archive", "What was archived of the approvals of landed tags, or would be.",
    "schema", "landed", "refs", or_null("file"), or_null("sha256"),
)  # fmt: skip
DOCUMENTS = (ARCHIVED, of_several(ARCHIVED.name, ARCHIVED))


@click.group(short_help="Archive the approvals of landed tags.")
def approvals() -> None:
    """Manage the evidence of approvals on the server.

    People approve from their clones: `tagwarden propose`, `approve`, `revoke`, `withdraw` and `land`.
    """


@approvals.command("archive", short_help="Move the approvals of landed tags into a file.")
@repositories_argument
@moment_option("--before", "Only archive approvals of tags dated before then: 2026-11-21, 90d.", day="first")
@click.option(
    "--to", "folder", metavar="FOLDER", help="Put the file into this folder.  [default: tagwarden/archives in REPO]"
)
@click.option("--dry-run", is_flag=True, help="Only say what would be archived.")
@json_option
def archive(repositories: tuple[str, ...], before: int | None, folder: str | None, dry_run: bool, as_json: bool) -> int:
    """Move the proposals and approvals of landed tags into a Git bundle, for each repository REPO.

    Run this on the server, as the owner of REPO (default: the current repository). Open proposals
    stay. The push log records the file, its SHA-256 and the deleted refs. `audit`, `verify`, `show`
    and `history` still read the approvals, from that file; if you move it elsewhere, they say that
    they can't tell who approved.

    `git fetch FILE 'refs/tagwarden/*:refs/tagwarden/*'` restores the refs; in a clone it fetches the
    approvals. After an interruption, run the command again to finish.
    """
    options = [f"--before={utc_text(before)}"] if before is not None else []
    options += [f"--to={os.path.abspath(folder)}"] if folder is not None else []
    options += ["--dry-run"] if dry_run else []

    def ask(path: str) -> Answer:
        from ..ownership import as_owner  # not on Windows, where no server runs

        try:
            found = as_owner(path, ["approvals", "archive", *options], lambda: _archive(path, before, folder, dry_run))
        except CannotInstall as error:
            raise CannotJudge(str(error)) from error
        lines = list(_lines(found))
        return Answer(ACCEPTED, lines[0], lines, found)

    return for_each_repository(repositories, ask, as_json=as_json)


def _archive(path: str, before: int | None, folder: str | None, dry_run: bool) -> dict[str, Any]:
    from ...server_hooks.archiving import archive_approvals
    from ...server_hooks.machine_settings import git_with_hook_settings

    common_dir = os.path.abspath(common_folder(Git.at(path).folder()))
    try:
        git = git_with_hook_settings(common_dir)
        found = archive_approvals(common_dir, git, before=before, folder=folder, dry_run=dry_run)
    except OSError as error:
        where = error.filename or common_dir
        raise CannotJudge(f"the approvals can't be archived: {where}: {error.strerror}; nothing was removed") from error
    return {
        "schema": 1,
        "landed": [display(name) for name in found.tags],
        "refs": found.refs,
        "file": None if found.file is None else display(found.file),
        "sha256": found.sha256,
    }


def _lines(found: dict[str, Any]) -> Iterator[str]:
    about = f"{counted(found['refs'], 'ref')} of {counted(len(found['landed']), 'landed tag')}"
    file: str | None = found["file"]
    if not found["refs"]:
        yield "there are no approvals of landed tags to archive"
    elif file is None:
        yield f"would archive {about}:"
        yield from (f"  {escape(name)}" for name in found["landed"])
    else:
        yield f"{about} are in {escape(file)}"
        yield f"SHA-256 {found['sha256']}, which the push log records"
        fetch = shell_command("git", "fetch", file, "refs/tagwarden/*:refs/tagwarden/*")
        yield f"to restore them: {escape(fetch or file)}"
