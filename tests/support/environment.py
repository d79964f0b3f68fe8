"""An environment in which Git, GPG and the hooks see nothing of the user who runs the tests."""

from __future__ import annotations

import os
from pathlib import Path

GIT_CONFIG = """\
[user]
	name = Ada Lovelace
	email = ada@example.com
[init]
	defaultBranch = main
	templateDir = {home}/git-template
[core]
	fsync = none
[gc]
	auto = 0
[maintenance]
	auto = false
[receive]
	autogc = false
[advice]
	detachedHead = false
"""

LEFT_OUT = ("GIT_", "XDG_", "GNUPG", "GPG_", "SSH_", "PRE_COMMIT", "GTO_", "GL_", "GITEA_", "TAGWARDEN_")
LEFT_OUT_TOO = {"EMAIL", "NO_COLOR", "PAGER", "EDITOR", "VISUAL", "PYTHONPATH"}
LEFT_OUT_TOO |= {"CI", "GITHUB_ACTIONS", "GITLAB_CI"}


def hermetic_environment(home: Path) -> dict[str, str]:
    """The environment variables of the tests; makes the files in `home` that they name.

    Variables that enable coverage in the processes under test are kept.
    """
    (home / "git-template" / "hooks").mkdir(parents=True)
    config = home / ".gitconfig"  # where a Git that knows no GIT_CONFIG_GLOBAL (before 2.32) finds it, too
    config.write_text(GIT_CONFIG.format(home=home))
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT) and name not in LEFT_OUT_TOO
    }
    return kept | {
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_TERMINAL_PROMPT": "0",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
    }
