"""What the later steps of a CI job learn about the tag that started it.

The first seven outputs have the names and values of those of GTO's own action,
so that its workflows keep working.
"""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

from ..policy.grammar.names import TAGS, gto_spelling
from ..policy.grammar.near_miss import NearMiss
from ..policy.grammar.tag_name import parse_tag_name
from ..policy.registry.deployment import deployment_of
from ..policy.registry.journal import EVENT_WORDS
from ..policy.registry.resolution import Unresolved
from ..repository.annotation import read_annotation
from ..repository.git.command import Git
from ..repository.git.program import GitProgram
from ..repository.open_repository import open_repository
from ..repository.registry import read_model
from ..repository.remote.names import is_remote, remote_to_push_to
from .ci_event import on_github

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..policy.registry.deployment import Deployment

NAMES = (
    "event", "name", "version", "stage", "type", "path", "description", "holds", "previous", "commit", "accepted",
)  # fmt: skip
# Of each value. GitLab takes 5 KiB for all of them (its documentation, "artifacts:reports:dotenv").
MOST_BYTES = 1000


def outputs_of(ref: str, *, accepted: bool, remote: str | None = None) -> dict[str, str]:
    """The value of each of NAMES, in one line, "" for none.

    `commit` is what is to be deployed now: "" if the tag was refused or changed
    nothing, or if its version was taken out. Raises CannotJudge if the remote
    can't be asked.
    """
    found = _deployment(ref, remote) if accepted else None
    values = dict.fromkeys(NAMES, "") | {"accepted": "true" if accepted else "false"}
    if found is None:
        return values
    event, deploy = found.event, found.deploy
    values["event"] = EVENT_WORDS[event.kind]
    values["name"] = gto_spelling(event.model)
    values["version"] = str(event.version or "")
    values["stage"] = event.stage or ""
    values["holds"] = str(deploy.version or "") if deploy is not None and event.stage is not None else ""
    values["previous"] = str(found.previous or "")
    values["commit"] = deploy.commit if deploy is not None else ""
    with closing(GitProgram(Git.here())) as reader:
        annotation = read_annotation(reader, event.commit, event.model)
    if annotation is not None:
        values["type"] = _whole(annotation.type)
        values["path"] = _whole(annotation.path)
        values["description"] = _in_one_line(annotation.description)
    return values


def _deployment(ref: str, remote: str | None) -> Deployment | None:
    name = parse_tag_name(ref.removeprefix(TAGS)) if ref.startswith(TAGS) else None
    if name is None or isinstance(name, NearMiss):
        return None
    git = Git.here()
    place = remote if remote is not None else remote_to_push_to(git)
    with open_repository(place if remote is not None or is_remote(git, place) else None, [name.model]) as reader:
        try:
            return deployment_of(ref.removeprefix(TAGS), read_model(reader, name.model))
        except Unresolved:
            return None


def _whole(value: str) -> str:
    """The value if it can be passed on unchanged, else ""; a shortened path would be another path."""
    return value if value.isprintable() and len(value.encode("utf-8", "replace")) <= MOST_BYTES else ""


def _in_one_line(value: str) -> str:
    """The value in one line of limited length, so that it can't begin another output."""
    line = " ".join(value.split())
    printable = "".join(character for character in line if character.isprintable())
    return printable.encode("utf-8", "replace")[:MOST_BYTES].decode("utf-8", "ignore")


def append_outputs(path: str, values: Mapping[str, str], environment: Mapping[str, str]) -> None:
    """Append the outputs to the file at `path`: in the format of `GITHUB_OUTPUT`, or elsewhere as a dotenv report.

    In a dotenv report they become variables of later jobs, so their names begin with TAGWARDEN_. Raises OSError.
    """
    github = on_github(environment)
    lines = [f"{name if github else 'TAGWARDEN_' + name.upper()}={value}\n" for name, value in values.items()]
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    with open(file, "w", encoding="utf-8") as opened:
        opened.write("".join(lines))
