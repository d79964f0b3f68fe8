"""Runs commands of `tagwarden` in the test's own process."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

from tagwarden.cli.run import run


class Ran(NamedTuple):
    """How a command ended, and its output."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def tagwarden(folder: Path, *args: str) -> Ran:
    """Run `tagwarden ARGS…` in `folder`; what Git itself writes to the terminal is not in `err`."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(["-C", str(folder), *args])
    return Ran(status, out.getvalue(), err.getvalue())
