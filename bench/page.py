"""Writes docs/performance.md and its plots from a run's results: `python -m bench.page [RESULTS]`."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from .installation import ROOT
from .parts_cases import table
from .plots import bars, growth

RESULTS = ROOT / "docs" / "performance.json"
PAGE = ROOT / "docs" / "performance.md"

INTRODUCTION = """\
# Performance

<!-- Written by `make bench-docs` from performance.json; change bench/page.py. -->

A hook is a new process that a pusher waits for. Its cost is not the speed of
judging tags but the number of modules that it imports, of processes that it
starts, and of refs and objects that it reads. The budgets below limit these.

Almost every figure is a ratio within one run, in which the contenders take
turns, because the milliseconds of one machine say little about another. The
ratio compares medians of CPU time, summed over all processes that a contender
starts and waits for, so other load on the machine hardly changes it. `python`
is the interpreter that the hook file names, in a virtual environment with a
regular install (an editable install starts more slowly). The figures include
the lock, the push log and its SHA-256. A hook is measured on a repository in
the state after a successful push.
"""

PARTS = """\
## Where the time of one tag goes

`python -m bench parts` runs the parts of the hook separately. After Python's
start, the largest part is importing a hundred small modules. Half of that
would remain if the modules were empty: for each, Python reads its folder,
calls `stat` twice on the file, and opens and reads the compiled file. A plain
registration uses two thirds of the code in these modules, and most of the
rest is in the same files as code that it uses. Docstrings have no measurable
cost. To bring one tag below 2.6 times Python's start, about fifteen modules
would have to be merged into others; small files are worth the difference.
"""

MEANING = """\
## How the cost grows

![What the hook takes as the tags grow](performance-growth.svg)

- **With the number of existing tags: not at all** if they are packed. `git
  for-each-ref` seeks to the pushed model's prefix, and only that model's tags
  are read. (The first tag of a new model costs one listing of all names, to
  find a model whose name differs only in case.) For loose refs, Git opens each
  file; `git pack-refs --all` avoids that. On ext4 a folder never shrinks, and
  Git reads all of it: after a million loose tags that took 10 ms, until the
  empty folder was replaced (`rmdir refs/tags && mkdir refs/tags`).
- **With the tags of the pushed model: linearly.** The hook reads all tags of
  that model and none of other models; `tests/test_complexity.py` counts the
  objects.
- **With the size of the push: linearly.** Tags are read and judged in batches
  of 5,000. Until the end, only the line and the name of each are kept, less
  than 1 KiB.
- **With the files of the tagged commit: by its folders, once.** GTO walks all
  paths of every tagged commit, so the hook reads each distinct folder once
  (`repository/git/trees/walk.py`), but no file. It caches the result
  (`repository/git/trees/cache.py`), so the next tag costs only the folders
  that have changed since. GTO itself takes 4 seconds for each tag on a hundred
  thousand paths, and 40 seconds and 430 MB on a million.
- **With the policy file: hardly.** Parsing TOML takes longer than judging, so
  the parsed policy is cached in the repository's `tagwarden/` folder under the
  file's SHA-256 (`repository/trusted/policy_cache.py` says why that is safe).
  A `message.pattern` costs the import of `re`, signatures cost one process per
  tag.
- **With the number of repositories: by the processes that each needs.** For
  a bare repository as `git init --bare` makes it, an audit starts four and
  `status --server` five, in addition to its test push of bad tags
  (`tests/cli/test_fleet.py`).
  tagwarden sees from the repository's files, without Git, that it is bare
  (`repository/git/bare/plain.py`).
- **The `update` hook costs one process per ref**; `pre-receive` costs one per
  push. Prefer `pre-receive` if the host supports it.

## Optimizations, the most effective first

1. Only the refs and objects of the pushed models are read, by four `git`
   processes. (Importing pygit2 alone takes seven times as long as starting
   Python.)
2. The shell part of the hook file handles pushes that concern no tag. It
   starts only `git config` if stdin is a pipe, as Git's is: a `cat` that looks
   for the end of the input took a third of the hook's time.
3. Imports, half of a hook's cost beyond Python's start, are avoided: no heavy
   module (`tests/test_hot_path.py`), a rule only if the push has a feature
   that it is about, and the code for refusals only for refusals.
4. Records are created without `typing`, `collections` or `dataclasses`, and
   without compiling anything at run time (`policy/record.py`).
5. The push log is written without `json`, programs are started without
   `subprocess`, and versions are parsed without python-semver.
6. `git` runs while Python imports the modules needed next.
7. The policy is stored as plain values.
8. A hook ends by `os._exit`, and runs without the garbage collector.

## What was tried and left out

Each saved less than 5 % of a push of one tag:

- a second, faster judge for plain registrations
- bypassing some of Python's module finders, and starting Python without `site`
- reading packed-refs instead of the tag objects
- one `git cat-file --batch-command` instead of two `git cat-file`
- creating the record classes with less work in Python itself: 0.5 %
- importing the code that words a fix (`policy/facts/fix.py`) only for a refusal: 0.3 %

