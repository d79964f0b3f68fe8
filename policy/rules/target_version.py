"""Refuses a version that differs from the one in a file of its commit.

`target.version-file` gives the path of the file, relative to the root of the
commit, and says where in it the version is: in TOML, JSON and YAML by a key such
as `project.version`, in any other file by a pattern; without either, the version
is the whole text. The version in the file may omit the `v`. If the file contains
no version, the tag is refused. The rule covers registrations only.

Fix: register the version that the file gives, or commit the file with the new
version and register that commit.
"""

from __future__ import annotations

from ..budget import Budget
from ..facts.fix import register_command, replacing_commands
from ..objects.version_file import version_in
from ..verdict import Breach
from ..wording import short_id
from .contract import accepted, refused
from .version_order import LINES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..grammar.versions import Version
    from ..registry.replay import ReplayedEvent

OPTIONS = ("target.version-file",)
WHY = "the model was built under one version and would be registered under another."


def check(facts: ModelFacts) -> Iterator[Breach]:
    wanted = facts.settings.target.version_file
    if wanted.path is None:
        return
    budget = facts.circumstances.budget or Budget()
    in_file: dict[bytes | None, Version | str] = {}
    for replayed in facts.events:
        event = replayed.event
        target = facts.targets.get(event.commit)
        if event.name.kind != "register" or target is None or not target.readable:
            continue
        content = target.files.get(wanted.path)
        if content not in in_file:
            in_file[content] = _version_in_file(content, wanted.path, facts, budget)
        found = in_file[content]
        if found == event.name.version:
            continue
        said = f"and {wanted.path!r} {found}" if isinstance(found, str) else f"but {wanted.path!r} says {found}"
        yield Breach(
            f"{replayed.push.tag!r} registers {event.name.version} on the commit {short_id(event.commit)}, {said}"
            f"{_changing_file_hint(replayed, wanted.path, facts)}",
            replayed.push.ref,
            facts.model,
            fix=None if isinstance(found, str) else _registering_file_version(replayed, found, facts),
        )


def _registering_file_version(replayed: ReplayedEvent, in_file: Version, facts: ModelFacts) -> str | None:
    """The command that registers the version in the file instead; None if that would be refused."""
    versions = facts.settings.versions
    if (in_file.prerelease and not versions.prerelease) or (in_file.build and not versions.build_metadata):
        return None
    numbers = LINES.get(versions.order)
    for event in facts.history.registrations:
        other = event.name.version
        if event.tag == replayed.event.tag or other is None:
            continue
        of_line = numbers is not None and other[:numbers] == in_file[:numbers]
        if other.precedence == in_file.precedence or (of_line and other.precedence > in_file.precedence):
            return None
    register = (*register_command(facts, replayed.event.commit), "--version", str(in_file))
    return replacing_commands(facts, replayed.push.tag, register)


def _changing_file_hint(replayed: ReplayedEvent, path: str, facts: ModelFacts) -> str:
    """A hint on what to do if the file is wrong, to append to the message; "" for a tag that has landed."""
    version = str(replayed.event.name.version)
    register = replacing_commands(facts, replayed.push.tag, (*register_command(facts, None), "--version", version))
    if facts.circumstances.tag_state == "landed" or register is None:
        return ""
    return f"; if {version} is meant, write it to {path!r}, commit that, and run `{register}`"


def _version_in_file(content: bytes | None, path: str, facts: ModelFacts, budget: Budget) -> Version | str:
    """The version in the file, or a clause on why there is none."""
    if content is None:
        return "is not in it"
    try:
        return version_in(content, path, facts.settings.target.version_file.key, facts.documents(), budget)
    except ValueError as problem:
        return f"there {problem}"


IN_TOML = '[target.version-file]\npath = "pyproject.toml"\nkey = "project.version"\n'
IN_TEXT = '[target.version-file]\npath = "VERSION"\n'
IN_CODE = """[target.version-file]\npath = "churn.py"\nkey = '(?m)^VERSION = "(.+)"$'\n"""
EXAMPLES = (
    accepted("not required", "churn@v1.0.0"),
    accepted(
        "the version in the file",
        'churn@v1.2.0-rc.1 on c1 holding pyproject.toml=project.version = "1.2.0-rc.1"',
        policy=IN_TOML,
    ),
    accepted("a file that contains nothing else", "churn@v1.2.0 on c1 holding VERSION=v1.2.0", policy=IN_TEXT),
    accepted(
        "a file that matches the pattern", 'churn@v1.2.0 on c1 holding churn.py=VERSION = "1.2.0"', policy=IN_CODE
    ),
    accepted("an assignment, which is not checked", "churn#prod at 2", existing=("churn@v1.0.0",), policy=IN_TOML),
    refused("another version", 'churn@v1.2.0 on c1 holding pyproject.toml=project.version = "1.1.0"', policy=IN_TOML),
    refused("no such file", "churn@v1.2.0", policy=IN_TOML),
    refused("no such key", 'churn@v1.2.0 on c1 holding pyproject.toml=tool.version = "1.2.0"', policy=IN_TOML),
    refused("no version", "churn@v1.2.0 on c1 holding VERSION=1.2", policy=IN_TEXT),
    refused(
        "a file that does not match the pattern", "churn@v1.2.0 on c1 holding churn.py=VERSION = 1.2.0", policy=IN_CODE
    ),
)
