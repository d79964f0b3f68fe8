"""Makes temporary empty repositories, without a process of Git."""

from __future__ import annotations

import os

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\b": "\\b"})


def make_empty_repository(folder: str, *, sha256: bool) -> None:
    """Make a bare repository without refs and objects in `folder` (gitrepository-layout(5)). Raises OSError."""
    for inner in ("objects", "refs"):
        os.makedirs(os.path.join(folder, inner))
    config = f"[core]\n\trepositoryFormatVersion = {1 if sha256 else 0}\n\tbare = true\n"
    if sha256:
        config += "[extensions]\n\tobjectFormat = sha256\n"
    for name, content in (("HEAD", "ref: refs/heads/none\n"), ("config", config)):
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(content)


def in_configuration(name: str, value: str) -> str:
    """Lines for a configuration file that set `name` (`section.key` or `section.subsection.key`) to `value`.

    In the syntax of git-config(1), "Syntax".
    """
    section, _, rest = name.partition(".")
    subsection, dot, key = rest.rpartition(".")
    escaped = subsection.replace("\\", "\\\\").replace('"', '\\"')
    header = f'{section} "{escaped}"' if dot else section
    return f'[{header}]\n\t{key} = "{value.translate(_ESCAPES)}"\n'
