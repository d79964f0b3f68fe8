"""The tags of a remote as they are now, without a ref being written here."""

from __future__ import annotations

import os

from ..policy.errors import CannotJudge
from ..policy.record import Record
from .reader import TagRef

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .git_command import Git

TAGS = "refs/tags/"

# Seconds that a remote has for each answer.
PATIENCE = 120

# As many refs are named to one `git fetch`.
_FETCHED_AT_ONCE = 500

# What a fetch may otherwise do to the repository besides.
_QUIETLY = ("-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "fetch.writeCommitGraph=false")


class RemoteTags(Record):
    """A remote's tags by model, and Git for the repository with their objects in sight.

    The objects that only the remote has lie in the folder that was given, and
    are in sight as long as that is there.
    """

    by_model: Mapping[str, list[TagRef]]
    git: Git


def remote_tags(git: Git, remote: str, models: Sequence[str], scratch: str) -> RemoteTags:
    """The tags that `remote` (a name or a URL) has of `models`, as tags spell them.

    Tag objects that this repository lacks are fetched into the folder
    `scratch`. No ref is written, neither here nor there. Raises CannotJudge
    where the remote can't be read in time.
    """
    found = list_tags(git, remote, models)
    with_scratch = _with_objects_in(git, scratch)
    lacking = _missing(git, found)
    missing = [tag for tags in found.values() for tag in tags if tag.oid in lacking]
    for first in range(0, len(missing), _FETCHED_AT_ONCE):
        _fetch(git, remote, scratch, [TAGS + tag.name for tag in missing[first : first + _FETCHED_AT_ONCE]])
    return RemoteTags(found, with_scratch)


def list_tags(git: Git, remote: str, models: Sequence[str]) -> dict[str, list[TagRef]]:
    """The names and ids of the tags of `models` on `remote`. Raises CannotJudge where it can't be read in time."""
    patterns = [f"{TAGS}{model}{sign}*" for model in models for sign in "@#"]
    listed = _limited(git, remote, ["ls-remote", "--refs", "--end-of-options", remote, *patterns], git.surroundings)
    groups: dict[str, list[TagRef]] = {model: [] for model in models}
    for line in listed.decode("utf-8", "surrogateescape").splitlines():
        oid, _, ref = line.partition("\t")
        name = ref.removeprefix(TAGS)
        # `git ls-remote` matches the end of a name, too: the tag x/refs/tags/m@v1.0.0.
        group = groups.get(name.partition("@")[0].partition("#")[0])
        if group is not None and ref.startswith(TAGS):
            group.append(TagRef(name, oid))
    return groups


def _missing(git: Git, found: Mapping[str, Iterable[TagRef]]) -> set[str]:
    from .git_program import GitProgram

    reader = GitProgram(git)
    try:
        oids = {tag.oid for tags in found.values() for tag in tags}
        return {each.oid for each in reader.objects(sorted(oids), limit=0) if each.type is None}
    finally:
        reader.close()


def _with_objects_in(git: Git, scratch: str) -> Git:
    from .git_command import Git

    others = git.surroundings.get("GIT_ALTERNATE_OBJECT_DIRECTORIES")
    sight = scratch if not others else f"{others}{os.pathsep}{scratch}"
    return Git(git.directory, {**git.surroundings, "GIT_ALTERNATE_OBJECT_DIRECTORIES": sight})


def _fetch(git: Git, remote: str, scratch: str, refs: Sequence[str]) -> None:
    ours = git.line("rev-parse", "--git-path", "objects")
    ours = os.path.join(git.directory or os.getcwd(), ours)
    others = git.surroundings.get("GIT_ALTERNATE_OBJECT_DIRECTORIES")
    environment = {
        **git.surroundings,
        "GIT_OBJECT_DIRECTORY": scratch,
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": ours if not others else f"{ours}{os.pathsep}{others}",
    }
    arguments = [*_QUIETLY, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap="]
    _limited(git, remote, [*arguments, "--no-recurse-submodules", "--end-of-options", remote, *refs], environment)


def fetch_commit(git: Git, remote: str, oid: str) -> bool:
    """Fetches a commit that only `remote` has, and its history; says whether the remote gave it.

    No ref is written. Raises CannotJudge where the remote does not answer in time.
    """
    arguments = [*_QUIETLY, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap="]
    try:
        _limited(git, remote, [*arguments, "--end-of-options", remote, oid], git.surroundings)
    except RemoteFailure:
        return False
    return True


class RemoteFailure(CannotJudge):
    """The remote answered, or Git in its place, and the answer was no."""


def _limited(git: Git, remote: str, arguments: Sequence[str], environment: Mapping[str, str]) -> bytes:
    import subprocess

    try:
        ran = subprocess.run(
            git.command(*arguments),
            env={**environment, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CannotJudge(f"The remote {remote!a} did not answer within {PATIENCE} seconds.") from None
    except OSError as error:
        raise CannotJudge(f"Git could not be started: {error.strerror}.") from error
    if ran.returncode != 0:
        said = ran.stderr.decode("utf-8", "replace").strip() or f"exit status {ran.returncode}"
        raise RemoteFailure(f"The tags of the remote {remote!a} could not be read. Git says: {said}")
    return ran.stdout
