"""The cost of each part of the hook on a push of one tag, compared with the whole."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .cases import Case, Results
from .hook_cases import START
from .kit import Kit, settle
from .measuring import Contender
from .repositories import Repository

WHOLE = "the whole hook"
PYTHON = "without its shell part"
IMPORTS = "what it imports, and no more"
EMPTY = "as many empty modules"
LEAVING = "Python, started and left at once"
SETTINGS, LISTING = "its `git config`", "its `git for-each-ref`"

_JUDGE = """
from tagwarden.server_hooks.pre_receive import main
main(["", "", ""])
"""
_TELL_MODULES = """
import os, sys
leave = os._exit
def report_modules_and_exit(status):
    print(*(name for name in sys.modules if name.startswith("tagwarden")), flush=True)
    leave(status)
os._exit = report_modules_and_exit
"""
_NO_GARBAGE = "import gc, os, sys; gc.disable()\n"
_LEAVE = "os._exit(0)"


def _parts(kit: Kit) -> Sequence[Contender]:
    made = kit.with_hook(kit.repository(1000, 100))
    lines = made.lines(1)
    imports = "".join(f"import {name}\n" for name in _loaded(kit, made, lines))
    empty = f"sys.path.insert(0, {str(_emptied(kit))!r})\n"
    _, tag = made.pushed.read_text().split()[:2]

    def python(name: str, code: str) -> Contender:
        command = [kit.python, "-I", "-c", _NO_GARBAGE + code]
        return kit.process(name, made, command, lines, lambda: settle(made))

    return [
        kit.hook_process(made, lines, WHOLE),
        python(PYTHON, _JUDGE),
        python(IMPORTS, imports + _LEAVE),
        python(EMPTY, empty + imports + _LEAVE),
        python(LEAVING, _LEAVE),
        kit.process(SETTINGS, made, ["git", "config", "--null", "--get-regexp", "^(core|tagwarden)"]),
        kit.process(LISTING, made, ["git", "for-each-ref", f"refs/tags/{tag.partition('@')[0]}@*"]),
        kit.bare_start(made),
    ]


def _loaded(kit: Kit, made: Repository, lines: Path) -> list[str]:
    """The modules that accepting the push imports, in the order of their import."""
    for _ in range(2):  # the first time, it finds nothing of what it keeps
        settle(made)
        ran = subprocess.run(
            [kit.python, "-I", "-c", _TELL_MODULES + _JUDGE],
            check=True, capture_output=True, text=True, input=lines.read_text(),
            cwd=made.path, env={**kit.environment, "GIT_DIR": "."},
        )  # fmt: skip
    return ran.stdout.split()


def _emptied(kit: Kit) -> Path:
    """A copy of the installed program in which all files are empty."""
    folder = kit.folder / "emptied"
    shutil.rmtree(folder, ignore_errors=True)
    where = kit.run(kit.python, "-I", "-c", "import tagwarden; print(*tagwarden.__path__)")
    shutil.copytree(where, folder / "tagwarden", ignore=shutil.ignore_patterns("__pycache__"))
    for file in folder.rglob("*.py"):
        file.write_text("")
    kit.run(kit.python, "-m", "compileall", "-q", folder)
    return folder


def _imports(results: Results) -> float:
    return (results[IMPORTS].cpu - results[LEAVING].cpu) / results[START].cpu


def table(taken: Mapping[str, float]) -> list[tuple[str, float]]:
    """The parts with their CPU times, computed from those of the contenders."""
    git = taken[SETTINGS] + taken[LISTING]
    return [
        ("the shell part of the hook file", taken[WHOLE] - taken[PYTHON]),
        ("Python's start", taken[LEAVING]),
        ("finding and reading the modules, as if they were empty", taken[EMPTY] - taken[LEAVING]),
        ("the contents of these modules", taken[IMPORTS] - taken[EMPTY]),
        ("the two `git` processes that it waits for", git),
        ("the work: judging, the lock, the push log", taken[PYTHON] - taken[IMPORTS] - git),
    ]


CASES = (
    Case(
        "parts",
        "1 model tag, 1,000 tags exist: the imports alone",
        f"what they take / `{START}`",
        1.4,
        _parts,
        _imports,
        60,
    ),
)
