"""Why a server with the `update` hook takes no atomic pushes.

In an atomic push no ref moves before Git has called `update` for the last one.
Each tag would be judged as if the others were not there, and two that break a
rule together would both get in. The hook is not told that a push is atomic, so
Git has to be told to take none (git-config(1), receive.advertiseAtomic).
"""

from __future__ import annotations

from ..policy.errors import CannotJudge

SETTING = "receive.advertiseAtomic"
NO = ("false", "no", "off", "0")


def check_that_no_push_is_atomic(value: str | None) -> None:
    """CannotJudge unless `value`, that of the setting, rules atomic pushes out."""
    if (value or "").lower() not in NO:
        raise CannotJudge(
            "The update hook can't judge what belongs together in an atomic push. Whoever runs the server must "
            f"rule such pushes out: `git config {SETTING} false`; or install the pre-receive hook instead."
        )
