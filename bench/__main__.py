"""`python -m bench [--full] [--json FILE [--again]] [CASE…]`: measures; exits with 1 if a budget does not hold."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from . import (
    artifact_cases,
    fleet_cases,
    hook_cases,
    hostile_cases,
    log_cases,
    parts_cases,
    push_cases,
    reading_cases,
    tree_cases,
)
from .cases import Case
from .installation import ROOT, install
from .kit import Kit
from .measuring import Summary, take_turns

# The cases of the log come first: a process inherits the memory peak of its parent, and this one grows with each case.
CASES = (
    *log_cases.CASES,
    *hook_cases.CASES,
    *parts_cases.CASES,
    *artifact_cases.CASES,
    *push_cases.CASES,
    *reading_cases.CASES,
    *fleet_cases.CASES,
    *tree_cases.CASES,
    *hostile_cases.CASES,
)
FOLDER = ROOT / "build" / "bench"

GIT_CONFIG = """\
[user]
	name = Ada Lovelace
	email = ada@example.com
[init]
	defaultBranch = main
[gc]
	auto = 0
[maintenance]
	auto = false
[receive]
	autogc = false
"""


def main() -> int:
    arguments = _arguments()
    chosen = [case for case in CASES if not arguments.cases or case.name in arguments.cases]
    FOLDER.mkdir(parents=True, exist_ok=True)
    environment = _environment()
    _say("installing what is measured …")
    kit = Kit(install(FOLDER), FOLDER, environment, arguments.full)
    measured = []
    for case in chosen:
        _say(f"{case.work} …")
        contenders = case.contenders(kit)
        if not contenders:
            print(f"{case.name}: left out, for its peer is not installed")
            continue
        results = take_turns(contenders, case.rounds)
        _print(case, results)
        measured.append(_as_json(case, results))
    file = Path(arguments.json)
    if arguments.again:
        document = json.loads(file.read_text())
        document["cases"] = _merged(document["cases"], measured)
    else:
        document = {"command": _command(), "machine": _machine(kit), "full": arguments.full, "cases": measured}
    file.write_text(json.dumps(document, indent=1) + "\n")
    broken = [case["name"] for case in measured if not case["holds"]]
    print(
        f"\n{len(measured) - len(broken)} of {len(measured)} budgets hold"
        + (f"; not: {', '.join(broken)}" if broken else "")
    )
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures the budgets of docs/performance.md.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(case.name for case in CASES))
    parser.add_argument("--full", action="store_true", help="a million tags where a run has 100,000")
    parser.add_argument("--json", default=str(FOLDER / "results.json"), metavar="FILE", help="where the results go")
    parser.add_argument("--again", action="store_true", help="put the CASEs in the place of those that FILE has")
    arguments = parser.parse_args()
    unknown = set(arguments.cases) - {case.name for case in CASES}
    if unknown:
        parser.error(f"there is no case {', '.join(sorted(unknown))}")
    arguments.json = os.path.abspath(arguments.json)
    return arguments


def _environment() -> dict[str, str]:
    """An environment without the Git configuration and the variables of the user who runs the bench."""
    config = FOLDER / "gitconfig"
    config.write_text(GIT_CONFIG)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(FOLDER),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(config),
        "BENCH_OUTPUT": str(FOLDER / "output"),
    }


def _print(case: Case, results: dict[str, Summary]) -> None:
    figure = case.figure(results)
    wanted = f"{'at least' if case.at_least else 'at most'} {case.limit:.3g} {case.unit}"
    print(f"\n{case.name}: {case.work}\n  {case.measure}: {figure:.3g} {case.unit}, {wanted}: ", end="")
    print("holds" if case.holds(figure) else "DOES NOT HOLD")
    for name, one in results.items():
        print(
            f"  {name:<42} min {one.min:9.2f}  median {one.median:9.2f}  p90 {one.p90:9.2f}  CPU {one.cpu:9.2f} ms"
            f"  peak {one.peak / 1024:6.1f} MiB  ({one.runs} runs)"
        )
    sys.stdout.flush()


def _merged(earlier: list[dict[str, object]], measured: list[dict[str, object]]) -> list[dict[str, object]]:
    """The cases of both, in the order of CASES; for a case in both, the newer result."""
    by_name = {case["name"]: case for case in (*earlier, *measured)}
    return [by_name[case.name] for case in CASES if case.name in by_name]


def _as_json(case: Case, results: dict[str, Summary]) -> dict[str, object]:
    figure = case.figure(results)
    return {
        "name": case.name,
        "work": case.work,
        "measure": case.measure,
        "limit": case.limit,
        "at_least": case.at_least,
        "unit": case.unit,
        "figure": round(figure, 4),
        "holds": case.holds(figure),
        "load": round(os.getloadavg()[0], 1),
        "contenders": {name: asdict(summary) for name, summary in results.items()},
    }


def _command() -> str:
    return " ".join(["python -m bench", *sys.argv[1:]])


def _machine(kit: Kit) -> dict[str, object]:
    def version(*command: str) -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    return {
        "cores": os.cpu_count(),
        "load": [round(load, 1) for load in os.getloadavg()],
        "system": f"{platform.system()} {platform.machine()}",
        "git": version("git", "--version").removeprefix("git version "),
        "python": version(str(kit.python), "--version").removeprefix("Python "),
        "date": time.strftime("%Y-%m-%d"),
    }


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
