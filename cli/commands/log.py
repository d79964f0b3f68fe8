"""`tagwarden log`: shows, verifies, follows and rotates the push log of a server's repository."""

from __future__ import annotations

import os
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ...policy.errors import CannotJudge
from ...report.documents.keys import OUTCOMES
from ...report.documents.shape import holding, or_null, shape
from ...report.documents.shapes import LOGGED_PUSH
from ...report.exit_status import ACCEPTED
from ...report.push_log import as_document, as_texts
from ...repository.git.command import Git
from ...repository.git.own_file import STATE_FOLDER
from ...server_hooks.log.files import has_log
from ...server_hooks.log.line import is_hash
from ...server_hooks.machine_settings import git_with_hook_settings
from ..at_time import moment_option
from ..completion import complete_model, complete_rule
from ..errors import Refused, explaining_unreadable_log
from ..for_each_repository import Answer, for_each_repository, is_alone, of_several
from ..options import json_option, repositories_argument
from ..ownership import explaining_ownership
from ..push_log.chain import newest_hash, rotation, verification
from ..push_log.query import Query, Unreadable, find_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TROUBLE = shape("trouble", "What is wrong at one line of a file, or with its end.", "file", "line", "message")
LOG_SHAPE = shape("log", "The pushes that were judged.", "schema", holding("pushes", LOGGED_PUSH))
VERIFIED = shape(
    "log --verify", "Whether the push log is intact.",
    "schema", "intact", "lines", or_null("head"), holding("troubles", TROUBLE), "notes",
)  # fmt: skip
NEWEST = shape("log --head", "The newest hash of the push log.", "schema", "head")
ROTATED = shape("log --rotate", "Where the lines so far are now.", "schema", or_null("file"), "done")
ALL_SHAPES = (LOG_SHAPE, VERIFIED, NEWEST, ROTATED)
DOCUMENTS = (*ALL_SHAPES, *(of_several(one.name, one) for one in ALL_SHAPES))

