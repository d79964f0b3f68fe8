"""`python -m bench.dashboard_scale [REPOSITORIES]`: what the site of very many registries costs, beside its budgets.

It bounds times, not ratios, so it is for a machine that does nothing else, and
no case of `python -m bench`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent.parent / "build" / "bench" / "dashboard"
MODELS, VERSIONS = 10, 10
BEGAN = 1_700_000_000
HOUR = 3600
METRICS = '{{"AUC": 0.{}, "loss": 0.3}}'
POLICY = """\
[[override]]
models = ["model0", "model1"]
show.metrics = ["AUC"]
"""

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": str(FOLDER),
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada Lovelace",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada Lovelace",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}


class Took(NamedTuple):
    """Seconds on the clock and of the processors, MiB of the largest process."""

    seconds: float
    cpu: float
    peak: float


class Budget(NamedTuple):
    """A bound from above, for a thousand repositories."""

    what: str
    figure: float
    limit: float
    unit: str


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    _make_repositories(count)
    first = _build()
    size = sum(file.stat().st_size for file in (FOLDER / "site").rglob("*") if file.is_file())
    pushed = FOLDER / "repositories" / f"{count // 2:04}.git"
    subprocess.run(
        ["git", "-C", str(pushed), "tag", "-a", "-m", "Better", "model1@v2.0.0", "main"], env=ENVIRONMENT, check=True
    )
    again = _build()
    budgets = [
        Budget("the first build", first.seconds, 60, "s"),
        Budget("its largest process", first.peak, 500, "MiB"),
        Budget("the site on disk", size / 1e6, 80, "MB"),
        Budget("a build after one push", again.seconds, 3, "s"),
    ]
    print(
        f"{count} repositories, {count * MODELS} models, {count * MODELS * VERSIONS} versions, {os.cpu_count()} cores"
    )
    for one in budgets:
        held = "holds" if one.figure <= one.limit else "DOES NOT HOLD"
        print(f"  {one.what:<24} {one.figure:8.1f} {one.unit:<4} of at most {one.limit:g}: {held}")
    print(f"  of the processors        {first.cpu:8.1f} s, then {again.cpu:.1f} s")
    return int(any(one.figure > one.limit for one in budgets))


def _make_repositories(count: int) -> None:
    """One, and links to its files: reading costs the same as if each had its own."""
    base = FOLDER / "repositories" / "0000.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(base)], env=ENVIRONMENT, check=True)
    shutil.rmtree(base / "hooks")
    stream = "".join(_stream()).encode()
    subprocess.run(["git", "-C", str(base), "fast-import", "--quiet"], input=stream, env=ENVIRONMENT, check=True)
    subprocess.run(["git", "-C", str(base), "pack-refs", "--all"], env=ENVIRONMENT, check=True)
    for number in range(1, count):
        shutil.copytree(base, base.with_name(f"{number:04}.git"), copy_function=os.link)


def _stream() -> Iterator[str]:
    """What git-fast-import(1) makes the repository of; of two of the models the policy shows a metric in a file."""
    for number in range(VERSIONS):
        yield f"commit refs/heads/main\nmark :{number + 1}\ncommitter Ada <ada@example.com> {BEGAN} +0000\n"
        yield f"data 5\nTrain\n{_file('model', str(number))}{_file('metrics.json', METRICS.format(80 + number))}"
        if not number:
            yield _file("tagwarden.toml", POLICY)
    for model in range(MODELS):
        for number in range(VERSIONS):
            at = BEGAN + HOUR * (model * VERSIONS + number + 1)
            yield _tag(
                f"model{model}@v1.{number}.0",
                number,
                at,
                "Retrained",
            )
            if number % 4 == 3:
                yield _tag(f"model{model}#prod#{number}", number, at + 60, "Better")


def _file(path: str, content: str) -> str:
    return f"M 644 inline {path}\ndata {len(content)}\n{content}\n"


def _tag(name: str, number: int, at: int, message: str) -> str:
    tagger = f"tagger Ada Lovelace <ada@example.com> {at} +0000"
    return f"tag {name}\nfrom :{number + 1}\n{tagger}\ndata {len(message)}\n{message}\n"


def _build() -> Took:
    """One build by the tagwarden beside the interpreter that runs this."""
    places = [str(place) for place in sorted((FOLDER / "repositories").iterdir())]
    (FOLDER / "list").write_text("\n".join(places))
    command = [
        sys.executable,
        "-m",
        "tagwarden.cli",
        "dashboard",
        "--list",
        str(FOLDER / "list"),
        "-o",
        str(FOLDER / "site"),
    ]
    began = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, ENVIRONMENT)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return Took(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    sys.exit(main())
