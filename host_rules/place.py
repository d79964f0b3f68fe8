"""Finds the host and the repository that a remote's URL names."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ..policy.record import Record

# The scp-like form git@HOST:PATH (git-clone(1), "GIT URLS").
SCP = re.compile(r"(?:[^@/:]+@)?([^@/:]+|\[[^]]+\]):(?!//)(.+)")
HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\]")
WITHIN = re.compile(r"[\w.-]+(?:/[\w.-]+)+", re.ASCII)
PORTS = {"http": 80, "https": 443}


class Place(Record):
    """A repository: `root` is the host's URL (`https://git.example`), `path` that of the repository (`ml/models`)."""

    root: str
    path: str

    @property
    def host(self) -> str:
        """The host's name, with the port if it is not the usual one."""
        return self.root.partition("://")[2]


def place_of(url: str, default: str | None, *, in_groups: bool) -> Place:
    """The place that a remote's URL names, or `OWNER/NAME` on the host `default`.

    With `in_groups`, the path may have more than two components; otherwise those
    before the last two belong to the host's URL. A user, password or token in the
    URL is dropped. Raises ValueError, whose message says what is wrong with `url`.
    """
    if "://" in url:
        parts = urlsplit(url)
        if parts.query or parts.fragment:
            raise ValueError("it is the address of a page, not of a repository")
        root, path = _root(parts.scheme, parts.hostname or "", parts.port), parts.path
    elif default is not None and WITHIN.fullmatch(url):
        root, path = f"https://{default}", url
    else:
        found = SCP.fullmatch(url)
        if found is None:
            raise ValueError("it names no host")
        root, path = _root("ssh", found[1].strip("[]"), None), found[2]
    path = path.strip("/").removesuffix(".git")
    if not WITHIN.fullmatch(path):
        raise ValueError(f"{path!r} is not OWNER/NAME")
    *before, owner, name = path.split("/")
    return Place(root, path) if in_groups else Place("/".join([root, *before]), f"{owner}/{name}")


def _root(scheme: str, host: str, port: int | None) -> str:
    if ":" in host:
        host = f"[{host}]"
    if not HOST.fullmatch(host):
        raise ValueError("it names no host")
    # The port of another protocol is not that of the API.
    if scheme not in PORTS:
        return f"https://{host}"
    return f"{scheme}://{host}" if port in (None, PORTS[scheme]) else f"{scheme}://{host}:{port}"
