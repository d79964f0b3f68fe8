"""The pre-push hook of a clone that is configured to warn only."""

from __future__ import annotations

import pytest

from support import Repo
from support.command_line import tagwarden
from support.pre_push import line_for, run_hook


class TestAHookThatOnlyWarns:
    """`tagwarden.prePush`, for those who are not used to it yet."""

    @pytest.fixture
    def warned(self, guarded: Repo) -> Repo:
        guarded.git("config", "tagwarden.prePush", "warn")
        return guarded

    def test_says_what_is_wrong_and_lets_it_go(self, warned: Repo) -> None:
        warned.lightweight("churn@v1.0.0")

        pushed = warned.push("churn@v1.0.0")

        assert (pushed.ok, pushed.client_rules) == (True, {"annotated"})
        assert (
            "tagwarden: accepted, because tagwarden.prePush is 'warn'; it would have been refused: 1" in pushed.stderr
        )

    def test_is_no_reason_for_an_accepted_push(self, warned: Repo) -> None:
        warned.tag("churn@v1.0.0")

        assert "tagwarden" not in warned.push("churn@v1.0.0").stderr

    def test_lets_go_what_can_not_be_judged(self, warned: Repo) -> None:
        warned.tag("churn@v1.0.0")

        ran = run_hook(warned, "git://127.0.0.1:1/x", line_for(warned, "churn@v1.0.0"))

        assert ran.returncode == 0
        assert "tagwarden could not judge this push: The remote 'git://127.0.0.1:1/x'" in ran.stderr
        assert "The push goes on, because tagwarden.prePush is 'warn'. The server decides." in ran.stderr

    def test_is_reported_by_status(self, warned: Repo) -> None:
        ran = tagwarden(warned.path, "status")

        assert ran.status == 0
        assert ran.out.startswith(
            'Nothing is refused, because the policy\'s mode is "evaluate" or tagwarden.prePush is "warn"'
        )

    def test_is_asked_for_by_no_other_word_and_by_no_option_of_git(self, warned: Repo) -> None:
        warned.git("config", "tagwarden.prePush", "soft")
        warned.tag("churn@v1.0.0")
        refused = warned.push("churn@v1.0.0")
        assert not refused.ok
        assert "tagwarden.prePush is 'soft'. Set it to refuse or warn." in refused.stderr

        warned.git("config", "--unset", "tagwarden.prePush")
        warned.lightweight("churn@v1.0.0")
        assert warned.try_git("-c", "tagwarden.prePush=warn", "push", "origin", "churn@v1.0.0").returncode == 1
