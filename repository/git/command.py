"""Calls the `git` program: for a given repository, in a given environment."""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge
from .processes import run, start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .processes import Child

# Objects as they are stored (a pushed refs/replace/* could substitute others), no network, no waiting for locks,
# and untranslated messages.
_READING = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}

# Variables that select the repository, or parts of it (git(1)).
_SAYS_WHERE = ("GIT_DIR", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE")

# How many seconds Git may be silent while it reads: more than it ever needs, and bearable for pushes that wait for the
# push lock.
PATIENCE = 60.0


class Git:
    """The `git` program for one repository.

    `directory` is a folder in the repository, or None if the environment and the working directory select it, as in
    every hook. `environment` is for commands that read (_READING), `user_environment` for all others. `may_fetch` says
    whether objects that a partial clone lacks may be fetched; they must not be while a push is received.
    `settings_file` is a file with settings of tagwarden for all repositories of the machine, "" for none.
    """

    def __init__(
        self,
        directory: str | None,
        user_environment: dict[str, str],
        *,
        may_fetch: bool = True,
        settings_file: str = "",
    ) -> None:
        self.directory = directory
        self.settings_file = settings_file
        self.may_fetch = may_fetch
        self.user_environment = user_environment
        self.environment = {**user_environment, **_READING}
        self._common_folder: str | None = None
        self._found: tuple[bool, str] | None = None
        self._beginning = ["git"] if directory is None else ["git", "-C", directory]

    @classmethod
    def here(cls, *, may_fetch: bool = True, settings_file: str = "") -> Git:
        """For the repository that this hook runs in, including the quarantine of the push."""
        return cls(None, dict(os.environ), may_fetch=may_fetch, settings_file=settings_file)

    @classmethod
    def at(cls, directory: str) -> Git:
        """For the repository in or above `directory`, even if the environment selects another one.

        Git settings in the environment still apply, as with `git -C`: they may be what makes Git trust the repository
        (safe.directory).
        """
        from .environment import SETTINGS, environment_without_repository

        settings = {name: os.environ[name] for name in SETTINGS if name in os.environ}
        return cls(directory, {**environment_without_repository(), **settings})

    @classmethod
    def of_folder(cls, folder: str, *, settings_file: str = "") -> Git:
        """For the repository whose Git folder is `folder`, without a check of its owner, and outside of any push.

        GIT_NAMESPACE still applies: it selects the refs that a push is about.
        """
        from .environment import environment_without_repository

        namespace = {name: os.environ[name] for name in ("GIT_NAMESPACE",) if name in os.environ}
        environment = {**environment_without_repository(), **namespace, "GIT_DIR": folder}
        return cls(None, environment, settings_file=settings_file)

    def with_settings_file(self, path: str) -> Git:
        """A copy that reads tagwarden's settings for the whole machine from the file `path`; "" for none."""
        same = Git(self.directory, self.user_environment, may_fetch=self.may_fetch, settings_file=path)
        same._found = self._found
        return same

    def folder(self) -> str:
        """The repository's Git folder (.git). Raises CannotJudge if there is none, or Git refuses to read it."""
        named = self.environment.get("GIT_DIR")
        if named and self.directory is None:
            return named
        return self._find()[1]

    def is_bare(self) -> bool:
        """Whether the repository is bare. Raises CannotJudge like `folder`."""
        return self._find()[0]

    def _find(self) -> tuple[bool, str]:
        """Whether the repository is bare, and its Git folder. Git is asked at most once."""
        if self._found is None and self._is_plain_bare():
            assert self.directory is not None
            self._found = True, os.path.realpath(self.directory)
        if self._found is None:
            try:
                answer = self.run("rev-parse", "--is-bare-repository", "--absolute-git-dir")[1]
            except CannotJudge as problem:
                # The message is in English because of LC_ALL=C.
                if "not a git repository" not in str(problem):
                    raise
                from ..no_repository import no_repository

                raise CannotJudge(no_repository(self.directory or self.environment.get("GIT_DIR"))) from None
            bare, _, folder = answer.partition(b"\n")
            self._found = bare == b"true", folder.decode("utf-8", "surrogateescape").removesuffix("\n")
        return self._found

    def _is_plain_bare(self) -> bool:
        """Whether `directory` is certainly a bare repository, so that Git need not be asked (`bare/plain.py`).

        If Git does not trust it after all, the first command that reads it fails.
        """
        if self.directory is None or any(name in self.environment for name in _SAYS_WHERE):
            return False
        from .bare.plain import is_plain_bare

        return is_plain_bare(self.directory)

    def common_folder(self) -> str:
        """The folder that all work trees share, with the refs and objects (gitrepository-layout(5), "commondir").

        Raises CannotJudge like `folder`.
        """
        if self._common_folder is None:
            named = self.environment.get("GIT_COMMON_DIR") if self.directory is None else None
            self._common_folder = named or common_folder(self.folder())
        return self._common_folder

    def place(self, *question: str) -> str:
        """The path that `git rev-parse` answers to `question`, absolute, with symbolic links resolved.

        Not by --path-format, which Git before 2.31 does not know. Raises CannotJudge like `run`.
        """
        answer = os.fsdecode(self.run("rev-parse", *question)[1]).removesuffix("\n")
        return os.path.realpath(os.path.join(self.directory or ".", answer))

    def is_sha256(self) -> bool:
        """Whether object ids are SHA-256 rather than SHA-1. Raises CannotJudge like `run`."""
        return self.line("rev-parse", "--show-object-format") == "sha256"

    def is_shallow(self) -> bool:
        """Whether history is missing, as in a shallow clone. Raises CannotJudge like `run`."""
        return self.line("rev-parse", "--is-shallow-repository") == "true"

    def work_tree(self) -> str | None:
        """The folder with the checked-out files, None for a bare repository. Raises CannotJudge like `run`."""
        # Not the first line of the answer: a path may contain newlines.
        return os.fsdecode(self.run("rev-parse", "--show-toplevel", accepted=(0, 128))[1]).removesuffix("\n") or None

    def command(self, *arguments: str) -> list[str]:
        return [*self._beginning, *arguments]

    def start(self, *arguments: str, stdin: int | None = None, talk: bool = False) -> Child:
        """Start Git to read; `stdin` and `talk` are those of `processes.start`.

        Raises CannotJudge if it can't be started. Reading from it, or waiting for it, raises CannotJudge if it hangs.
        """
        return start(self.command(*arguments), environment=self.environment, stdin=stdin, talk=talk, patience=PATIENCE)

    def run(self, *arguments: str, given: bytes = b"", accepted: tuple[int, ...] = (0,)) -> tuple[int, bytes]:
        """Run Git to read, with `given` as its stdin; returns its exit status and its output.

        Raises CannotJudge if it can't be started, hangs, or ends with a status that is not `accepted`.
        """
        return run(
            self.command(*arguments), environment=self.environment, given=given, accepted=accepted, patience=PATIENCE
        )

    def line(self, *arguments: str, accepted: tuple[int, ...] = (0,)) -> str:
        """The first line of Git's output, "" if there is none. Raises CannotJudge like `run`."""
        output = self.run(*arguments, accepted=accepted)[1]
        return output.partition(b"\n")[0].decode("utf-8", "surrogateescape")


def namespace_prefix(name: str) -> str:
    """The prefix of every ref in the namespace that GIT_NAMESPACE selects (gitnamespaces(7))."""
    return "".join(f"refs/namespaces/{part}/" for part in name.split("/") if part)


def common_folder(git_dir: str) -> str:
    """The folder that all work trees share, for the Git folder `git_dir`. Raises CannotJudge if it can't be read."""
    path = f"{git_dir}/commondir"
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return os.path.join(git_dir, file.read().removesuffix("\n"))
    except FileNotFoundError:
        return git_dir
    except OSError as error:
        raise CannotJudge(f"The file {path!r} can't be read: {error.strerror}. Repair it.") from error
