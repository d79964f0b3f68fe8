"""The policy file that `tagwarden policy init` writes: every key, explained and commented out."""

from __future__ import annotations

from textwrap import wrap

from ..rules import DEFAULT_LEVELS, RULES
from .defaults import default_of, default_text
from .keys import KEYS
from .sections import SECTIONS, section_of
from .toml_text import toml_assignment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .key import Key

WIDTH = 100
# Examples of names that users choose, for the placeholders in KEYS.
NAMES = {
    "message.trailers.NAME": "message.trailers.AUC",
    "people.groups.NAME": "people.groups.releasers",
    "people.principals.NAME": "people.principals.ada",
    "metrics.NAME": "metrics.AUC",
}
GROUP = ["@releasers"]

INTRODUCTION = """\
The policy by which this repository's model tags are judged: docs/policy.md of tagwarden.
It counts from the push after the one that brings it to the default branch.

Lines that begin with two hashes are explanations; remove the single hash before a key to set it.
`tagwarden policy check` finds mistakes, `tagwarden policy show` prints the effective values.
"""


def policy_template() -> str:
    """The content of a new policy file. It changes nothing as it is, and is also valid with every `# ` removed."""
    lines = [f"## {line}".rstrip() for line in INTRODUCTION.splitlines()]
    for section, doc in SECTIONS.items():
        lines += ["", *_header(section, doc)]
        for key in KEYS.values():
            if key.name == "rules.RULE" and section == "rules":
                lines += [
                    f"# {toml_assignment(rule, level)}"
                    for rule, level in DEFAULT_LEVELS.items()
                    if not RULES[rule].always
                ]
            elif section_of(key.name) == section:
                lines += _assignment(key)
    lines += ['# versions.order = "any"', '# rules.version-step = "off"']
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def _header(section: str, doc: str) -> Iterator[str]:
    if not section:
        return
    yield from _prose(doc)
    if section.endswith("[]"):
        yield f"# [[{section[:-2]}]]"
    elif section in NAMES:
        yield f"# [{NAMES[section]}]"
    else:
        yield f"[{section}]"


def _assignment(key: Key) -> Iterator[str]:
    default = default_of(key)
    value = default if key.example is None else GROUP if key.example == ["@NAME"] else key.example
    absent = default_text(key)
    yield from _prose(f"{key.doc} Must be given." if absent == "must be given" else f"{key.doc} Default: {absent}.")
    name = NAMES.get(key.name, key.name).removeprefix(f"{section_of(key.name)}.")
    yield f"# {toml_assignment(name, value)}"


def _prose(text: str) -> Iterator[str]:
    for line in wrap(text, WIDTH - 3):
        yield f"## {line}"
