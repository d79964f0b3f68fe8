"""Runs a command and turns its result or exception into an exit status."""

from __future__ import annotations

import itertools
import json
import os
import sys
import traceback
from typing import TYPE_CHECKING

import click

from ..policy.errors import CannotJudge
from ..report.exit_status import ACCEPTED, CANNOT_JUDGE, REFUSED
from ..report.json import failure
from .errors import INTERRUPTED, OUTPUT_CLOSED, USAGE, Refused, in_words, printable
from .group import tagwarden

if TYPE_CHECKING:
    from collections.abc import Sequence

REPORT_TO = "Please report this with the command that you ran; TAGWARDEN_TRACEBACK=1 shows where it happened."


def run(args: Sequence[str]) -> int:
    """Run `tagwarden` with `args`; returns an exit status of docs/exit-status.md.

    Never raises. Messages go to stderr; if `args` ask for JSON, an error is also
    printed as the one document on stdout.
    """
    try:
        try:
            status = _invoke(list(args))
            _flush()
            return status
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 -- the last chance before a traceback
            return _report_error(error, in_json=wants_json(args))
    except BrokenPipeError:
        _discard_output()
        return OUTPUT_CLOSED
    except OSError:
        _discard_output()
        return CANNOT_JUDGE


def _report_error(error: BaseException, *, in_json: bool) -> int:
    """Report what went wrong; returns the exit status for it."""
    text = in_words(error)
    shown = f"tagwarden: {text}"
    match error:
        case BrokenPipeError():
            raise error
        case click.UsageError():
            status, text, shown = USAGE, *_usage(error)
        case Refused() | click.ClickException():
            status = REFUSED
        case CannotJudge() | OSError():
            status = CANNOT_JUDGE
        case KeyboardInterrupt() | click.Abort():
            status, text = INTERRUPTED, f"interrupted: {text}" if text else "interrupted"
            shown = f"tagwarden: {text}"
        case _:
            status = CANNOT_JUDGE
            text = f"unexpected {type(error).__name__}: {text}"
            shown = f"tagwarden: {text}\n{REPORT_TO}"
            if os.environ.get("TAGWARDEN_TRACEBACK"):
                shown = "".join(traceback.format_exception(error)) + shown
    click.echo(printable(shown), err=True)
    if in_json:
        click.echo(json.dumps(failure(printable(text))))
    _flush()
    return status


def _usage(error: click.UsageError) -> tuple[str, str]:
    """What is wrong with the arguments, on its own, and as it is printed."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return "Missing command.", error.format_message()
    from .hints import usage_hint

    text = usage_hint(error) or error.format_message()
    lines = []
    if error.ctx is not None:
        lines = [error.ctx.get_usage(), f"Try '{error.ctx.command_path} --help' for help.", ""]
    return text, "\n".join([*lines, f"tagwarden: {text}"])


def _invoke(args: list[str]) -> int:
    # Not click's own main(), which exits with 1 if the output was closed; here 1 means "refused".
    shell = os.environ.get("_TAGWARDEN_COMPLETE")
    if shell:
        from click.shell_completion import shell_complete

        from .bash_completion import register

        register()
        return shell_complete(tagwarden, {}, "tagwarden", "_TAGWARDEN_COMPLETE", shell)
    if not args:
        from .hints import FIRST_SCREEN

        click.echo(FIRST_SCREEN, err=True)
        return USAGE
    try:
        with tagwarden.make_context("tagwarden", args) as context:
            answer = tagwarden.invoke(context)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    return answer if isinstance(answer, int) else ACCEPTED


def wants_json(args: Sequence[str]) -> bool:
    """Whether `args` ask for JSON, even if they can't be parsed."""
    options = args[: args.index("--")] if "--" in args else args
    return "--json" in options or "--format=json" in options or ("--format", "json") in itertools.pairwise(options)


def _flush() -> None:
    if sys.stdout is not None:  # None if the program was started with stdout closed
        sys.stdout.flush()


def _discard_output() -> None:
    # When Python exits it flushes stdout, and would print the error that was already handled.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
