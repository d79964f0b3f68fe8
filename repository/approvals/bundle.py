"""Git bundles (git-bundle(1)) that hold proposals and approvals."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from contextlib import closing

from ...policy.errors import CannotJudge
from ..git.bare.empty import make_empty_repository
from ..git.command import Git
from ..git.program import GitProgram
from ..git.whole_file import sync_folder
from ..registry import TAG_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ..git.objects import RawObject


def write_bundle(git: Git, path: str, refs: Mapping[str, str], commits: Iterable[str]) -> None:
    """Write what `refs` name into a bundle at `path`, whole and durably, or not at all.

    It holds nothing of the `commits` that the tags are on: whoever reads it has
    the tags. Raises CannotJudge where Git can't write or verify it, or a ref is
    not what `refs` says, and OSError; then nothing is at `path` that was not there before.
    """
    # One name for all attempts, and no lock file of Git's, so that nothing that a killed one left is in the way.
    beside = f"{path}.new"
    wanted = "".join(f"{one}\n" for one in (*refs, *(f"^{commit}" for commit in sorted(set(commits)))))
    content = git.run("bundle", "create", "--quiet", "-", "--stdin", given=wanted.encode())[1]
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)
        with open(beside, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _check(git, beside, refs)
        os.rename(beside, path)
    except BaseException as error:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = path  # a full disk does not say whose
        raise
    sync_folder(os.path.dirname(path))


def holds(git: Git, path: str, refs: Mapping[str, str]) -> bool:
    """Whether the file at `path`, not a link to one, is a good bundle of these refs and no others. Raises OSError."""
    try:
        _check(git, path, refs)
    except CannotJudge:
        return False
    return not os.path.islink(path)


def _check(git: Git, path: str, refs: Mapping[str, str]) -> None:
    git.run("bundle", "verify", "--quiet", path)
    heads = git.run("bundle", "list-heads", path)[1].decode("ascii", "replace").splitlines()
    if sorted(heads) != sorted(f"{oid} {ref}" for ref, oid in refs.items()):
        raise CannotJudge(f"the bundle {path} does not hold what it should: the refs were changed meanwhile. Try again")
    # Git verifies the head of a bundle only.
    wanted = set(refs.values())
    if wanted.difference(objects_in_bundle(git, path, wanted)):
        raise CannotJudge(f"the bundle {path} does not hold all objects that its head names")


def digest_of(path: str) -> str:
    """The SHA-256 of a file. Raises OSError where it can't be read."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def objects_in_bundle(git: Git, path: str, oids: Collection[str]) -> dict[str, RawObject]:
    """Those of the objects with these ids, at least one, that a bundle holds.

    Raises CannotJudge for what is no bundle, or a damaged one, and OSError.
    """
    wanted = sorted(oids)
    with tempfile.TemporaryDirectory(prefix="tagwarden-") as folder:
        place = os.path.join(folder, "archive.git")
        make_empty_repository(place, sha256=len(wanted[0]) == 64)
        with open(path, "rb") as file:
            # What comes after the first empty line is a pack (gitformat-bundle(5)).
            while file.readline() not in (b"\n", b""):
                pass
            pack = file.read()
        Git(None, {**git.user_environment, "GIT_DIR": place}).run("index-pack", "--stdin", given=pack)
        with closing(GitProgram(Git.of_folder(place))) as reader:
            return {raw.oid: raw for raw in reader.objects(wanted, limit=TAG_BYTES) if raw.type is not None}
