"""A server on which a policy says who may do what, reached over HTTP with names and passwords."""

from __future__ import annotations

import json
from collections.abc import Callable

from tagwarden.server_hooks.log.chain import read_lines, verify

from .repositories import PushResult, Repo, Server

PEOPLE = ("ada", "grace", "linus")

POLICY = """
[people]
groups.releasers = ["grace"]
[[people.allow]]
who = ["ada", "@releasers"]
what = ["register", "deregister"]
models = ["churn"]
[[people.allow]]
who = ["@releasers"]
stages = ["prod"]
[[people.allow]]
who = ["linus"]
what = ["deprecate"]

[emergency]
who = ["@releasers"]
rules = ["version-order", "who", "message"]
"""

Push = Callable[..., PushResult]


def tag_and_push(clone: Repo, push: Push, who: str, tag: str, *options: str, target: str = "HEAD") -> PushResult:
    clone.tag(tag, target)
    return push(who, *options, f"refs/tags/{tag}")


def stands(server: Server, clone: Repo, *tags: str) -> None:
    """Create the clone's tags on the server without its hook, like an administrator."""
    server.git("fetch", "--quiet", str(clone.path), *(f"refs/tags/{tag}:refs/tags/{tag}" for tag in tags))


def newest(server: Server) -> dict[str, object]:
    """The newest line of the push log, after verifying the chain."""
    assert not verify(str(server.path)).troubles
    entry = json.loads(list(read_lines(str(server.path)))[-1])
    assert isinstance(entry, dict)
    return entry
