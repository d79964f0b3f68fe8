"""`tagwarden status`: proves that the hooks refuse a bad tag."""

from __future__ import annotations

import json
from typing import Any

import click

from ...policy.errors import CannotJudge
from ...report.documents.shape import shape
from ...report.exit_status import ACCEPTED, CANNOT_JUDGE, REFUSED

PROVEN = {
    "refuses": "A bad tag was pushed to a scratch repository and refused by tagwarden, as it should be.",
    "reports": 'Nothing is refused, for the policy\'s mode is "evaluate": a bad tag was pushed to a scratch '
    "repository, and tagwarden reported it.",
    "no": "Bad tags are not refused.",
    "unknown": "Whether bad tags are kept out can't be proven from here.",
}

DOCUMENTS = (
    shape(
        "status", "Whether a bad tag is refused, and what is wrong besides.",
        "schema", "repository", "proven", "hooks", "problems", "missing", "said",
    ),
)  # fmt: skip


@click.command()
@click.argument("repository", metavar="[REPO]", default=".")
@click.option("--server", is_flag=True, help="Prove the server hooks of the repository that is pushed to.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def status(repository: str, server: bool, as_json: bool) -> int:
    """Prove that a bad tag that is pushed from the clone REPO (default: here) is refused.

    With --server: one that is pushed to REPO. The tag goes to a scratch
    repository: nothing in REPO changes, and nothing leaves the machine.

    Exits with 0 only if the tag is refused, or in mode "evaluate" reported, and
    nothing else is wrong; with 3 if that can't be proven. What is refused is said
    in the first line.
    """
    from ...repository.hook_files.errors import CannotInstall

    try:
        found = _status_of_server(repository) if server else _status_of_clone(repository)
    except CannotInstall as error:
        raise CannotJudge(str(error)) from error
    click.echo(json.dumps(found) if as_json else "\n".join(_lines(found)))
    if found["proven"] == "unknown":
        return CANNOT_JUDGE
    return ACCEPTED if found["proven"] != "no" and not found["problems"] else REFUSED


def _status_of_server(path: str) -> dict[str, Any]:
    from ...server_hooks.status import status as status_of_server_hooks
    from ..server_hooks import as_owner

    return as_owner(path, ["status", "--server"], lambda: {"schema": 1, **status_of_server_hooks(path)._asdict()})


def _status_of_clone(path: str) -> dict[str, Any]:
    from ...hooks.status import status as status_of_client_hooks

    return {"schema": 1, **status_of_client_hooks(path)._asdict()}


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [PROVEN[found["proven"]]]
    lines += [f"{hook}: {file}" for hook, file in found["hooks"].items()]
    lines += [f"problem: {problem}" for problem in found["problems"]]
    lines += [f"not guaranteed: {what}" for what in found["missing"]]
    if found["said"] and found["proven"] == "no":
        lines += ["what was said:", *(f"  {line}" for line in found["said"].splitlines())]
    return lines
