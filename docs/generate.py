"""Writes the pages of docs/ that come from the code: `make docs`. A test finds those that are stale."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tagwarden.cli.command_table import COMMANDS
from tagwarden.cli.commands.rules import known_rules
from tagwarden.cli.group import tagwarden
from tagwarden.policy.rules import RULES, load_rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from tagwarden.policy.rules.contract import Example

DOCS = Path(__file__).parent
JSON_PAGE = DOCS / "json_page.py"
POLICY_PAGE = DOCS / "policy_page.py"
BAD_STATES = DOCS.parent / "tests" / "support" / "bad_states.py"
ABOUT_COMMANDS = """\
What each exit status means: [exit-status.md](exit-status.md).

Commands, options, models, stages, versions, tags and rules are completed by bash, zsh and fish. In `~/.bashrc`:

    eval "$(_TAGWARDEN_COMPLETE=bash_source tagwarden)"

and likewise `zsh_source` in `~/.zshrc`; in fish's configuration `_TAGWARDEN_COMPLETE=fish_source tagwarden | source`.
"""
# What the words in an example mean: tests/support/examples.py reads them.
NOTATION = """\
## How to read the examples

Each line under a rule is a push, which a test runs: *accepted* or **refused**, a title, and after the colon the
pushed tags. The tags that the server already has follow *beside*; the policy follows *under* (default: the built-in
one). The pusher is `ada`.

A tag is written as its name and, where it matters, some of these:

| written | means | default |
|---|---|---|
| `churn@v1.0.0` | an annotated tag of that name is created | |
| `delete NAME`, `move NAME …` | the tag is deleted, or moved to what follows | |
| `on c2` | it points at the commit c2; `blob`, `tree` and `tag` stand for other objects, `nothing` for none | `on c1` |
| `at 2` | it is dated two seconds after the start | `at 1` |
| `lightweight` | it has no tag object | annotated |
| `says NAME` | its object has this name | that of its ref |
| `tagger TEXT`, `zone ZONE` | its tagger, or time zone; `tagger none`: it has no tagger | Ada's |
| `with MESSAGE` | its message | a short one |
| `signed PRINCIPAL` | it has a good signature of that signer; `nobody`: of a signer who is not allowed | not signed |
| `proposed` | it is proposed | not proposed |
| `approved PRINCIPAL,…` | it is proposed and approved by these; `!PRINCIPAL` has revoked the approval | no approval |
| `withdrawn` | it was approved, and is no longer proposed | |
| `committed 50`, `encoding NAME` | its commit has this date, or declares this encoding | second 0, none |
| `holding PATH=CONTENT` | its commit has that file | no file |
| `nested 200`, `paths 900` | its commit has folders this deep, or this many files and folders | few |
| `damaged HOW` | its commit has a folder that GTO can't read | intact |
| `replace ID`, `policy TEXT`, `guarded REF` | no tag, but a replacement, a policy, or a ref below `refs/tagwarden/` | |
"""
GENERATED = "<!-- Written by `make docs`; edit the source instead. -->\n"


def pages() -> dict[str, str]:
    """The generated pages: file name within docs/ → content."""
    bad_states: Callable[[], str] = runpy.run_path(str(BAD_STATES))["page"]
    json_page: Callable[[], str] = runpy.run_path(str(JSON_PAGE))["json_page"]
    policy_page: Callable[[], str] = runpy.run_path(str(POLICY_PAGE))["policy_page"]
    return {
        "bad-states.md": GENERATED + bad_states(),
        "cli.md": cli_page(),
        "json.md": GENERATED + json_page(),
        "policy.md": GENERATED + policy_page(),
        "rules.md": rules_page(),
    }


def cli_page() -> str:
    """Every command's own `--help`."""
    parts = [GENERATED, "# The command line\n", ABOUT_COMMANDS]
    root = context_of(tagwarden, "tagwarden")
    parts.append(help_of(root))
    for name in COMMANDS:
        parts += commands_below(root, name)
    return "\n".join(parts)


def commands_below(parent: click.Context, name: str) -> list[str]:
    group = parent.command
    assert isinstance(group, click.Group)
    command = group.get_command(parent, name)
    assert command is not None
    context = context_of(command, name, parent)
    below = command.list_commands(context) if isinstance(command, click.Group) else []
    return [
        f"## {context.command_path}\n",
        help_of(context),
        *(part for child in below for part in commands_below(context, child)),
    ]


def context_of(command: click.Command, name: str, parent: click.Context | None = None) -> click.Context:
    """The context in which the program runs the command, with lines that fit the page."""
    settings = {**command.context_settings, "terminal_width": 80, "max_content_width": 80}
    return click.Context(command, parent=parent, info_name=name, **settings)


def help_of(context: click.Context) -> str:
    return f"```text\n{context.command.get_help(context)}\n```\n"


def rules_page() -> str:
    """Every rule's docstring, options and examples."""
    parts = [
        GENERATED,
        "# The rules\n",
        "The default is the severity under the built-in policy; `[rules]` in [the policy](policy.md) changes it.\n",
        "| rule | default | |\n|---|---|---|",
        *(f"| [{rule}](#{rule}) | {RULES[rule].severity} | {summary(rule)} |" for rule in known_rules()),
        "",
        NOTATION,
        *(section(rule) for rule in known_rules()),
    ]
    return "\n".join(parts)


def section(rule: str) -> str:
    """One rule's part of the page."""
    module = load_rule(rule)
    keys = ", ".join(f"`{key}`" for key in module.OPTIONS) or f"`rules.{rule}`"
    return "\n".join(
        [
            f"## {rule}\n",
            f"{(module.__doc__ or '').strip()}\n",
            f"Policy keys: {keys}. Default: {RULES[rule].severity}.\n",
            *(example_line(example) for example in module.EXAMPLES),
            "",
        ]
    )


def summary(rule: str) -> str:
    return " ".join((load_rule(rule).__doc__ or "").split("\n\n")[0].split())


def example_line(example: Example) -> str:
    pushed = ", ".join(f"`{tag}`" for tag in example.pushed)
    there = ", ".join(f"`{tag}`" for tag in example.existing)
    policy = "; ".join(f"`{line}`" for line in example.policy.splitlines())
    outcome = "**refused**" if example.refused else "accepted"
    beside = (f" beside {there}" if there else "") + (f" under {policy}" if policy else "")
    return f"- {outcome}, {example.title}: {pushed}{beside}"


def main() -> None:
    for name, content in pages().items():
        (DOCS / name).write_text(content)


if __name__ == "__main__":
    main()
