"""What tests share: real repositories, servers with the hook installed, raw objects."""

from __future__ import annotations

from .repositories import PushResult, Repo, Server, Templates
from .tag_objects import TAGGER, raw_tag

__all__ = ["TAGGER", "PushResult", "Repo", "Server", "Templates", "raw_tag"]
