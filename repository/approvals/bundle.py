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
    """Atomically and durably write the objects of `refs` (ref → id) into a bundle at `path`.

    It leaves out `commits`, those of the tags, and their history: the repository that reads the bundle has them. Raises
    CannotJudge if Git can't write or verify the bundle, or a ref does not have the id in `refs`, and OSError; the file
    at `path` is then unchanged.
    """
    # Always the same name, and no lock file of Git's, so that the remains of a killed attempt don't block the next one.
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
            error.filename = path  # the error of a full disk names no file
        raise
    sync_folder(os.path.dirname(path))


def holds(git: Git, path: str, refs: Mapping[str, str]) -> bool:
    """Whether `path` is a file, not a symbolic link, that is a valid bundle of exactly these refs. Raises OSError."""
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
    # `git bundle verify` checks only the header.
    wanted = set(refs.values())
    if wanted.difference(objects_in_bundle(git, path, wanted)):
        raise CannotJudge(f"the bundle {path} does not hold all objects that its head names")


def digest_of(path: str) -> str:
    """The SHA-256 of a file, in hex. Raises OSError if it can't be read."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def objects_in_bundle(git: Git, path: str, oids: Collection[str]) -> dict[str, RawObject]:
    """The objects in the bundle at `path` that have one of the ids `oids` (at least one), by id.

    Raises CannotJudge if the file is not a bundle or is damaged, and OSError.
    """
    wanted = sorted(oids)
    with tempfile.TemporaryDirectory(prefix="tagwarden-") as folder:
        place = os.path.join(folder, "archive.git")
        make_empty_repository(place, sha256=len(wanted[0]) == 64)
        with open(path, "rb") as file:
            # A pack follows the first empty line (gitformat-bundle(5)).
            while file.readline() not in (b"\n", b""):
                pass
            pack = file.read()
        Git(None, {**git.user_environment, "GIT_DIR": place}).run("index-pack", "--stdin", given=pack)
        with closing(GitProgram(Git.of_folder(place))) as reader:
            return {raw.oid: raw for raw in reader.objects(wanted, limit=TAG_BYTES) if raw.type is not None}
