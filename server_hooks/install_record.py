"""What an installation changed in a repository, so that it can be taken back exactly."""

from __future__ import annotations

import json
import os
from typing import Any

from ..policy.record import Record
from ..repository.git.whole_file import replace_file
from ..repository.hook_files.errors import CannotInstall

RECORD_FILE = "installed.json"


class Setting(Record):
    """A Git setting that was given `value`; `before` is what the repository's own configuration had, if anything."""

    name: str
    value: str
    before: str | None


class Installed(Record):
    """`files` are our hook files; `folders` are those that were made for them, outermost first."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()


def read_record(folder: str) -> Installed:
    """The record in `folder`; an empty one where there is none. CannotInstall where it can't be read."""
    path = os.path.join(folder, RECORD_FILE)
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            found: dict[str, Any] = json.load(file)
        settings = tuple(Setting(**setting) for setting in found["settings"])
        return Installed(tuple(found["files"]), tuple(found["folders"]), settings)
    except FileNotFoundError:
        return Installed()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotInstall(f"{path}, which says what was installed, can't be read: {error}") from error


def write_record(folder: str, record: Installed) -> None:
    """Replace the record in `folder`. OSError where that can't be done."""
    path = os.path.join(folder, RECORD_FILE)
    content = {**record._asdict(), "settings": [setting._asdict() for setting in record.settings]}
    replace_file(path, json.dumps(content, indent=1).encode("utf-8", "surrogateescape") + b"\n", 0o644)