SIZE = re.compile(r"([0-9]{1,12})([kKmMgG]?)")
BYTES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def _parse_size(ctx: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    found = SIZE.fullmatch(value)
    if found is None:
        raise click.BadParameter(f"{value!r} is not a size; write 50M, 1G or a number of bytes", ctx, parameter)
    return int(found[1]) * BYTES[found[2].lower()]


@click.command("log")
@repositories_argument
@click.option("--verify", "verifying", is_flag=True, help="Find any changed, missing or reordered line.")
@click.option(
    "--head",
    metavar="[HASH]",
    is_flag=False,
    flag_value="",
    help="Print the newest hash, to keep elsewhere; with --verify, HASH must be in the log.",
)
@click.option("--rotate", "rotating", is_flag=True, help="Move the lines so far to a file of their own.")
@click.option("--over", metavar="SIZE", callback=_parse_size, help="Rotate only a file of more than SIZE: 50M, 1G.")
@click.option("--follow", is_flag=True, help="Keep printing new pushes until interrupted.")
@click.option("--model", metavar="MODEL", shell_complete=complete_model, help="Only pushes of this model's tags.")
@click.option("--pusher", metavar="NAME", help="Only pushes by NAME.")
@click.option("--rule", metavar="RULE", shell_complete=complete_rule, help="Only pushes that broke RULE.")
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Only pushes with this outcome.")
@click.option(
    "--policy-changes",
    is_flag=True,
    help="Only pushes that changed a policy, or were the first judged by a changed one.",
)
@moment_option("--since", "Only pushes since then: 2026-11-21, 7d, 24h.", day="first")
@click.option("-n", "--number", type=click.IntRange(min=0), help="Only the newest N pushes.")
@json_option
def log(
    repositories: tuple[str, ...],
    verifying: bool,
    head: str | None,
    rotating: bool,
    over: int | None,
    follow: bool,
    model: str | None,
    pusher: str | None,
    rule: str | None,
    outcome: str | None,
    policy_changes: bool,
    since: int | None,
    number: int | None,
    as_json: bool,
) -> int:
    """Show the pushes that the server hook of each REPO judged, the newest last.

    REPO is a repository on the server, or a quoted glob (default: the current
    repository). If part of the last accepted pushes did not land, this is first
    added to the log.

    --verify checks that the log is complete: the current file and the rotated
    ones beside it. Rotated files that were moved elsewhere may be named beside
    REPO, in any order. With a hash that was kept elsewhere, `--verify --head
    HASH` also detects a log that was truncated or rewritten.

    --rotate moves the lines so far to a file of their own beside the log; the
    chain continues in a new file.

    Exits with 1 if the log is not complete, or if there is none.
    """
    if head and not verifying and not is_hash(head):
        # In `tagwarden log --head REPO`, click takes REPO for the value of --head.
        repositories, head = (head, *repositories), ""
    _check_options(head, verifying=verifying, rotating=rotating, over=over, follow=follow, as_json=as_json)
    query = Query(model, pusher, rule, outcome, since, number, policy_changes)
    alone = is_alone(repositories)
    ask = _show(query, as_it_is_read=alone and not as_json)
    if verifying:
        files = [path for path in repositories if os.path.isfile(path)]
        if files:
            return _verify_files(files, [path for path in repositories if path not in files], head, as_json)
        ask = partial(verification, files=(), wanted=head or None, alone=alone)
    elif head is not None:
        ask = newest_hash
    elif rotating:
        ask = partial(rotation, over=over or 0)
    elif follow:
        return _follow(repositories, query)
    return for_each_repository(repositories, _for_repository(ask, alone=alone), as_json=as_json)


def _check_options(
    head: str | None, *, verifying: bool, rotating: bool, over: int | None, follow: bool, as_json: bool
) -> None:
    if head and not is_hash(head):
        raise click.UsageError("--head takes a hash of 64 hexadecimal digits")
    if head and not verifying:
        raise click.UsageError("--head HASH needs --verify")
    if over is not None and not rotating:
        raise click.UsageError("--over needs --rotate")
    if (rotating and (verifying or head is not None)) or (follow and (rotating or verifying or head is not None)):
        raise click.UsageError("--verify, --head, --rotate and --follow can't be combined")
    if follow and as_json:
        raise click.UsageError("--json is one document, which --follow would never end: `tail -F` follows the file")


def find_log(repo: str, *, may_be_empty: bool = False) -> str:
    """The common directory of the repository. Raises Refused if it has no push log.

    With `may_be_empty`, an installed hook is enough, because it will write the log.
    """
    if not os.path.isdir(repo):
        raise CannotJudge(f"{repo!r} is not a repository: there is no such folder")
    with explaining_ownership(repo):
        common_dir = os.path.normpath(os.path.join(repo, Git.at(repo).line("rev-parse", "--git-common-dir")))
    installed = may_be_empty and os.path.exists(os.path.join(common_dir, STATE_FOLDER))
    if not installed and not has_log(common_dir):
        raise Refused(
            f"there is no push log in {common_dir!r}: the server's hook begins one with the first push that it judges"
        )
    return common_dir


def _for_repository(ask: Callable[[str], Answer], *, alone: bool) -> Callable[[str], Answer]:
    def of(path: str) -> Answer:
        if os.path.isfile(path):
            raise Refused(f"{path} is a file, which only `tagwarden log --verify` accepts; name its repository")
        with explaining_unreadable_log():
            return ask(find_log(path, may_be_empty=not alone))

    return of


def _verify_files(files: Sequence[str], repositories: Sequence[str], head: str | None, as_json: bool) -> int:
    """Verify files together with the log of the named repository, or of the current one if it has a log."""
    if len(repositories) > 1:
        raise click.UsageError("give the log files of one repository at a time")
    common_dir: str | None = None
    try:
        common_dir = find_log(repositories[0] if repositories else ".")
    except (Refused, CannotJudge):
        if repositories:
            raise

    def ask(_: str) -> Answer:
        with explaining_unreadable_log():
            return verification(common_dir, files, wanted=head or None)

    return for_each_repository((), ask, as_json=as_json)


def _show(query: Query, *, as_it_is_read: bool) -> Callable[[str], Answer]:
    def of(common_dir: str) -> Answer:
        _settle(common_dir)
        unreadable = Unreadable()
        found = find_entries(common_dir, query, unreadable)
        if as_it_is_read:
            return Answer(ACCEPTED, "", _texts(found, unreadable), {})
        entries = list(found)
        _report(unreadable)
        document = {"schema": 1, "pushes": [as_document(entry) for entry in entries]}
        pushes = "1 push" if len(entries) == 1 else f"{len(entries)} pushes"
        return Answer(ACCEPTED, pushes, list(as_texts(entries)), document)

    return of


def _texts(entries: Iterator[dict[str, Any]], unreadable: Unreadable) -> Iterator[str]:
    """The entries as text, one by one as they are read, because a log may be larger than memory."""
    with explaining_unreadable_log():
        yield from as_texts(entries)
    _report(unreadable)


def _report(unreadable: Unreadable) -> None:
    if unreadable.count:
        click.echo(
            f"tagwarden: {unreadable.count} lines can't be read; `tagwarden log --verify` says which are not as "
            "written",
            err=True,
        )


def _settle(common_dir: str) -> None:
    from ...server_hooks.log.account import settle_now  # not on Windows, where a log can still be read

    if note := settle_now(common_dir, git_with_hook_settings(common_dir)):
        click.echo(f"tagwarden: {note}", err=True)


def _follow(repositories: Sequence[str], query: Query) -> int:
    from ..push_log.follow import follow

    if not is_alone(repositories):
        raise click.UsageError("--follow takes one repository")
    follow(find_log(repositories[0] if repositories else ".", may_be_empty=True), query)
    return ACCEPTED
