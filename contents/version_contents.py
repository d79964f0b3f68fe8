"""Gathers the contents of a version, from the files of its commit and from the trailers of its tag.

The files are read by the conventions of DVC, Git LFS and plain metrics files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..policy.grammar.names import gto_spelling
from ..policy.objects.dvc_files import covers, tracked, within
from ..policy.objects.needed_files import ANNOTATIONS_FILE, DVC_FILE, declaration, folder_of
from ..policy.objects.piece import Piece
from .commit_files import CommitFiles
from .documents import flattened, plain
from .dvc import DEFAULT_PARAMS, read_pipeline
from .record import TAG, Contents, Stated
from .trailers import stated_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..policy.objects.dvc_files import Stage
    from .commit_files import Entries
    from .documents import Documents
    from .dvc import Pipeline

# The most metrics files, and the most parameters files, that are read.
MOST_READ = 50
PLAIN_METRICS = ("metrics.json", "dvclive/metrics.json")
PLAIN_PARAMS = (DEFAULT_PARAMS, "dvclive/params.yaml")


def contents_of(
    reader: Entries, model: str, commit: str, trailers: Iterable[tuple[str, str]], documents: Documents
) -> Contents:
    """The contents of the version of `model` (spelled as in tags) on `commit`, whose tag has these `trailers`."""
    files = CommitFiles(reader, commit, documents)
    folder = folder_of(model)
    pipeline = read_pipeline(files, folder)
    declared = _path_of(files, pipeline, model)
    stated = stated_in(trailers)
    path = stated.artifact.path if stated.artifact is not None else declared
    artifact = _artifact(files, pipeline, path, told=stated.artifact is not None) if path is not None else None
    maker = _maker(pipeline, path)
    deps = maker.deps if maker is not None else ()
    in_git = {dep.path: piece for dep in deps if (piece := files.piece(dep.path)) and piece.source == "Git"}
    metrics = list(_values(files, _metric_files(files, pipeline, folder, maker)))
    params = list(_values(files, _param_files(files, pipeline, folder)))
    data = tuple(dep for dep in deps if dep.path not in in_git)
    notes: list[str] = []
    artifact = _preferred_piece(stated.artifact, artifact, notes)
    part = _part_of(artifact, declared)
    if part and artifact is not None and stated.artifact is None:
        of_it = "the commit has only the digest of the folder"
        notes.append(f"{declared!r} is in {artifact.path!r}, which DVC tracks as a whole: {of_it}")
    return Contents(
        artifact,
        _preferred_pieces(stated.data, data, notes),
        tuple(in_git.values()),
        _preferred_values(stated.metrics, metrics, notes),
        tuple(params),
        (*stated.notes, *notes, *files.notes),
        part,
        _command(maker, folder),
        files.reproducible,
    )


def artifact_of(reader: Entries, model: str, commit: str, documents: Documents) -> Contents:
    """The contents of a version with only the artifact, and only from the files of the commit.

    Without notes if the commit does not name the artifact's path, because they would be about other files.
    """
    files = CommitFiles(reader, commit, documents)
    pipeline = read_pipeline(files, folder_of(model))
    path = _path_of(files, pipeline, model)
    if path is None:
        return Contents()
    artifact = _artifact(files, pipeline, path)
    return Contents(artifact, notes=files.notes, part=_part_of(artifact, path))


def _path_of(files: CommitFiles, pipeline: Pipeline | None, model: str) -> str | None:
    """The path of the artifact in `dvc.yaml` or, without an entry there, in GTO's `artifacts.yaml`."""
    name = declaration(model, DVC_FILE)[1]
    if pipeline is not None and name in pipeline.artifacts:
        return pipeline.artifacts[name]
    annotated = files.table(ANNOTATIONS_FILE).get(gto_spelling(model))
    path = annotated.get("path") if isinstance(annotated, dict) else None
    return within("", path) if isinstance(path, str) and path else None


def _artifact(files: CommitFiles, pipeline: Pipeline | None, path: str, *, told: bool = False) -> Piece | None:
    """The artifact at `path`: in Git or Git LFS, else in DVC by `dvc.lock`, else by a `.dvc` file."""
    stages = pipeline.stages if pipeline is not None else ()
    found = files.piece(path) or next((out for stage in stages for out in stage.outs if covers(out, path)), None)
    found = found or tracked(path, files.table)
    if found is None and not told:
        files.note(f"{path!r}, where the artifact should be, is neither in the commit nor known to DVC there")
    return found


def _part_of(artifact: Piece | None, declared: str | None) -> str:
    """The path of the `declared` artifact relative to `artifact`, if that is a folder around it; otherwise ""."""
    if artifact is None or declared is None or artifact.path == declared or not covers(artifact, declared):
        return ""
    return declared if artifact.path == "." else declared.removeprefix(f"{artifact.path}/")


