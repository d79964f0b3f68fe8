"""What `install` and `uninstall` have in common: they do something to each repository that is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ..report.documents.shape import holding, shape
from ..repository.hook_files.errors import CannotInstall
from .errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..report.documents.shape import Shape


def documents_for_each(command: str, doc: str) -> tuple[Shape, Shape]:
    """What `command` prints as JSON: about one repository, and about several."""
    one = shape(command, doc, "schema", "repository", "done")
    return one, shape(f"{command} REPO REPO", "The same for each of several.", "schema", holding("repositories", one))


def for_each_repository(paths: Sequence[str], do: Callable[[str], list[str]], *, as_json: bool) -> None:
    """Call `do` with each of `paths` (none: the folder at hand), and print the sentences that it returns.

    Raises Refused where it raises CannotInstall.
    """
    done = []
    for path in paths or (".",):
        try:
            said = do(path)
        except CannotInstall as error:
            raise Refused(str(error)) from error
        done.append({"schema": 1, "repository": path, "done": said})
        if not as_json:
            click.echo("\n".join(said))
    if as_json:
        click.echo(json.dumps(done[0] if len(done) == 1 else {"schema": 1, "repositories": done}))
