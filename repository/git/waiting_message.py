"""Tells a user on a terminal that we are waiting for a slow remote."""

from __future__ import annotations

import os

from ...policy.wording import is_plain_text, without_passwords

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class _LastMessage:
    """The last message of this process, so that it is not repeated."""

    text: str | None = None


def waiting_message_about(remote: str, seconds: float) -> Callable[[Sequence[str]], None] | None:
    """The `when_slow` of `run_bounded` for a command that asks `remote`; None if stderr is not a terminal.

    Programs that read our stderr want only the outcome. The message includes what the command has written to stderr so
    far, because ssh may be waiting for a touch of a security key.
    """
    if not os.isatty(2):
        return None

    def say(stderr_lines: Sequence[str]) -> None:
        words = without_passwords(f"tagwarden: waiting for {remote!r}, at most {seconds:g} seconds")
        if words == _LastMessage.text:
            return
        _LastMessage.text = words
        said = [f"  {without_passwords(line)}" for line in stderr_lines if is_plain_text(line)]
        try:
            os.write(2, "".join(f"{line}\n" for line in [words, *said]).encode("utf-8", "backslashreplace"))
        except OSError:  # the terminal has gone
            pass

    return say
