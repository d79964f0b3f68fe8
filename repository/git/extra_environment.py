"""Passes settings and folders with additional objects to Git in the environment."""

from __future__ import annotations

import os

from .environment import environment_without_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OBJECT_FOLDERS = "GIT_ALTERNATE_OBJECT_DIRECTORIES"


def with_settings(environment: Mapping[str, str], settings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """`environment` with additional Git settings (name, value), which override all others, as those of `git -c` do."""
    try:
        first = int(environment.get("GIT_CONFIG_COUNT") or 0)
    except ValueError:  # Git itself reports the bad value
        return dict(environment)
    more: dict[str, str] = {}
    number = first
    for number, (name, value) in enumerate(settings, first + 1):
        more[f"GIT_CONFIG_KEY_{number - 1}"] = name
        more[f"GIT_CONFIG_VALUE_{number - 1}"] = value
    return {**environment, **more, "GIT_CONFIG_COUNT": str(number)}


def with_objects(environment: Mapping[str, str], folder: str) -> dict[str, str]:
    """`environment` for a Git that also reads objects from `folder`, an object directory."""
    # git(1): a folder with the separator in its name is quoted.
    if os.pathsep in folder or folder.startswith('"'):
        folder = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
    others = environment.get(OBJECT_FOLDERS)
    return {**environment, OBJECT_FOLDERS: f"{others}{os.pathsep}{folder}" if others else folder}


def borrowing(environment: Mapping[str, str], folder: str) -> dict[str, str]:
    """`environment` for another repository, which also reads objects from `folder` and from the alternates set here."""
    in_sight = {name: value for name, value in environment.items() if name == OBJECT_FOLDERS}
    return with_objects({**environment_without_repository(environment), **in_sight}, folder)


def object_folders(environment: Mapping[str, str]) -> list[str]:
    """The object directories that `with_objects` has added."""
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
