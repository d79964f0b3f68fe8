"""Makes the trailers by which a version's tag binds the contents of the version (`trailers.py`)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.objects.dvc_files import within
from ..policy.objects.needed_files import ANNOTATIONS_FILE, DVC_FILE, declaration
from ..policy.record import Record
from ..repository.git.promised import is_partial_clone
from .blob_digests import files_at, sha256_in_git
from .difference import is_number
from .digests import digests_of_file, digests_of_folder
from .documents import Documents
from .version_contents import artifact_of, contents_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from ..policy.objects.piece import Piece
    from ..repository.git.command import Git
    from ..repository.git.reader import Reader
    from .record import Contents

# The trailers that can bind something.
BINDABLE = ("Artifact", "Data", "Metric")
# The kinds of digest that the rule `artifact` compares with the commit.
BOUND_KINDS = ("sha256", "md5", "git")
MOST_METRICS = 50
# Larger files, in bytes, are hashed only if the user asks for it, because it takes long.
MOST_UNASKED = 1 << 30


class Binding(Record):
    """Trailers (key and value), and sentences on what could not be bound or read."""

    trailers: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def binding_of(
    git: Git, reader: Reader, model: str, commit: str, wanted: Collection[str], metrics: Sequence[str]
) -> Binding:
    """The trailers of the kinds in `wanted` (see BINDABLE) for a version of `model` (spelled as in tags) on `commit`.

    `metrics` are the names of the metrics to bind; if it is empty, all numbers
    are bound. Raises CannotJudge if the path of the artifact is known, but the
    artifact can't be read.
    """
    held = contents_of(reader, model, commit, (), Documents())
    trailers: list[tuple[str, str]] = []
    notes: list[str] = []
    if "Artifact" in wanted:
        trailers.extend(("Artifact", value) for value in _artifact(git, commit, held, notes, asked=True))
    if "Data" in wanted:
        trailers.extend(
            ("Data", f"{digest} {piece.path}") for piece in held.data for digest in piece.digests if _fits(piece.path)
        )
    if "Metric" in wanted:
        found = list(_metrics(held, metrics))
        trailers.extend(("Metric", value) for value in found[:MOST_METRICS])
        if len(found) > MOST_METRICS:
            notes.append(f"of {len(found)} metrics the first {MOST_METRICS} are bound; show.metrics names others")
    bound = {key for key, _ in trailers}
    missing = [kind for kind in BINDABLE if kind in wanted and kind not in bound]
    if missing:
        notes.extend(held.notes)
        notes.extend(f"no '{kind}:' trailer was added: {_WHY_NOT[kind]}" for kind in missing)
    return Binding(tuple(trailers), tuple(notes))


def default_binding(git: Git, reader: Reader, model: str, commit: str) -> Binding:
    """The `Artifact` trailers that are added by default, if the commit names the artifact's path.

    Nothing is fetched for them, and nothing large is hashed. What is missing for that reason becomes a note.
    """
    if is_partial_clone(git):
        named = files_at(git, commit, (declaration(model, DVC_FILE)[0], ANNOTATIONS_FILE))
        return Binding((), (f"{_NOT_ADDED} it might have to be fetched. {_ASK}",) if named else ())
    held = artifact_of(reader, model, commit, Documents())
    notes = list(held.notes)
    try:
        found = [("Artifact", value) for value in _artifact(git, commit, held, notes, asked=False)]
    except CannotJudge as problem:
        return Binding((), (*notes, f"{_NOT_ADDED} {problem}"))
    return Binding(tuple(found), tuple(notes))


_NOT_ADDED = "no 'Artifact:' trailer was added:"
_ASK = "--bind artifact adds it"
_WHY_NOT = {
    "Artifact": (
        "the commit does not name the model's artifact. Name its path in artifacts.yaml or dvc.yaml, or give the "
        "digest: --trailer 'Artifact=sha256:… PATH'"
    ),
    "Data": "no stage of dvc.lock that makes the artifact depends on data outside Git",
    "Metric": "the commit has no such metrics",
}


def _artifact(git: Git, commit: str, held: Contents, notes: list[str], *, asked: bool) -> Iterator[str]:
    """The values of the `Artifact` trailers. If the user `asked` for them, large files are hashed, too."""
    piece = held.artifact
    if piece is None:
        return
    known = {digest.partition(":")[0]: digest for digest in piece.digests}
    path = piece.path
    if not asked and (piece.size or 0) > MOST_UNASKED and "sha256" not in known:
        notes.append(f"{piece.path!r} is bound without its SHA-256, which would take long. {_ASK}")
    elif piece.source == "Git":
        known["sha256"] = f"sha256:{sha256_in_git(git, commit, piece.path)}"
    elif "md5" in known:
        here = _in_work_tree(git, piece, held.part, known)
        if here is None:
            notes.append(
                f"{piece.path!r} is bound only by DVC's MD5, and two files can be made to have the same one. The file "
                "of this commit is not in the work tree (`dvc checkout` brings it), so its SHA-256 is not known"
            )
        else:
            path = within(path, held.part)
            if asked:
                of_it = "in a folder whose MD5" if held.part else "whose MD5"
                notes.append(
                    f"the SHA-256 of {path!r} is that of the file in the work tree, {of_it} is the one in "
                    f"{piece.source!r}; the server does not have that file, so it can't check the SHA-256"
                )
            # The MD5 is that of the whole folder, not of the part.
            known = {"sha256": here} if held.part else {**known, "sha256": here}
    if _fits(path):
        yield from (f"{known[kind]} {path}" for kind in BOUND_KINDS if kind in known)


def _in_work_tree(git: Git, piece: Piece, part: str, known: Mapping[str, str]) -> str | None:
    """The SHA-256 of `piece` in the work tree, or of its `part`; None if it is missing or differs from the commit."""
    root = git.work_tree()
    path = os.path.join(root, piece.path) if root is not None else ""
    of_folder = known["md5"].endswith(".dir")
    if not (os.path.isdir(path) if of_folder else os.path.isfile(path)):
        return None
    try:
        found = _digests_at(path)
        if found.get("md5") != known["md5"]:
            return None
        if part:
            path = os.path.join(path, part)
            found = _digests_at(path)
    except OSError as error:
        raise CannotJudge(f"{error.filename or path!r} can't be read: {error.strerror}.") from error
    return found.get("sha256")


def _digests_at(path: str) -> dict[str, str]:
    return digests_of_folder(path) if os.path.isdir(path) else digests_of_file(path, {"md5": "", "sha256": ""})


def _metrics(held: Contents, names: Sequence[str]) -> Iterator[str]:
    values: dict[str, set[object]] = {}
    for metric in held.metrics:
        values.setdefault(metric.name, set()).add(str(metric.value))
    for metric in {one.name: one for one in held.metrics}.values():
        # If files give the same name different values, it is not clear which one to bind.
        if len(values[metric.name]) > 1 or (names and metric.name not in names):
            continue
        if is_number(metric.value) and _fits(metric.name) and "=" not in metric.name:
            yield f"{metric.name}={metric.value!r}"


def _fits(text: str) -> bool:
    """Whether `text` can be the value of a trailer without change: one printable line."""
    return text.isprintable() and text == text.strip()
