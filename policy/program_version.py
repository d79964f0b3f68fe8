"""The version of this program. Hooks read it here, because `importlib.metadata` takes longer than judging a push."""

from __future__ import annotations

VERSION = "0.2.0"
