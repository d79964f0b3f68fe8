"""`tagwarden dashboard`: writes a static site of registries."""

from __future__ import annotations

import json
import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from ...policy.errors import CannotJudge
from ...report.documents.shape import shape
from ...report.escape import display, escape
from ...report.exit_status import ACCEPTED, CANNOT_JUDGE
from ..errors import Refused
from ..options import json_option
from ..policy_in_force import policies_in_force
from ..progress import Progress

if TYPE_CHECKING:
    from ...dashboard.site import Built

DOCUMENTS = (
    shape(
        "dashboard", "What was written.",
        "schema", "file", "model_count", "repository_count", "read", "file_count", "written", "removed", "problems",
    ),
)  # fmt: skip

NEEDS_JINJA = (
    "the dashboard's pages are made with Jinja, which is not installed; `{} -m pip install 'jinja2>=3.1'` adds it"
)


@click.command()
@click.argument("repositories", nargs=-1, metavar="[REPO]...")
@click.option("-o", "--output", "folder", metavar="FOLDER", required=True, help="Where to write the site.")
@click.option("--list", "listed", metavar="FILE", help="Read more repositories from FILE, one per line; - is stdin.")
@click.option("--title", default="Model registry", show_default=True, help="The title of the site.")
@click.option("--base-url", metavar="URL", default="", help="Where the site will be published.")
@click.option(
    "--link-template",
    "templates",
    metavar="KIND=URL",
    multiple=True,
    help="Link commits or tags to the host: commit=https://git.example.com/{repository}/commit/{commit}, tag=….",
)
@json_option
def dashboard(
    repositories: tuple[str, ...],
    folder: str,
    listed: str | None,
    title: str,
    base_url: str,
    templates: tuple[str, ...],
    as_json: bool,
) -> int:
    """Write a static site of the registries in each REPO (default: the current repository).

    REPO is a repository, bare or not, or a URL, of which only the tags are read.
    Open FOLDER/index.html in a browser: it lists all models and what each
    stage holds, with a page for each model and each repository. The site needs no
    server and loads nothing from elsewhere.

    A later run reads only the repositories that have changed, and writes only
    the pages that differ. FOLDER must be empty or hold a site written by this
    command. Exits with 3 if a repository can't be read; the site says which.
    """
    if find_spec("jinja2") is None:
        raise CannotJudge(NEEDS_JINJA.format(escape(sys.executable)))
    from ...dashboard.links import parse_templates
    from ...dashboard.site import Options, build
    from ...dashboard.state import ForeignFolder

    if base_url and not base_url.startswith(("https://", "http://")):
        raise click.BadParameter("it must begin with https:// or http://", param_hint="--base-url")
    try:
        links = parse_templates(templates)
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--link-template") from None
    places = [*repositories, *(_listed(listed) if listed is not None else ())] or ["."]
    options = Options(title, f"{base_url.rstrip('/')}/" if base_url else "", links, _configuration_files())
    try:
        with Progress("read {} of {} repositories") as progress:
            built = build(places, folder, policies_in_force, options, progress)
    except ForeignFolder:
        raise Refused(
            f"{folder!r} contains files that this command did not write: name a new or empty folder, so that nothing "
            "is overwritten"
        ) from None
    except OSError as error:
        where = escape(os.fsdecode(error.filename or folder))
        raise CannotJudge(f"the site can't be written: {where}: {error.strerror}") from error
    _say(built, folder, as_json=as_json)
    return CANNOT_JUDGE if built.problems else ACCEPTED


def _listed(file: str) -> list[str]:
    """The repositories listed in `file`; empty lines and lines that begin with # are skipped."""
    try:
        if file == "-":
            lines = sys.stdin.read().splitlines()
        else:
            with open(file, encoding="utf-8", errors="surrogateescape") as listing:
                lines = listing.read().splitlines()
    except OSError as error:
        raise CannotJudge(f"{escape(file)} can't be read: {error.strerror}") from error
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _configuration_files() -> tuple[str, ...]:
    """The paths of Git's own settings files (git-config(1), FILES), which decide where policies come from."""
    home = os.path.expanduser("~")
    config = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    named = [os.environ[name] for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM") if name in os.environ]
    return ("/etc/gitconfig", os.path.join(home, ".gitconfig"), os.path.join(config, "git", "config"), *named)


def _say(built: Built, folder: str, *, as_json: bool) -> None:
    problems = [f"{name} can't be read: {problem}" for name, problem in built.problems]
    for problem in problems:
        click.echo(f"tagwarden: {escape(problem)}", err=True)
    index = os.path.join(folder, "index.html")
    if as_json:
        document = {
            "file": display(index),
            "model_count": built.models,
            "repository_count": built.repositories,
            "read": built.read,
            "file_count": built.files,
            "written": built.written,
            "removed": built.removed,
            "problems": [display(problem) for problem in problems],
        }
        click.echo(json.dumps({"schema": 1, **document}))
        return
    removed = f", {built.removed} removed" if built.removed else ""
    models = f"{built.models} model{'' if built.models == 1 else 's'}"
    repositories = f"{built.repositories} repositor{'y' if built.repositories == 1 else 'ies'}"
    click.echo(
        f"{index}: {models} in {repositories} "
        f"({built.read} read anew; {built.written} of {built.files} files written{removed})"
    )
