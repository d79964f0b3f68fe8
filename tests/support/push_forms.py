"""A table of the ways in which a bad tag can be pushed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from .client_set_ups import Workplace
from .repositories import Repo

BAD = "m@1.0"


class Push(NamedTuple):
    """The arguments of `git push`, and where it runs, by default in the clone."""

    arguments: list[str]
    folder: Path | None = None


class Form(NamedTuple):
    """`prepare` makes the bad tag and returns how to push it; `rule` refuses it.

    `seen_by_pre_commit` says whether pre-commit would start a hook of its pre-push
    stage at all.
    """

    title: str
    prepare: Callable[[Workplace], Push]
    rule: str = "tag-name"
    seen_by_pre_commit: bool = False


def bad_tag(clone: Repo, target: str = "HEAD") -> None:
    clone.tag(BAD, target)


def lightweight(place: Workplace) -> Push:
    place.clone.lightweight("m@v1.0.0")
    return Push(["origin", "m@v1.0.0"])


def annotated(place: Workplace) -> Push:
    bad_tag(place.clone)
    return Push(["origin", BAD])


def all_tags(place: Workplace) -> Push:
    bad_tag(place.clone)
    place.clone.lightweight("nightly")
    return Push(["--tags", "origin"])


def good_and_bad(place: Workplace) -> Push:
    bad_tag(place.clone)
    place.clone.tag("m@v1.0.0")
    return Push(["origin", "m@v1.0.0", BAD])


def new_commit(clone: Repo) -> str:
    commit = clone.git("commit-tree", "-p", "HEAD", "-m", "Further", "HEAD^{tree}")
    clone.git("update-ref", "refs/heads/main", commit)
    return commit


def branch_and_tag(place: Workplace) -> Push:
    bad_tag(place.clone, new_commit(place.clone))
    return Push(["origin", "main", BAD])


def follow_tags(place: Workplace) -> Push:
    bad_tag(place.clone, new_commit(place.clone))
    return Push(["--follow-tags", "origin", "main"])


def deleted_by_refspec(place: Workplace) -> Push:
    return Push(["origin", ":refs/tags/live@v1.0.0"])


def deleted_by_option(place: Workplace) -> Push:
    return Push(["origin", "--delete", "live@v1.0.0"])


def moved_annotated(place: Workplace) -> Push:
    place.clone.tag("live@v1.0.0", new_commit(place.clone))
    return Push(["-f", "origin", "live@v1.0.0"])


def moved_lightweight(place: Workplace) -> Push:
    place.clone.lightweight("old@v1.0.0", new_commit(place.clone))
    return Push(["-f", "origin", "old@v1.0.0"])


def on_a_file(place: Workplace) -> Push:
    place.clone.tag("m@v1.0.0", "HEAD:README.md")
    return Push(["origin", "m@v1.0.0"])


def on_a_folder(place: Workplace) -> Push:
    place.clone.tag("m@v1.0.0", "HEAD^{tree}")
    return Push(["origin", "m@v1.0.0"])


def without_a_local_tag(place: Workplace) -> Push:
    return Push(["origin", "HEAD:refs/tags/m@v1.0.0"])


def from_a_name_with_spaces(place: Workplace) -> Push:
    return Push(["origin", "HEAD^{/Change}:refs/tags/m@v1.0.0"])


def to_a_url(place: Workplace) -> Push:
    bad_tag(place.clone)
    return Push([str(place.server.path), BAD])


def mirror(place: Workplace) -> Push:
    bad_tag(place.clone)
    return Push(["--mirror", "origin"])


def prune(place: Workplace) -> Push:
    place.clone.git("tag", "-d", "live@v1.0.0")
    return Push(["--prune", "origin", "refs/tags/*:refs/tags/*"])


def atomic(place: Workplace) -> Push:
    bad_tag(place.clone)
    return Push(["--atomic", "origin", "main", BAD])


def by_a_configured_refspec(place: Workplace) -> Push:
    place.clone.lightweight("nightly")
    return Push(["origin", "refs/tags/nightly:refs/tags/m@v1.0.0"])


def from_a_linked_work_tree(place: Workplace) -> Push:
    bad_tag(place.clone)
    return Push(["origin", BAD], place.linked.path)


def name_that_is_not_utf8(place: Workplace) -> Push:
    place.clone.git("update-ref", os.fsdecode(b"refs/tags/m@v1.0.0\xff"), "HEAD")
    return Push(["--tags", "origin"])


def name_with_a_line_separator(place: Workplace) -> Push:
    place.clone.git("update-ref", "refs/tags/m@v1.0.0\u2028", "HEAD")
    return Push(["--tags", "origin"])


FORMS = (
    Form("a lightweight tag on a commit that is there", lightweight, "annotated"),
    Form("an annotated tag on a commit that is there", annotated),
    Form("`--tags`", all_tags),
    Form("a bad tag among good ones", good_and_bad),
    Form("a branch and a tag", branch_and_tag, seen_by_pre_commit=True),
    Form("`--follow-tags`", follow_tags, seen_by_pre_commit=True),
    Form("a deletion, `:refs/tags/x`", deleted_by_refspec, "tag-permanent"),
    Form("a deletion, `--delete`", deleted_by_option, "tag-permanent"),
    Form("a moved annotated tag, `-f`", moved_annotated, "tag-immutable", seen_by_pre_commit=True),
    Form("a moved lightweight tag, `-f`", moved_lightweight, "tag-immutable", seen_by_pre_commit=True),
    Form("a tag on a file", on_a_file, "target-commit"),
    Form("a tag on a folder", on_a_folder, "target-commit"),
    Form("`HEAD:refs/tags/x`, no local tag", without_a_local_tag, "annotated"),
    Form("`HEAD^{/text}:refs/tags/x`", from_a_name_with_spaces, "annotated"),
    Form("to a URL", to_a_url, seen_by_pre_commit=True),
    Form("`--mirror`", mirror),
    Form("`--prune`", prune, "tag-permanent"),
    Form("`--atomic`", atomic),
    Form("another name on the remote", by_a_configured_refspec, "annotated"),
    Form("from a linked work tree", from_a_linked_work_tree),
    Form("a name that is not UTF-8", name_that_is_not_utf8),
    Form("a name with U+2028", name_with_a_line_separator),
)
