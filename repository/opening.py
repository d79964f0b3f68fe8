"""Chooses who reads a repository."""

from __future__ import annotations

import os

from .git_command import Git
from .git_program import GitProgram

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    import pygit2

    from .reader import Reader


def open_reader(
    directory: str | None = None, *, trusted: bool = False, prefer: Literal["git", "libgit2"] = "git"
) -> Reader:
    """A reader of the repository in or above `directory`, None for the one that the environment names.

    "libgit2" is a wish: what it can't read as Git does, Git reads. `trusted`
    is for server hooks alone: Git has accepted the repository and runs its
    hook, so libgit2 need not ask again who owns it. Raises CannotJudge where
    there is no repository to read.
    """
    git = Git.here() if directory is None else Git.at(directory)
    if prefer == "libgit2":
        repository = _opened(git, trusted)
        if repository is not None:
            from .libgit2 import LibGit2

            return LibGit2(repository, git)
    return GitProgram(git)


def _opened(git: Git, trusted: bool) -> pygit2.Repository | None:
    """The repository as libgit2 opens it, None where it can't."""
    folder = git.folder()
    if git.environment.get("GIT_NAMESPACE"):
        return None
    try:
        import pygit2
        from pygit2.enums import RepositoryOpenFlag
    except ImportError:
        return None
    flags = RepositoryOpenFlag.NO_SEARCH | RepositoryOpenFlag.NO_DOTGIT
    if git.directory is None:
        flags |= RepositoryOpenFlag.FROM_ENV  # the quarantine of a push
    # Promised objects are asked of Git, so that this extension does no harm. Never "refstorage":
    # libgit2 would then open a reftable repository and see it empty.
    pygit2.settings.set_extensions(["partialclone"])
    validated = pygit2.settings.owner_validation
    try:
        pygit2.settings.owner_validation = validated and not trusted
        repository = pygit2.Repository(folder, flags)
        repository.set_odb(_packs(git))
        return repository
    except (pygit2.GitError, KeyError, ValueError):
        return None
    finally:
        pygit2.settings.owner_validation = validated


def _packs(git: Git) -> pygit2.Odb:
    """The packs that libgit2 may read: its own folder's, the quarantine's and those of the alternates.

    What lies loose is left to Git: libgit2 1.9 never comes back from a loose
    object whose file was cut off.
    """
    import pygit2

    packs = pygit2.Odb()
    own = git.line("rev-parse", "--git-path", "objects")
    folders = [os.path.join(git.directory or "", own)]
    if git.directory is None:
        folders += git.environment.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "").split(os.pathsep)
    for folder in [*folders, *_alternates(folders[0])]:
        if os.path.isdir(folder or "?"):
            packs.add_backend(pygit2.OdbBackendPack(folder), 1)
    return packs


def _alternates(objects: str) -> list[str]:
    """The folders that `info/alternates` names; a relative one starts where the objects are."""
    try:
        with open(os.path.join(objects, "info", "alternates"), "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        return []
    return [os.path.join(objects, os.fsdecode(line)) for line in lines if line and not line.startswith(b"#")]
