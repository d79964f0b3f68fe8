"""Queries to the registry: `churn@latest`, `churn@1.x`, `churn#prod`, `churn@v1.2.0`, or a tag."""

from __future__ import annotations

from ..record import Record
from .names import TAGS, gto_spelling, is_model, is_name, tag_spelling
from .near_miss import NearMiss
from .tag_name import parse_tag_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from .versions import Version


class Query(Record):
    """A query. `model` is spelled as in tags; the other fields are set as `about` requires.

    `line` are the leading numbers of the versions that are meant, `commit` is a
    commit id, and `tag` the name of a tag.
    """

    about: Literal["latest", "stable", "line", "version", "commit", "stage", "tag"]
    model: str
    version: Version | None = None
    stage: str | None = None
    tag: str | None = None
    line: tuple[int, ...] = ()
    commit: str | None = None


def parse_query(text: str) -> Query:
    """Parse a query. Models may be spelled as GTO shows them (`cv:seg`) or as in tags.

    A version or a stage asks for its current state, even if a tag has the same
    name. `refs/tags/…`, and a name with a counter or a `!`, ask for what that tag
    did. Raises ValueError, whose message says what is wrong.
    """
    tag = text.removeprefix(TAGS)
    if tag == text:
        if text.startswith("refs/"):
            raise ValueError(f"{text!r} is not a tag; model tags are under {TAGS}")
        tag = tag_spelling(text)
        model, _, word = tag.rpartition("@")
        if is_model(model) and (asked := _of_many(model, word)):
            return asked
    name = parse_tag_name(tag)
    if name is None:
        raise ValueError(
            f"{text!r} is not a query: write MODEL@latest, MODEL@stable, MODEL@1.x, MODEL#STAGE, MODEL@VERSION or a "
            "model tag"
        )
    if isinstance(name, NearMiss):
        suggestion = name.suggestion or _near_query(tag)
        meant = f"; {suggestion!r} may have been meant" if suggestion else ""
        raise ValueError(f"{text!r} is not a model tag: {name.problem}{meant}")
    if tag == tag_spelling(text) and name.counter is None:
        if name.kind == "register":
            return Query("version", name.model, version=name.version)
        if name.kind == "assign":
            return Query("stage", name.model, stage=name.stage)
    return Query("tag", name.model, name.version, name.stage, tag)


def _near_query(text: str) -> str | None:
    """The query for the greatest of some versions that `text` is almost; None if it is not."""
    from .near_names import near_name

    model, _, word = text.rpartition("@")
    meant = near_name(word, ("latest", "stable")) if is_model(model) else None
    return f"{gto_spelling(model)}@{meant}" if meant else None


def _of_many(model: str, word: str) -> Query | None:
    """A query for the greatest of some versions; None if `word` is none."""
    if word in ("latest", "greatest"):
        return Query("latest", model)
    if word == "stable":
        return Query("stable", model)
    *numbers, rest = word.removeprefix("v").split(".")
    if rest == "x" and 1 <= len(numbers) <= 2 and all(map(_is_number, numbers)):
        return Query("line", model, line=tuple(map(int, numbers)))
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9 and (text == "0" or text[0] != "0")


def model_in_tags(text: str) -> str:
    """The model as spelled in tags. Raises ValueError, whose message says why, if `text` can't be a model's name."""
    model = tag_spelling(text)
    if is_model(model):
        return model
    name = parse_tag_name(f"{model}@v0.0.1")
    problem = name.problem if isinstance(name, NearMiss) else "letters, digits, '-', '_' and '/' are allowed"
    raise ValueError(f"{text!r} can't be a model's name: {problem}")


def checked_stage(text: str) -> str:
    """`text` itself. Raises ValueError, whose message says why, if it can't be a stage's name."""
    if is_name(text):
        return text
    name = parse_tag_name(f"m#{text}")
    problem = name.problem if isinstance(name, NearMiss) else "letters, digits, '-', '_' and '/' are allowed"
    raise ValueError(f"{text!r} can't be a stage's name: {problem}")
