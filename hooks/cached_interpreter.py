"""How long the interpreter that a hook file names will be there."""

from __future__ import annotations

import re

from .hook_file import INSTALL

IN_PRE_COMMIT = "pre-commit run tagwarden-install --hook-stage manual"

# Where these programs put environments that they throw away again, as a part of the path.
CACHES = {
    "pre-commit": re.compile(r"/repo[^/]+/py_env-[^/]*/"),
    "uv": re.compile(r"/uv/(archive|builds|environments)-v\d+/"),
    "pipx": re.compile(r"/(\.cache/pipx|pipx/\.cache|Caches/pipx)/"),
}


def cache_of(python: str) -> str | None:
    """The program in whose cache `python` lies, None for an interpreter that stays."""
    path = python.replace("\\", "/")
    return next((name for name, pattern in CACHES.items() if pattern.search(path)), None)


def repair_command(python: str) -> str:
    """What brings the hook back where `python`, which installed it, has gone."""
    return IN_PRE_COMMIT if cache_of(python) == "pre-commit" else INSTALL


def warning_about(python: str) -> str | None:
    """What to know where the interpreter will be cleaned away some day."""
    cache = cache_of(python)
    if cache is None:
        return None
    return (
        f"Beware: {python} lies in a cache of {cache}, which is cleaned now and then. When it has gone, pushes of tags "
        f"are refused until you run: {repair_command(python)}. An installation of its own stays: "
        "`uv tool install tagwarden` or `pipx install tagwarden`, then `tagwarden install`."
    )
