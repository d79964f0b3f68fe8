"""Whether the interpreter that a hook file names is in a cache, and so will disappear some day."""

from __future__ import annotations

import re

from .hook_file import INSTALL

IN_PRE_COMMIT = "pre-commit run tagwarden-install --hook-stage manual"

# Paths of temporary environments that these programs delete again.
CACHES = {
    "pre-commit": re.compile(r"/repo[^/]+/py_env-[^/]*/"),
    "uv": re.compile(r"/uv/(archive|builds|environments)-v\d+/"),
    "pipx": re.compile(r"/(\.cache/pipx|pipx/\.cache|Caches/pipx)/"),
}


def cache_of(python: str) -> str | None:
    """The program whose cache contains `python`, None if that interpreter is permanent."""
    path = python.replace("\\", "/")
    return next((name for name, pattern in CACHES.items() if pattern.search(path)), None)


def repair_command(python: str) -> str:
    """The command that renews the hook once `python`, which installed it, is gone."""
    return IN_PRE_COMMIT if cache_of(python) == "pre-commit" else INSTALL


def warning_about(python: str) -> str | None:
    """A warning if the interpreter will be deleted some day, else None."""
    cache = cache_of(python)
    if cache is None:
        return None
    return (
        f"{python} is in the cache of {cache}, which may delete it. From then on, pushes of tags are refused until you "
        f"run: {repair_command(python)}. To avoid that, install tagwarden permanently with `pipx install` or "
        "`uv tool install`, and run `tagwarden install`."
    )
