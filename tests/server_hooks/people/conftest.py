"""A server with a policy on who may do what, and a clone of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support import PushResult, Repo, Server
from support.http_server import serve_http
from support.people import POLICY, Push


@pytest.fixture
def governed(server: Server) -> Server:
    """A server with POLICY that believes what its web server says."""
    server.commit_on_main({"tagwarden.toml": POLICY})
    server.git("config", "tagwarden.pusher", "http")
    server.git("config", "receive.advertisePushOptions", "true")
    server.git("config", "http.receivepack", "true")
    return server


@pytest.fixture
def url(governed: Server) -> Iterator[str]:
    with serve_http(governed.path.parent) as beginning:
        yield f"{beginning}/{governed.path.name}"


@pytest.fixture
def clone(governed: Server) -> Repo:
    return governed.clone()


@pytest.fixture
def push(clone: Repo, url: str) -> Push:
    """Push from the clone: `push("ada", "refs/tags/churn@v1.0.0")`."""

    def push(who: str, *args: str) -> PushResult:
        return clone.push(*args, remote=url.replace("NAME", who))

    return push
