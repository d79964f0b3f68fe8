"""Modules are found as Python finds them, only faster; what is out of the ordinary is left to Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.project import ROOT

LOADERS = """
import sys
sys.path.insert(0, {place!r})
from package.quick_imports import import_quickly
import_quickly()
import package.one, package.room.two
for name in ("package.one", "package.room.two", "package.room"):
    module = sys.modules[name]
    print(type(module.__spec__.loader).__name__, module.__file__, module.VALUE)
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with a module and a room, not yet compiled."""
    package = tmp_path / "package"
    (package / "room").mkdir(parents=True)
    (package / "one.py").write_text("from .room.two import VALUE\n")
    (package / "room" / "two.py").write_text("VALUE = 1\n")
    (package / "room" / "__init__.py").write_text("VALUE = 0\n")
    place = package / "hooks"
    place.mkdir()
    (place / "quick_imports.py").write_text((ROOT / "server_hooks" / "quick_imports.py").read_text())
    return package


def loaded(package: Path, code: str = LOADERS) -> list[list[str]]:
    """Loader, file and value of each module."""
    code = code.format(place=str(package.parent)).replace("package.quick", "package.hooks.quick")
    environment = {"PATH": os.environ["PATH"]}
    ran = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, env=environment)
    assert ran.returncode == 0, ran.stderr
    return [line.split() for line in ran.stdout.splitlines()]


def test_what_was_compiled_is_loaded_from_there(package: Path) -> None:
    first, second = loaded(package), loaded(package)

    assert {row[0] for row in first} == {"SourceFileLoader"}
    assert {row[0] for row in second} == {"_Loader"}
    assert [row[1:] for row in first] == [row[1:] for row in second]
    assert second[1:] == [
        ["_Loader", str(package / "room" / "two.py"), "1"],
        ["_Loader", str(package / "room" / "__init__.py"), "0"],
    ]


def test_a_source_that_changed_counts(package: Path) -> None:
    loaded(package)
    source = package / "room" / "two.py"
    source.write_text("VALUE = 22\n")

    assert loaded(package)[1] == ["SourceFileLoader", str(source), "22"]
    assert loaded(package)[1] == ["_Loader", str(source), "22"]
    os.utime(source, (1, 1))
    assert loaded(package)[1] == ["SourceFileLoader", str(source), "22"]


@pytest.mark.parametrize("content", [b"", b"\0", b"\0" * 16, b"\0" * 400])
def test_a_compiled_file_that_is_none_does_no_harm(package: Path, content: bytes) -> None:
    loaded(package)
    for compiled in (package / "room" / "__pycache__").iterdir():
        compiled.write_bytes(content)

    assert loaded(package)[1][2] == "1"


def test_a_python_that_hides_its_magic_number_imports_as_ever(package: Path) -> None:
    loaded(package)
    hidden = "import _frozen_importlib_external as external\ndel external.MAGIC_NUMBER\n"
    code = LOADERS.replace("import_quickly()\nimport", f"{hidden}import_quickly()\nexternal.MAGIC_NUMBER = b''\nimport")

    assert {row[0] for row in loaded(package, code)} == {"SourceFileLoader"}


def test_the_hook_file_asks_for_it() -> None:
    from tagwarden.server_hooks.hook_file import hook_file

    assert "import_quickly()" in hook_file("pre-receive", python=sys.executable)
