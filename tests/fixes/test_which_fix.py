"""Which of several fixes for one tag is printed, and those that begin with their purpose or with whom to ask."""

from __future__ import annotations

import pytest

from support.command_line import tagwarden
from support.examples import judge_example, oid, parse_line
from support.repositories import Repo
from tagwarden.policy.rules.approved import APPROVED
from tagwarden.policy.rules.contract import refused
from tagwarden.policy.rules.version_order import THREE

ONE = ("churn@v1.0.0",)
IN_PROD = (*ONE, "churn#prod at 2")
PROPOSE = "git push origin {0:.12}:refs/tagwarden/proposals/{0}"
ABOVE = "for a version above v2.0.0: git tag -d churn@v1.1.1; "
REGISTER = f"tagwarden register churn {oid('c4')[:12]}"
ASSIGN = "tagwarden assign churn prod --version v1.0.0"


def allow(*who: str, groups: str = "") -> str:
    return f'[people]\n{groups}\n[[people.allow]]\nwho = {list(who)}\nwhat = ["assign", "register"]\n'


MANY = allow("@ml", "ada2", groups='groups.ml = ["bo", "cy", "dee", "eve"]')
SOMEBODY_PROPOSED = APPROVED.replace("[approvals]", allow("grace") + "[approvals]")

# (the pushed tag, the existing ones, the policy): the fix and the rule of the finding that has it.
FIXES = {
    ("churn@v1.1.1 on c4 at 4", THREE, ""): ("version-order", ABOVE + REGISTER),
    ("churn@v1.1.1 on c4 at 4 with ", THREE, ""): ("message", ABOVE + REGISTER),
    ("churn@v1.1.1 on c1 at 4", THREE, ""): (
        "version-per-commit",
        ABOVE + "git commit --allow-empty && tagwarden register churn",
    ),
    ("churn#prod at 2", ONE, APPROVED): ("approved", PROPOSE),
    # A proposal of a tag without a message could not land.
    ("churn#prod at 2 with ", ONE, APPROVED): ("message", f"git tag -f -a 'churn#prod' {oid('c1')[:12]}"),
    ("churn#prod at 2", ONE, SOMEBODY_PROPOSED): ("approved", PROPOSE),
    ("churn#prod at 2", ONE, allow("grace")): ("who", f"ask grace to run: {ASSIGN} --push"),
    ("churn#prod at 2", ONE, MANY): ("who", f"ask bo, cy or dee to run: {ASSIGN} --push"),
    ("churn#prod at 2", ONE, allow("signer:x@y", "grace")): ("who", f"ask grace to run: {ASSIGN} --push"),
    ("churn#prod at 2", ONE, allow("signer:x@y")): ("who", f"ask x@y to run: {ASSIGN} --sign --push"),
    ("churn#prod#2 at 3", IN_PROD, allow("grace")): ("who", f"ask grace to run: {ASSIGN} --force --push"),
    ("churn@v1.1.0 on c2 at 2", ONE, allow("grace")): (
        "who",
        f"ask grace to run: tagwarden register churn {oid('c2')} --version v1.1.0 --push",
    ),
    ("churn#prod at 2 with ", ONE, allow("grace")): ("message", f"git tag -f -a 'churn#prod' {oid('c1')[:12]}"),
    # A tag that is only better would be refused like this one.
    ("churn@v1.1.1 on c4 at 4", THREE, allow("grace") + '[rules]\nversion-order = "warning"\n'): (
        "who",
        f"ask grace to run: tagwarden register churn {oid('c4')} --version v1.1.1 --push",
    ),
    ("churn#prod on c2 at 2", ONE, allow("grace")): ("state-exists", "git tag -d 'churn#prod'; tagwarden show churn"),
    ("churn#prdo at 3", IN_PROD, '[stages]\nnames = ["prod"]\n'): ("stage-known", "git tag -d 'churn#prdo'"),
}


@pytest.mark.parametrize(("pushed", "existing", "policy"), FIXES)
def test_a_tag_has_one_fix(pushed: str, existing: tuple[str, ...], policy: str) -> None:
    verdict = judge_example(refused("", pushed, existing=existing, policy=policy))

    rule, fix = FIXES[pushed, existing, policy]
    told = [(found.rule, found.fix) for found in verdict.findings if found.fix]
    assert told == [(rule, fix.format(parse_line(pushed).tag.oid))], verdict.findings


def test_nobody_is_asked_who_may_do_only_half_of_it() -> None:
    of_linus = '[[people.allow]]\nwho = ["linus"]\nwhat = ["deregister"]\n'
    of_grace = '[[people.allow]]\nwho = ["grace"]\nstages = ["prod"]\n'

    verdict = judge_example(refused("", "churn@v1.0.0! at 3", existing=IN_PROD, policy=of_linus + of_grace))

    assert [(found.rule, found.key, found.fix) for found in verdict.findings] == [("who", "people.allow[1]", None)]


def test_what_is_assigned_once_more_is_so_by_the_fix_too(repo: Repo) -> None:
    (repo.path / "tagwarden.toml").write_text('[message]\npattern = "ML-[0-9]+: .*"\n')
    repo.tag("churn@v1.0.0", message="ML-1: ready")
    repo.tag("churn#prod#1", message="ML-2: go")

    ran = tagwarden(repo.path, "assign", "churn", "prod", "--version", "v1.0.0", "--force", "-m", "again")

    assert f"fix: {ASSIGN} --force --edit\n" in ran.err
