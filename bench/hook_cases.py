"""The cost of a hook as a process, compared with that of starting its interpreter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .cases import Case, growth_ratio, peak_mebibytes, ratio
from .kit import EVERY_KEY, Kit, settle
from .measuring import Contender
from .repositories import ZERO, Repository

OURS, START = "tagwarden", "python -I -c pass"


def _branch(kit: Kit) -> Sequence[Contender]:
    made = kit.with_hook(kit.repository(1000, 100))
    lines = made.path / "branch-lines"
    lines.write_text(f"{ZERO} {made.git('rev-parse', 'main')} refs/heads/topic\n")
    return [kit.hook_process(made, lines), kit.bare_start(made)]


def _one_tag(kit: Kit) -> Sequence[Contender]:
    made = kit.with_hook(kit.repository(1000, 100))
    return [kit.hook_process(made, made.lines(1)), kit.bare_start(made)]


def _every_key(kit: Kit) -> Sequence[Contender]:
    made = kit.repository(1000, 100).copy(kit.folder / "every-key.git")
    signers, policy = kit.folder / "signers", kit.folder / "every-key.toml"
    signers.write_text("")
    policy.write_text(EVERY_KEY.format(signers=signers))
    made.git("config", "tagwarden.policy", f"file:{policy}")
    kit.with_hook(made)
    return [kit.hook_process(made, made.lines(1)), kit.bare_start(made)]


def _growing(kit: Kit) -> Sequence[Contender]:
    sizes = [(1000, 100), (10_000, 100), (100_000, 100_000), *([(1_000_000, 100_000)] if kit.full else [])]
    made = {tags: kit.with_hook(kit.repository(tags, models)) for tags, models in sizes}
    return [kit.hook_process(one, one.lines(1), f"{tags:,} tags") for tags, one in made.items()]


def _one_model(kit: Kit) -> Sequence[Contender]:
    made = {tags: kit.with_hook(kit.repository(tags, 1, new_models=1)) for tags in (10, 1000, 10_000)}
    return [kit.hook_process(one, one.lines(1), _of_model(tags)) for tags, one in made.items()]


def _of_model(tags: int) -> str:
    return f"{tags:,} tags of the model"


def _many_pushed(kit: Kit, count: int) -> Repository:
    return kit.with_hook(kit.repository(1000, 100, new=count, new_models=100))


def _ten_thousand(kit: Kit) -> Sequence[Contender]:
    made = _many_pushed(kit, 10_000)
    return [
        kit.hook_process(made, made.lines(10_000)),
        kit.process("git cat-file --batch", made, ["git", "cat-file", "--batch", "--buffer"], made.ids(10_000)),
        *[kit.hook_process(made, made.lines(count), f"{count:,} tags") for count in (100, 1000)],
    ]


def _hundred_thousand(kit: Kit) -> Sequence[Contender]:
    made = _many_pushed(kit, 100_000)
    return [kit.hook_process(made, made.lines(100_000))]


def _update(kit: Kit) -> Sequence[Contender]:
    source = kit.repository(1000, 100)
    ours = kit.with_hook(source.copy(kit.folder / "update.git"), "update")
    sample = kit.update_sample(source.copy(kit.folder / "update-sample.git"))
    oid, tag = source.pushed.read_text().splitlines()[0].split()

    def one(name: str, made: Repository) -> Contender:
        command = [made.hook("update"), f"refs/tags/{tag}", ZERO, oid]
        return kit.process(name, made, command, before=lambda: settle(made))

    return [one(OURS, ours), one("update.sample", sample)]


def _pre_push(kit: Kit) -> Sequence[Contender]:
    pre_commit = kit.pre_commit()
    if pre_commit is None:
        return []
    source = kit.repository(1000, 100)
    ours, theirs = (kit.work_clone(source, name) for name in ("pre-push", "pre-push-pre-commit"))
    kit.run(kit.tagwarden, "install", cwd=ours)
    (theirs / ".pre-commit-config.yaml").write_text(PRE_COMMIT_CONFIG)
    kit.run("git", "add", ".pre-commit-config.yaml", cwd=theirs)
    kit.run(pre_commit, "install", "-t", "pre-push", cwd=theirs)
    head = source.git("rev-parse", "main")
    lines = kit.folder / "pre-push-lines"
    lines.write_text(f"refs/heads/main {head} refs/heads/main {source.git('rev-parse', 'main~1')}\n")

    def one(name: str, clone: Path) -> Contender:
        command = [str(clone / ".git/hooks/pre-push"), "origin", str(source.path)]
        return Contender(name, command, clone, kit.environment, lines)

    return [one(OURS, ours), one("pre-commit", theirs)]


PRE_COMMIT_CONFIG = """\
repos:
- repo: local
  hooks:
  - id: "true"
    name: "true"
    entry: "true"
    language: system
    always_run: true
    pass_filenames: false
    stages: [pre-push]
"""

CASES = (
    Case("branch", "push to an ordinary branch", f"hook process / `{START}`", 0.3, _branch, ratio(OURS, START), 60),
    Case(
        "one-tag",
        "push of 1 model tag, 1,000 tags exist, no policy file",
        f"hook process / `{START}`",
        2.6,
        _one_tag,
        ratio(OURS, START),
        60,
    ),
    Case(
        "every-key",
        "the same with a policy file that sets every key",
        f"hook process / `{START}`",
        6,
        _every_key,
        ratio(OURS, START),
        40,
    ),
    Case(
        "growing",
        "1 model tag, existing tags 1k → 100k (1M in a full run), packed",
        "hook process at the most / at 1k",
        1.2,
        _growing,
        growth_ratio,
        40,
    ),
    Case(
        "one-model",
        "1 model tag, of a model with 10 tags → 1,000",
        "hook process at 1,000 / at 10",
        2,
        _one_model,
        ratio(_of_model(1000), _of_model(10)),
        20,
    ),
    Case(
        "ten-thousand",
        "push of 10,000 tags",
        "hook process / `git cat-file --batch` of the same objects",
        12,
        _ten_thousand,
        ratio(OURS, "git cat-file --batch"),
        7,
    ),
    Case(
        "memory",
        "push of 100,000 tags",
        "peak memory of the hook",
        150,
        _hundred_thousand,
        peak_mebibytes(OURS),
        1,
        unit="MiB",
    ),
    Case(
        "update",
        "`update` hook",
        "per ref / Git's `update.sample`",
        3,
        _update,
        ratio(OURS, "update.sample"),
        40,
    ),
    Case(
        "pre-push",
        "pre-push, branch only",
        "hook process / pre-commit's own with an entry of `true`",
        1 / 8,
        _pre_push,
        ratio(OURS, "pre-commit"),
        15,
    ),
)
