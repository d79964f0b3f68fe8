"""Records what an installation changed in a repository, so that uninstalling can undo exactly that."""

from __future__ import annotations

import json
import os
from typing import Any

from ..policy.record import Record
from ..repository.git.whole_file import replace_file
from ..repository.hook_files.errors import CannotInstall

RECORD_FILE = "installed.json"


class Setting(Record):
    """A Git setting that we set to `value`; `before` is its earlier value in the repository's own configuration."""

    name: str
    value: str
    before: str | None


class Installed(Record):
    """What was installed: our hook `files`, the `folders` made for them (outermost first), the changed `settings`."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()


def read_record(folder: str) -> Installed:
    """The record in `folder`, an empty one if there is none. Raises CannotInstall if it can't be read."""
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
    """Replace the record in `folder`. Raises OSError if that fails."""
    path = os.path.join(folder, RECORD_FILE)
    content = {**record._asdict(), "settings": [setting._asdict() for setting in record.settings]}
    replace_file(path, json.dumps(content, indent=1).encode("utf-8", "surrogateescape") + b"\n", 0o644)
