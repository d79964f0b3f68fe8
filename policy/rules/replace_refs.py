"""Refuses to create or move `refs/replace/*`.

Such a ref makes Git show another object in place of the requested one
(git-replace(1)), so that everybody would see a different tag than the one that
was judged. Deleting such a ref is allowed.

Fix: push without that ref.
"""

from __future__ import annotations

from ..grammar.names import REPLACEMENTS
from ..verdict import Breach
from ..wording import quoted, shell_command
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..push import WholePush

OPTIONS = ()
WHY = "Git would show everybody a different object than the one that was judged."


def check(push: WholePush) -> Iterator[Breach]:
    for update in push.updates:
        if update.new is not None and update.ref.startswith(REPLACEMENTS):
            yield Breach(
                f"{quoted(update.ref)} would show one object in place of another",
                update.ref,
                fix=shell_command("git", "update-ref", "-d", update.ref),
            )


EXAMPLES = (
    refused("a replacement", "replace 1111111111111111111111111111111111111111"),
    accepted("a push without one", "churn@v1.0.0"),
)
