"""`tagwarden verify`: verifies that a file is the artifact that a version binds."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from ...policy.errors import CannotJudge
from ...policy.grammar.names import gto_spelling
from ...policy.grammar.query import parse_query
from ...policy.registry.resolution import Unresolved, resolve
from ...report.documents.shape import or_null, shape
from ...report.documents.shapes import AS_OF
from ...report.escape import display, escape
from ...report.exit_status import ACCEPTED, REFUSED
from ...repository.approvals.existing_tag import ApprovalsElsewhere, problem_of_approvals
from ...repository.open_repository import is_url, open_repository
from ...repository.registry import read_model
from ...repository.signatures.existing_tag import problem_of_signature
from ...server_hooks.log.archives import archived_evidence
from ..at_time import as_of, at_option
from ..completion import complete_query
from ..errors import Refused
from ..lines import echo_notes
from ..options import deprecated_too_option, json_option, offline_option, repo_option
from ..policy_in_force import policy_in_force
from ..reading import report_remote_differences
from ..versions.holdings import Holdings
from ..versions.version_view import version_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...policy.objects.piece import Piece
    from ...policy.push import Tag
    from ...repository.git.program import GitProgram
    from ...repository.trusted.loaded_policy import LoadedPolicy

DOCUMENTS = (
    shape(
        "verify", "Whether a file or folder is the artifact that a version binds.",
        "schema", *AS_OF, "notes", "verified", or_null("because"), "model", "version", "commit", "tag", "path",
        "digests", "told_by",
    ),
)  # fmt: skip

MD5_ALONE = (
    "the artifact is known by MD5 alone, and two files can be made that share one; `tagwarden register` binds the "
    "SHA-256, too, if the file is in the work tree (`dvc checkout`)"
)

FETCH_THEM = "git fetch origin 'refs/tagwarden/*:refs/tagwarden/*'"
UNSIGNED = "of a URL the policy is not known, so no signature was asked for"


@click.command()
@click.argument("path")
@click.argument("query", metavar="QUERY", shell_complete=complete_query)
@deprecated_too_option
@repo_option
@at_option
@offline_option
@json_option
def verify(
    path: str, query: str, deprecated: bool, repo: str | None, at: int | None, offline: bool, as_json: bool
) -> int:
    """Verify that the file or folder PATH is the artifact of a version.

    QUERY is any query that `resolve` accepts, such as churn@v1.2.0 or churn#prod.
    The content is compared with every digest of the artifact in the version's
    tag and commit: SHA-256, Git's id, DVC's MD5. If the policy requires
    signatures or approvals, those of the registration, and for MODEL#STAGE those of
    the assignment, must be good. If the approvals are not in this
    repository, a note says how to fetch them.

    Exits with 1 if there is no PATH, if the content differs or if a signature is
    missing, and with 3 if it can't be verified.
    """
    if not os.path.exists(path):
        raise Refused(f"there is no file or folder {path!r}")
    own: list[str] = []
    try:
        asked = parse_query(query)
        tags_only = repo is not None and is_url(repo)
        notes = report_remote_differences(repo, [asked.model], offline=offline)
        with open_repository(repo, [asked.model]) as reader:
            snapshot = as_of(reader, at, [asked.model])
            known = read_model(snapshot.reader, asked.model)
            snapshot.refuse_gaps()
            one = version_for(asked, known, Holdings(None if tags_only else reader), deprecated=deprecated)
            deciding = {one.line.tag, resolve(asked, known, deprecated=deprecated).tag}
            # A policy that can't be read may require signatures, so there is no answer without it.
            loaded = None if tags_only else policy_in_force(reader=reader)
            decisive = [tag for _, tag in known.tags if tag.name in deciding]
            because = _unsigned(decisive, loaded, reader) or _unapproved(decisive, loaded, reader, own)
    except (ValueError, Unresolved) as problem:
        raise Refused(str(problem)) from None
    own = [*one.contents.notes, *([UNSIGNED] if tags_only else []), *own]
    version = f"{gto_spelling(one.model)} {one.line.version}"
    artifact = one.contents.artifact
    if artifact is None or not artifact.digests:
        raise CannotJudge(
            f"Neither the tag {one.line.tag!r} nor its commit says what the artifact of {version} is. An `Artifact:` "
            "trailer in the tag would, or `artifacts` in dvc.yaml."
        )
    digests, different = _compare(path, artifact, one.contents.part, None if tags_only else reader.git.work_tree())
    if different and because is None:
        of = f"{artifact.path}/{one.contents.part}" if one.contents.part and os.path.isfile(path) else artifact.path
        because = f"its content differs: that of {of!r} is {different} by {artifact.source!r}"
    elif not different and all(digest.startswith("md5:") for digest in digests):
        own.append(MD5_ALONE)
    notes += [*snapshot.report_gaps(), *map(display, own)]
    if as_json:
        document = {
            "verified": because is None,
            "because": None if because is None else display(because),
            "model": gto_spelling(one.model),
            "version": str(one.line.version),
            "commit": one.line.commit,
            "tag": one.line.tag,
            "path": display(artifact.path),
            "digests": list(digests),
            "told_by": display(artifact.source),
        }
        click.echo(json.dumps({"schema": 1, **snapshot.keys, "notes": notes, **document}))
    elif because is None:
        click.echo(f"{escape(path)} is the artifact of {version}: {' '.join(map(escape, digests))}")
    else:
        click.echo(f"{escape(path)} is not verified as the artifact of {version}: {escape(because)}", err=True)
    if not as_json:
        echo_notes(own)
    return ACCEPTED if because is None else REFUSED


def _unsigned(tags: Iterable[Tag], loaded: LoadedPolicy | None, reader: GitProgram) -> str | None:
    """What is wrong with the first of the tags that lacks a signature required by the policy; None if none does."""
    if loaded is not None:
        for tag in tags:
            problem = problem_of_signature(tag, loaded.policy, reader)
            if problem is not None:
                return f"the policy wants {tag.name!r} to be signed, and {problem}"
    return None


def _unapproved(tags: Iterable[Tag], loaded: LoadedPolicy | None, reader: GitProgram, notes: list[str]) -> str | None:
    """The same for required approvals; `notes` gets a note if the approvals are not in this repository."""
    if loaded is None:
        return None
    for tag in tags:
        try:
            problem = problem_of_approvals(tag, loaded.policy, reader, archived_evidence(reader.git))
        except ApprovalsElsewhere:
            notes.append(
                f"whether {tag.name!r} was approved is not known here; to have the approvals: {FETCH_THEM} "
                "(what the server's owner has archived: from that file instead of origin)"
            )
            continue
        if problem is not None:
            return f"the policy wants {tag.name!r} to be approved, and it {problem}"
    return None


def _compare(path: str, artifact: Piece, part: str, work_tree: str | None) -> tuple[tuple[str, ...], str | None]:
    """The digests that the content has, and the first one that it lacks (None if it lacks none)."""
    from ...contents.part_of_folder import compare_part
    from ...contents.verifying import compare

    found = compare_part(path, artifact, part, work_tree) if part and os.path.isfile(path) else compare(path, artifact)
    return found.same, next(iter(found.different), None)
