"""The program of the `pre-push` hook file: judges all refs of a push as one set, before anything is sent."""

from __future__ import annotations

import os

from ..policy.grammar.names import REPLACEMENTS, TAGS
from ..report.exit_status import ACCEPTED, REFUSED, exit_with
from ..report.message import write_message
from ..repository.ref_updates import parse_pre_push_lines, read_all_stdin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from ..policy.push import RefUpdate

# The consequence of reaching no verdict.
NOTHING_PUSHED = "Nothing was pushed."

JUDGED_REFS = (TAGS, REPLACEMENTS)


def main(arguments: Sequence[str], *, verdict: int = 0) -> NoReturn:
    """Judge the push and exit with 0 (accepted), 1 (refused) or 3 (could not judge), each plus `verdict`.

    `arguments` are the foreign hook to run if the push is accepted, or ""; the
    lines that the hook file has read; and Git's arguments: the remote's name (its
    URL if it has none) and its URL. The rest of Git's lines is on stdin.
    """
    foreign, lines, *given_by_git = arguments

    def judge() -> int:
        given = os.fsencode(lines) + read_all_stdin()
        status = judge_push(parse_pre_push_lines(given), *given_by_git)
        if status != ACCEPTED or not foreign:
            return status
        from ..repository.hook_files.foreign_hook import run_foreign_hook

        return ACCEPTED if run_foreign_hook(foreign, given_by_git, given) == 0 else REFUSED

    exit_with(judge, outcome=NOTHING_PUSHED, verdict=verdict)


def judge_push(updates: Sequence[RefUpdate], remote: str, url: str) -> int:
    """Judge a push to `url` and report the verdict; `remote` is the remote's name, or the URL if it has none.

    Returns 0 (accepted) or 1 (refused). Raises CannotJudge if no verdict can be
    reached. If the clone is configured to warn only, every push is accepted.
    """
    relevant = [update for update in updates if update.ref.startswith(JUDGED_REFS)]
    if not relevant:
        return ACCEPTED
    from ..policy.errors import CannotJudge
    from ..policy.verdict import of_accepted
    from ..report.escape import escape
    from ..report.text import EVALUATES, lines_of
    from ..repository.git.command import Git
    from ..repository.git.configuration import Configuration
    from ..repository.judging.client_push import ClientPush, Destination, judge_client_push, with_advice
    from ..repository.judging.model_updates import updates_by_model
    from ..repository.remote.offline import is_offline
    from ..repository.remote.remote import RemoteUnavailable
    from .warn_only import WHY_ACCEPTED, only_warns

    if not updates_by_model(relevant) and not any(update.ref.startswith(REPLACEMENTS) for update in relevant):
        return ACCEPTED
    git = Git.here()
    configuration = Configuration(git)
    warns = only_warns(configuration)
    name = remote if remote != url else None
    destination = Destination(name, url, offline=is_offline(configuration))
    try:
        verdict = of_accepted(judge_client_push(ClientPush(updates, destination, git, configuration)))
    except CannotJudge as problem:
        if warns:
            write_message(
                [f"tagwarden could not judge this push: {escape(line)}" for line in str(problem).splitlines()[:1]]
            )
            write_message([f"The push goes on, because {WHY_ACCEPTED}. The server decides."])
            return ACCEPTED
        raise with_advice(problem) if isinstance(problem, RemoteUnavailable) else problem from None
    accepted = verdict.accepted or warns
    write_message(
        lines_of(verdict._replace(accepted=accepted), accepted_because=EVALUATES if verdict.accepted else WHY_ACCEPTED)
    )
    return ACCEPTED if accepted else REFUSED
