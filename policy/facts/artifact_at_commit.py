"""Checks the artifacts that a tag binds against its commit: against Git, Git LFS and DVC's files."""

from __future__ import annotations

from ..grammar.names import gto_spelling
from ..objects.annotations import annotation_in
from ..objects.dvc_files import output_of, within
from ..objects.needed_files import ANNOTATIONS_FILE, DVC_FILE, declaration, folder_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..objects.bound_artifacts import Bound
    from ..push import PathEntry, Target
    from .model_facts import ModelFacts

KINDS = {"symlink": "a symbolic link", "folder": "a folder", "submodule": "a submodule"}
TOO_LARGE = "the file is too large to be hashed here"
NOT_COMPARED = "for a file in Git only the SHA-256 and Git's id can be compared"


def problem_at_commit(bound: Bound, target: Target, facts: ModelFacts) -> str | None:
    """How the commit contradicts what a tag binds, as a sentence that begins with "it"; None if it does not.

    If the file is in Git, one of the digests must match it. If only DVC has it,
    its MD5 is compared, and the other digests are trusted, because the server
    does not have the file. Raises CannotJudge if parsing YAML takes too long.
    """
    entry = target.path_entries.get(bound.path)
    if entry is not None:
        return _problem_in_git(bound, entry)
    try:
        return _problem_in_dvc(bound, target, facts)
    except _Unreadable as unreadable:
        return f"what its commit records for {bound.path!r} can't be read: {unreadable}"


def problem_of_paths(bound: Sequence[Bound], target: Target, facts: ModelFacts) -> str | None:
    """The problem if no bound path is the model's path in `dvc.yaml` or, without an entry there, `artifacts.yaml`.

    It is a sentence that begins with "it". None if neither file names a path.
    """
    model = facts.model or ""
    file, name = declaration(model, DVC_FILE)
    places = ((file, ("artifacts",), name), (ANNOTATIONS_FILE, (), gto_spelling(model)))
    for file, tables, key in places:
        content = target.files.get(file)
        if content is None:
            continue
        found = annotation_in(content, key, facts.documents(), within=tables, folder=folder_of(model) if tables else "")
        if found is None or not found.path or "://" in found.path or "${" in found.path:
            continue
        path = within("", found.path)
        if path in (".", "..") or path.startswith(("/", "../")):
            return None
        if any(one.path == path or _lies_in(one.path, path) or _lies_in(path, one.path) for one in bound):
            return None
        return f"it binds {bound[0].path!r}, but {file!r} says that the model is {path!r}"
    return None


def _lies_in(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/")


class _Unreadable(Exception):
    """One of DVC's files can't be read; the message says which one and why."""


def _problem_in_git(bound: Bound, entry: PathEntry) -> str | None:
    there = {"git": f"git:{entry.oid}"}
    if entry.sha256 is not None:
        there["sha256"] = f"sha256:{entry.sha256}"
    seen = [kind for kind in bound.digests if kind in there]
    for kind in seen:
        if there[kind] != bound.digests[kind]:
            place = "Git LFS" if entry.in_lfs and kind == "sha256" else "Git"
            return f"it binds {bound.path!r} as {bound.digests[kind]}, but {place} has {there[kind]} at its commit"
    if seen:
        return None
    because = TOO_LARGE if "sha256" in bound.digests else NOT_COMPARED
    if entry.kind in KINDS:
        because = f"it is {KINDS[entry.kind]} in Git"
    return (
        f"it binds {bound.path!r} as {' and '.join(bound.digests.values())}, which can't be checked: {because}; "
        f"also bind its id in Git, 'Artifact: {there['git']} {bound.path}'"
    )


def _problem_in_dvc(bound: Bound, target: Target, facts: ModelFacts) -> str | None:
    def table(path: str) -> Mapping[Any, Any]:
        content = target.files.get(path)
        if content is None:
            return {}
        try:
            found = facts.documents().load(content)
        except ValueError as problem:
            raise _Unreadable(f"{path!r} is not YAML: {str(problem).partition(chr(10))[0]}") from None
        if not isinstance(found, dict):
            raise _Unreadable(f"{path!r} contains no table")
        return found

    out = output_of(bound.path, folder_of(facts.model or ""), table)
    if out is None or out.path != bound.path:
        return None
    for digest in out.digests:
        ours = bound.digests.get(digest.partition(":")[0])
        if ours not in (None, digest):
            return f"it binds {bound.path!r} as {ours}, but {out.source!r} says {digest} at its commit"
    return None
