"""What a hook imports before it knows whether a push concerns it, by name and not by the clock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.project import ROOT, modules

HOT = ["server_hooks.pre_receive", "server_hooks.update", "hooks.pre_push"]

# Each costs a hook between a third of its start and ten times it (docs/performance.md).
HEAVY = [
    "argparse", "asyncio", "click", "contextlib", "copy", "ctypes", "dataclasses", "datetime", "email",
    "enum", "fnmatch", "functools", "hashlib", "importlib.metadata", "importlib.resources", "inspect", "json",
    "logging", "pathlib", "pygit2", "random", "re", "semver", "shlex", "shutil", "signal", "socket", "string",
    "subprocess", "tempfile", "textwrap", "threading", "tomllib", "traceback", "typing", "urllib", "yaml",
]  # fmt: skip


def in_a_fresh_process(code: str, folder: Path) -> str:
    """What `code` prints in an interpreter that has imported nothing, with `tagwarden` from this tree."""
    # Without site: the import hook of an editable install brings half of HEAVY along.
    (folder / "tagwarden").symlink_to(ROOT)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(folder)!r})\n{code}"],
        capture_output=True, text=True, env=environment,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("module", [module for module in HOT if module in modules()])
def test_a_hook_starts_without_anything_heavy(module: str, tmp_path: Path) -> None:
    loaded = in_a_fresh_process(f"import tagwarden.{module}\nprint(*sys.modules)", tmp_path).split()

    assert f"tagwarden.{module}" in loaded
    assert not set(HEAVY) & set(loaded)


def test_what_a_client_imports_is_there_on_windows(tmp_path: Path) -> None:
    client = [name for name in modules() if not name.startswith("server_hooks") and "__main__" not in name]
    site = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    code = f"""
import os, pathlib
sys.path.append({site!r})
for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[name] = None
for name in ("geteuid", "getuid", "fork"):
    delattr(os, name)
for name in {client!r}:
    __import__("tagwarden." + name)
print("fine")
"""
    assert in_a_fresh_process(code, tmp_path) == "fine\n"
