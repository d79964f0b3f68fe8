"""Finds the file with settings for all repositories of a machine that a repository's hook names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..repository.git.command import Git
from ..repository.git.environment import environment_without_repository
from ..repository.git.own_file import STATE_FOLDER
from ..repository.git.settings_file import check_settings_file
from ..repository.git.whole_file import read_start
from ..repository.hook_files.errors import CannotInstall
from ..repository.hook_files.our_files import is_our_hook, setting_in
from .install_record import read_record

if TYPE_CHECKING:
    from collections.abc import Iterable

# Hook files that no installation recorded, because they were printed and placed by hand, are at one of these.
USUAL_PLACES = ("hooks/{}", "hooks/{}.d/tagwarden", "custom_hooks/{}.d/tagwarden")


def settings_file_of(common_dir: str) -> str:
    """The settings file that the hook of the repository names, "" if none."""
    try:
        recorded: Iterable[str] = read_record(os.path.join(common_dir, STATE_FOLDER)).files
    except CannotInstall:
        recorded = ()
    usual = [
        os.path.join(common_dir, place.format(hook)) for place in USUAL_PLACES for hook in ("pre-receive", "update")
    ]
    return next((found for file in dict.fromkeys((*recorded, *usual)) if (found := settings_file_in(file))), "")


def git_with_hook_settings(common_dir: str) -> Git:
    """Git for a repository, outside of any push, with the settings file that the repository's hook names."""
    common_dir = os.path.abspath(common_dir)
    return Git.of_folder(common_dir, settings_file=settings_file_of(common_dir))


def settings_file_in(file: str) -> str:
    """The settings file that our hook at `file` names; "" if it names none, or the hook is not ours."""
    return (setting_in(read_start(file), "settings") or "") if is_our_hook(file) else ""


def checked_settings_file(path: str, common_dir: str) -> str:
    """`path` made absolute, for a hook file. Raises CannotInstall if hooks would refuse to read that file."""
    if not path:
        return ""
    path = os.path.abspath(path)
    try:
        check_settings_file(path, common_dir)
        Git(None, environment_without_repository()).run("config", "--file", path, "--list")
    except CannotJudge as problem:
        raise CannotInstall(str(problem)) from problem
    return path
