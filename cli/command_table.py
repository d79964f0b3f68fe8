"""Every command, and the module that contains it. A command is imported when it is called.

To add one: write `cli/commands/<name>.py` with a click command in it, add a row here,
and run `make docs`.
"""

from __future__ import annotations

from ..policy.record import Record


class Row(Record):
    """`home` is MODULE:ATTRIBUTE within `cli.commands`; `summary` is its line in `tagwarden --help`."""

    home: str
    summary: str


COMMANDS: dict[str, Row] = {
    "install": Row("install:install", "Install the hooks into repositories."),
    "uninstall": Row("uninstall:uninstall", "Remove the hooks and restore what was there before."),
    "status": Row("status:status", "Prove that the hooks refuse a bad tag."),
    "register": Row("register:register", "Register a version of a model."),
    "assign": Row("assign:assign", "Assign a stage to a version, or promote it from another."),
    "unassign": Row("unassign:unassign", "Take a version out of a stage."),
    "deregister": Row("deregister:deregister", "Take a version out of the registry."),
    "deprecate": Row("deprecate:deprecate", "Mark a model as deprecated."),
    "propose": Row("propose:propose", "Propose a tag that others have to approve before it lands."),
    "proposals": Row("proposals:proposals", "List open proposals and the approvals that they lack."),
    "approve": Row("approve:approve", "Approve a proposal."),
    "revoke": Row("revoke:revoke", "Revoke your approval of a proposal."),
    "withdraw": Row("withdraw:withdraw", "Take your own proposal back."),
    "land": Row("land:land", "Land a proposal that has its approvals."),
    "show": Row("show:show", "Show the models, or the versions of one."),
    "history": Row("history:history", "Show what happened to the models, event by event."),
    "resolve": Row("resolve:resolve", "Print one version, commit or tag, for scripts."),
    "diff": Row("diff:diff", "Show what changed between two versions."),
    "verify": Row("verify:verify", "Verify that a file is the artifact of a version."),
    "log": Row("log:log", "Show and verify the server's push log."),
    "approvals": Row("approvals:approvals", "Archive the approvals of landed tags."),
    "dashboard": Row("dashboard:dashboard", "Write a static site of one or more registries."),
    "who": Row("who:who", "Say who may push what, and which line of the policy decides it."),
    "check": Row("check:check", "Judge tags as if they were pushed now."),
    "push": Row("push:push", "Push model tags in portions that CI notices."),
    "audit": Row("audit:audit", "Judge every tag that exists."),
    "policy": Row("policy:policy", "Write, check and show policy files, and print their schema."),
    "host": Row("host:host", "Plan and compare a host's own tag rules."),
    "rules": Row("rules:rules", "List the rules with their severities here, or explain one."),
    "schema": Row("schema:schema", "Print the JSON Schema of what commands print with --json."),
    "hook": Row("hook:hook", "Run a hook; for the files of hook managers."),
}
