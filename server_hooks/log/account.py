"""Compares a repository's tags with its push log, for administrators.

It finds pushes of which only a part landed, and tags that were made, moved or
deleted without passing any hook.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS
from ...policy.grammar.tag_name import TagName, parse_tag_name
from ...policy.record import Record
from ...repository.git.program import GitProgram
from ..lock.push_lock import take_push_lock
from ..machine_settings import git_with_hook_settings
from .chain import read_lines, read_lines_backward, read_noted
from .files import has_log, size_of_log
from .line import LANDING
from .mark import everything_is_settled
from .reading import read_entry, seconds_of
from .settlement import ON_ITS_WAY, settle
from .tags_in_log import compare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, BinaryIO

    from ...repository.git.command import Git
    from .tags_in_log import Difference

WAIT = 5.0


class BrokenLanding(Record):
    """A push whose `missing` refs did not land, so that the others still break the rules in `broken`."""

    line: int
    missing: Sequence[str]
    broken: Sequence[tuple[str, str, str]]


class Account(Record):
    """What was found; `differences` are tags that differ from the log, `notes` say what could not be determined."""

    landings: Sequence[BrokenLanding]
    differences: Sequence[Difference]
    notes: Sequence[str]


def settle_now(common_dir: str, git: Git) -> str | None:
    """Settle what the last pushes left, if anything. Returns None, or why this user can't do it now."""
    if everything_is_settled(common_dir):
        return None
    try:
        lock = take_push_lock(common_dir, wait=WAIT, say=lambda _: None)
        try:
            settle(common_dir, git)
        finally:
            lock.release()
    except CannotJudge as problem:
        return f"what became of the last accepted pushes can't be told: {problem}"
    return None


def account_of(git_dir: str, *, ignored: Callable[[str], bool]) -> Account | None:
    """The account of the repository whose folder is `git_dir`; None if it has no push log.

    Tags whose names are `ignored` by the policy are left out. Raises CannotJudge
    or OSError if the log or the tags can't be read.
    """
    from ...repository.git.command import common_folder

    common_dir = os.path.abspath(common_folder(git_dir))
    if not has_log(common_dir):
        return None
    git = git_with_hook_settings(common_dir)
    notes = [note] if (note := settle_now(common_dir, git)) else []
    landings = _broken_landings(common_dir, git)
    try:
        differences, more = _differences(common_dir, git, ignored)
    except CannotJudge as problem:
        return Account(landings, (), (*notes, f"tags that passed no hook can't be found: {problem}"))
    return Account(landings, differences, (*notes, *more))


def record_existing_tags(common_dir: str) -> None:
    """Record the existing tags as the baseline, unless the repository has a baseline already.

    Raises CannotJudge or OSError if that fails.
    """
    from ...repository.git.command import Git

    _differences(common_dir, Git.of_folder(common_dir), lambda _: False, trust_existing=True)


def _differences(
    common_dir: str, git: Git, ignored: Callable[[str], bool], *, trust_existing: bool = False
) -> tuple[list[Difference], Sequence[str]]:
    with ExitStack() as files:
        tags = files.enter_context(tempfile.TemporaryFile())
        # Hold the lock, so that no accepted push is still landing; the slow part comes after its release.
        lock = take_push_lock(common_dir, wait=WAIT, say=lambda _: None)
        try:
            # Read the number first: lines that others add afterwards are not read.
            noted = read_noted(common_dir)
            end = size_of_log(common_dir)
            _list_tags(git, tags)
        finally:
            lock.release()
        size = end + tags.tell()
        tags.seek(0)
        lines = _lines_up_to(common_dir, end)
        newest = 0 if noted is None else noted.number
        found = compare(common_dir, lines, tags, size, files, newest=newest, trust_existing=trust_existing)
    notes = []
    if found.missing is not None:
        notes.append(
            f"the push log lacks {found.missing}, so that tags which no later line names can't be held "
            "against it: `tagwarden log --verify` says more. If they were put away on purpose, "
            "`rm tagwarden/tags-before-log` in the repository and `tagwarden install --server` take what stands now "
            "as given"
        )
    differences = [one for one in found.differences if _concerns_us(one.ref, ignored)]
    if differences:
        landing = _lines_still_landing(common_dir)
        differences = [one for one in differences if one.line not in landing]
    return differences, notes


def _lines_still_landing(common_dir: str) -> set[int | None]:
    """The numbers of the lines about pushes of which Git may still be moving the refs, because no lock was kept."""
    numbers: set[int | None] = set()
    for line in read_lines_backward(common_dir):
        entry = read_entry(line)
        if entry is None:
            continue
        if time.time() - seconds_of(entry) >= ON_ITS_WAY:
            break
        if entry["outcome"] in LANDING and entry.get("guarded") is False:
            numbers.add(entry["line"])
    return numbers


def _concerns_us(ref: str, ignored: Callable[[str], bool]) -> bool:
    name = ref.removeprefix(TAGS)
    return isinstance(parse_tag_name(name), TagName) and not ignored(name)


def _list_tags(git: Git, tags: BinaryIO) -> None:
    child = git.start("for-each-ref", "--format=%(objectname) %(refname)", TAGS)
    assert child.stdout is not None
    while chunk := child.stdout.read(1 << 16):
        tags.write(chunk)
    child.check()


def _lines_up_to(common_dir: str, end: int) -> Iterator[bytes]:
    for line in read_lines(common_dir):
        end -= len(line) + 1
        if end < 0:
            return
        yield line


def _broken_landings(common_dir: str, git: Git) -> list[BrokenLanding]:
    lines = (line for line in read_lines(common_dir) if b'"outcome":"incomplete"' in line[:80])
    entries = [entry for line in lines if (entry := read_entry(line)) is not None]
    broken = [(entry, found) for entry in entries if (found := list(_findings(entry)))]
    if not broken:
        return []
    reader = GitProgram(git)
    try:
        refs = {ref for entry, found in broken for ref in (*_missing(entry), *(ref for ref, _, _ in found))}
        current = reader.existing(sorted(refs))
    finally:
        reader.close()
    landings = []
    for entry, found in broken:
        # Either the missing refs came later after all, or somebody removed the others: both repair it.
        if any(current.get(update["ref"]) == update["new"] for update in entry["updates"]):
            continue
        still = [each for each in found if each[0] in current]
        if still:
            landings.append(BrokenLanding(entry["of_line"], _missing(entry), still))
    return landings


def _findings(entry: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for policy in entry["policies"]:
        for finding in policy["findings"]:
            if finding["severity"] == "error" and finding["ref"] is not None:
                yield finding["ref"], finding["rule"], finding["message"]


def _missing(entry: dict[str, Any]) -> list[str]:
    return [update["ref"] for update in entry["updates"]]
