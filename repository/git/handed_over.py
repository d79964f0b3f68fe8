"""What Git is handed in the environment: settings, and folders with objects that it borrows."""

from __future__ import annotations

import os

from .environment import environment_without_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OBJECT_FOLDERS = "GIT_ALTERNATE_OBJECT_DIRECTORIES"


def with_settings(environment: Mapping[str, str], settings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """`environment` with these settings of Git's behind all others, as `git -c` has them (git-config(1))."""
    try:
        first = int(environment.get("GIT_CONFIG_COUNT") or 0)
    except ValueError:  # Git says so itself
        return dict(environment)
    more: dict[str, str] = {}
    number = first
    for number, (name, value) in enumerate(settings, first + 1):
        more[f"GIT_CONFIG_KEY_{number - 1}"] = name
        more[f"GIT_CONFIG_VALUE_{number - 1}"] = value
    return {**environment, **more, "GIT_CONFIG_COUNT": str(number)}


def with_objects(environment: Mapping[str, str], folder: str) -> dict[str, str]:
    """`environment` with the objects in `folder` in sight, too."""
    # git(1): a folder with the separator in its name is quoted.
    if os.pathsep in folder or folder.startswith('"'):
        folder = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
    others = environment.get(OBJECT_FOLDERS)
    return {**environment, OBJECT_FOLDERS: f"{others}{os.pathsep}{folder}" if others else folder}


def borrowing(environment: Mapping[str, str], folder: str) -> dict[str, str]:
    """The environment of another repository, which borrows the objects in `folder` and those in sight here."""
    in_sight = {name: value for name, value in environment.items() if name == OBJECT_FOLDERS}
    return with_objects({**environment_without_repository(environment), **in_sight}, folder)


def object_folders(environment: Mapping[str, str]) -> list[str]:
    """The folders that `with_objects` has put into sight."""
    import re

    folders = []
    value = environment.get(OBJECT_FOLDERS, "")
    while value:
        if value.startswith('"'):
            quoted = re.match(r'"((?:[^"\\]|\\.)*)"', value)
            if quoted is None:
                break
            folders.append(re.sub(r"\\(.)", r"\1", quoted[1]))
            value = value[quoted.end() :].removeprefix(os.pathsep)
        else:
            folder, _, value = value.partition(os.pathsep)
            folders.append(folder)
    return [folder for folder in folders if folder]
