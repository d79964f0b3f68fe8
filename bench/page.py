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

A hook is a fresh process in the middle of somebody's push. So what counts is
not how fast tags are judged but what is done at all: which modules are
imported, which processes are started, which refs and objects are read. The
budgets below hold it to that.

Nearly every figure is a ratio within one run, in which the contenders take
turns: the milliseconds of one machine say little about another's. It compares
medians of CPU time, that of all processes which a contender starts and waits
for: what others do on the machine hardly changes it. `python` is the
interpreter that the hook file names, in a virtual environment with a regular
install (an editable one starts more slowly). The lock, the push log and its
SHA-256 are inside the figures. A hook is measured as it finds a repository
after a push that has landed.
"""

PARTS = """\
## Where the time of one tag goes

`python -m bench parts` runs the parts of the hook on their own. The greatest
after Python's start is to import a hundred small modules, and half of that
would be due even if they were empty: for each, Python looks into its folder,
asks twice when the file was changed, and opens and reads what was compiled of
it. A plain registration uses two thirds of what is in these modules, and most
of the rest can't be told from what it uses by the name of a file. Docstrings
cost nothing that can be measured. To bring one tag below 2.6 times Python's start, some fifteen modules would have
to become parts of others; small files are worth more here.
"""

MEANING = """\
## How the cost grows

![What the hook takes as the tags grow](performance-growth.svg)

- **With the tags that exist: not at all** while they are packed. `git
  for-each-ref` seeks to the pushed model's prefix, and only that model's tags
  are read. (The first tag of a new model costs one listing of all names, for
  a model whose name differs only in case.) Loose refs cost Git one look at
  each file; `git pack-refs --all` ends that. On ext4 a folder stays as large
  as it ever was, and Git reads all of it: after a million loose tags that took
  10 ms, until the empty folder was made anew (`rmdir refs/tags && mkdir refs/tags`).
- **With the tags of the pushed model: linearly.** They are its history: all of
  them are read, and no other model's. `tests/test_complexity.py` counts the
  objects.
- **With the size of the push: linearly.** Tags are read and judged in batches
  of 5,000. What stays of each until the end is its line and its name, less
  than 1 KiB.
- **With the files of the tagged commit: by its folders, once.** GTO walks all paths of every tagged commit, so the
  gate reads all of its folders (`repository/git/trees/walk.py`), each distinct one once and no file. What it learns of
  them is kept (`repository/git/trees/cache.py`): the next tag costs the folders that have changed since. GTO itself
  takes 4 seconds for each tag on a hundred thousand paths, 40 seconds and 430 MB on a million.
- **With the policy file: hardly.** Reading TOML takes longer than a judgement,
  so what was made of the file is kept in the repository's `tagwarden/` folder
  under its SHA-256 (`repository/trusted/policy_cache.py` says why that is safe). A
  `message.pattern` costs the import of `re`, signatures one process a tag.
- **Of many repositories in one command: by the processes that each needs.** An audit starts six, what it reads the
  tags with among them (`tests/cli/test_fleet.py`), and `status --server` six beside its push of bad tags.
- **The `update` hook costs a whole process a ref**; `pre-receive` costs one a
  push. Prefer it wherever the host has it.

## What was done for it, in order of what it brought

1. Reading the refs and objects of the pushed models only, by four `git`
   processes: pygit2's import alone costs seven times the start of Python.
2. The shell part of the hook file ends pushes that concern no tag. It starts
   `git config`, and where stdin is a pipe as Git's is, nothing else: a `cat`
   that looks for the end of the input took as long as a third of the hook.
3. Imports, which are half of what a hook costs beyond the start of Python:
   nothing heavy (`tests/test_hot_path.py` fails when anything is), a rule only
   where a push has a feature that it speaks of, and what only refusals need
   only for refusals.
4. Records are made without `typing`, `collections` or `dataclasses`, and
   nothing is compiled for them at run time (`policy/record.py`).
5. The push log is written without `json`, programs are started without
   `subprocess`, versions are read without python-semver.
6. `git` works while Python imports what comes next.
7. The policy is kept as plain values.
8. A hook leaves by `os._exit`, and collects no garbage.

## What was tried and left out

Each saved less than 5 % of a push of one tag:

- a second, faster judge for plain registrations
- finding modules without asking every finder, and starting Python without `site`
- reading packed-refs instead of the tag objects
- one `git cat-file --batch-command` instead of two `git cat-file`
- making the classes of records with less work of Python's own: 0.5 %
- importing what words a fix (`policy/facts/fix.py`) only for a refusal: 0.3 %

## To repeat it

    make bench         # minutes
    make bench-full    # with a million tags where the above has 100,000
    make bench-docs    # this page, from the last run

`python -m bench one-tag whole-push` runs single cases; with `--again` they
take the place of those in an earlier run's results. Each prints minimum,
median, 90th percentile, CPU time and peak memory of every contender. Peers
(GTO, pre-commit) take part where they are installed beside the interpreter.
The repositories are made by `git fast-import` and kept in `build/bench`.
"""


def page(document: dict[str, Any]) -> str:
    """The page on a run's results."""
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
        "\nMilliseconds; the peak is that of the largest process, at least the bench's own.\n",
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
    """Where the time of one tag goes."""
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
    """The budgets as bars: how much of each is used."""
    used = [
        (case["name"], case["limit"] / case["figure"] if case["at_least"] else case["figure"] / case["limit"])
        for case in document["cases"]
    ]
    return bars("Used of each budget (less is better)", used, limit=1.0)


def growth_plot(document: dict[str, Any]) -> str:
    """The CPU time of the hook as the tags grow that exist, that the pushed model has, and that are pushed."""
    taken = {case["name"]: {name: one["cpu"] for name, one in case["contenders"].items()} for case in document["cases"]}

    def counted(name: str) -> list[tuple[float, float]]:
        """The contenders that are called after a number of tags."""
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
