"""The error of everything that installs, removes or proves hooks."""

from __future__ import annotations


class CannotInstall(Exception):
    """Hooks can't be installed, removed or proven here. The message says why, and what to do."""