## Repeating the measurements

    make bench         # minutes
    make bench-full    # with a million tags instead of 100,000
    make bench-docs    # this page, from the last run

`python -m bench one-tag whole-push` runs single cases; with `--again` their
results replace those of an earlier run. Each case prints minimum, median, 90th
percentile, CPU time and peak memory of every contender. GTO and pre-commit
take part if they are installed beside the interpreter. The repositories are
created by `git fast-import` and kept in `build/bench`.
"""


def page(document: dict[str, Any]) -> str:
    """The page about a run's results."""
    machine = document["machine"]
    holds = sum(case["holds"] for case in document["cases"])
    loads = [case.get("load", machine["load"][0]) for case in document["cases"]]
    run = (
        f"`{document['command']}` on {machine['date']}: {machine['system']}, {machine['cores']} cores, "
        f"load {min(loads):g} to {max(loads):g}, Git {machine['git']}, Python {machine['python']}. "
        f"{holds} of {len(document['cases'])} hold.\n"
    )
    lines = [
        INTRODUCTION,
        "## Budgets\n",
        run,
        "| work | measure | budget | measured | |",
        "|---|---|---|---|---|",
        *map(_row, document["cases"]),
        "\n![Each budget, and how much of it is used](performance-budgets.svg)\n",
        "## What each contender took\n",
        "| case | contender | min | median | p90 | CPU | peak |",
        "|---|---|---|---|---|---|---|",
        *(line for case in document["cases"] for line in _contenders(case)),
        "\nTimes in milliseconds. The peak is that of the largest process, and at least that of the bench itself.\n",
        *_parts(document),
        MEANING,
    ]
    return "\n".join(lines)


def _row(case: dict[str, Any]) -> str:
    bound = "≥" if case["at_least"] else "≤"
    figure = f"{case['figure']:.3g} {case['unit']}"
    return (
        f"| {case['work']} | {case['measure']} | {bound} {case['limit']:.3g} {case['unit']} "
        f"| {figure} | {'holds' if case['holds'] else '**does not hold**'} |"
    )


def _contenders(case: dict[str, Any]) -> list[str]:
    return [
        f"| {case['name']} | {name} | {one['min']:.1f} | {one['median']:.1f} | {one['p90']:.1f} | {one['cpu']:.1f} "
        f"| {one['peak'] / 1024:.0f} MiB |"
        for name, one in case["contenders"].items()
    ]


def _parts(document: dict[str, Any]) -> list[str]:
    """The part of the page on how the time for one tag is spent."""
    (case,) = [case for case in document["cases"] if case["name"] == "parts"]
    parts = table({name: one["cpu"] for name, one in case["contenders"].items()})
    whole = sum(taken for _, taken in parts)
    return [
        PARTS,
        "| part | CPU | of the whole |",
        "|---|---|---|",
        *(f"| {part} | {taken:.1f} ms | {taken / whole:.0%} |" for part, taken in parts),
        "",
    ]


def plot(document: dict[str, Any]) -> str:
    """A bar for each budget: how much of it is used."""
    used = [
        (case["name"], case["limit"] / case["figure"] if case["at_least"] else case["figure"] / case["limit"])
        for case in document["cases"]
    ]
    return bars("Used of each budget (less is better)", used, limit=1.0)


def growth_plot(document: dict[str, Any]) -> str:
    """The hook's CPU time by the number of existing tags, of tags of the pushed model, and of pushed tags."""
    taken = {case["name"]: {name: one["cpu"] for name, one in case["contenders"].items()} for case in document["cases"]}

    def counted(name: str) -> list[tuple[float, float]]:
        """The points of the contenders whose names begin with a number of tags."""
        labelled = [(label.split()[0].replace(",", ""), cpu) for label, cpu in taken[name].items()]
        return [(int(count), cpu) for count, cpu in labelled if count.isdigit()]

    pushed = [(count, taken[name]["tagwarden"]) for count, name in ((1, "one-tag"), (10_000, "ten-thousand"))]
    return growth(
        "What the pre-receive hook takes, CPU time",
        {
            "tags that exist": counted("growing"),
            "tags of the model": counted("one-model"),
            "tags in the push": sorted([*pushed, *counted("ten-thousand"), (100_000, taken["memory"]["tagwarden"])]),
        },
    )


def main() -> None:
    if len(sys.argv) > 1:
        shutil.copyfile(sys.argv[1], RESULTS)
    document = json.loads(RESULTS.read_text())
    PAGE.write_text(page(document))
    Path(ROOT / "docs" / "performance-budgets.svg").write_text(plot(document))
    Path(ROOT / "docs" / "performance-growth.svg").write_text(growth_plot(document))


if __name__ == "__main__":
    main()
