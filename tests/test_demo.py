"""The demo notices a push that does not end as it should."""

from __future__ import annotations

import pytest

from demo import Step, complaints
from support import PushResult

BEFORE = {"refs/heads/main": "a", "refs/tags/churn@v1.0.0": "b"}
AFTER = BEFORE | {"refs/tags/churn@v1.1.0": "c"}
GOOD = Step("A good push.", ("git push",), creates=("churn@v1.1.0",))
BAD = Step("A bad push.", ("git push",), refused_by="version-order")
TAKEN = PushResult(True, "", 0)
REFUSED = PushResult(False, "remote: churn@v0.9.0 [version-order] is below v1.0.0\n", 1)


@pytest.mark.parametrize(("step", "pushed", "after"), [(GOOD, TAKEN, AFTER), (BAD, REFUSED, BEFORE)])
def test_a_push_that_ends_as_it_should_is_not_complained_of(step, pushed, after) -> None:
    assert complaints(step, pushed, BEFORE, after) == []


@pytest.mark.parametrize(
    ("step", "pushed", "after", "complaint"),
    [
        (GOOD, REFUSED, BEFORE, "git push ended with 1"),
        (GOOD, TAKEN, BEFORE, "the server has got [] and not ['churn@v1.1.0']"),
        (GOOD, TAKEN, AFTER | {"refs/tags/churn@v9.0.0": "d"}, "the server has got"),
        (BAD, TAKEN, BEFORE, "git push ended with 0"),
        (
            BAD,
            PushResult(False, "remote: [who]\n", 1),
            BEFORE,
            "the rule [version-order] was not named by the server, but ['who']",
        ),
        (BAD._replace(by="clone"), REFUSED, BEFORE, "the rule [version-order] was not named by the clone"),
        (BAD, REFUSED, {}, "the server's refs have changed"),
        (BAD, REFUSED, AFTER, "the server's refs have changed"),
    ],
)
def test_a_push_that_does_not_is_complained_of(step, pushed, after, complaint: str) -> None:
    assert any(one.startswith(complaint) for one in complaints(step, pushed, BEFORE, after))
