"""logrotate itself, which the documentation advises against: what it does to the log, and the way back that is told."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import Ran, tagwarden
from support.programs import needs

HOW = {
    "create": ["create"],
    "copytruncate": ["copytruncate"],
    "dateext": ["copytruncate", "dateext", "dateformat -%Y%m%d.{number}"],
    "compress": ["create", "compress"],
    "delaycompress": ["copytruncate", "compress", "delaycompress"],
    "olddir": ["create", "olddir {folder}", "createolddir"],
}


@needs("logrotate", "gzip")
@pytest.mark.parametrize("how", HOW)
def test_what_logrotate_put_away_is_found_missing_and_put_back_as_told(
    server: Server, clone: Repo, tmp_path: Path, how: str
) -> None:
    log = server.path / "tagwarden" / "push-log.jsonl"
    away = tmp_path / "away"
    user = f"su {os.getuid()} {os.getgid()}" if os.getuid() == 0 else ""
    configuration = tmp_path / "logrotate.conf"
    server.path.chmod(0o755)
    log.parent.chmod(0o755)

    def push_and_rotate(minor: int) -> None:
        clone.tag(f"churn@v1.{minor}.0", clone.commit())
        assert clone.push(f"churn@v1.{minor}.0").ok
        assert verified().status == (1 if minor else 0)
        options = "\n".join(HOW[how]).format(folder=away, number=minor)
        configuration.write_text(f"{log} {{\nrotate 9\n{user}\n{options}\n}}\n")
        configuration.chmod(0o644)
        subprocess.run(["logrotate", "--force", "--state", tmp_path / "state", configuration], check=True)

    def verified(*files: Path) -> Ran:
        return tagwarden(server.path, "log", "--verify", *map(str, files), ".")

    for minor in range(2):
        push_and_rotate(minor)
    clone.tag("churn@v1.2.0", clone.commit())
    assert clone.push("churn@v1.2.0").ok

    assert "lines 1 to 2 are missing before line 1 of the file" in verified().out
    if how == "olddir":
        assert verified(*away.iterdir()).status == 0
        return
    for command in re.findall("verify again: (.*)", verified().out):
        subprocess.run(command, shell=True, check=True)
    assert re.findall("too: tagwarden log --verify .*[0-9]", verified().out)
    for command in re.findall("log again: (.*)", verified().out):
        subprocess.run(command, shell=True, check=True)
    assert "is intact: 3 lines" in verified().out
    assert tagwarden(server.path, "status", "--server", ".").status == 0
