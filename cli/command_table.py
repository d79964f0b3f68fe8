"""Every command, and where it lives. A command is imported when it is called.

To add one: write `cli/<name>.py` with a click command in it, add a line here,
run `make docs`.
"""

from __future__ import annotations

from ..policy.record import Record


class Row(Record):
    """`home` is MODULE:ATTRIBUTE within this package; `summary` is its line in `tagwarden --help`."""

    home: str
    summary: str


COMMANDS: dict[str, Row] = {
    "install": Row("install:install", "Install hooks into repositories."),
    "uninstall": Row("uninstall:uninstall", "Take back exactly what install did."),
    "status": Row("status:status", "Prove that the hooks refuse a bad tag."),
    "show": Row("show:show", "Show the models, or the versions of one."),
    "history": Row("history:history", "Show what happened to the models, event by event."),
    "resolve": Row("resolve:resolve", "Print one version, commit or tag, for scripts."),
    "policy": Row("policy:policy", "Write, check and show policy files, and print their schema."),
    "rules": Row("rules:rules", "List the rules with their severities here, or explain one."),
}
