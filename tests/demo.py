"""`make demo`: good and bad pushes to a throw-away server.

Every command that is shown is run. The exit status is 0 only if every push ended
as it should, by Git's exit status, the rule that was named, and the refs on the
server afterwards.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from itertools import chain
from pathlib import Path
from typing import Literal, NamedTuple

from support import PushResult, Repo, Server
from support.environment import hermetic_environment


class Step(NamedTuple):
    """Some commands, the last of which pushes.

    `creates` are the tags that are new on the server afterwards. `refused_by` is the
    rule that refuses the push, so that nothing changes; `by` says whose hook does.
    """

    title: str
    commands: tuple[str, ...]
    creates: tuple[str, ...] = ()
    refused_by: str | None = None
    by: Literal["server", "clone"] = "server"


COMPLIANT = (
    Step(
        "A version is registered: an annotated tag MODEL@vMAJOR.MINOR.PATCH.",
        ("git tag -a churn@v1.0.0 -m 'First model'", "git push origin churn@v1.0.0"),
        creates=("churn@v1.0.0",),
    ),
    Step(
        "The next version, and the stage prod for it, in one push.",
        (
            "git commit -q --allow-empty -m 'Train on June, too'",
            "git tag -a churn@v1.1.0 -m 'Trained on June, too'",
            "git tag -a 'churn#prod#1' -m 'Passed the review'",
            "git push origin main --tags",
        ),
        creates=("churn@v1.1.0", "churn#prod#1"),
    ),
    Step(
        "Tags without @ or # are not judged.",
        ("git tag nightly", "git push origin nightly"),
        creates=("nightly",),
    ),
)

MISTAKES = (
    Step(
        "The version has no v.",
        (
            "git commit -q --allow-empty -m 'Tune'",
            "git tag -a churn@1.2.0 -m 'Tuned'",
            "git push origin churn@1.2.0",
        ),
        refused_by="tag-name",
    ),
    Step(
        "The version has two numbers instead of three.",
        ("git tag -a churn@v1.2 -m 'Tuned'", "git push origin churn@v1.2"),
        refused_by="tag-name",
    ),
    Step(
        "The patch number is a word.",
        ("git tag -a churn@v1.2.new -m 'Tuned'", "git push origin churn@v1.2.new"),
        refused_by="tag-name",
    ),
    Step(
        "A lightweight tag does not say who made it, when, or why.",
        ("git tag churn@v1.2.0", "git push origin churn@v1.2.0"),
        refused_by="annotated",
    ),
    Step(
        "An annotated tag with an empty message.",
        ("git tag -a churn@v1.2.0 -m ''", "git push origin churn@v1.2.0"),
        refused_by="message",
    ),
    Step(
        "A tag is pushed under a different name than the one inside it.",
        ("git tag -a churn@v1.2.0 -m 'Tuned'", "git push origin churn@v1.2.0:refs/tags/fraud@v9.0.0"),
        refused_by="tag-name-in-object",
    ),
    Step(
        "A version below the latest.",
        ("git tag -a churn@v1.0.1 -m 'A fix'", "git push origin churn@v1.0.1"),
        refused_by="version-order",
    ),
    Step(
        "A second version on one commit.",
        ("git tag -a churn@v1.2.0 -m 'Tuned' churn@v1.1.0^{}", "git push origin churn@v1.2.0"),
        refused_by="version-per-commit",
    ),
    Step(
        "A stage is assigned on a commit that has no version.",
        ("git tag -a 'churn#prod#2' -m 'Ship it'", "git push origin 'churn#prod#2'"),
        refused_by="state-exists",
    ),
    Step(
        "The tag is on a file, not on a commit.",
        ("git tag -a churn@v1.2.0 -m 'Tuned' HEAD:README.md", "git push origin churn@v1.2.0"),
        refused_by="target-commit",
    ),
    Step(
        "A published version is moved to another commit.",
        ("git tag -f -a churn@v1.1.0 -m 'Once more'", "git push --force origin churn@v1.1.0"),
        refused_by="tag-immutable",
    ),
    Step(
        "A published version is deleted.",
        ("git push origin --delete churn@v1.0.0",),
        refused_by="tag-permanent",
    ),
    Step(
        "One bad tag among good ones: the whole push is refused.",
        (
            "git tag -a churn@v1.2.0 -m 'Tuned'",
            "git tag -a churn@v1.2.0-RC_1 -m 'Candidate'",
            "git push origin main --tags",
        ),
        refused_by="tag-name",
    ),
)

WAY_OUT = (
    Step(
        "A version is taken back by another tag, a tombstone; both stay on record.",
        (
            "git tag -a 'churn@v1.1.0!' -m 'Trained on wrong labels' churn@v1.1.0^{}",
            "git push origin 'churn@v1.1.0!'",
        ),
        creates=("churn@v1.1.0!",),
    ),
    Step(
        "A deregistered version can't be registered again.",
        ("git tag -a 'churn@v1.1.0#2' -m 'Labels repaired'", "git push origin 'churn@v1.1.0#2'"),
        refused_by="version-once",
    ),
)

BEFORE_IT_LEAVES = (
    Step(
        "The hook in a clone refuses bad tags before anything is sent.",
        ("tagwarden install", "git tag -a churn@v1.3 -m 'Tuned'", "git push origin churn@v1.3"),
        refused_by="tag-name",
        by="clone",
    ),
    Step(
        "A valid push passes both hooks.",
        ("git tag -a churn@v1.3.0 -m 'Tuned'", "git push origin main churn@v1.3.0"),
        creates=("churn@v1.3.0",),
    ),
)

ACTS = (
    ("What the server takes", COMPLIANT),
    ("What it refuses: one of each common mistake", MISTAKES),
    ("The way out", WAY_OUT),
    ("Before anything leaves the clone", BEFORE_IT_LEAVES),
)


class Stage:
    """A server with the hook and a clone, and the clock that dates what is done there."""

    def __init__(self, folder: Path) -> None:
        self.server = Server.init(folder / "registry.git", "--bare")
        self.clone = Repo.init(folder / "work")
        self.clock = int(time.time()) - 3600

    def set_up(self) -> None:
        self.clone.commit({"README.md": "Our models.\n"}, message="Begin")
        self.clone.git("remote", "add", "origin", str(self.server.path))
        self.clone.git("push", "--quiet", "origin", "main")
        for command in ("install", "status"):
            if not self.shell(f"tagwarden {command} --server {self.server.path.name}", self.server.path.parent).ok:
                sys.exit(f"`tagwarden {command}` failed.")

    def play(self, step: Step) -> list[str]:
        """Run and show a step; returns what did not end as it should."""
        print(f"\n# {step.title}")
        before = self.server.refs()
        for command in step.commands[:-1]:
            self.shell(command)
        pushed = self.shell(step.commands[-1])
        after = self.server.refs()
        wrong = list(complaints(step, pushed, before, after))
        outcome = "accepted" if step.refused_by is None else f"refused by the {step.by}: {step.refused_by}"
        print(f"=> {'NOT ' if wrong else ''}{outcome}; tags on the server: {shown_tags(after)}")
        self._forget_refused_tags(after)
        return [f"{step.title} {complaint}" for complaint in wrong]

    def shell(self, command: str, where: Path | None = None) -> PushResult:
        """Show a command, run it, and show its output."""
        print(f"$ {command}", flush=True)
        self.clock += 1
        ran = subprocess.run(
            ["sh", "-c", command],
            cwd=where or self.clone.path,
            env={**os.environ, "GIT_COMMITTER_DATE": f"{self.clock} +0000"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
        )  # fmt: skip
        # Git pads the server's messages with blanks, to erase a progress line.
        shown = "\n".join(line.rstrip() for line in ran.stdout.splitlines())
        print(textwrap.indent(f"{shown}\n" if shown else "", "  "), end="", flush=True)
        return PushResult(ran.returncode == 0, ran.stdout, ran.returncode)

    def _forget_refused_tags(self, on_server: dict[str, str]) -> None:
        here = self.clone.refs("refs/tags/")
        refused = [tag.removeprefix("refs/tags/") for tag in here if here[tag] != on_server.get(tag)]
        if refused:
            self.clone.git("tag", "-d", *refused)
            self.clone.git("fetch", "--quiet", "--tags", "origin")


def complaints(step: Step, pushed: PushResult, before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The expectations of `step` that the push did not meet."""
    found = []
    if pushed.ok != (step.refused_by is None):
        found.append(f"git push ended with {pushed.exit}")
    if step.refused_by is not None:
        named = pushed.rules if step.by == "server" else pushed.client_rules
        if step.refused_by not in named:
            found.append(f"the rule [{step.refused_by}] was not named by the {step.by}, but {sorted(named)}")
        if after != before:
            found.append("the server's refs have changed")
    new = {ref.removeprefix("refs/tags/") for ref in after.keys() - before.keys()}
    if new != set(step.creates):
        found.append(f"the server has got {sorted(new)} and not {sorted(step.creates)}")
    return found


