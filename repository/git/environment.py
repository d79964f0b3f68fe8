"""The environment for a program that works on another repository than the one that our environment selects."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# Variables that select a repository, its parts, or its configuration: `git rev-parse --local-env-vars` (Git 2.39 to
# 2.54), which Git itself removes when it starts a program for another repository; and the namespace (gitnamespaces(7)).
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

# Variables with additional configuration, set by `git -c` or by the caller of Git (git-config(1)).
SETTINGS = ("GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS")

# Beginnings of variables about one push, which are wrong for any other: git-receive-pack(1), "Quarantine Environment"
# and "Pre-receive Hook" (GIT_PUSH_CERT*); githooks(5), "pre-receive" (GIT_PUSH_OPTION_*).
OF_ONE_PUSH = ("GIT_PUSH_", "GIT_QUARANTINE_PATH")


def environment_without_repository(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """`environ` without the variables about one repository or one push.

    The user's own variables stay: where the user's and the system's configuration is, how to reach remotes, who
    commits, what to trace.
    """
    return {
        name: value
        for name, value in environ.items()
        if name not in OF_ONE_REPOSITORY and not name.startswith(OF_ONE_PUSH)
    }
