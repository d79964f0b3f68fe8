"""Writes Git's configuration as text, for files that are ours alone."""

from __future__ import annotations

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\b": "\\b"})


def in_configuration(name: str, value: str) -> str:
    """The lines that set `name` (`section.key` or `section.subsection.key`) to `value` (git-config(1), "Syntax")."""
    section, _, rest = name.partition(".")
    subsection, dot, key = rest.rpartition(".")
    escaped = subsection.replace("\\", "\\\\").replace('"', '\\"')
    header = f'{section} "{escaped}"' if dot else section
    return f'[{header}]\n\t{key} = "{value.translate(_ESCAPES)}"\n'