def shown_tags(refs: dict[str, str]) -> str:
    return " ".join(ref.removeprefix("refs/tags/") for ref in refs if ref.startswith("refs/tags/")) or "none"


INTRODUCTION = """\
The tags of a Git repository form a model registry: the tag churn@v1.0.0 says that its commit is
version 1.0.0 of the model "churn", and churn#prod#1 that this version is in the stage "prod".
tagwarden is a server hook that accepts only valid tags of this kind.

You see each command ($), its output (indented; "remote:" comes from the server) and the outcome (=>).
All pushes are real: from a clone to a bare repository, both in a temporary folder that is removed at the end.
"""

FURTHER = """\
`tagwarden` is in .venv/bin. On a server of your own: README.md, "Installing it on a server".
Why a tag is refused, rule by rule: docs/rules.md, or .venv/bin/tagwarden rules\
"""


def heading(title: str) -> None:
    print(f"\n\n{title}\n{'=' * len(title)}")


def perform(folder: Path) -> list[str]:
    """Run and show all steps, in `folder`; returns what did not end as it should."""
    stage = Stage(folder)
    print(INTRODUCTION, end="")
    heading("The server gets the hook")
    print()
    stage.set_up()
    wrong: dict[str, list[str]] = {}
    for title, steps in ACTS:
        heading(title)
        for step in steps:
            wrong[step.title] = stage.play(step)
    heading("What the registry holds now")
    print()
    read = stage.shell(f"tagwarden show --repo {stage.server.path.name} churn", stage.server.path.parent)
    complained = sum(map(bool, wrong.values()))
    print(
        f"\n{len(wrong) - complained} of {len(wrong)} pushes ended as they should: taken or refused, by the right rule."
    )
    return [*chain.from_iterable(wrong.values()), *([] if read.ok else [f"`tagwarden show` ended with {read.exit}."])]


def main() -> int:
    if shutil.which("git") is None:
        sys.exit("The demo needs git, and there is none on PATH. On Debian and Ubuntu: apt install git")
    with tempfile.TemporaryDirectory(prefix="tagwarden-demo-") as folder:
        (Path(folder) / "home").mkdir()
        os.environ.update(hermetic_environment(Path(folder) / "home"))
        # `tagwarden` is the one beside the interpreter that runs this.
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        wrong = perform(Path(folder))
    for complaint in wrong:
        print(f"Not as it should be: {complaint}", file=sys.stderr)
    if not wrong:
        print(FURTHER)
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        # The reader has closed the pipe, as in `make demo | head`; the interpreter must not flush the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
