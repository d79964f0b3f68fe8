"""The page docs/policy.md: the reference of the policy file, from the table of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagwarden.policy.budget import SECONDS as WORK_SECONDS
from tagwarden.policy.file.defaults import default_text
from tagwarden.policy.file.keys import KEYS
from tagwarden.policy.file.load import MOST_BYTES, MOST_DOTS, SECONDS
from tagwarden.policy.file.reading import MOST_NAMED, MOST_TABLES
from tagwarden.policy.file.sections import SECTIONS, section_of
from tagwarden.policy.file.template import policy_template
from tagwarden.policy.file.toml_text import joined
from tagwarden.policy.file.value_types import LONGEST_GLOB, LONGEST_PATTERN, MOST_ENTRIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tagwarden.policy.file.key import Key

INTRODUCTION = """\
# The policy file

`tagwarden.toml`, in [TOML](https://toml.io). Without it, the defaults apply. A pushed policy
takes effect with the next push, and a push that would leave an unreadable policy is refused.

- `tagwarden policy init` writes a file with every key in it, commented out (below).
- `tagwarden policy check` reports every mistake in a file; so does the pre-commit hook
  `tagwarden-policy`.
- `tagwarden policy show` shows the policy in force, and where each value comes from.
- `tagwarden policy schema` prints a JSON Schema for editors.

**Severity.** A rule has the severity that `[rules]` gives it. Without one there, it is an error
if one of its options has a value other than the neutral one, and otherwise it has its default
from [the rules' page](rules.md). Giving a severity to a rule without the option that it needs is
a mistake. A site policy judges only by the rules that it sets.

**Globs** are case-sensitive. `*` matches any characters, including `/`, and `?` any single one;
`[abc]` and `[a-z]` match one of a set, `[!a-z]` one that is not in it. Models match in both
spellings: `cv:seg` as GTO shows them, `cv=seg` as in tags.

**Mistakes.** Unknown and misplaced keys, wrong types and contradictions are all reported at
once, and a file with a mistake is never used to judge. Tables of an array are counted from 1:
`override[2]` is the second `[[override]]`.

**Limits.** Every judged push reads the policy, so exceeding one of these limits is a mistake
too:

| | at most |
|---|---|
"""

LIMITS = (
    ("the file", f"{MOST_BYTES // 1024} KiB"),
    ("the time to read it", f"{SECONDS:g} seconds"),
    (
        "each of `[[override]]`, `[[people.allow]]`, `[[signing.require]]` and `[[approvals.require]]`",
        f"{MOST_TABLES} entries",
    ),
    ("an array", f"{MOST_ENTRIES:,} entries"),
    ("`[message.trailers]`", f"{MOST_NAMED['message.trailers']} trailers"),
    ("`people.groups`", f"{MOST_NAMED['people.groups']:,} groups"),
    ("`people.principals`", f"{MOST_NAMED['people.principals']:,} pushers"),
    ("a regular expression", f"{LONGEST_PATTERN:,} characters"),
    ("a glob", f"{LONGEST_GLOB:,} characters"),
    ("a dotted key", f"{MOST_DOTS} parts"),
)
A_PUSH = f"""
One push has {WORK_SECONDS["patterns"]:g} seconds for all patterns, {WORK_SECONDS["documents"]:g} for the files
that are read at its commits, and {WORK_SECONDS["signatures"]:g} for its signatures.
Beyond that it can't be judged (exit status 3).
On Windows, which has no timers, a clone's hook waits for a pattern as long as it takes.
"""


def policy_page() -> str:
    """The page."""
    lines = [INTRODUCTION + "\n".join(f"| {what} | {limit} |" for what, limit in LIMITS) + f"\n{A_PUSH}"]
    for section, doc in SECTIONS.items():
        lines += _section(section, doc)
    lines += ["## A file with every key\n", "```toml", policy_template().rstrip(), "```", ""]
    return "\n".join(lines)


def _section(section: str, doc: str) -> Iterator[str]:
    title = f"`[[{section[:-2]}]]`" if section.endswith("[]") else f"`[{section}]`" if section else "At the top"
    yield f"## {title}\n"
    if doc:
        yield f"{doc}\n"
    yield "| key | takes | default | rules | |"
    yield "|---|---|---|---|---|"
    for key in KEYS.values():
        if section == section_of(key.name):
            yield _row(key, section)
    if section == "override[]":
        yield "| `versions`, `stages`, `message`, `target`, `rules` | as above | | | What differs for these models. |"
    yield ""


def _row(key: Key, section: str) -> str:
    name = key.name.removeprefix(f"{section}.")
    rules = joined([f"[{rule}](rules.md#{rule})" for rule in key.rules], "and")
    default = default_text(key)
    if not key.unset:
        default = f"`{default}`"
    cells = [f"`{name}`", key.type.expected, default, rules, key.doc]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
