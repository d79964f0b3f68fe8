"""Warns of more than three tags in one push to GitHub.

GitHub starts no workflow for a push of more than three tags, so nothing would
be deployed. Only the client knows where a push goes.

Fix: push at most three tags at a time.
"""

from __future__ import annotations

from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..push import WholePush

OPTIONS = ()
WHY = "GitHub starts no workflow for such a push."

MOST_TAGS = 3


def check(push: WholePush) -> Iterator[Breach]:
    if push.circumstances.place != "client" or not is_github(push.circumstances.remote_url):
        return
    tags = push.count_new_tags()
    if tags > MOST_TAGS:
        yield Breach(f"this push has {tags} tags; GitHub starts no workflow for more than {MOST_TAGS}", None)


def is_github(url: str | None) -> bool:
    """Whether `url` (https, ssh or scp-like) names a repository on github.com."""
    host = (url or "").partition("://")[2] or (url or "")
    host = host.partition("/")[0].rpartition("@")[2].partition(":")[0]
    return host.lower() in ("github.com", "ssh.github.com")


EXAMPLES = (
    accepted("three tags", "a@v1.0.0", "b@v1.0.0", "c@v1.0.0"),
    refused("four tags", "a@v1.0.0", "b@v1.0.0", "c@v1.0.0", "d@v1.0.0"),
)
