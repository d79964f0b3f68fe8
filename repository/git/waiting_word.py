"""Shows on a terminal that the program is waiting for a slow remote."""

from __future__ import annotations

import os

from ...policy.wording import is_plain_text, without_passwords

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class _Said:
    """What this process has said already: nobody wants to read it twice."""

    words: str | None = None


def word_about(remote: str, seconds: float) -> Callable[[Sequence[str]], None] | None:
    """What to call with the complaints so far once a remote has kept us waiting; None where nobody would read it.

    Only a terminal is written to: what else reads stderr wants the outcome
    alone. What ssh says is told too, for it may wait for a finger on a key.
    """
    if not os.isatty(2):
        return None

    def say(complaints: Sequence[str]) -> None:
        words = without_passwords(f"tagwarden: waiting for {remote!r}, at most {seconds:g} seconds")
        if words == _Said.words:
            return
        _Said.words = words
        said = [f"  {without_passwords(line)}" for line in complaints if is_plain_text(line)]
        try:
            os.write(2, "".join(f"{line}\n" for line in [words, *said]).encode("utf-8", "backslashreplace"))
        except OSError:  # whoever was there has gone
            pass

    return say
