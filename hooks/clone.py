"""A clone: its work tree, and where Git looks for its hooks."""

from __future__ import annotations

import os

from ..policy.wording import shell_command
from ..repository.git.command import Git
from ..repository.git.git_version import parse_git_version
from ..repository.hook_files.errors import CannotInstall
from ..repository.hook_files.hooked_repository import HookedRepository


class Clone(HookedRepository):
    """The clone in or above a folder. `work_tree` is its top folder, where Git runs its hooks."""

    def __init__(self, path: str) -> None:
        """Raises CannotJudge if there is no repository, and CannotInstall if it has no work tree."""
        super().__init__(path)
        if self.git.is_bare():
            raise CannotInstall(self._bare_message())
        work_tree = self.ask("rev-parse", "--show-toplevel", accepted=(0, 128))
        if not work_tree:
            raise CannotInstall(f"{self.path} has no work tree to push from")
        self.work_tree = self.hooks_run_in = os.path.abspath(work_tree)
        self.git = Git.at(self.work_tree)

    def _bare_message(self) -> str:
        # Git lists the repository itself first.
        listed = self.ask("worktree", "list", "--porcelain").split("\n\n")[1:]
        work_trees = [lines.partition("\n")[0].removeprefix("worktree ") for lines in listed if lines]
        if work_trees:
            install = shell_command("tagwarden", "install", work_trees[0])
            return f"{self.path} is bare, and its work trees are pushed from. One hook is for all of them: {install}"
        server = shell_command("tagwarden", "install", "--server", self.path)
        return f"{self.path} is bare: it is pushed to, not from. For its own hook: {server}"

    def configured_hooks(self) -> dict[str, str]:
        """The commands of the configured pre-push hooks, by the hooks' names (git-hook(1), Git 2.54)."""
        listed = self.ask_for("config", "--null", "--get-regexp", r"^hook\..*\.event$")
        found = {}
        for entry in listed.split("\0"):
            key, _, event = entry.partition("\n")
            if event == "pre-push":
                name = key[len("hook.") : -len(".event")]
                found[name] = self.ask_for("config", "--get", f"hook.{name}.command")
        return found

    def git_version(self) -> tuple[int, ...]:
        """The first two numbers of Git's version, such as (2, 54)."""
        return parse_git_version(self.ask("version"))
