"""`python -m bench.dashboard_scale [REPOSITORIES]`: the cost of sites of few and of very many registries, compared
with their budgets, and how soon Chromium, if installed, has the home page ready to filter.

It bounds times instead of ratios, so it needs an otherwise idle machine, and is
not part of `python -m bench`.
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
# The number of models whose versions have a file of metrics in their commits.
WITH_FILES = 2
FEW = 10
BEGAN = 1_700_000_000
HOUR = 3600
METRICS = '{{"AUC": 0.{}, "loss": 0.3}}'
POLICY = '[show]\nmetrics = ["AUC"]\n'

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": str(FOLDER),
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada Lovelace",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada Lovelace",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}


class Cost(NamedTuple):
    """Wall-clock and CPU time in seconds, and the peak memory of the largest process in MiB."""

    seconds: float
    cpu: float
    peak: float


class Budget(NamedTuple):
    """An upper bound. `figure` is None if it can't be measured here."""

    what: str
    figure: float | None
    limit: float
    unit: str


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    _make_repositories(count)
    few = _build(FEW, "few")
    first = _build(count, "site")
    size = sum(file.stat().st_size for file in (FOLDER / "site").rglob("*") if file.is_file())
    pushed = FOLDER / "repositories" / f"{count // 2:04}.git"
    subprocess.run(
        ["git", "-C", str(pushed), "tag", "-a", "-m", "Better", "model1@v2.0.0", "main"], env=ENVIRONMENT, check=True
    )
    again = _build(count, "site")
    budgets = [
        Budget(f"{FEW * MODELS} models: the first build", few.seconds, 2, "s"),
        Budget("the first build", first.seconds, 60, "s"),
        Budget("its largest process", first.peak, 500, "MiB"),
        Budget("the site on disk", size / 1e6, 80, "MB"),
        Budget("a build after one push", again.seconds, 3, "s"),
        Budget("the home page can be filtered", _until_filtered(FOLDER / "site" / "index.html"), 1, "s"),
    ]
    print(
        f"{count} repositories, {count * MODELS} models, {count * MODELS * VERSIONS} versions, {os.cpu_count()} cores"
    )
    for one in budgets:
        if one.figure is None:
            print(f"  {one.what:<30} not measured: there is no chromium or chromedriver")
            continue
        held = "holds" if one.figure <= one.limit else "DOES NOT HOLD"
        print(f"  {one.what:<30} {one.figure:8.1f} {one.unit:<4} of at most {one.limit:g}: {held}")
    print(f"  of the processors              {first.cpu:8.1f} s, then {again.cpu:.1f} s")
    return int(any(one.figure is not None and one.figure > one.limit for one in budgets))


def _until_filtered(page: Path) -> float | None:
    """Seconds from requesting the page until a filter was set and shows its rows; None without Chromium."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        return None
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from support.dashboard_browser import Browser

    browser = Browser()
    try:
        browser.show_as()
        browser.open(page.as_uri())  # once before: the browser itself has to be read from the disk
        began = time.perf_counter()
        browser.open(page.as_uri())
        browser.choose("[name=q]", "model7")
        shown = browser.texts("#models tbody th a")
        took = time.perf_counter() - began
    finally:
        browser.quit()
    if {*shown} != {"model7"}:
        raise SystemExit(f"the filter showed {shown[:5]}")
    return took


def _make_repositories(count: int) -> None:
    """Make one repository and links to its files, so that reading costs the same as for separate ones."""
    base = FOLDER / "repositories" / "0000.git"
    init = ["git", "init", "--quiet", "--bare", "--initial-branch=main", str(base)]
    subprocess.run(init, env=ENVIRONMENT, check=True)
    shutil.rmtree(base / "hooks")
    stream = "".join(_stream()).encode()
    subprocess.run(["git", "-C", str(base), "fast-import", "--quiet"], input=stream, env=ENVIRONMENT, check=True)
    subprocess.run(["git", "-C", str(base), "pack-refs", "--all"], env=ENVIRONMENT, check=True)
    for number in range(1, count):
        shutil.copytree(base, base.with_name(f"{number:04}.git"), copy_function=os.link)


def _stream() -> Iterator[str]:
    """The repository as input for git-fast-import(1): commits without a file of metrics, then those with one."""
    for number in range(2 * VERSIONS):
        yield f"commit refs/heads/main\nmark :{number + 1}\ncommitter Ada <ada@example.com> {BEGAN} +0000\n"
        yield f"data 5\nTrain\n{_file('model', str(number))}"
        if number >= VERSIONS:
            yield _file("metrics.json", METRICS.format(70 + number))
        if not number:
            yield _file("tagwarden.toml", POLICY)
    for model in range(MODELS):
        for number in range(VERSIONS):
            at = BEGAN + HOUR * (model * VERSIONS + number + 1)
            commit = number + VERSIONS if model < WITH_FILES else number
            yield _tag(f"model{model}@v1.{number}.0", commit, at, "Retrained")
            if number % 4 == 3:
                yield _tag(f"model{model}#prod#{number}", commit, at + 60, "Better")


def _file(path: str, content: str) -> str:
    return f"M 644 inline {path}\ndata {len(content)}\n{content}\n"


def _tag(name: str, number: int, at: int, message: str) -> str:
    tagger = f"tagger Ada Lovelace <ada@example.com> {at} +0000"
    return f"tag {name}\nfrom :{number + 1}\n{tagger}\ndata {len(message)}\n{message}\n"


def _build(count: int, site: str) -> Cost:
    """One build of `count` repositories, by the tagwarden beside the current interpreter."""
    places = [str(place) for place in sorted((FOLDER / "repositories").iterdir())[:count]]
    (FOLDER / "list").write_text("\n".join(places))
    command = [sys.executable, "-m", "tagwarden.cli", "dashboard", "--list", str(FOLDER / "list")]
    command += ["-o", str(FOLDER / site)]
    began = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, ENVIRONMENT)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    sys.exit(main())
