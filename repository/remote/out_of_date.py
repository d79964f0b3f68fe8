"""Compares the model tags of a clone with those of its remote: a clone may show an outdated registry."""

from __future__ import annotations

from contextlib import closing

from ...policy.errors import CannotJudge
from ...policy.grammar.near_miss import NearMiss
from ...policy.grammar.tag_name import parse_tag_name
from ...policy.record import Record
from ...policy.wording import shell_command, some_of
from ..git.configuration import Configuration
from ..git.program import GitProgram
from .names import is_remote, remote_to_push_to
from .offline import is_offline
from .remote import DEFAULT_SECONDS, TIMEOUT_SETTING, Remote, seconds_for_remotes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..git.command import Git


class Comparison(Record):
    """The names of model tags that only the remote has, that only this clone has, and that differ; each sorted."""

    only_there: tuple[str, ...]
    only_here: tuple[str, ...]
    different: tuple[str, ...]


def compare(here: Mapping[str, str], there: Mapping[str, str]) -> Comparison:
    """Compare the tags of a clone with those of a remote, both name → id."""
    both = here.keys() & there.keys()
    return Comparison(
        _model_tags(there.keys() - here.keys()),
        _model_tags(here.keys() - there.keys()),
        _model_tags(name for name in both if here[name] != there[name]),
    )


def notes_on_remote(git: Git, models: Sequence[str] | None) -> list[str]:
    """Sentences on how the clone's tags of `models` (None: all) differ from its remote's; none without a remote.

    If the remote does not answer in time, that is a note, too. Raises CannotJudge if the clone can't be read.
    """
    if git.is_bare():
        return []
    name = remote_to_push_to(git)
    with closing(Configuration(git)) as configuration:
        if is_offline(configuration) or not is_remote(git, name):
            return []
        seconds = seconds_for_remotes(configuration.get(TIMEOUT_SETTING), DEFAULT_SECONDS)
    try:
        there = Remote(git, name, seconds=seconds).list(models).tags
    except CannotJudge as problem:
        return [f"this is what the clone has, and {name!r} may have more: {problem}"]
    with closing(GitProgram(git)) as reader:
        tags = (
            reader.all_tags() if models is None else [tag for found in reader.tags_of(models).values() for tag in found]
        )
    return list(_in_words(compare({tag.name: tag.oid for tag in tags}, there), name))


def _in_words(found: Comparison, remote: str) -> Iterable[str]:
    fetch = shell_command("git", "fetch", "--tags", remote)
    if found.only_there:
        tags = "a tag that is" if len(found.only_there) == 1 else f"{len(found.only_there)} tags that are"
        yield f"{remote!r} has {tags} not here: {_named(found.only_there)}; fetch them: {fetch}"
    if found.different:
        force = shell_command("git", "fetch", "--tags", "--force", remote)
        yield f"{_named(found.different)} is another object on {remote!r}, which counts; fetch it: {force}"
    if found.only_here:
        are = "is" if len(found.only_here) == 1 else "are"
        yield f"{_named(found.only_here)} {are} only here, and not on {remote!r}"


def _named(tags: Sequence[str]) -> str:
    return some_of(map(repr, tags))


def _model_tags(names: Iterable[str]) -> tuple[str, ...]:
    read = ((tag, parse_tag_name(tag)) for tag in names)
    return tuple(sorted(tag for tag, name in read if name is not None and not isinstance(name, NearMiss)))
