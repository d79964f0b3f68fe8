"""The environment in which a program is started for a repository that this process's environment does not name."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# What names a repository, its parts, or its configuration: `git rev-parse --local-env-vars` (Git 2.39 to 2.54), and
# the namespace (gitnamespaces(7)). Git itself drops the former where it starts a program for another repository.
OF_ONE_REPOSITORY = frozenset((
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
))  # fmt: skip

# The settings that `git -c`, or whoever starts Git, adds to the configuration (git-config(1)).
SETTINGS = ("GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS")

# What is true of one push, and lies about any other: git-receive-pack(1), "Quarantine Environment" and "Pre-receive
# Hook" (GIT_PUSH_CERT*); githooks(5), "pre-receive" (GIT_PUSH_OPTION_*).
OF_ONE_PUSH = ("GIT_PUSH_", "GIT_QUARANTINE_PATH")


def environment_without_repository(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """`environ` without what belongs to one repository or one push.

    What is the user's stays: where the configuration of user and system lies,
    how to reach remotes, who commits, what Git is to trace.
    """
    return {
        name: value
        for name, value in environ.items()
        if name not in OF_ONE_REPOSITORY and not name.startswith(OF_ONE_PUSH)
    }
