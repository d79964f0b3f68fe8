"""The options of a push (`git push -o`), as githooks(5) hands them to a hook."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

COUNT = "GIT_PUSH_OPTION_COUNT"

# Far more than anybody types; a count that Git did not write may say anything.
MOST = 1000


def push_options(environ: Mapping[str, str]) -> list[str]:
    """The options, in order. To be asked in pre-receive only.

    Git sets the count for pre-receive and post-receive, and only the variables
    below it are of this push: `update` gets none of them, and inherits
    whatever was in the environment before.
    """
    count = environ.get(COUNT, "")
    if not (count.isascii() and count.isdigit()) or len(count) > 6:
        return []
    names = [f"GIT_PUSH_OPTION_{index}" for index in range(min(int(count), MOST))]
    return [environ[name] for name in names if name in environ]
