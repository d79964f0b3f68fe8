"""A clone, as those who work in it see it: its folders, and where Git looks for its hooks."""

from __future__ import annotations

import os

from ..policy.errors import CannotJudge
from ..policy.record import Record
from ..repository.git.command import Git


class CannotInstall(Exception):
    """What was asked for can't be done here. The message says why, and what to do."""


class HooksFolder(Record):
    """Where Git looks for hooks.

    `scope` is which configuration sets core.hooksPath, as git-config(1) names
    it, None where none does; `relative` if each work tree has a folder of its own.
    """

    path: str
    scope: str | None
    relative: bool


class Clone:
    """The clone in or above a folder. `work_tree` is its top, `common_dir` what all its work trees share."""

    def __init__(self, path: str) -> None:
        """CannotInstall where there is no clone with a work tree."""
        inside = Git.at(os.path.abspath(path))
        try:
            bare = inside.line("rev-parse", "--is-bare-repository") == "true"
            work_tree = None if bare else inside.work_tree()
        except CannotJudge as error:
            raise CannotInstall(f"{os.path.abspath(path)} can't be used: {error}") from error
        if bare:
            raise CannotInstall(f"{os.path.abspath(path)} is bare: it is pushed to. Its hooks: tagwarden … --server")
        if work_tree is None:
            raise CannotInstall(f"{os.path.abspath(path)} has no work tree to push from")
        self.work_tree = os.path.abspath(work_tree)
        self.git = Git.at(self.work_tree)
        self.common_dir = self.line("rev-parse", "--path-format=absolute", "--git-common-dir")

    def line(self, *arguments: str) -> str:
        """The first line of what Git answers, "" for none and where Git says no. CannotInstall where it fails."""
        try:
            return self.git.line(*arguments, accepted=(0, 1))
        except CannotJudge as error:
            raise CannotInstall(str(error)) from error

    def hooks_folder(self) -> HooksFolder:
        """Where Git looks for pre-push: a relative core.hooksPath counts from the work tree's top (git-config(1))."""
        path = self.line("rev-parse", "--path-format=absolute", "--git-path", "hooks")
        scope, _, value = self.line("config", "--show-scope", "--type=path", "--get", "core.hooksPath").partition("\t")
        if not value:
            return HooksFolder(os.path.normpath(path), None, relative=False)
        return HooksFolder(os.path.normpath(path), scope, relative=not os.path.isabs(value))

    def configured_hooks(self) -> dict[str, str]:
        """The commands of the pre-push hooks that the configuration names, by their names (git-hook(1), Git 2.54)."""
        try:
            listed = self.git.run("config", "--null", "--get-regexp", r"^hook\..*\.event$", accepted=(0, 1))[1]
        except CannotJudge as error:
            raise CannotInstall(str(error)) from error
        found = {}
        for entry in listed.decode("utf-8", "surrogateescape").split("\0"):
            key, _, event = entry.partition("\n")
            if event == "pre-push":
                name = key[len("hook.") : -len(".event")]
                found[name] = self.line("config", "--get", f"hook.{name}.command")
        return found

    def git_version(self) -> tuple[int, ...]:
        """Git's version, such as (2, 54)."""
        words = self.line("version").split()
        numbers = [part for part in (words[2] if len(words) > 2 else "").split(".")[:2] if part.isdigit()]
        return tuple(map(int, numbers))
