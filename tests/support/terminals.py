"""Terminals whose other end the test has."""

from __future__ import annotations

import pty

import pytest


def open_terminal() -> tuple[int, int]:
    """Both ends of a terminal, ours first; skips the test if there are none, as without /dev/pts."""
    try:
        return pty.openpty()
    except OSError as error:
        pytest.skip(f"no terminal can be had here: {error}")
