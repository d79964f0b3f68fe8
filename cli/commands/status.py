"""`tagwarden status`: proves that the hooks refuse a bad tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ...policy.errors import CannotJudge
from ...policy.wording import counted
from ...report.documents.shape import holding, or_null, shape
from ...report.documents.shapes import SOURCE
from ...report.escape import escape
from ...report.exit_status import ACCEPTED, CANNOT_JUDGE, REFUSED
from ...report.proof import NOT_JUDGED
from ...repository.hook_files.errors import CannotInstall
from ..for_each_repository import Answer, for_each_repository, is_alone, of_several
from ..options import json_option, repositories_argument

if TYPE_CHECKING:
    from collections.abc import Iterator

PROVEN = {
    "refuses": "A bad tag was pushed to a scratch repository and refused by tagwarden, as it should be.",
    "reports": 'Nothing is refused, because the policy\'s mode is "evaluate": a bad tag was pushed to a scratch '
    "repository, and tagwarden reported it.",
    "no": "Bad tags are not refused.",
    "not judged": "Pushes of tags are refused, but not because tagwarden judges them.",
    "unknown": "Whether bad tags are kept out can't be proven from here.",
}
# In a clone, the user may have chosen that the hook only warns.
PROVEN_IN_A_CLONE = PROVEN | {
    "reports": 'Nothing is refused, because the policy\'s mode is "evaluate" or tagwarden.prePush is "warn": a bad tag '
    "was pushed to a scratch repository, and tagwarden reported it.",
}

IN_SHORT = {
    "refuses": "refuses bad tags",
    "reports": "only reports bad tags",
    "no": "BAD TAGS ARE NOT REFUSED",
    "not judged": "TAGS ARE REFUSED WITHOUT BEING JUDGED",
    "unknown": "can't be proven",
}
UNTIL = {"push": "kept until the refs are in place", "hook": "kept until the hook ends", "unknown": "not seen"}
REACH = {
    "machine": "it holds for all processes of this machine, in containers, too",
    "network": "it holds for all machines that share the file system",
    "unknown": "whether it holds between machines is not known",
}

CLONE = shape(
    "status", "Whether a bad tag is refused, and what is wrong besides.",
    "schema", "repository", "proven", "hooks", "problems", "missing", "said",
)  # fmt: skip
REFUSAL = shape("refusal", "A push that was not accepted.", "time", "line", "outcome", or_null("name"), "broken")
VALUE = shape("value of a setting", "A value.", "setting", "value", "set_in", "in_force", or_null("because"))
SERVER = CLONE.plus(
    "status --server", "The same of a server's hooks, and what is to be known of the repository.",
    or_null("program"), or_null(holding("policy", SOURCE)), or_null("mode"), "logged", or_null("head"),
    holding("lock", shape("lock", "The push lock.", "until", "reach", "file_system")),
    or_null(holding("last_refusal", REFUSAL)), holding("configuration", VALUE),
)  # fmt: skip
DOCUMENTS = (CLONE, SERVER, of_several(CLONE.name, CLONE), of_several(SERVER.name, SERVER))


@click.command()
@repositories_argument
@click.option("--server", is_flag=True, help="Test the server hooks of the repository that receives the pushes.")
@json_option
def status(repositories: tuple[str, ...], server: bool, as_json: bool) -> int:
    """Prove that a bad tag pushed from the clone REPO (default: the current repository) is refused.

    With --server: a bad tag pushed to REPO. The test uses a scratch
    repository: nothing in REPO changes, and nothing leaves the machine.

    REPO may be a quoted glob such as '/srv/git/*.git'. With several repositories,
    each gets a line of its own, followed by what is wrong or not guaranteed.

    The first line says what is refused. Exits with 0 only if the tag is
    refused (in mode "evaluate": reported) and nothing else is wrong, and with 3 if
    that can't be proven.
    """

    def ask(path: str) -> Answer:
        try:
            found = _status_of_server(path) if server else _status_of_clone(path)
        except CannotInstall as error:
            raise CannotJudge(str(error)) from error
        wrong = _problem_lines(found)
        alone = is_alone(repositories)
        details = (
            [(PROVEN if server else PROVEN_IN_A_CLONE)[_outcome(found)], *_about(found), *wrong] if alone else wrong
        )
        return Answer(_exit_status(found), _summary(found), details, found)

    return for_each_repository(repositories, ask, as_json=as_json)


def _outcome(found: dict[str, Any]) -> str:
    """The key of the first sentence: what was proven, or that bad tags are refused for another reason."""
    return "not judged" if found["proven"] == "no" and NOT_JUDGED in found["problems"] else found["proven"]


def _exit_status(found: dict[str, Any]) -> int:
    if found["proven"] == "unknown":
        return CANNOT_JUDGE
    return ACCEPTED if found["proven"] != "no" and not found["problems"] else REFUSED


def _status_of_server(path: str) -> dict[str, Any]:
    from ...server_hooks.status import status as status_of_server_hooks
    from ..ownership import as_owner

    def ask() -> dict[str, Any]:
        found, facts = status_of_server_hooks(path)
        return {"schema": 1, **found._asdict(), **facts._asdict()}

    return as_owner(path, ["status", "--server"], ask)


def _status_of_clone(path: str) -> dict[str, Any]:
    from ...hooks.status import status as status_of_client_hooks

    return {"schema": 1, **status_of_client_hooks(path)._asdict()}


def _about(found: dict[str, Any]) -> Iterator[str]:
    for hook, file in found["hooks"].items():
        yield f"{hook}: {file}"
    if "logged" not in found:
        return
    if found["program"] is not None:
        yield f"program: tagwarden {escape(found['program'])}"
    if found["policy"] is not None:
        yield f"policy: {_policy(found)}"
    yield f"push log: {_log(found)}"
    yield f"push lock: {UNTIL[found['lock']['until']]}; {REACH[found['lock']['reach']]}"
    for one in found["configuration"]:
        doubt = f" -- NOT in force: {escape(one['because'] or '')}" if not one["in_force"] else ""
        yield f"setting: {escape(one['setting'])} = {escape(one['value'])} ({escape(one['set_in'])}){doubt}"
    if found["last_refusal"] is not None:
        yield f"last refusal: {_refusal(found['last_refusal'])}"


def _policy(found: dict[str, Any]) -> str:
    identity = (found["policy"]["id"] or "no id")[:12]
    return f"{escape(found['policy']['source'])} ({identity}), mode {found['mode']}"


def _log(found: dict[str, Any]) -> str:
    return f"{counted(found['logged'], 'line')}, newest hash {found['head']}" if found["head"] else "no line yet"


def _refusal(refusal: dict[str, Any]) -> str:
    who = "pusher not known" if refusal["name"] is None else escape(refusal["name"])
    rules = "".join(f" [{escape(rule)}]" for rule in refusal["broken"])
    return f"{escape(refusal['time'])} {escape(refusal['outcome'])} {who}{rules} (line {refusal['line']})"


def _summary(found: dict[str, Any]) -> str:
    words = [IN_SHORT[_outcome(found)]]
    if found["problems"]:
        words.append(counted(len(found["problems"]), "problem"))
    if "logged" in found:
        words.append(f"tagwarden {escape(found['program'] or 'unknown')}")
        words.append(f"policy {_policy(found)}" if found["policy"] else "no policy that can be read")
        head = f", {found['head'][:12]}" if found["head"] else ""
        words.append(f"log {counted(found['logged'], 'line')}{head}")
        words.append(f"lock {UNTIL[found['lock']['until']]}")
        words.append(f"last refusal {_refusal(found['last_refusal'])}" if found["last_refusal"] else "no refusal yet")
    return "; ".join(words)


def _problem_lines(found: dict[str, Any]) -> list[str]:
    lines = [f"problem: {problem}" for problem in found["problems"]]
    lines += [f"not guaranteed: {what}" for what in found["missing"]]
    if found["said"] and found["proven"] == "no":
        lines += ["what was said:", *(f"  {line}" for line in found["said"].splitlines())]
    return lines
