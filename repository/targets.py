"""What the pushed tags point at: the commits, and the files in them that the policies ask for."""

from __future__ import annotations

from ..policy.commit_object import parse_commit
from ..policy.needs import ANNOTATIONS_FILE, needed_files
from ..policy.push import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..policy.commit_object import Commit
    from ..policy.judge import Judge
    from ..policy.push import ModelPush, RefUpdate
    from .branches import Lands
    from .reader import Reader

    Files = dict[str, dict[str, bytes | None]]

FILE_LIMIT = 1024 * 1024
COMMIT_LIMIT = 1024 * 1024
# Some ten thousand names; a larger root folder is searched on its own.
ROOT_LIMIT = 1024 * 1024


def read_targets(
    shares: Sequence[ModelPush],
    updates: Sequence[RefUpdate],
    reader: Reader,
    judges: Sequence[Judge],
    lands: Lands,
) -> dict[str, Target]:
    """The targets of the pushed tags by their ids. Raises CannotJudge where the repository can't be read."""
    from ..policy.tag_name import TagName

    asked: dict[str, dict[str, None]] = {}
    branches: dict[tuple[str, ...], set[str]] = {}
    for share in shares:
        settings = [judge.policy.for_model(share.model or "") for judge in judges]
        paths = [path for one in settings for path in needed_files(share.model or "", one)]
        globs = {one.target.branches for one in settings if one.levels["target-branch"] != "off"}
        for push in share.pushed:
            if push.new is None or push.new.object is None or not push.new.object.target:
                continue
            target = push.new.object.target
            asked.setdefault(target, {}).update(dict.fromkeys(paths))
            for glob in globs:
                branches.setdefault(glob, set()).add(target)
        if any(isinstance(push.name, TagName) and push.name.kind == "deprecate" for push in share.pushed):
            # GTO holds the dates of the model's commits against its deprecation.
            for tag in share.existing:
                if tag.object is not None and tag.object.target:
                    asked.setdefault(tag.object.target, {})
    return look_up(asked, reader, branches, updates, lands)


def look_up(
    asked: Mapping[str, Iterable[str]],
    reader: Reader,
    branches: Mapping[tuple[str, ...], Iterable[str]] = {},
    updates: Sequence[RefUpdate] = (),
    lands: Lands = lambda *_: True,
) -> dict[str, Target]:
    """The objects with these ids, by their ids, each with the files at the paths that are asked of it.

    `branches` maps lists of branch globs to the ids of which is asked whether
    such a branch contains them, however the push's `updates` land. Raises
    CannotJudge where the repository can't be read.
    """
    types: dict[str, str | None] = {}
    commits: dict[str, Commit] = {}
    for found in reader.objects(asked, limit=COMMIT_LIMIT, content_of="commit"):
        types[found.oid] = found.type
        if found.type == "commit":
            commits[found.oid] = parse_commit(found.data, found.size)
    files = _read_files({oid: asked[oid] for oid in commits}, commits, reader)
    within: dict[tuple[str, ...], set[str]] = {}
    for glob, oids in branches.items():
        from .branches import contained_in

        within[glob] = contained_in(glob, [oid for oid in oids if oid in commits], updates, reader, lands)
    return {
        oid: Target(
            oid,
            types[oid],
            files.get(oid, {}),
            {glob: oid in inside for glob, inside in within.items()},
            commits.get(oid),
        )
        for oid in asked
    }


def _read_files(asked: Mapping[str, Iterable[str]], commits: Mapping[str, Commit], reader: Reader) -> Files:
    files: Files = {oid: dict.fromkeys(paths) for oid, paths in asked.items()}
    bare = _without_annotations(
        [commits[oid].tree for oid, paths in files.items() if ANNOTATIONS_FILE in paths], reader
    )
    wanted = [
        (oid, path)
        for oid, paths in files.items()
        for path in paths
        if path != ANNOTATIONS_FILE or commits[oid].tree not in bare
    ]
    for (oid, path), content in zip(wanted, reader.files(wanted, limit=FILE_LIMIT), strict=True):
        files[oid][path] = content
        # GTO fails on a folder or submodule of that name as it does on a file that it can't read.
        if content is None and path == ANNOTATIONS_FILE and reader.entry(oid, path, limit=0) is not None:
            files[oid][path] = b""
    return files


def _without_annotations(trees: Sequence[str], reader: Reader) -> set[str]:
    """Those of the root folders that hold no annotations, as nearly all: one look tells, and commits may share them."""
    entry = b" " + ANNOTATIONS_FILE.encode() + b"\0"
    found = reader.objects(dict.fromkeys(trees), limit=ROOT_LIMIT, content_of="tree")
    return {
        tree.oid for tree in found if tree.type == "tree" and tree.size == len(tree.data) and entry not in tree.data
    }
