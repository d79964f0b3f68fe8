"""The program of the `pre-receive` hook file: judges all refs of a push as one set."""

from __future__ import annotations

import os

from ..policy.grammar.names import APPROVALS_ROOT
from ..repository.ref_updates import parse_receive_lines, read_all_stdin
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


class WholePush:
    """A call of `pre-receive` (call.Call): `given` is Git's input, `foreign` the hook to run if we accept, or ""."""

    hook: ServerHook = "pre-receive"

    def __init__(self, host: str, foreign: str, given: bytes, settings: str = "") -> None:
        self.host = host
        self.settings = settings
        self.updates: Sequence[RefUpdate] = parse_receive_lines(given)
        self._foreign = foreign
        self._given = given

    def per_ref_hook(self, common_dir: str, settings: Sequence[tuple[str, str]]) -> str | None:
        from .per_ref_hooks import find_per_ref_hook

        return find_per_ref_hook(common_dir, settings, self.host)

    def push_options(self, environ: Mapping[str, str]) -> Sequence[str]:
        if "GIT_PUSH_OPTION_0" not in environ:
            return ()
        from .push_options import push_options

        return push_options(environ)

    def needs_lock(self, _reader: Reader, _configuration: Configuration) -> bool:
        """Approvals must not change while a tag is judged by them."""
        return any(update.ref.startswith(APPROVALS_ROOT) for update in self.updates)

    def trusted(self, _lock: PushLock | None, reader: Reader, _configuration: Configuration) -> Reader:
        return reader  # no ref of the push has moved yet

    def earlier(self, _lock: PushLock) -> Sequence[RefUpdate]:
        return ()

    def touched(self, _lock: PushLock) -> frozenset[str]:
        return frozenset()

    def own_part(self, verdict: Verdict) -> Verdict:
        return verdict

    def run_foreign_hook(self) -> int:
        if not self._foreign:
            return 0
        from ..repository.hook_files.foreign_hook import SECONDS_UNDER_THE_LOCK, run_foreign_hook

        return run_foreign_hook(self._foreign, (), self._given, seconds=SECONDS_UNDER_THE_LOCK)

    def hand_over_lock(self, lock: PushLock, settled: Callable[[bool], None]) -> None:
        lock.keep_until_pushed(self.updates, at_end=settled)


def main(arguments: Sequence[str], *, verdict: int = 0) -> NoReturn:
    """Judge the push and exit with 0 (accepted), 1 (refused) or 3 (could not judge), each plus `verdict`.

    `arguments` are the hosting system or ""; the foreign hook to run if the push
    is accepted, or ""; optionally the file with settings for all repositories;
    and the lines that the hook file has read. The rest of Git's lines is on
    stdin.
    """
    host, foreign, *settings, lines = arguments
    exit_with(
        lambda: judge_call(WholePush(host, foreign, os.fsencode(lines) + read_all_stdin(), "".join(settings))),
        host=host,
        verdict=verdict,
    )
