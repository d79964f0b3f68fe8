"""Reads the targets of pushed tags: the commits, and the files in them that the policies need."""

from __future__ import annotations

from ...policy.objects.commit_object import parse_commit
from ...policy.objects.needed_files import ANNOTATIONS_FILE, MOST_FILE_BYTES, folder_of, needed_files
from ...policy.push import Target
from ...policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ...policy.judging.judge import Judge
    from ...policy.objects.commit_object import Commit
    from ...policy.objects.tree_shape import Shape
    from ...policy.push import ModelPush, PathEntry, RefUpdate, Tag
    from ..git.reader import Reader
    from .branches import Lands

    Files = dict[str, dict[str, bytes | None]]

# One byte more than allowed, to recognize files that are too large.
FILE_LIMIT = MOST_FILE_BYTES + 1
COMMIT_LIMIT = 1024 * 1024
# Enough for some ten thousand names; Git itself searches larger root folders.
ROOT_LIMIT = 1024 * 1024


def read_targets(
    shares: Sequence[ModelPush],
    updates: Sequence[RefUpdate],
    reader: Reader,
    judges: Sequence[Judge],
    lands: Lands,
) -> dict[str, Target]:
    """The targets of the pushed tags, by id. Raises CannotJudge if the repository can't be read."""
    asked = _asked(shares, judges)
    types: dict[str, str | None] = {}
    commits: dict[str, Commit] = {}
    for found in reader.objects(asked.paths, limit=COMMIT_LIMIT, content_of="commit"):
        types[found.oid] = found.type
        if found.type == "commit":
            commits[found.oid] = parse_commit(found.data, found.size)
    shapes = _shapes(asked, commits, reader)
    files = _read_files(asked.paths, commits, shapes, reader)
    placed = _read_artifacts(asked, files, reader) if asked.bound else {}
    within: dict[tuple[str, ...], set[str]] = {}
    for glob, oids in asked.branches.items():
        from .branches import contained_in

        within[glob] = contained_in(glob, [oid for oid in oids if oid in commits], updates, reader, lands)
    return {
        oid: Target(
            oid,
            types[oid],
            files.get(oid, {}),
            {glob: oid in inside for glob, inside in within.items()},
            commits.get(oid),
            shapes.get(commits[oid].tree) if oid in asked.walked and oid in commits else None,
            placed.get(oid, {}),
        )
        for oid in asked.paths
    }


class _Asked(Record):
    """What the policies need to know about the targets.

    `paths`: target id → paths of the files to read. `branches`: globs → ids of the targets that a branch matching them
    should contain. `walked`: ids of the targets whose trees are walked within `max_paths` and `max_depth`. `bound`:
    target id → (bound path, folder of the model) → kinds of digest that the tags give.
    """

    paths: dict[str, dict[str, None]]
    branches: dict[tuple[str, ...], set[str]]
    walked: set[str]
    max_paths: int
    max_depth: int
    bound: dict[str, dict[tuple[str, str], set[str]]]


def _asked(shares: Sequence[ModelPush], judges: Sequence[Judge]) -> _Asked:
    from ...policy.grammar.tag_name import TagName

    asked = _Asked({}, {}, set(), 0, 0, {})
    for share in shares:
        settings = [judge.settings_of(share.model) for judge in judges]
        paths = [path for one in settings for path in needed_files(share.model or "", one)]
        globs = {one.target.branches for one in settings if one.levels["target-branch"] != "off"}
        bounds = [one.target for one in settings if one.levels["target-tree"] != "off"]
        asked = asked._replace(
            max_paths=max([asked.max_paths, *[one.max_paths for one in bounds]]),
            max_depth=max([asked.max_depth, *[one.max_depth for one in bounds]]),
        )
        if any(one.levels["artifact"] != "off" for one in settings):
            _ask_for_artifacts(share, asked)
        if any(one.levels["tag-permanent"] != "off" for one in settings):
            # A tag that nobody can read may be deleted, so the old target must be read.
            for gone in _targets_of(push.old for push in share.pushed if push.new is None):
                asked.paths.setdefault(gone, {})
                if bounds:
                    asked.walked.add(gone)
        for target in _targets_of(push.new for push in share.pushed):
            asked.paths.setdefault(target, {}).update(dict.fromkeys(paths))
            if bounds:
                asked.walked.add(target)
            for glob in globs:
                asked.branches.setdefault(glob, set()).add(target)
        if any(isinstance(push.name, TagName) and push.name.kind == "deprecate" for push in share.pushed):
            # GTO compares the date of a deprecation with those of the model's commits.
            for target in _targets_of(share.existing):
                asked.paths.setdefault(target, {})
    return asked


