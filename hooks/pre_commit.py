"""The hooks of `.pre-commit-hooks.yaml`: `python -I -m tagwarden.hooks.pre_commit ACTION`.

pre-commit tells a pre-push hook at most one ref of a push, no tag if the remote
already has its commit, and no deletion. So in that stage we can only make sure
that Git's own hook, which sees everything, is in place.
"""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.grammar.names import REPLACEMENTS, TAGS
from ..policy.push import RefUpdate
from ..report.advice import as_line
from ..report.escape import escape
from ..report.exit_status import ACCEPTED, CANNOT_JUDGE, REFUSED, status_of
from ..report.message import write_message
from ..repository.git.command import Git
from ..repository.git.configuration import Configuration
from ..repository.hook_files.errors import CannotInstall
from ..repository.trusted.policy_location import POLICY_FILE
from .cached_interpreter import IN_PRE_COMMIT
from .install import install
from .pre_push import NOTHING_PUSHED, judge_push
from .status import hook_is_in_place, status
from .warn_only import only_warns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HOOK_MISSING = (
    "pre-commit does not see most pushes of tags, so a native Git hook must judge them, and this clone has none. Run "
    f"this once: {IN_PRE_COMMIT}"
)


def main(arguments: Sequence[str]) -> int:
    """Do what `arguments` ask for: judge [--warn], install, status, or policy FILE…

    Returns an exit status of docs/exit-status.md.
    """
    action, *files = arguments or [""]
    actions: dict[str, Callable[[], int]] = {
        "judge": lambda: judge(os.environ, warns="--warn" in files),
        "install": _install,
        "status": lambda: _status(os.environ),
        "policy": lambda: check_policies(files or [POLICY_FILE]),
    }
    if action not in actions:
        write_message([f"tagwarden: there is no {escape(action)!r}; there is {', '.join(actions)}"])
        return CANNOT_JUDGE
    try:
        return actions[action]()
    except CannotInstall as error:
        write_message(str(error).splitlines())
        return REFUSED
    except CannotJudge as error:
        write_message([f"tagwarden: {escape(line)}" for line in str(error).splitlines()])
        return CANNOT_JUDGE


def judge(environment: Mapping[str, str], *, warns: bool = False) -> int:
    """Judge the one ref that pre-commit names, if it is a tag; refuse if the native Git hook is missing.

    With `warns`, or if the clone is configured so, reports what would be refused and lets the push go on.
    Returns an exit status of docs/exit-status.md.
    """
    judged = status_of(
        lambda: _judge_pushed_tag(environment), outcome=NOTHING_PUSHED if not warns else "The push goes on."
    )
    if not hook_is_in_place("."):
        if environment.get("CI"):
            write_message(["tagwarden: this is CI, which does not push, so the native Git hook may be missing"])
        else:
            write_message([f"tagwarden: {HOOK_MISSING}"])
            judged = judged or (ACCEPTED if _only_warns() else REFUSED)
    if judged != ACCEPTED and warns:
        write_message(["tagwarden: this hook only warns (--warn), so the push goes on"])
        return ACCEPTED
    return judged


def _only_warns() -> bool:
    with closing(Configuration(Git.here())) as configuration:
        return only_warns(configuration)


def _judge_pushed_tag(environment: Mapping[str, str]) -> int:
    pushed = pushed_tag(environment)
    if pushed is None:
        return ACCEPTED
    url = environment["PRE_COMMIT_REMOTE_URL"]
    return judge_push([pushed], environment.get("PRE_COMMIT_REMOTE_NAME", url), url)


def pushed_tag(environment: Mapping[str, str]) -> RefUpdate | None:
    """The pushed tag according to pre-commit's variables, None if they name none.

    They don't say what the tag was on the remote. Raises CannotJudge if the
    pushed object is not here.
    """
    ref = environment.get("PRE_COMMIT_REMOTE_BRANCH", "")
    if not ref.startswith((TAGS, REPLACEMENTS)) or not environment.get("PRE_COMMIT_REMOTE_URL"):
        return None
    pushed = environment.get("PRE_COMMIT_TO_REF") or environment.get("PRE_COMMIT_LOCAL_BRANCH", "")
    oid = Git.here().line("rev-parse", "--verify", "--quiet", "--end-of-options", pushed, accepted=(0, 1))
    if not oid:
        raise CannotJudge(f"pre-commit says that {pushed!r} is pushed to {ref!r}, and there is no such object here.")
    return RefUpdate(None, oid, ref)


def check_policies(files: Sequence[str]) -> int:
    """Check policy files and report every mistake; returns 0 or 1. Raises CannotJudge if a file can't be read."""
    from ..policy.file.load import MOST_BYTES, load_policy

    status = ACCEPTED
    for file in files:
        try:
            with open(file, "rb") as opened:
                load_policy(opened.read(MOST_BYTES + 1))
        except FileNotFoundError:
            continue
        except OSError as error:
            raise CannotJudge(f"{file!r} can't be read: {error.strerror}.") from error
        except ValueError as problem:
            write_message(f"{file}: {escape(mistake)}" for mistake in getattr(problem, "mistakes", (str(problem),)))
            status = REFUSED
    return status


def _install() -> int:
    done = install(".")
    write_message([*done.said, *map(as_line, done.advice)])
    return ACCEPTED


def _status(environment: Mapping[str, str]) -> int:
    if environment.get("CI"):
        write_message(["tagwarden: this is CI, which does not push, so there is nothing to prove"])
        return ACCEPTED
    found = status(".")
    if found.proven in ("refuses", "reports") and not found.problems:
        write_message([f"tagwarden: a bad tag was pushed to a scratch repository, and tagwarden {found.proven} it"])
        return ACCEPTED
    write_message(["tagwarden: bad tags are not refused", *(f"  {problem}" for problem in found.problems)])
    write_message([f"Once: {IN_PRE_COMMIT}", f"More: tagwarden status {shlex.quote(found.repository)}"])
    return REFUSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
