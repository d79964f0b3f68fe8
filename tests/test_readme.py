"""What the README shows is what a user sees."""

from __future__ import annotations

import re
import tomllib

from support import Repo
from support.project import ROOT
from tagwarden.policy.file.load import load_policy

README = (ROOT / "README.md").read_text()


def test_the_refusal_in_the_readme_is_the_one_that_the_hook_writes(clone: Repo) -> None:
    (shown,) = re.findall(r"```console\n\$ git push origin --tags\n(.*?)```", README, re.DOTALL)
    clone.tag("churn@v1.1.0")
    assert clone.push("churn@v1.1.0").ok
    clone.commit()
    clone.tag("churn@v1.0.1")
    clone.tag("churn@v1.2")

    said = clone.push("--tags").stderr.splitlines()
    assert shown.splitlines() == [line.rstrip() for line in said if line.startswith("remote:")]


def test_the_policy_in_the_readme_is_one() -> None:
    (shown,) = re.findall(r"(?m)^    \[versions\]\n(?:(?:    .*)?\n)+", README)

    policy = load_policy(shown.encode())
    assert policy.for_model("churn").versions.order == "major"
    assert tomllib.loads(shown)["rules"] == {"version-step": "warning"}
