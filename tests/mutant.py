"""One change that `make mutants` makes, and the tests that must notice it."""

from __future__ import annotations

from typing import NamedTuple

RULES = ("tests/policy/test_rules.py", "tests/policy/test_borders.py")
EVIDENCE = (*RULES, "tests/policy/test_evidence_borders.py")
ARTIFACTS = (*EVIDENCE, "tests/policy/test_bound_artifacts.py", "tests/server_hooks/test_artifacts.py")
PEOPLE = (*RULES, "tests/policy/test_people.py", "tests/policy/test_consequences.py")
HISTORY = (*RULES, "tests/policy/test_history.py")
NAMES = ("tests/policy/test_tag_name.py", "tests/policy/test_long_names.py")
VERSIONS = ("tests/policy/test_versions.py",)
GLOBS = ("tests/policy/test_globs.py",)
TAGS = ("tests/policy/test_tag_object.py", "tests/policy/test_borders.py")
COMMITS = ("tests/policy/test_commit_object.py", "tests/policy/test_borders.py")
TREES = ("tests/policy/test_tree_object.py", "tests/repository/test_tree_walk.py")
LANDING = ("tests/policy/test_landing.py", "tests/server_hooks/test_gate.py")
GATE = ("tests/server_hooks/test_gate.py", "tests/server_hooks/test_attacks.py")
VERSION_FILE = ("tests/policy/test_version_file.py",)
VERIFYING = ("tests/cli/test_verify.py", "tests/cli/test_binding.py")
WHO = ("tests/server_hooks/people/test_who.py",)
EMERGENCIES = ("tests/server_hooks/people/test_emergencies.py",)
LOG = ("tests/server_hooks/test_log_chain.py", "tests/server_hooks/test_log_writing.py")
LOGGED = ("tests/server_hooks/test_logged_pushes.py",)
SETTLEMENT = ("tests/server_hooks/test_settlement.py", "tests/server_hooks/test_settlement_mark.py")
CLONE = ("tests/hooks/test_pre_push.py", "tests/hooks/test_warn_only.py")
MAKING = ("tests/cli/test_creating_beside_a_remote.py",)
APPROVALS = ("tests/policy/test_approvals.py", "tests/repository/test_approval_schedules.py")
IN_REFS = ("tests/repository/test_approvals_in_refs.py", "tests/repository/test_approval_schedules.py")
GUARD = ("tests/policy/test_approvals.py", "tests/policy/test_guard.py")
APPROVED = (*EVIDENCE, "tests/policy/test_approvals.py")
LOCK = ("tests/server_hooks/test_push_lock.py",)
ONE_VERDICT = ("tests/policy/test_one_verdict.py",)
HOST_RULES = ("tests/host_rules/test_rules.py",)


class Mutant(NamedTuple):
    """`old` occurs once in `file`, and becomes `new`; one of the `tests`, arguments of pytest, must fail."""

    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def rule(name: str, old: str, new: str, tests: tuple[str, ...] = RULES) -> Mutant:
    return Mutant(f"policy/rules/{name}.py", old, new, tests)


def approvals(name: str, old: str, new: str, tests: tuple[str, ...] = APPROVALS) -> Mutant:
    return Mutant(f"policy/approvals/{name}.py", old, new, tests)
