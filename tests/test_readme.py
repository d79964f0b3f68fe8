"""What the README shows is what a user sees."""

from __future__ import annotations

import re
import tomllib

from support import Repo
from support.played_examples import fixes, run_printed
from support.project import ROOT
from tagwarden.policy.file.load import load_policy

README = (ROOT / "README.md").read_text()


def test_the_refusal_in_the_readme_is_the_one_that_the_hook_writes(clone: Repo) -> None:
    (shown,) = re.findall(r"```console\n\$ git push origin --tags\n(.*?)```", README, re.DOTALL)
    clone.tag("churn@v1.1.0")
    assert clone.push("churn@v1.1.0").ok
    clone.commit()
    clone.tag("churn@v1.0.1")
    clone.commit()
    clone.tag("churn@v1.2")

    said = clone.push("main", "--tags").stderr
    assert shown.splitlines() == [line.rstrip() for line in said.splitlines() if line.startswith("remote:")]
    clone.git("config", "core.editor", "echo As agreed >")
    for fix in fixes(said):
        ran = run_printed(fix, clone)
        assert ran.returncode == 0, ran.stderr
    assert clone.push("main", "--tags").ok


def test_the_policy_in_the_readme_is_one() -> None:
    (shown,) = re.findall(r"(?m)^    \[versions\]\n(?:(?:    .*)?\n)+", README)

    policy = load_policy(shown.encode())
    assert policy.for_model("churn").versions.order == "major"
    assert tomllib.loads(shown)["rules"] == {"version-step": "warning"}