def _maker(pipeline: Pipeline | None, path: str | None) -> Stage | None:
    if pipeline is None or path is None:
        return None
    return next((stage for stage in pipeline.stages if any(covers(out, path) for out in stage.outs)), None)


def _command(maker: Stage | None, folder: str) -> Stated | None:
    """The command of the stage, named after it; None if it is unknown."""
    if maker is None or not maker.command:
        return None
    return Stated(maker.name, maker.command, within(folder, "dvc.lock"))


def _metric_files(files: CommitFiles, pipeline: Pipeline | None, folder: str, maker: Stage | None) -> Iterator[str]:
    """The paths of the metrics files of the pipeline, of the stage that makes the artifact, and of later stages.

    If it is not known which stage makes the artifact, those of all stages; without
    any such file, the plain ones.
    """
    named: list[str] = []
    if pipeline is not None:
        after = None if maker is None else set(_downstream(maker, pipeline.stages))
        of_stages = [
            file
            for name, metrics in pipeline.metrics_of_stage.items()
            if after is None or name in after
            for file in metrics
        ]
        named = [*pipeline.metrics, *of_stages]
    yield from named or _plain(files, folder, PLAIN_METRICS)


def _param_files(files: CommitFiles, pipeline: Pipeline | None, folder: str) -> Iterator[str]:
    named: list[str] = []
    if pipeline is not None:
        of_stages = [file for params in pipeline.params_of_stage.values() for file in params]
        default = [DEFAULT_PARAMS] if folder in ("", ".") else []
        here = [one for one in [within(folder, DEFAULT_PARAMS), *default] if files.entry(one) is not None][:1]
        named = [*here, *pipeline.params, *of_stages]
    yield from named or _plain(files, folder, PLAIN_PARAMS)


def _plain(files: CommitFiles, folder: str, names: Sequence[str]) -> list[str]:
    """The first plain file that exists, in the model's folder or else at the root, in a list that may be empty."""
    paths = [within(place, name) for place in dict.fromkeys((folder, "")) for name in names]
    return [path for path in paths if files.entry(path) is not None][:1]


def _downstream(maker: Stage, stages: Sequence[Stage]) -> Iterator[str]:
    """The names, without `@item`, of `maker` and of all stages that depend on its outputs."""
    reached = [maker]
    for stage in reached:
        reached.extend(other for other in stages if other not in reached and _depends(other, stage))
    return (stage.name.partition("@")[0] for stage in reached)


def _depends(stage: Stage, on: Stage) -> bool:
    """Whether `stage` depends on an output of `on`, on a part of one, or on a folder that contains one."""
    return any(covers(out, dep.path) or covers(dep, out.path) for out in on.outs for dep in stage.deps)


def _values(files: CommitFiles, paths: Iterable[str]) -> Iterator[Stated]:
    for read, path in enumerate(dict.fromkeys(paths)):
        if read == MOST_READ:
            files.note(f"only the first {MOST_READ} files of metrics or parameters were read")
            return
        if files.entry(path) is None:
            files.note(f"{path!r} is not in Git at this commit")
            continue
        found, whole = flattened(files.table(path))
        if not whole:
            files.note(f"{path!r} has too many values: only the first {len(found)} are shown")
        yield from (Stated(name, plain(value), path) for name, value in found)


def _preferred_piece(stated: Piece | None, found: Piece | None, notes: list[str]) -> Piece | None:
    """The piece that the tag states, with the digests and the size that the commit adds to it."""
    if stated is None or found is None or stated.path != found.path:
        return stated or found
    own = {digest.partition(":")[0]: digest for digest in stated.digests}
    others = [(digest.partition(":")[0], digest) for digest in found.digests]
    notes.extend(
        f"{stated.path!r} is {own[kind]} according to the tag, and {digest} according to {found.source}; the tag counts"
        for kind, digest in others
        if own.get(kind, digest) != digest
    )
    added = tuple(digest for kind, digest in others if kind not in own)
    return Piece(stated.path, stated.digests + added, found.size, TAG)


def _preferred_pieces(stated: Sequence[Piece], found: Sequence[Piece], notes: list[str]) -> tuple[Piece, ...]:
    by_path = {piece.path: piece for piece in found}
    told = [_preferred_piece(piece, by_path.pop(piece.path, None), notes) for piece in stated]
    return (*(piece for piece in told if piece is not None), *by_path.values())


def _preferred_values(stated: Sequence[Stated], found: Sequence[Stated], notes: list[str]) -> tuple[Stated, ...]:
    own = {one.name: one for one in stated}
    notes.extend(
        f"{one.name} is {own[one.name].value} according to the tag, and {one.value} according to {one.source!r}; "
        "the tag counts"
        for one in found
        if one.name in own and own[one.name].value != one.value
    )
    return (*own.values(), *(one for one in found if one.name not in own))
