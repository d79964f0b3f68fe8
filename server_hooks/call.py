"""One call of a hook by Git, as the gate sees it; each kind of hook implements it in a class of its own."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Protocol

    from ..policy.push import RefUpdate
    from ..policy.verdict import Verdict
    from ..repository.git.configuration import Configuration
    from ..repository.git.reader import Reader
    from .hook_file import ServerHook
    from .lock.push_lock import PushLock
else:
    Protocol = object


class Call(Protocol):
    """One call of a hook: its input, and the steps before and after the verdict."""

    hook: ServerHook
    host: str
    settings: str
    updates: Sequence[RefUpdate]

    def per_ref_hook(self, common_dir: str, settings: Sequence[tuple[str, str]]) -> str | None:
        """What may refuse single refs of the push after this call, in the user's words; None if nothing can."""

    def push_options(self, environ: Mapping[str, str]) -> Sequence[str]:
        """The options of the push (`git push -o`)."""

    def needs_lock(self, reader: Reader, configuration: Configuration) -> bool:
        """Whether the push must hold the lock even if it updates no model tag and no near miss."""

    def trusted(self, lock: PushLock | None, reader: Reader, configuration: Configuration) -> Reader:
        """Reads the repository as it was before the push, as the source of policies and allowed signers."""

    def earlier(self, lock: PushLock) -> Sequence[RefUpdate]:
        """The updates that earlier calls for the same push accepted, at least those that can affect this one."""

    def touched(self, lock: PushLock) -> frozenset[str]:
        """The tags, and the refs of proposals and approvals, that earlier calls for the same push accepted."""

    def own_part(self, verdict: Verdict) -> Verdict:
        """The part of `verdict` that is about this call's updates."""

    def run_foreign_hook(self) -> int:
        """Run the hook that was installed before ours, if there is one; returns its exit status, else 0."""

    def hand_over_lock(self, lock: PushLock, settled: Callable[[bool], None]) -> None:
        """Hand the lock of an accepted push to a process that keeps it until Git is done and then calls `settled`."""
