"""What users install: the wheel, in an environment of its own, beside folders with our names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from support import Repo
from support.project import ROOMS, ROOT, project_files
from tagwarden.policy.program_version import VERSION

BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("source")
    for file in project_files():
        (source / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, source / file)
    dist = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-c", BUILD, str(dist)], cwd=source, check=True, capture_output=True)
    (built,) = dist.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a fresh environment that holds the wheel, and finds what it needs beside it."""
    venv = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python"), "--quiet"]
    subprocess.run([*pip, "install", "--no-index", "--no-deps", str(wheel)], check=True)
    (site,) = venv.glob("lib/python*/site-packages")
    # A plain line: the folder is searched, its own .pth files, and so the editable install, are not.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return venv / "bin"


@pytest.fixture
def hostile(repo: Repo) -> Path:
    """A repository whose own top-level folders bear our names and die when imported."""
    for name in [*ROOMS, "tests", "tagwarden"]:
        repo.commit({f"{name}/__init__.py": f"raise RuntimeError('the {name}/ of this repository')\n"})
    return repo.path


def test_the_wheel_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    ours = {f"tagwarden/{file}" for file in project_files() if file.parts[0] in ROOMS}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert held == ours


def test_the_wheel_brings_its_licence_and_its_version(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    info = f"tagwarden-{VERSION}.dist-info"

    assert f"{info}/licenses/LICENSE" in names
    assert f"{info}/entry_points.txt" in names


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_the_command_works_where_it_is_installed(installed: Path, arguments: list[str], tmp_path: Path) -> None:
    ran = subprocess.run([installed / "tagwarden", *arguments], cwd=tmp_path, capture_output=True, text=True)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "tagwarden" in ran.stdout


def test_folders_with_our_names_on_the_path_are_not_imported(installed: Path, hostile: Path) -> None:
    ran = subprocess.run(
        [installed / "python", "-I", "-m", "tagwarden.cli", "--help"],
        cwd=hostile, env={**os.environ, "PYTHONPATH": "."}, capture_output=True, text=True,
    )  # fmt: skip

    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_command_works_beside_a_policy_and_a_hooks_folder_on_the_path(installed: Path, hostile: Path) -> None:
    shutil.rmtree(hostile / "tagwarden")
    ran = subprocess.run(
        [installed / "tagwarden", "--help"],
        cwd=hostile, env={**os.environ, "PYTHONPATH": "."}, capture_output=True, text=True,
    )  # fmt: skip

    assert (ran.returncode, ran.stderr) == (0, "")
