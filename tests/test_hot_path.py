"""What a hook imports before it knows whether a push concerns it, by name and not by the clock."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Server, raw_tag
from support.project import ROOT, modules

HOT = ["hooks.pre_push", "server_hooks.pre_receive", "server_hooks.update"]

# Each costs a hook between a third of its start and ten times it (docs/performance.md).
HEAVY = [
    "argparse", "asyncio", "click", "contextlib", "copy", "ctypes", "dataclasses", "datetime", "email",
    "enum", "fnmatch", "functools", "hashlib", "importlib.metadata", "importlib.resources", "inspect", "json",
    "logging", "pathlib", "pygit2", "random", "re", "semver", "shlex", "shutil", "signal", "socket", "string",
    "subprocess", "tempfile", "textwrap", "threading", "tomllib", "traceback", "typing", "urllib", "yaml",
]  # fmt: skip


# Started with the modules that are loaded at the end, instead of ending at once.
JUDGE = """
import os
leave = os._exit
def report_modules_and_exit(status):
    print(status, *sys.modules, flush=True)
    leave(0)
os._exit = report_modules_and_exit
from tagwarden.server_hooks.pre_receive import main
main(["", "", sys.stdin.read()])
"""


def in_a_fresh_process(code: str, folder: Path, *, cwd: Path | None = None, stdin: str = "") -> str:
    """What `code` prints in an interpreter that has imported nothing, with `tagwarden` from this tree."""
    # Without site: the import hook of an editable install brings half of HEAVY along.
    (folder / "tagwarden").symlink_to(ROOT)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(folder)!r})\n{code}"],
        capture_output=True, text=True, env=environment, cwd=cwd, input=stdin,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("module", HOT)
def test_a_hook_starts_without_anything_heavy(module: str, tmp_path: Path) -> None:
    loaded = in_a_fresh_process(f"import tagwarden.{module}\nprint(*sys.modules)", tmp_path).split()

    assert f"tagwarden.{module}" in loaded
    assert sorted(set(HEAVY) & set(loaded)) == []


# What only a policy file, a bound artifact or a refusal needs.
NEEDLESS = [
    "contents", "policy.facts.fix", "policy.file.load", "policy.grammar.near_miss", "policy.objects.dvc_files",
    "policy.objects.trailers", "policy.wording", "repository.judging.artifacts",
]  # fmt: skip


def judged_and_loaded(server: Server, folder: Path, *tags: str) -> list[str]:
    """The modules that are loaded once a push of these tags has been accepted."""
    commit = server.git("rev-parse", "main")
    oids = [server.write_object(raw_tag(object=commit, tag=tag)) for tag in tags]
    lines = "".join(f"{'0' * 40} {oid} refs/tags/{tag}\n" for oid, tag in zip(oids, tags, strict=True))
    ended, *loaded = in_a_fresh_process(JUDGE, folder, cwd=server.path, stdin=lines).split()
    assert ended == "0"
    assert "tagwarden.policy.judging.judge" in loaded
    assert [name for name in NEEDLESS if f"tagwarden.{name}" in loaded] == []
    return loaded


@pytest.mark.parametrize("tags", [["churn@v1.0.0"], ["churn@v1.0.0", "churn#prod"]])
def test_accepting_tags_by_the_built_in_policy_needs_nothing_heavy(
    new_server: Callable[..., Server], tmp_path: Path, tags: list[str]
) -> None:
    loaded = judged_and_loaded(new_server(hook=None), tmp_path, *tags)

    assert sorted(set(HEAVY) & set(loaded)) == []


def test_a_plain_registration_loads_only_the_rules_that_can_speak_of_one(
    new_server: Callable[..., Server], tmp_path: Path
) -> None:
    loaded = judged_and_loaded(new_server(hook=None), tmp_path, "churn@v1.0.0")

    rules = {
        name.removeprefix("tagwarden.policy.rules.") for name in loaded if name.startswith("tagwarden.policy.rules.")
    }
    assert rules == {"event_time", "contract", "message", "version_once", "version_order"}
    assert not [name for name in loaded if "approval" in name or name.endswith("proposers")]


def test_what_a_client_imports_is_there_on_windows(tmp_path: Path) -> None:
    client = [name for name in modules() if not {"server_hooks", "__main__"} & set(name.split("."))]
    site = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    code = f"""
import os, pathlib
sys.path.append({site!r})
for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[name] = None
for name in ("geteuid", "getuid", "fork"):
    delattr(os, name)
for name in {client!r}:
    __import__("tagwarden." + name)
print("fine")
"""
    assert in_a_fresh_process(code, tmp_path) == "fine\n"
