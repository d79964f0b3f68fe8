"""The keys of a policy file about a single tag: its message and its commit; `keys.py` includes them."""

from __future__ import annotations

from . import value_types as types
from .key import Key

TAG_KEYS = (
    Key(
        "message.min-length",
        types.whole_number(0, 65536),
        "The least number of characters, without signature and surrounding white space.",
        rules=("message",),
        turns_on_unless=0,
    ),
    Key(
        "message.pattern",
        types.PATTERN,
        "A regular expression that the whole message must match, without signature and surrounding white space.",
        rules=("message",),
        turns_on_unless="",
        unset="any text",
    ),
    Key(
        "message.max-bytes",
        types.whole_number(1, 104857600),
        "The most bytes that a message may have.",
        rules=("tag-object",),
    ),
    Key(
        "message.trailers.NAME.required",
        types.FLAG,
        "Whether a message without this trailer is refused.",
        rules=("message",),
    ),
    Key(
        "message.trailers.NAME.type",
        types.choice(("string", "number", "integer")),
        "What its value must be.",
        "number",
        ("message",),
    ),
    Key(
        "message.trailers.NAME.pattern",
        types.PATTERN,
        "A regular expression that its whole value must match.",
        "[0-9.]+",
        rules=("message",),
        unset="any text",
    ),
    Key(
        "message.trailers.NAME.min",
        types.NUMBER,
        "The least value of a number.",
        0.8,
        rules=("message",),
        unset="none",
    ),
    Key(
        "message.trailers.NAME.max",
        types.NUMBER,
        "The greatest value of a number.",
        1.0,
        rules=("message",),
        unset="none",
    ),
    Key(
        "message.trailers.NAME.what",
        types.SOME_KINDS,
        "The kinds of tag to which it applies.",
        ["register"],
        rules=("message",),
        unset="all kinds",
    ),
    Key(
        "target.branches",
        types.GLOBS,
        "Globs for branches; after the push, the tagged commit must be on one of them.",
        ["main", "release/*"],
        ("target-branch",),
        (),
        unset="not checked",
    ),
    Key(
        "target.files",
        types.PATHS,
        "Files that the tagged commit must contain.",
        ["MODEL_CARD.md"],
        ("target-files",),
        (),
        unset="none",
    ),
    Key(
        "target.max-depth",
        types.whole_number(1, 900),
        "How deep folders may be nested in a tagged commit; GTO fails at about 950.",
        rules=("target-tree",),
    ),
    Key(
        "target.max-paths",
        types.whole_number(1, 100000000),
        "How many files and folders a tagged commit may have, counted by path; GTO walks them all.",
        rules=("target-tree",),
    ),
    Key(
        "target.version-file.path",
        types.PATH,
        "The file, from the root of the tagged commit. Its suffix (.toml, .json, .yaml, .yml) says how to read it.",
        "pyproject.toml",
        ("target-version",),
        unset="not checked",
    ),
    Key(
        "target.version-file.key",
        types.NON_EMPTY,
        "In TOML, JSON and YAML, the key of the version, with dots between the names. In any other file, a regular "
        "expression: the version is its first match, or the first group of that match.",
        "project.version",
        ("target-version",),
        unset="the whole text",
    ),
    Key(
        "artifact.required",
        types.FLAG,
        "Whether a registration must bind its artifact. `tagwarden register` then writes the trailers if it can.",
        rules=("artifact",),
        turns_on_unless=False,
    ),
)
