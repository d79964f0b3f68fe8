"""Settlement: adds to the log what did not land of an accepted push.

A hook accepts a push before Git updates the refs. Afterwards the process that
keeps the push lock, or else the lock's next holder, compares the new lines of the
log with the refs. For each push that landed in part, it appends a line with the
outcome "incomplete", which also says which rules the landed part breaks. If that
process is killed, the next holder does the work. Each line is settled once.
"""

from __future__ import annotations

import time

from ...policy.errors import CannotJudge
from ...policy.push import Circumstances, RefUpdate
from ...repository.git.configuration import Configuration
from ...repository.git.program import GitProgram
from ...repository.judging.landed import judge_landed
from ...repository.trusted.policy_cache import PolicyCache
from ..pusher import Pusher
from .append import append_to_log
from .landing import Logged, landings_of
from .line import ARCHIVED, LOG, Entry
from .mark import Mark, write_mark
from .reading import read_entry, seconds_of
from .unsettled import INCOMPLETE, unsettled_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...policy.file.policy import Policy
    from ...policy.judging.judge import Verify
    from ...policy.verdict import Verdict
    from ...repository.git.command import Git
    from ...repository.git.reader import Reader
    from .landing import Landing
    from .unsettled import Line

# If a push's lock ended with its hook, Git may still be moving its refs for this many seconds.
ON_ITS_WAY = 600.0


def settle(common_dir: str, git: Git) -> int:
    """Settle the lines since the last settlement; returns how many pushes landed incompletely.

    Call it only with the push lock, while no accepted push can move refs any
    more. Raises CannotJudge if the log or the repository can't be read, or the
    log can't be written; nothing is lost then.
    """
    try:
        lines = unsettled_lines(common_dir)
        if not lines:
            return 0
        known, pending = _settle_lines(common_dir, git, lines)
        write_mark(common_dir, _mark_before(pending[0]) if pending else _mark_after(lines[-1]))
        return known
    except OSError as error:
        raise CannotJudge(
            f"the push log could not be compared with the refs: {LOG} in the repository on the server: "
            f"{error.strerror}. A push that is not logged is not accepted. The server's administrator must make sure "
            "that there is space, and that the user who runs the hook can write there."
        ) from error


def _mark_after(line: Line) -> Mark:
    return Mark(line.end, line.number, line.hash)


def _mark_before(line: Line) -> Mark:
    return Mark(line.start, line.number - 1, line.previous)


def _settle_lines(common_dir: str, git: Git, lines: Sequence[Line]) -> tuple[int, list[Line]]:
    """Log what did not land; returns the number of lines added, and the lines that must be checked again later."""
    open_lines = [line for line in lines if line.lands]
    if not open_lines:
        return 0, []
    said = (read_entry(line.content) for line in lines if line.outcome == INCOMPLETE)
    settled = {entry["of_line"] for entry in said if entry is not None}
    # An archive has no updates that could fail to land, but it deletes refs that earlier lines created.
    changing = [line for line in lines if line.lands or line.outcome == ARCHIVED.encode()]
    logged = [entry for line in changing if (entry := _logged(line)) is not None]
    to_land = {line.number for line in open_lines}
    incomplete, numbers = 0, set()
    reader = GitProgram(git)
    try:
        refs = list(dict.fromkeys(update.ref for entry in logged for update in entry.updates))
        landings = landings_of(logged, reader.existing(refs), lambda tip, commit: _contains(reader, tip, commit))
        for entry, landing in zip(logged, landings, strict=True):
            if not landing.missing or entry.number in settled or entry.number not in to_land:
                continue
            if not entry.guarded and time.time() - entry.time < ON_ITS_WAY:
                numbers.add(entry.number)
                continue
            append_to_log(common_dir, _incomplete(entry, landing, common_dir, git, reader))
            incomplete += 1
    finally:
        reader.close()
    return incomplete, [line for line in lines if line.number in numbers]


def _incomplete(logged: Logged, landing: Landing, common_dir: str, git: Git, reader: Reader) -> Entry:
    entry = Entry(logged.hook, logged.pusher, landing.missing, "incomplete", of_line=logged.number)
    try:
        verdicts = _judge(logged, landing.landed, common_dir, git, reader)
    except CannotJudge as problem:
        return entry._replace(error=str(problem))
    return entry._replace(verdicts=[_new_breaches(verdict, logged) for verdict in verdicts])


def _judge(logged: Logged, landed: Sequence[RefUpdate], common_dir: str, git: Git, reader: Reader) -> Sequence[Verdict]:
    now = int(logged.time)
    circumstances = Circumstances(now, "server", pusher=logged.pusher.name, pusher_email=logged.pusher.email)

    def find_verify(policy: Policy) -> Verify | None:
        if policy.signing.allowed_signers is None:
            return None
        from ...repository.signatures.verifier import find_verifier

        return find_verifier(policy, reader, git, now=now)

    configuration = Configuration(git)
    try:
        return judge_landed(
            landed, reader, configuration, circumstances, find_verify=find_verify, load=PolicyCache(common_dir).load
        )
    finally:
        configuration.close()


def _new_breaches(verdict: Verdict, logged: Logged) -> Verdict:
    """The verdict without warnings, and without the breaches that were already known when the push was accepted."""
    broken = tuple(
        finding
        for finding in verdict.findings
        if finding.severity == "error" and (finding.rule, finding.ref) not in logged.found
    )
    return verdict._replace(findings=broken, accepted=not broken)


def _contains(reader: Reader, tip: str, commit: str) -> bool:
    return not reader.not_contained([commit], [tip])


def _logged(line: Line) -> Logged | None:
    """What the line says; None if somebody has edited it."""
    entry = read_entry(line.content)
    if entry is None:
        return None
    pusher = entry["pusher"]
    findings = [finding for policy in entry["policies"] for finding in policy["findings"]]
    return Logged(
        line.number,
        entry["hook"],
        Pusher(pusher["name"], pusher["email"], pusher["how"], pusher.get("uid")),
        [RefUpdate(update["old"], update["new"], update["ref"]) for update in entry["updates"]],
        frozenset((finding["rule"], finding["ref"]) for finding in findings),
        entry.get("guarded") is not False,
        seconds_of(entry),
    )
