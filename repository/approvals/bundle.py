"""Git bundles (git-bundle(1)) that hold proposals and approvals."""

from __future__ import annotations

import contextlib
import hashlib
import os

from ...policy.errors import CannotJudge
from ..git.empty_repository import make_empty_repository
from ..git.whole_file import sync_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..git.command import Git


def write_bundle(git: Git, path: str, refs: Mapping[str, str], commits: Iterable[str]) -> None:
    """Write what `refs` name into a bundle at `path`, whole and durably, or not at all.

    It holds nothing of the `commits` that the tags are on: whoever reads it has
    the tags. Raises CannotJudge where Git can't write or verify it, or a ref is
    not what `refs` says, and OSError; then nothing is at `path` that was not there before.
    """
    # One name for all attempts, so that what a killed one left is written over.
    beside = f"{path}.new"
    wanted = [*refs, *(f"^{commit}" for commit in sorted(set(commits)))]
    try:
        git.run("bundle", "create", "--quiet", beside, "--stdin", given="".join(f"{one}\n" for one in wanted).encode())
        _check(git, beside, refs)
        with open(beside, "rb") as file:
            os.fsync(file.fileno())
        os.rename(beside, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)
        raise
    sync_folder(os.path.dirname(path))


def holds(git: Git, path: str, refs: Mapping[str, str]) -> bool:
    """Whether a good bundle at `path` holds these refs and no others."""
    try:
        _check(git, path, refs)
    except CannotJudge:
        return False
    return True


def _check(git: Git, path: str, refs: Mapping[str, str]) -> None:
    git.run("bundle", "verify", "--quiet", path)
    heads = git.run("bundle", "list-heads", path)[1].decode("ascii", "replace").splitlines()
    if sorted(heads) != sorted(f"{oid} {ref}" for ref, oid in refs.items()):
        raise CannotJudge(f"the bundle {path} does not hold what it should: the refs were changed meanwhile. Try again")


def digest_of(path: str) -> str:
    """The SHA-256 of a file. Raises OSError where it can't be read."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unpack_bundle(git: Git, path: str, into: str, *, sha256: bool) -> str:
    """Unpack a bundle into a new repository in the folder `into`; the folder of its objects.

    Raises CannotJudge for what is no bundle, and OSError.
    """
    from ..git.command import Git as GitOf

    make_empty_repository(into, sha256=sha256)
    with open(path, "rb") as file:
        # What comes after the first empty line is a pack (gitformat-bundle(5)).
        while file.readline() not in (b"\n", b""):
            pass
        pack = file.read()
    GitOf(None, {**git.user_environment, "GIT_DIR": into}).run("index-pack", "--stdin", given=pack)
    return os.path.join(into, "objects")
