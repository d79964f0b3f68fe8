"""Clones with the pre-push hook, and remotes that answer in their own ways."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from support import Repo, Server
from tagwarden.hooks.install import install


@pytest.fixture
def plain_server(new_server: Callable[..., Server]) -> Server:
    """A server without hooks of its own."""
    return new_server(hook=None)


@pytest.fixture
def guarded(plain_server: Server) -> Repo:
    """A clone of `plain_server` with our pre-push hook."""
    clone = plain_server.clone()
    install(str(clone.path))
    return clone


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port on which connections are taken and never answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    taken.append(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        for connection in taken:
            connection.close()
