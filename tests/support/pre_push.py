"""Runs the pre-push hook by itself, and reads what it says."""

from __future__ import annotations

import subprocess

from support import PushResult, Repo
from support.repositories import RULE_IN_BRACKETS


def rules(pushed: PushResult) -> set[str]:
    return set(RULE_IN_BRACKETS.findall(pushed.stderr))


def run_hook(clone: Repo, url: str, *lines: str) -> subprocess.CompletedProcess[str]:
    """Run the hook as `git push URL` would after it has listed these lines."""
    return subprocess.run(
        [clone.git_dir / "hooks" / "pre-push", url, url],
        cwd=clone.path, input="".join(f"{line}\n" for line in lines), capture_output=True, text=True,
    )  # fmt: skip


def line_for(clone: Repo, tag: str) -> str:
    return f"refs/tags/{tag} {clone.git('rev-parse', f'refs/tags/{tag}')} refs/tags/{tag} {'0' * 40}"
