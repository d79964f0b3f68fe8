"""Writes gto.md: GTO's command line and this one, side by side, as both really behave when they are run."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gto.cli import app
from side_by_side_rows import INTRODUCTION, SECTIONS, Row

from tagwarden.cli.run import run

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parent / "gto.md"

ENVIRONMENT = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "NO_COLOR": "1",
}


class Outcome(NamedTuple):
    """How a command ended: its exit status, the tags that it made and deleted, and what it printed."""

    status: int
    made: frozenset[str]
    deleted: frozenset[str]
    printed: str

    def __str__(self) -> str:
        parts = [f"**{self.status}**"]
        if self.made:
            parts.append("makes " + ", ".join(map(code, sorted(self.made))))
        if self.deleted:
            parts.append(f"deletes {len(self.deleted)} tags")
        lines = self.printed.strip().splitlines()
        if not (self.made or self.deleted):
            if len(lines) == 1 and len(lines[0]) <= 50:
                parts.append(f"prints {code(lines[0])}")
            else:
                parts.append(f"prints {_amount(len(lines))}")
        return " ".join(parts)


def _amount(lines: int) -> str:
    # Longer outputs change with what they are about.
    return ["nothing", "one line"][lines] if lines < 2 else f"{lines} lines" if lines < 10 else "many lines"


def code(text: str) -> str:
    """`text` as code in a table."""
    return f"`{text}`".replace("|", "\\|")


def page() -> str:
    """The page, from running every command of it."""
    with _surroundings() as folder:
        template = folder / "template"
        make_registry(template)
        parts = [INTRODUCTION]
        for title, rows in SECTIONS.items():
            parts.append(f"\n## {title}\n\n| GTO | | tagwarden | | difference |\n|---|---|---|---|---|")
            parts += [_line(row, template, folder) for row in rows]
    return "\n".join(parts) + "\n"


def make_registry(folder: Path) -> None:
    """A clone with three commits: churn's v0.0.1 is in prod, its v0.0.2 in dev, and HEAD has no version."""
    _git(folder.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(folder / "origin.git"))
    _git(folder.parent, "clone", "--quiet", str(folder / "origin.git"), str(folder / "clone"))
    clone = folder / "clone"
    _git(clone, "checkout", "--quiet", "-B", "main")
    # A relative address stays right in every copy.
    _git(clone, "remote", "set-url", "origin", "../origin.git")
    second = 1_700_000_000
    for tags in (("churn@v0.0.1", "churn#prod#1"), ("churn@v0.0.2", "churn#dev#2"), ()):
        second += 1
        _git(clone, "commit", "--quiet", "--allow-empty", "-m", "Train", at=second)
        for tag in tags:
            second += 1
            _git(clone, "tag", "-a", "-m", "As agreed", tag, at=second)
    _git(clone, "push", "--quiet", "origin", "main", "--tags")


def _line(row: Row, template: Path, folder: Path) -> str:
    theirs = _ran(row.gto, template, folder) if row.gto else ""
    ours = _ran(row.ours, template, folder) if row.ours else ""
    cells = [code(row.gto) if row.gto else "", str(theirs), code(row.ours) if row.ours else "", str(ours)]
    return f"| {' | '.join([*cells, row.difference])} |"


def _ran(command: str, template: Path, folder: Path) -> Outcome:
    place = folder / "copy"
    shutil.copytree(template, place)
    clone = place / "clone"
    try:
        before = _tags(clone)
        program, *arguments = shlex.split(command)
        with contextlib.chdir(clone):
            status, printed = (_gto if program == "gto" else _tagwarden)(arguments)
        after = _tags(clone)
    finally:
        shutil.rmtree(place)
    printed = re.sub(r"\b[0-9a-f]{40}\b", "<commit>", printed)
    return Outcome(status, after - before, before - after, printed)


def _gto(arguments: list[str]) -> tuple[int, str]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        try:
            status = app(arguments, prog_name="gto")
        except SystemExit as leave:
            status = leave.code
    return int(status or 0), out.getvalue()


def _tagwarden(arguments: list[str]) -> tuple[int, str]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        status = run(arguments)
    return status, out.getvalue()


def _tags(clone: Path) -> frozenset[str]:
    return frozenset(_git(clone, "tag", "--list").split())


def _git(folder: Path, *arguments: str, at: int | None = None) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    dates = {} if at is None else {"GIT_AUTHOR_DATE": f"@{at} +0000", "GIT_COMMITTER_DATE": f"@{at} +0000"}
    ran = subprocess.run(
        ["git", *arguments], cwd=folder, env={**os.environ, **dates}, capture_output=True, text=True, check=True
    )
    return ran.stdout


@contextlib.contextmanager
def _surroundings() -> Iterator[Path]:
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith(("GIT_", "GTO_"))]:
        del os.environ[name]
    os.environ.update(ENVIRONMENT)
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
    finally:
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    PAGE.write_text(page())
