"""How Git is called: for which repository, and in which environment."""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge
from .processes import run, start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .processes import Child

# Objects as they are stored (a pushed refs/replace/* would show others), no network, no waiting for
# locks, messages that can be recognized.
_READING = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}

# With these the environment says which repository is meant, and where its parts are (git(1)).
_SAYS_WHERE = ("GIT_DIR", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE")

# Seconds for which Git may be silent while it reads: more than it ever needs, and less than those
# who wait for the push lock can bear.
PATIENCE = 60.0


class Git:
    """The `git` program for one repository.

    `environment` is what it reads in; `user_environment` is the same without the
    variables that only reading wants: for what the user should see as ever.
    Only where it `may_fetch` is fetched what a partial clone lacks: not for a push
    that is received. `directory` is None where the environment and the working directory say
    which repository is meant, as they do in every hook. `settings_file` holds settings of ours for all
    repositories of the machine, "" for none.
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
        """For the repository that a hook runs in, its quarantine included."""
        return cls(None, dict(os.environ), may_fetch=may_fetch, settings_file=settings_file)

    @classmethod
    def at(cls, directory: str) -> Git:
        """For the repository in or above `directory`, whatever repository the environment names.

        The user's own settings in the environment hold, as with `git -C`: it may be they that let Git trust it.
        """
        from .environment import SETTINGS, environment_without_repository

        settings = {name: os.environ[name] for name in SETTINGS if name in os.environ}
        return cls(directory, {**environment_without_repository(), **settings})

    @classmethod
    def of_folder(cls, folder: str, *, settings_file: str = "") -> Git:
        """For the repository whose own folder is `folder`, trusted as its hooks trust it, outside any push.

        GIT_NAMESPACE still counts: it says which refs a push is about.
        """
        from .environment import environment_without_repository

        namespace = {name: os.environ[name] for name in ("GIT_NAMESPACE",) if name in os.environ}
        environment = {**environment_without_repository(), **namespace, "GIT_DIR": folder}
        return cls(None, environment, settings_file=settings_file)

    def with_settings_file(self, path: str) -> Git:
        """The same, with settings of ours in the file `path`, "" for none."""
        same = Git(self.directory, self.user_environment, may_fetch=self.may_fetch, settings_file=path)
        same._found = self._found
        return same

    def folder(self) -> str:
        """The repository's own folder (.git); raises CannotJudge where there is no repository to read."""
        named = self.environment.get("GIT_DIR")
        if named and self.directory is None:
            return named
        return self._find()[1]

    def is_bare(self) -> bool:
        """Whether there is no work tree here. Raises CannotJudge like `folder`."""
        return self._find()[0]

    def _find(self) -> tuple[bool, str]:
        """Whether the repository is bare, and its own folder: asked of Git once, if at all."""
        if self._found is None and self._is_plain_bare():
            assert self.directory is not None
            self._found = True, os.path.realpath(self.directory)
        if self._found is None:
            try:
                answer = self.run("rev-parse", "--is-bare-repository", "--absolute-git-dir")[1]
            except CannotJudge as problem:
                # Git says so in English: it reads with LC_ALL=C.
                if "not a git repository" not in str(problem):
                    raise
                from ..no_repository import no_repository

                raise CannotJudge(no_repository(self.directory or self.environment.get("GIT_DIR"))) from None
            bare, _, folder = answer.partition(b"\n")
            self._found = bare == b"true", folder.decode("utf-8", "surrogateescape").removesuffix("\n")
        return self._found

    def _is_plain_bare(self) -> bool:
        """Whether a look at the folder that was named tells what Git would say of it; Git still refuses to read it."""
        if self.directory is None or any(name in self.environment for name in _SAYS_WHERE):
            return False
        from .bare.plain import is_plain_bare

        return is_plain_bare(self.directory)

    def common_folder(self) -> str:
        """What all work trees of the repository share, such as its refs (gitrepository-layout(5), "commondir").

        Raises CannotJudge where there is no repository to read.
        """
        if self._common_folder is None:
            named = self.environment.get("GIT_COMMON_DIR") if self.directory is None else None
            self._common_folder = named or common_folder(self.folder())
        return self._common_folder

    def place(self, *question: str) -> str:
        """The path that `git rev-parse` answers, absolute and without links. Raises CannotJudge like `run`.

        (--path-format is of Git 2.31; older ones take it for an answer.)
        """
        answer = os.fsdecode(self.run("rev-parse", *question)[1]).removesuffix("\n")
        return os.path.realpath(os.path.join(self.directory or ".", answer))

    def is_sha256(self) -> bool:
        """Whether the ids of its objects are made by SHA-256. Raises CannotJudge like `run`."""
        return self.line("rev-parse", "--show-object-format") == "sha256"

    def work_tree(self) -> str | None:
        """The folder with the checked-out files, None for a bare repository."""
        return self._path("--show-toplevel", accepted=(0, 128)) or None

    def _path(self, question: str, *, accepted: tuple[int, ...] = (0,)) -> str:
        """What `git rev-parse` answers, a path, which may hold any byte but NUL."""
        return (
            self.run("rev-parse", question, accepted=accepted)[1].removesuffix(b"\n").decode("utf-8", "surrogateescape")
        )

    def command(self, *arguments: str) -> list[str]:
        return [*self._beginning, *arguments]

    def start(self, *arguments: str, stdin: int | None = None, talk: bool = False) -> Child:
        """Starts Git to read; raises CannotJudge where it can't be started, and once it hangs."""
        return start(self.command(*arguments), environment=self.environment, stdin=stdin, talk=talk, patience=PATIENCE)

    def run(self, *arguments: str, given: bytes = b"", accepted: tuple[int, ...] = (0,)) -> tuple[int, bytes]:
        """Runs Git to read; returns exit status and output, raises CannotJudge for other statuses."""
        return run(
            self.command(*arguments), environment=self.environment, given=given, accepted=accepted, patience=PATIENCE
        )

    def line(self, *arguments: str, accepted: tuple[int, ...] = (0,)) -> str:
        """The first line that Git writes, "" for none. Raises CannotJudge like `run`."""
        output = self.run(*arguments, accepted=accepted)[1]
        return output.partition(b"\n")[0].decode("utf-8", "surrogateescape")


def namespace_prefix(name: str) -> str:
    """The prefix of every ref in the namespace that GIT_NAMESPACE selects (gitnamespaces(7))."""
    return "".join(f"refs/namespaces/{part}/" for part in name.split("/") if part)


def common_folder(git_dir: str) -> str:
    """The folder that a repository shares with its work trees, where `git_dir` is its own. Raises CannotJudge."""
    path = f"{git_dir}/commondir"
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return os.path.join(git_dir, file.read().removesuffix("\n"))
    except FileNotFoundError:
        return git_dir
    except OSError as error:
        raise CannotJudge(f"The file {path!r} can't be read: {error.strerror}. Repair it.") from error
