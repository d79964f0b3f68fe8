"""The reference of the policy file, `docs/policy.md`, written from the table of keys."""

from __future__ import annotations

from .defaults import default_text
from .keys import KEYS
from .sections import SECTIONS
from .template import policy_template
from .toml_text import joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .keys import Key

INTRODUCTION = """\
# The policy file

`tagwarden.toml`, in [TOML](https://toml.io). Without one, the defaults hold. A policy that is
pushed counts from the next push, and a push that would leave an unreadable one is refused.

- `tagwarden policy init` writes a file with every key in it, commented out (below).
- `tagwarden policy check` names every mistake in a file; as a pre-commit hook, `tagwarden-policy`.
- `tagwarden policy show` tells what holds, and where each value comes from.
- `tagwarden policy schema` prints a JSON Schema for editors.

**Severity.** A rule is what `[rules]` says; else an error, if one of its options has a value that
turns it on; else what [the rules' page](rules.md) gives as its default. A severity for a rule
whose option is missing is a mistake. A site policy judges only by the rules that it sets.

**Globs** are case-sensitive. `*` stands for any characters, `/` included, `?` for one, `[abc]`,
`[a-z]` and `[!a-z]` for one of a set, or not of it. Models match in both spellings, `cv:seg` as GTO
shows them and `cv=seg` as tags spell them.

**Mistakes.** Unknown and misplaced keys, wrong types and contradictions are all reported at once, and
nothing is judged by a file that holds one. Tables of an array are counted from 1: `override[2]` is
the second `[[override]]`.
"""


def policy_reference() -> str:
    """The page, in Markdown."""
    lines = [INTRODUCTION]
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
        table = key.name.rpartition(".")[0]
        if section == ("people" if table == "people.groups" else table):
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
