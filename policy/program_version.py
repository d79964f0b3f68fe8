"""The version of this program, for hooks: `importlib.metadata` costs them more than a whole judgement."""

from __future__ import annotations

VERSION = "0.2.0"
