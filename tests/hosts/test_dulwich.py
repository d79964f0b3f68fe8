"""dulwich's server, which docs/hosts.md names among those that do not run hooks as Git does."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from dulwich.server import DictBackend, TCPGitServer

from support import Repo, Server

# A server or a browser of its own: `.ci/run` starts these, `make test` does not.
pytestmark = pytest.mark.ci


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    """Where dulwich serves the repository, in a thread."""
    from dulwich.repo import Repo as Served

    with Served(str(server.path)) as served, TCPGitServer(DictBackend({b"/": served}), "localhost", 0) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield f"git://localhost:{serving.server_address[1]}/"
        serving.shutdown()
        thread.join()


def test_a_server_that_hands_the_hook_no_complete_lines_has_every_tag_refused(
    server: Server, clone: Repo, url: str
) -> None:
    clone.tag("churn@v1.0.0")
    clone.tag("churn@v1.1")
    for tag in ("churn@v1.0.0", "churn@v1.1"):
        pushed = clone.push(tag, remote=url)
        assert not pushed.ok
        assert "tagwarden could not judge this push: Git's list of pushed refs holds a line that can't be read" in (
            pushed.stderr
        )
    assert server.tags() == set()

    assert clone.push("churn@v1.0.0", remote=str(server.path)).ok
