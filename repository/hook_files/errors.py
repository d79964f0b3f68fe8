"""What is raised about hooks that can't be placed or proven."""

from __future__ import annotations


class CannotInstall(Exception):
    """Hooks can't be installed, taken back or proven here. The message says why, and what to do."""
