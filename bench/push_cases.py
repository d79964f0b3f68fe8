"""What a hook adds to a whole push over a local path, beside what others add."""

from __future__ import annotations

from collections.abc import Sequence

from .cases import Case, added_ratio
from .kit import BASH_HOOK, Kit
from .measuring import Contender


def _pushes(kit: Kit, count: int) -> Sequence[Contender]:
    source = kit.repository(1000, 100)
    clone, tags = kit.clone(source, count)
    servers = {
        "no hook": source.copy(kit.folder / "push-none.git"),
        "tagwarden": kit.with_hook(source.copy(kit.folder / "push-ours.git")),
        "update.sample": kit.update_sample(source.copy(kit.folder / "push-sample.git")),
        "a bash loop": kit.with_peer(source.copy(kit.folder / "push-bash.git"), "pre-receive", BASH_HOOK),
    }
    return [kit.push(name, clone, server, tags) for name, server in servers.items()]


CASES = (
    Case(
        "whole-push",
        "1 model tag, 1,000 tags exist: the whole push over a local path",
        "added time / what Git's `update.sample` adds",
        1.5,
        lambda kit: _pushes(kit, 1),
        added_ratio("tagwarden", "update.sample"),
        60,
    ),
    Case(
        "hundred-tags",
        "push of 100 tags",
        "added time / what Git's `update.sample` adds",
        1 / 30,
        lambda kit: _pushes(kit, 100),
        added_ratio("tagwarden", "update.sample"),
        7,
    ),
)
