"""Installs what is measured as users do: a wheel of this tree, in a virtual environment of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent.parent


def install(folder: Path) -> Path:
    """The interpreter that the hooks will name. A regular install: an editable one starts more slowly."""
    python = folder / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    # setuptools builds here, and would bring along what has gone from the tree meanwhile.
    shutil.rmtree(ROOT / "build" / "lib", ignore_errors=True)
    pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, str(ROOT)], check=True)
    subprocess.run([*pip, "--force-reinstall", "--no-deps", str(ROOT)], check=True)
    return python


def find_peer(program: str) -> str | None:
    """A peer's program beside the interpreter that runs the bench, else None."""
    path = Path(sysconfig.get_path("scripts")) / program
    return str(path) if path.exists() else None
