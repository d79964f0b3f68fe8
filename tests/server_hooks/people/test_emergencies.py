"""Emergencies, declared in real pushes over HTTP with names and passwords."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support import PushResult, Repo, Server
from support.people import POLICY, newest, stands


def emergency(value: str) -> tuple[str, str]:
    return ("-o", f"tagwarden.emergency={value}")


def with_option(clone: Repo, url: str, who: str, value: str, ref: str) -> PushResult:
    ran = clone.try_git("push", *emergency(value), url.replace("NAME", who), ref)
    return PushResult(ran.returncode == 0, ran.stderr.decode(), ran.returncode)


@pytest.fixture
def below(governed: Server, clone: Repo) -> str:
    """A tag that breaks version-order."""
    clone.tag("churn@v2.0.0")
    stands(governed, clone, "churn@v2.0.0")
    clone.commit()
    clone.tag("churn@v1.9.0")
    return "refs/tags/churn@v1.9.0"


def test_in_an_emergency_those_who_may_break_a_rule_for_a_reason(
    governed: Server, clone: Repo, url: str, below: str
) -> None:
    result = with_option(clone, url, "grace", "version-order: hotfix for 1.x", below)

    assert result.ok, result.stderr
    assert "[version-order]" in result.stderr
    assert "hotfix for 1.x" in result.stderr
    logged = newest(governed)
    assert (logged["outcome"], logged["emergency"]) == ("emergency", {"version-order": "hotfix for 1.x"})


@pytest.mark.parametrize(
    ("who", "value", "said"),
    [
        ("ada", "version-order: hotfix", "emergency.who does not name 'ada'"),
        ("grace", "version-order:", "must name a rule and a reason"),
        ("grace", "version-order", "must name a rule and a reason"),
        ("grace", "target-branch: hotfix", "emergency.rules lists version-order, who, message"),
        ("grace", "message: hotfix", None),
    ],
)
def test_an_emergency_that_does_not_count_lets_nothing_pass(
    governed: Server, clone: Repo, url: str, below: str, who: str, value: str, said: str | None
) -> None:
    result = with_option(clone, url, who, value, below)

    assert not result.ok
    assert result.refused_by == {"version-order"}
    assert said is None or said in result.stderr
    assert newest(governed)["outcome"] == "refused"


def test_an_emergency_does_not_let_pass_what_it_did_not_name(clone: Repo, url: str, governed: Server) -> None:
    clone.lightweight("churn@v1.0.0")
    result = with_option(clone, url, "grace", "version-order: urgent", "refs/tags/churn@v1.0.0")

    assert result.refused_by == {"annotated"}
    assert newest(governed)["outcome"] == "refused"


def test_an_emergency_in_a_push_that_is_refused_all_the_same_is_not_said_to_have_broken_anything(
    governed: Server, clone: Repo, url: str, below: str
) -> None:
    assert governed.tags()
    clone.lightweight("churn@v1.8.0", "HEAD~1")
    ran = clone.try_git(
        "push", *emergency("version-order: urgent"), url.replace("NAME", "grace"), below, "refs/tags/churn@v1.8.0"
    )
    said = ran.stderr.decode()

    assert ran.returncode != 0
    assert "was broken" not in said
    assert "version-order does not refuse this push" in said
    assert newest(governed)["outcome"] == "refused"


def test_the_update_hook_takes_no_emergency_from_its_environment(new_server: Callable[..., Server]) -> None:
    """It is given no push options; what is called so there came from elsewhere."""
    server = new_server(hook="update", name="update.git")
    server.commit_on_main({"tagwarden.toml": POLICY})
    server.git("config", "tagwarden.pusher", "env:WHO")
    clone = server.clone()
    clone.tag("churn@v2.0.0")
    stands(server, clone, "churn@v2.0.0")
    clone.commit()
    clone.tag("churn@v1.9.0")
    left_over = {"GIT_PUSH_OPTION_COUNT": "1", "GIT_PUSH_OPTION_0": "tagwarden.emergency=version-order: urgent"}

    pushed = clone.push("refs/tags/churn@v1.9.0", env={"WHO": "grace", **left_over})
    assert (pushed.ok, pushed.rules) == (False, {"version-order"})
