"""Collects the settings of pip here, so that pip on another machine finds the same packages."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class PipSettings(NamedTuple):
    """A configuration file of pip, environment variables, and the local files and folders that both name."""

    file: str
    environment: dict[str, str]
    paths: list[Path]


def pip_settings() -> PipSettings:
    """The settings of pip and of this process's environment."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    return settings_of(listed, os.environ)


def settings_of(listed: str, environment: Mapping[str, str]) -> PipSettings:
    """The settings that `pip config list` printed, and those of `environment`.

    A line is `SECTION.KEY='VALUE'`; the section `:env:` has the values of environment
    variables, which take precedence.
    """
    sections: dict[str, dict[str, str]] = {"global": {}}
    lines = [line.partition("=") for line in listed.splitlines() if "=" in line]
    for name, _, value in sorted(lines, key=lambda line: line[0].startswith(":env:")):
        section, _, key = name.replace(":env:", "global").partition(".")
        sections.setdefault(section, {})[key] = str(ast.literal_eval(value))
    file = "\n".join(
        line for section, keys in sections.items() for line in [f"[{section}]", *map(line_of, keys.items())]
    )
    names = [name for name in environment if name.lower() in PROXIES or name in CERTIFICATES]
    passed = {name: environment[name] for name in names}
    words = [word for keys in sections.values() for value in keys.values() for word in value.split()]
    return PipSettings(f"{file}\n", passed, [*local_paths([*words, *passed.values()])])


def line_of(setting: tuple[str, str]) -> str:
    """A key and its value in the form of a configuration file; further lines of a list are indented."""
    return " = ".join(setting).replace("\n", "\n    ")


def local_paths(words: list[str]) -> list[Path]:
    """The files and folders that `words` name, as paths or `file:` URLs, without those inside another of them.

    The pages of a package index are usually in a folder `simple` and refer to files beside it.
    """
    named = [Path(url2pathname(urlsplit(word).path) if word.startswith("file:") else word) for word in words]
    there = {path.parent if path.name == "simple" else path for path in named if path.is_absolute() and path.exists()}
    return sorted(path for path in there if there.isdisjoint(path.parents))
