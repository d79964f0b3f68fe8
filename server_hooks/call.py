"""One call of a hook, as the gate sees it; each kind of hook has its own class."""

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
    """One call of a hook by Git: its input, and the steps before and after the verdict."""

    hook: ServerHook
    host: str
    settings: str
    updates: Sequence[RefUpdate]

    def per_ref_hook(self, common_dir: str, settings: Sequence[tuple[str, str]]) -> str | None:
        """What may refuse single refs of the push after this call, None for nothing."""

    def push_options(self, environ: Mapping[str, str]) -> Sequence[str]:
        """The options of the push (`git push -o`)."""

    def needs_lock(self) -> bool:
        """Whether the push must hold the lock even where no model tag and no near miss is among its updates."""

    def trusted(self, lock: PushLock | None, reader: Reader, configuration: Configuration) -> Reader:
        """The repository as it was before the push, as far as policies and allowed signers come from it."""

    def earlier(self, lock: PushLock) -> Sequence[RefUpdate]:
        """The updates of the same push that earlier calls accepted, as far as they can matter."""

    def touched(self, lock: PushLock) -> frozenset[str]:
        """The tags, and the refs of proposals and approvals, that earlier calls for the same push accepted."""

    def own_part(self, verdict: Verdict) -> Verdict:
        """What `verdict` says of this call's updates."""

    def run_foreign_hook(self) -> int:
        """Run the hook that stood where ours stands, if there is one; its exit status."""

    def hand_over_lock(self, lock: PushLock, settled: Callable[[bool], None]) -> None:
        """Hand the lock of an accepted push to a process that holds it until Git is done, and then calls `settled`."""
