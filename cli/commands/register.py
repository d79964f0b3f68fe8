"""`tagwarden register`: a version of a model."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from ...policy.registry.planning import plan_registration
from ...policy.wording import shell_command
from ..completion import complete_model
from ..creating import create, created_tag
from ..creating_options import creating_options
from ..errors import Refused
from ..reading import model_of, version_of

if TYPE_CHECKING:
    from ...policy.file.policy import Policy
    from ...policy.registry.next_version import Bump, PreRelease
    from ...policy.registry.planning import Plan
    from ...repository.making.tag_maker import TagMaker
    from ..creating_options import CreatingOptions

DOCUMENTS = (created_tag("register"),)


@click.command()
@click.argument("model", shell_complete=complete_model)
@click.argument("commit", default="HEAD")
@click.option("--version", metavar="V", help="Register this version.  [default: the next one]")
@click.option("--bump", type=click.Choice(["major", "minor", "patch"]), help="What the next version counts up.")
@click.option(
    "--pre",
    metavar="ID",
    help="Make it a pre-release: `rc` gives -rc.1, then -rc.2; {date} and {time} stand for the time in UTC.",
)
@click.option("--set", "values", multiple=True, metavar="NAME=VALUE", help="What {NAME} stands for in --pre.")
@creating_options
def register(
    options: CreatingOptions,
    model: str,
    commit: str,
    version: str | None,
    bump: Bump | None,
    pre: str | None,
    values: tuple[str, ...],
) -> int:
    """Register a version of MODEL on COMMIT (a branch, a tag, an id; HEAD if none is named).

    Without --version it is the one after the latest that the remote or this
    repository has: the next patch, or the release of a pre-release. Prints the
    tag. Exits with 1, and writes nothing, if the server would refuse the tag.
    """
    if version is not None and (bump or pre):
        raise click.UsageError("--version goes with neither --bump nor --pre")
    if values and pre is None:
        raise click.UsageError("--set goes with --pre only")
    named = version_of(version) if version is not None else None
    wish = _pre_release(pre, values) if pre is not None else None

    def plan(maker: TagMaker, policy: Policy) -> Plan:
        found = _commit(maker, commit)
        above = policy.for_model(maker.known.model).versions.order != "any"
        return plan_registration(maker.known, found, version=named, bump=bump, pre=wish, above_latest=above)

    return create(model_of(model), options, plan)


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


def _commit(maker: TagMaker, revision: str) -> str:
    found = maker.find_commit(revision)
    if found is None and revision == "HEAD":
        raise Refused("there is no commit to register yet; `git commit` makes one")
    if found is None:
        remedy = shell_command("git", "fetch", maker.remote) if maker.remote else "git fetch"
        raise Refused(f"there is no commit {revision!r} here; if it is in another repository, get it first: {remedy}")
    return found
