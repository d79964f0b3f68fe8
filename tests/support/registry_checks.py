"""What must be true of a server after any push by anybody: nobody is locked out, misled or lied to."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import gto.api
import pygit2

from tagwarden.policy.grammar.near_miss import NearMiss
from tagwarden.policy.grammar.tag_name import parse_tag_name
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.registry import read_tags
from tagwarden.server_hooks.log.chain import read_lines, verify

from .command_line import tagwarden
from .gto_in_memory import gto_in_memory
from .gto_reading import Reading, read_by_gto, read_by_tagwarden, while_nothing_changes

TAGS = "refs/tags/"
LANDED = ("accepted", "emergency", "would-be-refused")

Refs = Mapping[str, str]
Errors = frozenset[tuple[str, str | None]]


def changed(before: Refs, after: Refs) -> set[str]:
    """The refs that were created, moved or deleted: a tag by its name, any other ref without `refs/`."""
    refs = {ref for ref in before.keys() | after.keys() if before.get(ref) != after.get(ref)}
    return {ref.removeprefix(TAGS).removeprefix("refs/") for ref in refs}


def is_model_tag(ref: str) -> bool:
    """Whether `ref` is an event of a model for GTO."""
    name = parse_tag_name(ref.removeprefix(TAGS)) if ref.startswith(TAGS) else None
    return name is not None and not isinstance(name, NearMiss)


def audit_errors(git_dir: Path) -> Errors:
    """The rules that are broken according to `audit` under the policy in force, each with the ref that breaks it.

    If it could not judge, that is one error without a rule.
    """
    ran = tagwarden(git_dir, "audit", "--format", "json")
    if ran.status == 3:
        return frozenset({(f"can't judge: {ran.err or ran.out}", None)})
    assert ran.status in (0, 1), ran.err
    return frozenset((each["rule"], each["ref"]) for each in ran.json["findings"] if each["severity"] == "error")


def newly_wrong(earlier: Errors, now: Errors, before: Refs, after: Refs) -> Errors:
    """The errors of `audit` that are new `now` and caused by a tag.

    Rewinding a branch may remove the commits of existing tags from it, which is no tag's fault.
    """
    stood = {ref for ref in before if after.get(ref) == before[ref]}
    return frozenset((rule, ref) for rule, ref in now - earlier if rule != "target-branch" or ref not in stood)


def is_rewound(git_dir: Path, before: Refs, after: Refs) -> bool:
    """Whether any branch has lost commits or was deleted."""
    branches = [ref for ref in before if ref.startswith("refs/heads/") and after.get(ref) != before[ref]]
    return any(not _contains(git_dir, after.get(ref), before[ref]) for ref in branches)


def check_gto_agrees(git_dir: Path) -> Reading:
    """Check that GTO's `show`, `history` and `check-ref` work and agree with this project's `show`.

    Returns what both read. If GTO's library can't open the repository (SHA-256, reftable), GTO's code reads the tags
    from memory.
    """
    if _libgit2_opens(git_dir):
        with while_nothing_changes():
            return _agreed(git_dir, git_dir)
    reader = GitProgram(Git.at(str(git_dir)))
    try:
        tags = [tag for _, tag in read_tags(reader)]
    finally:
        reader.close()
    with gto_in_memory(tags):
        return _agreed(git_dir, Path("in memory"))


def _libgit2_opens(git_dir: Path) -> bool:
    try:
        pygit2.Repository(str(git_dir))
    except pygit2.GitError:
        return False
    return True


def _agreed(git_dir: Path, read_by_gto_at: Path) -> Reading:
    ours = read_by_tagwarden(git_dir)
    assert read_by_gto(read_by_gto_at) == ours
    history = gto.api.history(str(read_by_gto_at))
    for tag in {event["ref"] for event in history}:
        assert gto.api.check_ref(str(read_by_gto_at), tag), f"gto check-ref says nothing of {tag}"
    return ours


def log_is_true(git_dir: Path, before: Refs, after: Refs, *, beside: Iterable[str] = ()) -> None:
    """Check that the push log is complete, and explains each model tag's change between `before` and `after`.

    What did not land of an accepted push may be logged late, in a line of its own by
    the next holder of the lock. `beside` are refs that were changed without the hook.
    Raises AssertionError with the first difference.
    """
    if _logged_wrongly(git_dir, before, after, beside):
        # Reading the log settles the remaining pushes.
        tagwarden(git_dir, "log")
    wrong = _logged_wrongly(git_dir, before, after, beside)
    assert not wrong, f"the push log says what is not so of {wrong}"
    assert not verify(str(git_dir)).troubles


def _logged_wrongly(git_dir: Path, before: Refs, after: Refs, beside: Iterable[str]) -> list[str]:
    """The tags about which the log is wrong."""
    logged = dict(before)
    claimed = set()
    for line in map(json.loads, read_lines(str(git_dir))):
        for update in line["updates"]:
            ref, new = update["ref"], update["new"]
            if line["outcome"] in LANDED:
                claimed.add(ref)
                logged[ref] = new
            elif line["outcome"] == "incomplete":
                claimed.discard(ref)
                logged[ref] = before.get(ref)
    changed = {ref for ref in before.keys() | after.keys() if is_model_tag(ref) and before.get(ref) != after.get(ref)}
    false = {ref for ref in claimed if logged.get(ref) != after.get(ref)}
    false -= {ref for ref in false if not ref.startswith(TAGS) and _contains(git_dir, after.get(ref), logged.get(ref))}
    wrong = false | (changed - claimed)
    return sorted(wrong.difference(beside))


def _contains(git_dir: Path, tip: str | None, commit: str | None) -> bool:
    """Whether a branch at `tip` contains the pushed `commit`."""
    if tip is None or commit is None:
        return False
    asked = ["git", "-C", str(git_dir), "merge-base", "--is-ancestor", commit, tip]
    return subprocess.run(asked, capture_output=True).returncode == 0
