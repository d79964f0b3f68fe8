"""`tagwarden resolve`: one answer for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ...policy.grammar.names import gto_spelling
from ...policy.grammar.query import parse_query
from ...policy.registry.resolution import Unresolved
from ...policy.registry.resolution import resolve as resolve_query
from ...report.documents.shape import or_null, shape
from ...report.table import utc_text
from ...repository.open_repository import open_repository
from ...repository.registry import read_tags
from ..completion import complete_query
from ..errors import Refused
from ..reading import json_option, repo_option

if TYPE_CHECKING:
    from ...policy.registry.resolution import Resolution

DOCUMENTS = (
    shape(
        "resolve", "The one answer to a query.",
        "schema", "kind", "model", or_null("version"), or_null("stage"), "commit", "tag", "time", "current",
    ),
)  # fmt: skip


@click.command()
@click.argument("query", metavar="MODEL@latest|MODEL#STAGE|MODEL@VERSION|TAG", shell_complete=complete_query)
@repo_option
@click.option("--commit", "answer", flag_value="commit", help="Print the commit's id instead of the version.")
@click.option("--tag", "answer", flag_value="tag", help="Print the tag that decides it instead of the version.")
@click.option("-d", "--deprecated", is_flag=True, help="Answer for a deprecated model, too.")
@json_option
def resolve(query: str, repo: str | None, answer: str | None, deprecated: bool, as_json: bool) -> None:
    """Print the one version that is asked for: the latest, the one in a stage, or the one that a tag is about.

    A TAG may be written as a ref (refs/tags/churn#prod#3): it is then about
    what that tag did. Exits with 1 and prints nothing on stdout if nothing is
    found, or if the tag changed nothing. --json says kind, model, version,
    stage, commit and tag.

    \b
    Stop a script where nothing is found:
      commit=$(tagwarden resolve 'churn#prod' --commit) && git checkout "$commit"
    """
    try:
        asked = parse_query(query)
        with open_repository(repo, [asked.model]) as reader:
            found = resolve_query(asked, list(read_tags(reader, [asked.model])), deprecated=deprecated)
    except (ValueError, Unresolved) as problem:
        raise Refused(str(problem)) from None
    click.echo(json.dumps(_document(found)) if as_json else _line(found, answer))


def _line(found: Resolution, answer: str | None) -> str:
    if answer == "commit":
        return found.commit
    if answer == "tag":
        return found.tag
    if found.version is None and found.kind == "deprecate":
        raise Refused(f"{found.tag!r} deprecates the model and is about no version")
    if found.version is None:
        raise Refused(f"{found.tag!r} is about commit {found.commit}, which holds no version; --commit prints it")
    return str(found.version)


def _document(found: Resolution) -> dict[str, object]:
    return {
        "schema": 1,
        "kind": found.kind,
        "model": gto_spelling(found.model),
        "version": str(found.version) if found.version else None,
        "stage": found.stage,
        "commit": found.commit,
        "tag": found.tag,
        "time": utc_text(found.time),
        "current": found.current,
    }
