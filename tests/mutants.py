"""`make mutants`: changes one comparison or branch at a time, and reports whether a test notices.

Each entry of `mutants_table.py` is tried in a copy of the tree, in a virtual
environment of its own, so that the hooks run the changed code, too. A mutant is
killed if one of its tests fails. Exits with 1 if a mutant survives, and with 3 if
the tests fail before any change, or if the code to change no longer exists.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from mutant import Mutant
from mutants_table import MUTANTS

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "mutants"
TREE = FOLDER / "tree"
SOME_TESTS_FAILED = 1
MOST_SECONDS = 300


class Broken(Exception):
    """A mutant can't be tried."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__.split("\n")[0])
    parser.add_argument("words", nargs="*", metavar="WORD", help="only mutants of files whose paths hold one of these")
    words = parser.parse_args().words
    chosen = [one for one in MUTANTS if not words or any(word in one.file for word in words)]
    chosen.sort(key=lambda mutant: mutant.tests)
    try:
        for mutant in chosen:
            changed(mutant)
        python = prepare()
        survivors = 0
        for tests, mutants in groupby(chosen, key=lambda mutant: mutant.tests):
            if run(python, tests, within=None) != 0:
                raise Broken(f"before any change, these tests fail: {' '.join(tests)}")
            survivors += sum(not is_killed(python, mutant) for mutant in mutants)
    except Broken as problem:
        print(f"mutants: {problem}", file=sys.stderr)
        return 3
    print(f"{len(chosen) - survivors} of {len(chosen)} mutants were killed")
    return 1 if survivors else 0


def prepare() -> Path:
    """A copy of what Git tracks, and an interpreter that imports it as `tagwarden`."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, tracked.split("\0")):
        if (ROOT / name).is_file():
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, TREE / name)
    venv = FOLDER / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    (FOLDER / "lib").mkdir()
    (FOLDER / "lib" / "tagwarden").symlink_to(TREE)
    site = next((venv / "lib").glob("python*/site-packages"))
    # The path names plain folders of modules, so that the editable install there is not followed.
    (site / "mutants.pth").write_text(f"{FOLDER / 'lib'}\n{sysconfig.get_path('purelib')}\n")
    return venv / "bin" / "python"


def changed(mutant: Mutant, tree: Path = ROOT) -> str:
    """The file's text with the change. Raises Broken if the text to change does not occur exactly once."""
    text = (tree / mutant.file).read_text()
    if text.count(mutant.old) != 1:
        raise Broken(f"{mutant.file} has {text.count(mutant.old)} times, not once: {mutant.old}")
    return text.replace(mutant.old, mutant.new)


def is_killed(python: Path, mutant: Mutant) -> bool:
    file = TREE / mutant.file
    began = time.monotonic()
    original = file.read_text()
    write(file, changed(mutant, TREE))
    try:
        status = run(python, mutant.tests, within=MOST_SECONDS)
    finally:
        write(file, original)
    if status not in (0, SOME_TESTS_FAILED):
        raise Broken(f"pytest ended with {status} for {mutant.tests}")
    word = "killed  " if status else "SURVIVED"
    print(f"{word} {time.monotonic() - began:5.1f} s  {mutant.file}: {mutant.old} -> {mutant.new}", flush=True)
    return bool(status)


def write(file: Path, text: str) -> None:
    file.write_text(text)
    # Python recognizes outdated compiled files by second and size, which a small change may leave the same.
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
        compiled.unlink()


def run(python: Path, tests: tuple[str, ...], *, within: float | None) -> int:
    """Run pytest; returns its exit status, or that of failed tests if it takes longer than `within` seconds."""
    command = [str(python), "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    try:
        return subprocess.run(
            command, cwd=TREE, env=environment, capture_output=True, timeout=within, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        return SOME_TESTS_FAILED


if __name__ == "__main__":
    sys.exit(main())
