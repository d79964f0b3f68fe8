"""Installs the program for measuring like a user: a wheel of this tree, in a virtual environment of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent.parent


def install(folder: Path) -> Path:
    """Install the program; returns the interpreter for the hooks. An editable install would start more slowly."""
    python = folder / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    # setuptools builds in this folder, and would include files that were removed from the tree since the last build.
    shutil.rmtree(ROOT / "build" / "lib", ignore_errors=True)
    pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, str(ROOT)], check=True)
    subprocess.run([*pip, "--force-reinstall", "--no-deps", str(ROOT)], check=True)
    return python


def find_peer(program: str) -> str | None:
    """The path of a peer's program beside the current interpreter, None if it is not there."""
    path = Path(sysconfig.get_path("scripts")) / program
    return str(path) if path.exists() else None
