"""The push log on a repository's page."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.logged_lines import ENTRY
from tagwarden.dashboard.guard import guard_of
from tagwarden.policy.push import RefUpdate
from tagwarden.server_hooks.log.append import append_to_log

OLD, NEW = "1" * 40, "2" * 40


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (None, NEW, "created"),
        (OLD, NEW, "moved"),
        (OLD, None, "deleted"),
        (OLD, OLD, "nothing"),
        (None, None, "nothing"),
    ],
)
def test_a_page_says_what_a_push_did_to_a_ref_as_the_log_does(
    tmp_path: Path, old: str | None, new: str | None, change: str
) -> None:
    append_to_log(
        str(tmp_path), ENTRY._replace(outcome="refused", updates=[RefUpdate(old, new, "refs/tags/churn@v1.0.0")])
    )

    (row,) = guard_of(str(tmp_path)).log or ()

    assert row.updates == [(change, "churn@v1.0.0")]
