"""The file names of the pages. They don't change from build to build, so that links to them keep working."""

from __future__ import annotations

import hashlib

MOST_LETTERS = 40


def model_file(repository: str, model: str) -> str:
    """The file of a model's page."""
    return f"m/{_slug(model)}-{_digest(repository, model)}.html"


def repository_file(repository: str) -> str:
    """The file of a repository's page."""
    return f"r/{_slug(repository)}-{_digest(repository)}.html"


def contents_file(repository: str) -> str:
    """The file with the contents of a repository's versions, for the next build."""
    return f"data/{_slug(repository)}-{_digest(repository)}.contents.gz"


def _slug(text: str) -> str:
    """The letters and digits of `text`, so that a link shows where it leads."""
    letters = "".join(one if one.isascii() and one.isalnum() else "-" for one in text.lower())
    return "-".join(part for part in letters.split("-") if part)[:MOST_LETTERS].strip("-") or "page"


def _digest(*parts: str) -> str:
    # Names of models contain no NUL, so that different names give different texts.
    text = "\0".join(parts).encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()[:10]