def _ask_for_artifacts(share: ModelPush, asked: _Asked) -> None:
    from ...policy.grammar.tag_name import TagName
    from .artifacts import kinds_by_path

    folder = folder_of(share.model or "")
    for push in share.pushed:
        found = push.new.object if push.new is not None else None
        if found is not None and isinstance(push.name, TagName) and push.name.kind in ("register", "assign"):
            for path, kinds in kinds_by_path(found).items():
                of_target = asked.bound.setdefault(found.target, {})
                of_target.setdefault((path, folder), set()).update(kinds)


def _read_artifacts(asked: _Asked, files: Files, reader: Reader) -> dict[str, dict[str, PathEntry | None]]:
    """What Git has at the bound paths, by target id. For paths with nothing, DVC's files about them go into `files`."""
    from .artifacts import Artifacts

    artifacts = Artifacts(reader)
    placed: dict[str, dict[str, PathEntry | None]] = {}
    wanted: dict[tuple[str, str], None] = {}
    for oid, bound in asked.bound.items():
        if oid not in files:
            continue
        by_path: dict[str, set[str]] = {}
        for (path, _), kinds in bound.items():
            by_path.setdefault(path, set()).update(kinds)
        placed[oid] = artifacts.entries(oid, by_path)
        for path, folder in bound:
            if placed[oid].get(path) is None:
                told = artifacts.files_of_dvc(path, folder)
                wanted.update(((oid, file), None) for file in told if file not in files[oid])
    for (oid, file), content in zip(wanted, reader.files(list(wanted), limit=FILE_LIMIT), strict=True):
        files[oid][file] = content
    return placed


def _targets_of(tags: Iterable[Tag | None]) -> dict[str, None]:
    """The ids that these tags point at, each once: in a push of a whole history, many tags share a commit."""
    objects = (tag.object for tag in tags if tag is not None)
    return dict.fromkeys(found.target for found in objects if found is not None and found.target)


def _shapes(asked: _Asked, commits: Mapping[str, Commit], reader: Reader) -> dict[str, Shape]:
    trees = dict.fromkeys(
        commit.tree for oid, commit in commits.items() if oid in asked.walked and commit.defect is None
    )
    return reader.shapes(list(trees), max_paths=asked.max_paths, max_depth=asked.max_depth) if trees else {}


def _read_files(
    asked: Mapping[str, Iterable[str]], commits: Mapping[str, Commit], shapes: Mapping[str, Shape], reader: Reader
) -> Files:
    """The requested files of each commit, None if missing; commits that can't be read are left out.

    Git fails on a tree that it can't read, whichever file in it is asked for.
    """
    readable = {
        oid: commit
        for oid, commit in commits.items()
        if commit.defect is None and (commit.tree not in shapes or not shapes[commit.tree].defect)
    }
    files: Files = {oid: dict.fromkeys(asked[oid]) for oid in readable}
    roots = {commits[oid].tree for oid, paths in files.items() if ANNOTATIONS_FILE in paths}
    bare = {root for root in roots if root in shapes and not shapes[root].annotated}
    bare |= _without_annotations(sorted(roots - shapes.keys()), reader)
    wanted = [
        (oid, path)
        for oid, paths in files.items()
        for path in paths
        if path != ANNOTATIONS_FILE or commits[oid].tree not in bare
    ]
    for (oid, path), content in zip(wanted, reader.files(wanted, limit=FILE_LIMIT), strict=True):
        files[oid][path] = content
        # GTO fails on a folder or submodule of that name in the same way as on a file that it can't parse.
        if content is None and path == ANNOTATIONS_FILE and reader.entry(oid, path, limit=0) is not None:
            files[oid][path] = b""
    return files


def _without_annotations(trees: Sequence[str], reader: Reader) -> set[str]:
    """The root folders without an annotations file. Most have none, and commits may share them, so this saves calls."""
    entry = b" " + ANNOTATIONS_FILE.encode() + b"\0"
    found = reader.objects(dict.fromkeys(trees), limit=ROOT_LIMIT, content_of="tree")
    return {
        tree.oid for tree in found if tree.type == "tree" and tree.size == len(tree.data) and entry not in tree.data
    }
