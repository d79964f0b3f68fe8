"""Which command imports which package: nobody waits for what a command does not need."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from support import Server
from tagwarden.cli.command_table import COMMANDS

# Each command, called so that it does its work.
CALLS: dict[str, list[list[str]]] = {
    "install": [["install"]],
    "uninstall": [["uninstall"]],
    "status": [["status"]],
    "register": [["register", "churn", "--dry-run", "--offline"]],
    "assign": [["assign", "churn", "prod", "v1.0.0", "--dry-run", "--offline"]],
    "unassign": [["unassign", "churn", "dev", "--dry-run", "--offline"]],
    "deregister": [["deregister", "churn", "v1.0.0", "--dry-run", "--offline"]],
    "deprecate": [["deprecate", "churn", "--dry-run", "--offline"]],
    "show": [["show"], ["show", "churn"], ["show", "churn@latest"]],
    "history": [["history"]],
    "resolve": [["resolve", "churn@latest"]],
    "verify": [["verify", "README.md", "churn@v1.0.0"]],
    "diff": [["diff", "churn@v1.0.0", "churn@latest"]],
    "log": [["log"]],
    "dashboard": [["dashboard", "--help"]],  # it needs Jinja: tests/dashboard
    "who": [["who", "--as", "ada", "register", "churn"]],
    "check": [["check"]],
    "push": [["push", "--dry-run"]],
    "propose": [["propose", "register", "churn", "--dry-run"]],
    "proposals": [["proposals"]],
    "approve": [["approve", "0" * 12]],
    "revoke": [["revoke", "0" * 12]],
    "withdraw": [["withdraw", "0" * 12]],
    "land": [["land", "0" * 12]],
    "host": [["host", "plan", "github", "--repository", "ml/models"]],
    "audit": [["audit"]],
    "approvals": [["approvals", "archive", "--dry-run"]],
    "policy": [["policy", "show"], ["policy", "init", "--stdout"], ["policy", "check"], ["policy", "schema"]],
    "rules": [["rules"], ["rules", "version-order"]],
    "schema": [["schema"]],
    "hook": [["hook", "--help"]],  # what a hook imports: test_hot_path.py
}
# GTO's own library is asked by these; versions are made by others.
# `schema` imports every command.
ASK_LIBRARY = {"status", "check", "push", "audit", "schema"}
MAKE_VERSIONS = {"register", "propose"}

RUN = "import sys\nfrom tagwarden.cli.run import run\nrun(sys.argv[1:])\nprint('\\n' + ' '.join(sys.modules))\n"


def test_every_command_is_asked() -> None:
    assert CALLS.keys() == COMMANDS.keys()


@pytest.mark.parametrize(
    ("command", "call"),
    [pytest.param(name, call, id=" ".join(call)) for name, calls in CALLS.items() for call in calls],
)
def test_only_commands_that_need_them_import_pygit2_and_semver(server: Server, command: str, call: list[str]) -> None:
    clone = server.clone()
    clone.tag("churn@v1.0.0")
    clone.tag("churn#dev")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}

    ran = subprocess.run(
        [sys.executable, "-c", RUN, *call], cwd=clone.path, env=environment, capture_output=True, text=True
    )

    loaded = set(ran.stdout.splitlines()[-1].split())
    assert "Traceback" not in ran.stderr
    assert ("pygit2" in loaded, "semver" in loaded) == (command in ASK_LIBRARY, command in MAKE_VERSIONS)
