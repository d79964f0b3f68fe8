"""Reads the options of a push (`git push -o`), which Git passes to a hook in variables (githooks(5))."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

COUNT = "GIT_PUSH_OPTION_COUNT"

# Far more than anybody types; a count that was not set by Git could be anything.
MOST = 1000


def push_options(environ: Mapping[str, str]) -> list[str]:
    """The options, in order. Call it only in pre-receive.

    Git sets the count only for pre-receive and post-receive, and only as many
    variables as it says belong to this push. `update` gets none of them, and
    inherits those that its environment happened to have.
    """
    count = environ.get(COUNT, "")
    if not (count.isascii() and count.isdigit()) or len(count) > 6:
        return []
    names = [f"GIT_PUSH_OPTION_{index}" for index in range(min(int(count), MOST))]
    return [environ[name] for name in names if name in environ]
