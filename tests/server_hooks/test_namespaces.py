"""Pushes from containers that share a repository: pid, mount and UTS namespaces of their own, one kernel."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from support import Repo, Server
from tagwarden.server_hooks.log.chain import read_lines, verify

CONTAINER = ["unshare", "--fork", "--pid", "--mount", "--uts", "--mount-proc", "--"]


def works() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*CONTAINER, "true"], capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(not works(), reason="this user can't make namespaces")


@pytest.mark.parametrize("pushes", [4, pytest.param(60, marks=pytest.mark.thorough)])
def test_pushes_from_several_containers_are_judged_one_after_the_other(
    server: Server, clone: Repo, pushes: int
) -> None:
    for number in range(pushes):
        clone.commit(message=f"Training {number}")
        clone.tag(f"churn@v1.0.{number}")
    pushing = [
        subprocess.Popen(
            [*CONTAINER, "git", "-C", str(clone.path), "push", "--quiet", "origin", f"churn@v1.0.{number}"],
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in reversed(range(pushes))
    ]
    said = [child.communicate()[1] for child in pushing]

    landed = {tag for tag in server.tags() if tag.startswith("churn@")}
    lines = [json.loads(line) for line in read_lines(str(server.path))]
    accepted = [line["updates"][0]["ref"].removeprefix("refs/tags/") for line in lines if line["outcome"] == "accepted"]
    assert len(lines) == pushes, said
    # In the order of the log each was above all before it, or it was refused.
    assert accepted == sorted(accepted, key=lambda tag: int(tag.rpartition(".")[2]))
    assert set(accepted) == landed
    assert all(line.get("guarded", True) for line in lines)
    assert verify(str(server.path))[2:4] == ((), ())
