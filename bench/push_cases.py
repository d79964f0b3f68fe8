"""What our hook adds to a whole push over a local path, compared with what others add."""

from __future__ import annotations

from collections.abc import Sequence

from .cases import Case, added_ratio
from .kit import BASH_HOOK, Kit
from .measuring import Contender


def _pushes(kit: Kit, count: int) -> Sequence[Contender]:
    source = kit.repository(1000, 100)
    clone, tags = kit.clone(source, count)
    # All push to one server, because the time that Git takes to write a hundred files depends on the folder.
    server = source.copy(kit.folder / "push.git")
    hooks = {}
    for name, put in (
        ("no hook", lambda made: made),
        ("tagwarden", kit.with_hook),
        ("update.sample", kit.update_sample),
        ("a bash loop", lambda made: kit.with_peer(made, "pre-receive", BASH_HOOK)),
    ):
        put(server)
        hooks[name] = server.hook("").rename(server.path / f"hooks of {name}")
        server.hook("").mkdir()
    server.hook("").rmdir()
    server.hook("").symlink_to(hooks["no hook"])
    return [kit.push(name, clone, server, tags, folder) for name, folder in hooks.items()]


CASES = (
    Case(
        "whole-push",
        "1 model tag, 1,000 tags exist: the whole push over a local path",
        "added CPU time / what Git's `update.sample` adds",
        2.1,
        lambda kit: _pushes(kit, 1),
        added_ratio("tagwarden", "update.sample"),
        60,
    ),
    Case(
        "hundred-tags",
        "push of 100 tags",
        "added CPU time / what Git's `update.sample` adds",
        1 / 30,
        lambda kit: _pushes(kit, 100),
        added_ratio("tagwarden", "update.sample"),
        7,
    ),
)
