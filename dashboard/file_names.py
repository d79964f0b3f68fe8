"""Under which names the pages lie. They don't change from build to build, so that links to them last."""

from __future__ import annotations

import hashlib

MOST_LETTERS = 40


def model_file(repository: str, model: str) -> str:
    """The page of a model."""
    return f"m/{_slug(model)}-{_digest(repository, model)}.html"


def repository_file(repository: str) -> str:
    """The page of a repository."""
    return f"r/{_slug(repository)}-{_digest(repository)}.html"


def contents_file(repository: str) -> str:
    """What the versions of a repository hold, for the next build."""
    return f"data/{_slug(repository)}-{_digest(repository)}.contents.gz"


def _slug(text: str) -> str:
    """The letters and digits of `text`, so that a link says what it leads to."""
    letters = "".join(one if one.isascii() and one.isalnum() else "-" for one in text.lower())
    return "-".join(part for part in letters.split("-") if part)[:MOST_LETTERS].strip("-") or "page"


def _digest(*parts: str) -> str:
    # Names of models hold no NUL, so that no two pairs are the same text.
    text = "\0".join(parts).encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()[:10]
