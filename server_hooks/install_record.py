"""What an installation changed in a repository, so that it can be taken back exactly."""

from __future__ import annotations

import json
import os
from typing import Any

from ..policy.record import Record
from ..repository.whole_file import write_whole as write_whole
from .served_repository import CannotAdminister

FILE = "installed.json"


class Installed(Record):
    """`files` are our hook files; `folders` are those that were made for them, outermost first.

    `pusher` is what `tagwarden.pusher` was set to, None where it was left
    alone; `pusher_before` is its value in the repository's own configuration
    until then, None for none.
    """

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    pusher: str | None = None
    pusher_before: str | None = None


def read_record(folder: str) -> Installed:
    """The record in `folder`; an empty one where there is none. CannotAdminister where it can't be read."""
    path = os.path.join(folder, FILE)
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            found: dict[str, Any] = json.load(file)
        return Installed(tuple(found["files"]), tuple(found["folders"]), found["pusher"], found["pusher_before"])
    except FileNotFoundError:
        return Installed()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotAdminister(f"{path}, which says what was installed, can't be read: {error}") from error


def write_record(folder: str, record: Installed) -> None:
    """Replace the record in `folder`. OSError where that can't be done."""
    path = os.path.join(folder, FILE)
    write_whole(path, json.dumps(record._asdict(), indent=1).encode("utf-8", "surrogateescape") + b"\n", 0o644)
