"""Installs and uninstalls server hooks like the command line."""

from __future__ import annotations

from tagwarden.cli.run import run

from .repositories import Repo, Server


def install(server: Repo, *options: str) -> int:
    return run(["install", "--server", *options, str(server.path)])


def uninstall(server: Repo) -> int:
    return run(["uninstall", "--server", str(server.path)])


def refuses_a_bad_tag(server: Server) -> bool:
    clone = server.clone()
    clone.lightweight("m@v9")
    pushed = clone.push("m@v9")
    return not pushed.ok and "[tag-name]" in pushed.stderr
