"""Shows on a terminal how far a command has got, if it takes longer than a second."""

from __future__ import annotations

import os
import time

import click

PATIENCE = 1.0
INTERVAL = 0.2


class Progress:
    """Writes the progress that it is called with to stderr: `with Progress("judged {} of {} tags") as progress: …`."""

    def __init__(self, template: str) -> None:
        self._template = template
        self._next = time.monotonic() + PATIENCE
        self._shown = 0

    def __call__(self, done: int, of: int) -> None:
        now = time.monotonic()
        if now < self._next or not os.isatty(2):
            return
        self._next = now + INTERVAL
        text = self._template.format(done, of)
        self._shown = max(self._shown, len(text))
        click.echo(f"\r{text}", err=True, nl=False)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        if self._shown:
            click.echo(f"\r{' ' * self._shown}\r", err=True, nl=False)
