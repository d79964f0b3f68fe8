"""The program of the `update` hook file: judges one ref of a push, for hosts without a pre-receive hook.

Git calls it for each ref in turn, after it has stored the objects. It may move
each ref before it goes on to the next, or none before the last (in atomic pushes,
and always since Git 2.55). So the refs that earlier calls accepted are recorded
beside the push lock, which the whole push holds. They always count against a
later ref, but in its favour only once they are in place. Refs still to come are
unknown: an assignment may be judged before the registration that it needs, and
unless the push is atomic, refs before a refused one stay.
"""

from __future__ import annotations

import os

from ..policy.grammar.names import APPROVALS_ROOT, TAGS, model_of
from ..repository.ref_updates import parse_receive_lines
from .gate import judge_call
from .messages import exit_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import NoReturn

    from ..policy.push import RefUpdate
    from ..policy.verdict import Verdict
    from ..repository.git.configuration import Configuration
    from ..repository.git.reader import Reader
    from .hook_file import ServerHook
    from .lock.push_lock import PushLock

SHA1_DIGITS = 40
PER_REF_HOOK = "the update hook, which Git calls for each ref by itself,"
NOTE = (
    "the update hook judges ref by ref, in the order of their names, and sees nothing of those still to come; "
    "push what another tag needs before that tag"
)


class OneRef:
    """A call of `update` (call.Call) with Git's arguments; `foreign` is the hook to run if we accept, or ""."""

    hook: ServerHook = "update"

    def __init__(self, host: str, foreign: str, ref: str, old: str, new: str, settings: str = "") -> None:
        self.host = host
        self.settings = settings
        self.updates: Sequence[RefUpdate] = parse_receive_lines(os.fsencode(f"{old} {new} {ref}\n"))
        self._foreign = foreign
        self._arguments = ref, old, new

    def per_ref_hook(self, _common_dir: str, _settings: Sequence[tuple[str, str]]) -> str | None:
        return PER_REF_HOOK

    def push_options(self, _environ: Mapping[str, str]) -> Sequence[str]:
        return ()  # `update` gets none; those in its environment are from elsewhere

    def earlier(self, lock: PushLock) -> Sequence[RefUpdate]:
        """Those of the same model are enough."""
        (update,) = self.updates
        model = _model(_line(update))
        lines = [line for line in lock.accepted_before().splitlines(keepends=True) if _model(line) == model]
        return [one for one in parse_receive_lines(b"".join(lines)) if one.ref != update.ref] if lines else ()

    def needs_lock(self, reader: Reader, configuration: Configuration) -> bool:
        """A branch, or the tag that holds it, may change the policy before a tag of the same push is judged."""
        (update,) = self.updates
        if not update.ref.startswith(TAGS):
            return True
        from ..repository.trusted.policy_changes import policy_tags

        return update.ref in policy_tags(reader, configuration)

    def trusted(self, lock: PushLock | None, reader: Reader, configuration: Configuration) -> Reader:
        if lock is None:
            return reader
        from ..repository.trusted.reader_before import reader_before
        from .trusted_refs import before_the_push

        return reader_before(reader, before_the_push(lock, reader, configuration))

    def touched(self, lock: PushLock) -> frozenset[str]:
        roots = os.fsencode(APPROVALS_ROOT), os.fsencode(TAGS)
        names = (line.split(b" ", 2)[-1] for line in lock.accepted_before().splitlines())
        return frozenset(os.fsdecode(name) for name in names if name.startswith(roots))

    def own_part(self, verdict: Verdict) -> Verdict:
        """Leave out what was already reported about earlier refs, except for what refuses this one."""
        (update,) = self.updates
        findings = tuple(
            finding
            for finding in verdict.findings
            if finding.ref == update.ref or (finding.severity == "error" and not verdict.accepted)
        )
        notes = (*verdict.notes, NOTE) if findings else verdict.notes
        judged = min(verdict.judged, len(self.updates))
        return verdict._replace(findings=findings, judged=judged, notes=notes)

    def run_foreign_hook(self) -> int:
        if not self._foreign:
            return 0
        from ..repository.hook_files.foreign_hook import SECONDS_UNDER_THE_LOCK, run_foreign_hook

        return run_foreign_hook(self._foreign, self._arguments, b"", seconds=SECONDS_UNDER_THE_LOCK)

    def hand_over_lock(self, lock: PushLock, settled: Callable[[bool], None]) -> None:
        lock.remember(_line(self.updates[0]))
        lock.keep_until_pushed(at_end=settled)


def main(arguments: Sequence[str], *, verdict: int = 0) -> NoReturn:
    """Judge the ref and exit with 0 (accepted), 1 (refused) or 3 (could not judge), each plus `verdict`.

    `arguments` are the hosting system or ""; the foreign hook to run if the ref
    is accepted, or ""; optionally the file with settings for all repositories;
    and Git's arguments: ref, old id, new id.
    """
    host, foreign, *settings, ref, old, new = arguments
    exit_with(lambda: judge_call(OneRef(host, foreign, ref, old, new, "".join(settings))), host=host, verdict=verdict)


def _line(update: RefUpdate) -> bytes:
    """The update as a line of pre-receive's input."""
    zero = "0" * len(update.new or update.old or SHA1_DIGITS * "0")
    return os.fsencode(f"{update.old or zero} {update.new or zero} {update.ref}\n")


def _model(line: bytes) -> str:
    return model_of(os.fsdecode(line.rstrip(b"\n").split(b" ", 2)[-1])).lower()
