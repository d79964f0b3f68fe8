"""`tagwarden log`: read and verify the push log of a server's repository."""

from __future__ import annotations

import json
import os
from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS, tag_spelling
from ...policy.grammar.tag_name import TagName, parse_tag_name
from ...report.documents.keys import OUTCOMES
from ...report.documents.shape import holding, or_null, shape
from ...report.documents.shapes import LOGGED_PUSH
from ...report.exit_status import ACCEPTED, REFUSED
from ...report.push_log import as_document, as_text
from ...repository.git.command import Git
from ...server_hooks.log.chain import Verification, read_lines, verify
from ...server_hooks.log.line import HEAD, LOG, is_hash
from ..at_time import moment_option
from ..errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Filter = Callable[[dict[str, Any]], bool]

TROUBLE = shape("trouble", "What is wrong at one line of the file, or with its end.", "line", "message")
DOCUMENTS = (
    shape("log", "The pushes that were judged.", "schema", holding("pushes", LOGGED_PUSH)),
    shape(
        "log --verify", "Whether the push log is whole.",
        "schema", "intact", "lines", or_null("head"), holding("troubles", TROUBLE), "notes",
    ),
    shape("log --head", "The newest hash of the push log.", "schema", "head"),
)  # fmt: skip


@click.command("log")
@click.argument("repo", required=False)
@click.option("--verify", "verifying", is_flag=True, help="Find any changed, missing or reordered line.")
@click.option(
    "--head",
    metavar="[HASH]",
    is_flag=False,
    flag_value="",
    help="Print the newest hash, to keep elsewhere; with --verify: this HASH must be in the log.",
)
@click.option("--model", metavar="MODEL", help="Only pushes of this model's tags.")
@click.option("--pusher", metavar="NAME", help="Only pushes by NAME.")
@click.option("--rule", metavar="RULE", help="Only pushes that broke RULE.")
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Only pushes with this outcome.")
@moment_option("--since", "Only pushes since then: 2026-11-21, 7d, 24h.", day="first")
@click.option("-n", "--number", type=click.IntRange(min=0), help="Only so many pushes, the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def log(
    repo: str | None,
    verifying: bool,
    head: str | None,
    model: str | None,
    pusher: str | None,
    rule: str | None,
    outcome: str | None,
    since: int | None,
    number: int | None,
    as_json: bool,
) -> int:
    """Show the pushes that the server hook of REPO judged, the newest last.

    REPO is the repository on the server; default: the one here. What did not
    land of the last accepted pushes is logged first, if it is not yet. With --verify
    it is told whether the log is whole. A hash that was kept elsewhere, in
    `--verify --head HASH`, also finds a log that was cut or rewritten.

    Exits with 1 if the log is not whole, or if there is none.
    """
    if head and repo is None and not is_hash(head):
        # `tagwarden log --head REPO`: what follows --head is read as its HASH.
        repo, head = head, ""
    if head and not is_hash(head):
        raise click.UsageError("--head takes a hash of 64 hexadecimal digits")
    if head and not verifying:
        raise click.UsageError("--head HASH goes with --verify")
    common_dir = find_log(repo)
    try:
        if verifying:
            return _tell(verify(common_dir, wanted=head or None), common_dir, as_json)
        if head is not None:
            return _print_head(common_dir, as_json)
        _settle(common_dir)
        filters = list(_filters(model, pusher, rule, outcome, since))
        _print(deque(_entries(common_dir, filters), number), as_json)
    except OSError as error:
        raise CannotJudge(f"the push log can't be read: {error.filename}: {error.strerror}") from error
    return ACCEPTED


def find_log(repo: str | None) -> str:
    """The common directory of the repository. Raises Refused where it has no push log."""
    git = Git.here() if repo is None else Git.at(repo)
    common_dir = os.path.join(repo or ".", git.line("rev-parse", "--git-common-dir"))
    if not any(os.path.exists(os.path.join(common_dir, name)) for name in (LOG, HEAD)):
        raise Refused(f"there is no push log in {common_dir!r}; the server hook writes it, on the server")
    return common_dir


def _settle(common_dir: str) -> None:
    from ...server_hooks.log.account import settle_now  # not on Windows, where a log can be read all the same

    if note := settle_now(common_dir, Git.of_folder(os.path.abspath(common_dir))):
        click.echo(f"tagwarden: {note}", err=True)


def _tell(found: Verification, common_dir: str, as_json: bool) -> int:
    if as_json:
        document = {
            "schema": 1,
            "intact": not found.troubles,
            "lines": found.lines,
            "head": found.head,
            "troubles": [trouble._asdict() for trouble in found.troubles],
            "notes": list(found.notes),
        }
        click.echo(json.dumps(document))
    else:
        for trouble in found.troubles:
            click.echo(trouble.message)
        for note in found.notes:
            click.echo(f"note: {note}")
        outcome = "is NOT whole" if found.troubles else "is whole"
        click.echo(
            f"{os.path.join(common_dir, LOG)} {outcome}: {found.lines} lines, newest hash {found.head or 'none'}"
        )
    return REFUSED if found.troubles else ACCEPTED


def _print_head(common_dir: str, as_json: bool) -> int:
    newest = deque(read_lines(common_dir), 1)
    if not newest:
        raise Refused("the push log is empty")
    digest = _parsed(newest[0]).get("hash")
    if not isinstance(digest, str) or not is_hash(digest):
        raise Refused("the newest line of the push log was changed; `tagwarden log --verify` says what is wrong")
    click.echo(json.dumps({"schema": 1, "head": digest}) if as_json else digest)
    return ACCEPTED


def _print(entries: Iterable[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"schema": 1, "pushes": [as_document(entry) for entry in entries]}))
        return
    for entry in entries:
        click.echo(as_text(entry))


def _entries(common_dir: str, filters: list[Filter]) -> Iterator[dict[str, Any]]:
    unreadable = 0
    for line in read_lines(common_dir):
        entry = _parsed(line)
        if not entry:
            unreadable += 1
        elif all(fits(entry) for fits in filters):
            yield entry
    if unreadable:
        click.echo(
            f"tagwarden: {unreadable} lines can't be read; `tagwarden log --verify` says which are not as written",
            err=True,
        )


def _parsed(line: bytes) -> dict[str, Any]:
    """The entry; empty for what is none. Only the chain tells whether it is as it was written."""
    try:
        entry: dict[str, Any] = json.loads(line)
        # What a line lacks that somebody has edited shows when it is used.
        as_text(entry)
        datetime.fromisoformat(entry["time"])
        return entry if all(isinstance(update["ref"], str) for update in entry["updates"]) else {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _filters(
    model: str | None, pusher: str | None, rule: str | None, outcome: str | None, since: int | None
) -> Iterator[Filter]:
    if model is not None:
        wanted = tag_spelling(model)
        yield lambda entry: any(_model_of(update["ref"]) == wanted for update in entry["updates"])
    if pusher is not None:
        yield lambda entry: bool(entry["pusher"]["name"] == pusher)
    if rule is not None:
        yield lambda entry: any(
            finding["rule"] == rule for policy in entry["policies"] for finding in policy["findings"]
        )
    if outcome is not None:
        yield lambda entry: bool(entry["outcome"] == outcome)
    if since is not None:
        yield lambda entry: datetime.fromisoformat(entry["time"]).timestamp() >= since


def _model_of(ref: str) -> str | None:
    name = parse_tag_name(ref.removeprefix(TAGS)) if ref.startswith(TAGS) else None
    return name.model if isinstance(name, TagName) else None
