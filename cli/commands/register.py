"""`tagwarden register`: registers a version of a model."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from ...policy.grammar.names import gto_spelling
from ...policy.registry.planning import plan_registration
from ...policy.rules.version_order import LINES
from ...policy.wording import shell_command
from ..errors import Refused
from ..making.binding import TRAILERS, ArtifactBinding
from ..making.creating import create, created_tag
from ..making.options import creating_options
from ..options import model_argument
from ..reading import model_of, version_of
from ..version_from_file import version_from_file

if TYPE_CHECKING:
    from ...policy.file.policy import Policy
    from ...policy.registry.next_version import Bump, Line, PreRelease
    from ...policy.registry.planning import Plan
    from ...repository.making.tag_maker import TagMaker
    from ..making.options import CreatingOptions

DOCUMENTS = (created_tag("register"),)


@click.command()
@model_argument
@click.argument("commit", default="HEAD")
@click.option("--version", metavar="V", help="Register this version.  [default: the next one]")
@click.option(
    "--line", metavar="1|1.2", help="The next version of this line.  [default: that of the commit's ancestors]"
)
@click.option("--bump", type=click.Choice(["major", "minor", "patch"]), help="Which number the next version increases.")
@click.option(
    "--pre",
    metavar="ID",
    help="Make it a pre-release: `rc` gives -rc.1, then -rc.2; {date} and {time} are replaced by the time in UTC.",
)
@click.option(
    "--bind",
    type=click.Choice(["artifact", "data", "metrics"]),
    multiple=True,
    help="Record in the tag what the commit says: the digests of the model's file or folder, those of its training "
    "data, or its metrics.  [default: the artifact, and what the policy requires]",
)
@click.option("--no-bind", is_flag=True, help="Record nothing in the tag but your message and trailers.")
@click.option("--set", "values", multiple=True, metavar="NAME=VALUE", help="The value of {NAME} in --pre.")
@creating_options
def register(
    options: CreatingOptions,
    model: str,
    commit: str,
    version: str | None,
    line: str | None,
    bump: Bump | None,
    pre: str | None,
    values: tuple[str, ...],
    bind: tuple[str, ...],
    no_bind: bool,
) -> int:
    """Register a version of MODEL on COMMIT (a branch, a tag or an id; default: HEAD).

    Without --version it registers the version after the latest that the remote
    or this repository has: the next patch, or the release of a pre-release. If
    the policy keeps lines of versions (`versions.order` is "major" or "minor"), it
    continues the line of the commit's ancestors. If a file of the commit gives the
    version (`target.version-file`), it uses that version, unless it is already
    registered.

    If the commit names the model's file or folder (`artifacts` in dvc.yaml, or
    artifacts.yaml), its digests are recorded in `Artifact` trailers, as far as
    nothing has to be fetched for them. With --bind, or if the policy requires them
    (`artifact.required`, or a required trailer `Artifact`, `Data` or `Metric`),
    these trailers are filled in from the files of the commit. With --no-bind none
    is recorded. A trailer that you give yourself is not filled in. Values that
    can't be found are reported and left out.

    Prints the tag. If the server would refuse it, exits with 1 and creates nothing.
    """
    if version is not None and (bump or pre or line):
        raise click.UsageError("--version can't be combined with --bump, --pre or --line")
    if values and pre is None:
        raise click.UsageError("--set needs --pre")
    if bind and no_bind:
        raise click.UsageError("--bind and --no-bind contradict each other")
    named = version_of(version) if version is not None else None
    wish = _pre_release(pre, values) if pre is not None else None
    asked = _line(line) if line is not None else None

    def plan(maker: TagMaker, policy: Policy) -> Plan:
        found = _commit(maker, commit)
        settings = policy.for_model(maker.known.model)
        in_file = version_from_file(maker, settings, found) if not (named or bump or wish or asked) else None
        order = settings.versions.order
        numbers = asked if asked is not None else maker.line_of(found, LINES.get(order, 0))
        planned = plan_registration(
            maker.known, found, version=named or in_file, bump=bump, pre=wish, above_latest=order != "any", line=numbers
        )
        return planned if named or in_file or numbers or order != "latest" else maker.with_note_on_line(planned)

    if no_bind:
        return create(model_of(model), options, plan)
    return create(model_of(model), options, plan, ArtifactBinding([TRAILERS[one] for one in bind]))


def _line(text: str) -> Line:
    from ...policy.registry.next_version import parse_line

    try:
        return parse_line(text)
    except ValueError as problem:
        raise Refused(str(problem)) from None


def _pre_release(template: str, values: tuple[str, ...]) -> PreRelease:
    for value in values:
        if "=" not in value:
            raise click.UsageError(f"--set {value!r} is not NAME=VALUE")
    known = dict(value.split("=", 1) for value in values)
    from ...policy.registry.next_version import render_prerelease

    try:
        return render_prerelease(template, now=int(time.time()), values=known)
    except ValueError as problem:
        raise Refused(str(problem)) from None


def _is_version(text: str) -> bool:
    from ...policy.grammar.versions import parse_version

    try:
        parse_version(text)
    except ValueError:
        return False
    return True


def _commit(maker: TagMaker, revision: str) -> str:
    found = maker.find_commit(revision)
    if found is None and revision == "HEAD":
        raise Refused("there is no commit to register yet; `git commit` creates one")
    if found is None and _is_version(revision):
        command = shell_command("tagwarden", "register", gto_spelling(maker.known.model), "--version", revision)
        raise Refused(f"there is no commit {revision!r} here; to choose the version: {command}")
    if found is None:
        remedy = shell_command("git", "fetch", maker.remote) if maker.remote else "git fetch"
        raise Refused(f"there is no commit {revision!r} here; if it is in another repository, fetch it first: {remedy}")
    return found
