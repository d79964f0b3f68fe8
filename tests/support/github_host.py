"""Runs workflows and composite actions on this machine: their own steps, with the variables that GitHub sets.

It evaluates only those expressions that this project's YAML uses; any other
fails the test.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from .ci_checkouts import github_checkout
from .project import ROOT
from .repositories import Server

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
TOKEN = re.compile(r"'(?:[^']|'')*'|&&|\|\||!=|==|!|\(|\)|,|[\w.-]+|\s+")
# A GitHub App, its private key, and the token that it gets.
APP, KEY, APP_TOKEN = "12345", "a-private-key", "token-of-the-app"
STATUS_FUNCTIONS = re.compile(r"\b(?:cancelled|always|success|failure)\(\)")


class Step(NamedTuple):
    """The outcome of a step: its outputs, its log, its summary."""

    status: int
    outputs: dict[str, str]
    log: str
    summary: str


class Job(NamedTuple):
    """The outcome of a job: success, failure or skipped."""

    result: str
    outputs: dict[str, str]
    steps: list[Step]

    @property
    def log(self) -> str:
        return "".join(step.log for step in self.steps)


def read_yaml(text: str) -> Any:
    """The one document in `text`."""
    return YAML(typ="safe", pure=True).load(text)


class GitHub:
    """A host with one repository, `server`; each job gets a machine in `folder`."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.environments: list[str] = []
        self._machines = 0

    def approve(self, environment: str) -> None:
        """Called when a job begins for `environment`, whose reviewers may have made it wait."""

    def run(
        self,
        workflow: Mapping[str, Any],
        ref: str,
        *,
        event: str = "push",
        inputs: Mapping[str, str] = {},
        actor: str = "ada",
        again_by: str | None = None,
    ) -> dict[str, Job]:
        """Run the jobs of a workflow in their order, one for each value of a matrix.

        `actor` started it, and `again_by` started it once more.
        """
        asked = workflow.get("on", {}).get("workflow_dispatch", {}).get("inputs", {})
        assert set(inputs) <= set(asked) or not asked, inputs
        inputs = {name: str(one.get("default", "")) for name, one in asked.items()} | dict(inputs)
        people = {"actor": actor, "actor_id": "1001", "triggering_actor": again_by or actor}
        done: dict[str, Job] = {}
        for name, job in workflow["jobs"].items():
            needs = job.get("needs", [])
            needed = {one: done[one] for one in ([needs] if isinstance(needs, str) else needs)}
            context = {
                "github": {"ref": ref, "event_name": event, "ref_name": ref.split("/", 2)[2], **people},
                "vars": {"MODEL_TAGS_APP": APP},
                "secrets": {"MODEL_TAGS_KEY": KEY},
                "inputs": dict(inputs),
                "needs": {one: {"outputs": job.outputs, "result": job.result} for one, job in needed.items()},
            }
            well = all(job.result == "success" for job in needed.values())
            if not holds(job.get("if", "success()"), context, well=well):
                done[name] = Job("skipped", {}, [])
                continue
            for values in matrix(job, context):
                ended = self._job(job, {**context, "matrix": values}, ref, event)
                # If one job of a matrix fails, the whole job fails.
                if name not in done or ended.result != "success":
                    done[name] = ended
        return done

    def _job(self, job: Mapping[str, Any], context: dict[str, Any], ref: str, event: str) -> Job:
        self._machines += 1
        machine = self.folder / f"machine-{self._machines}"
        work = machine / "work"
        (machine / "temp").mkdir(parents=True)
        payload = machine / "event.json"
        before = {"before": "0" * 40} if event == "push" else {}
        payload.write_text(json.dumps({"ref": ref, **before}))
        variables = {
            "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": str(payload),
            "GITHUB_REF": ref, "GITHUB_REF_NAME": context["github"]["ref_name"], "GITHUB_WORKSPACE": str(work),
            "RUNNER_TEMP": str(machine / "temp"), "PATH": os.environ["PATH"], "HOME": os.environ["HOME"],
        }  # fmt: skip
        variables |= filled(job.get("env", {}), context)
        if "environment" in job:
            self.environments.append(filled(job["environment"], context))
            self.approve(self.environments[-1])
        context["steps"] = {}
        steps: list[Step] = []
        for step in job["steps"]:
            well = not any(one.status for one in steps)
            if not holds(step.get("if", "success()"), context, well=well):
                continue
            ended = self._step(step, context, variables, work, ref)
            steps.append(ended)
            if "id" in step:
                context["steps"][step["id"]] = {"outputs": ended.outputs}
        outputs = filled(job.get("outputs", {}), context)
        return Job("failure" if any(step.status for step in steps) else "success", outputs, steps)

    def _step(
        self, step: Mapping[str, Any], context: dict[str, Any], variables: dict[str, str], work: Path, ref: str
    ) -> Step:
        given = filled(step.get("with", {}), context)
        uses = step.get("uses", "")
        if uses.startswith("actions/checkout@"):
            settings = Path(variables["RUNNER_TEMP"]) / "credentials.config" if uses >= "actions/checkout@v6" else None
            repo = github_checkout(
                self.server,
                ref,
                work / given.get("path", "."),
                settings=settings,
                whole=given.get("fetch-depth") == "0",
            )
            # The rights of a person or an App: the tests' server and ruleset decide by this variable.
            repo.git("config", "remote.origin.receivepack", f"BY={given.get('token', '')} git-receive-pack")
            return Step(0, {}, "", "")
        if uses.startswith("actions/create-github-app-token@"):
            well = (given["app-id"], given["private-key"]) == (APP, KEY)
            return Step(0, {"token": APP_TOKEN}, "", "") if well else Step(1, {}, "no such App", "")
        if uses:
            assert re.fullmatch(r"[\w./-]+/tagwarden@[\w.]+", uses), uses
            return run_action(given, variables, work)
        return run_script(step, context, variables, work)


def run_action(given: Mapping[str, str], variables: dict[str, str], work: Path) -> Step:
    """Run this repository's own action, with the tagwarden of the tests instead of an installation."""
    action = read_yaml((ROOT / "action.yml").read_text())
    unknown = set(given) - set(action["inputs"])
    assert not unknown, unknown
    chosen = {name: given.get(name, str(one.get("default", ""))) for name, one in action["inputs"].items()}
    context: dict[str, Any] = {"inputs": {**chosen, "python": fake_python(Path(variables["RUNNER_TEMP"]))}, "steps": {}}
    log = summary = ""
    status = 0
    for step in action["runs"]["steps"]:
        ended = run_script(step, context, {**variables, "GITHUB_ACTION_PATH": str(ROOT)}, work)
        variables["PATH"] = context.pop("path", variables["PATH"])
        log, summary, status = log + ended.log, summary + ended.summary, ended.status
        if "id" in step:
            context["steps"][step["id"]] = {"outputs": ended.outputs}
        if status:
            break
    outputs = {name: filled(one["value"], context) for name, one in action["outputs"].items()}
    return Step(status, outputs, log, summary)


def run_script(step: Mapping[str, Any], context: dict[str, Any], variables: Mapping[str, str], work: Path) -> Step:
    """Run a `run` step. Its script must not contain expressions, through which a tag's name could inject commands."""
    assert "${{" not in step["run"], step["run"]
    files = {}
    for name in ("OUTPUT", "STEP_SUMMARY", "PATH"):
        files[f"GITHUB_{name}"] = Path(variables["RUNNER_TEMP"]) / name
        files[f"GITHUB_{name}"].write_text("")
    script = Path(variables["RUNNER_TEMP"]) / "script.sh"
    script.write_text(step["run"])
    shell = {"sh": ["sh", "-e"], "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}
    ran = subprocess.run(
        [*shell[step.get("shell", "bash")], str(script)],
        cwd=work / filled(step.get("working-directory", "."), context),
        env={
            **settings_of_git(),
            **variables,
            **filled(step.get("env", {}), context),
            **{name: str(file) for name, file in files.items()},
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if more := files["GITHUB_PATH"].read_text().split():
        context["path"] = os.pathsep.join([*more, variables["PATH"]])
    lines = files["GITHUB_OUTPUT"].read_text().split("\n")
    outputs = dict(line.split("=", 1) for line in lines if line)
    return Step(ran.returncode, outputs, ran.stdout, files["GITHUB_STEP_SUMMARY"].read_text())


def settings_of_git() -> dict[str, str]:
    """The variables of the tests' environment that keep Git away from the user's configuration."""
    return {name: value for name, value in os.environ.items() if name.startswith("GIT_")}


def fake_python(folder: Path) -> str:
    """A Python whose venv has the tests' tagwarden, and a pip that only prints what it should install."""
    python = folder / "python"
    own = Path(sys.executable).parent / "tagwarden"
    python.write_text(
        f'#!/bin/sh\n[ "$1 $2" = "-m venv" ] || exit 9\nmkdir -p "$3/bin"\nln -s "{own}" "$3/bin/tagwarden"\n'
        'printf \'#!/bin/sh\\necho "pip $*"\\n\' > "$3/bin/pip"\nchmod +x "$3/bin/pip"\n'
    )
    python.chmod(0o755)
    return str(python)


def matrix(job: Mapping[str, Any], context: Mapping[str, Any]) -> list[dict[str, str]]:
    """The values of a one-dimensional matrix; a single empty one without a matrix."""
    found = job.get("strategy", {}).get("matrix", {})
    assert len(found) <= 1
    values = [{name: value} for name, text in found.items() for value in evaluated(inner(text), context, well=True)]
    return values or [{}]


def inner(text: str) -> str:
    """The content of an expression that is the whole text."""
    return text.strip().removeprefix("${{").removesuffix("}}")


def filled(value: Any, context: Mapping[str, Any]) -> Any:
    """`value` with its expressions evaluated, as text."""
    if isinstance(value, dict):
        return {key: filled(one, context) for key, one in value.items()}
    return EXPRESSION.sub(lambda found: str(evaluated(found[1], context, well=True)), str(value))


def holds(condition: Any, context: Mapping[str, Any], *, well: bool) -> bool:
    """Whether an `if` is true; without a status function, it needs success so far."""
    text = inner(str(condition))
    if not STATUS_FUNCTIONS.search(text) and not well:
        return False
    return bool(evaluated(text, context, well=well))


def evaluated(text: str, context: Mapping[str, Any], *, well: bool) -> Any:
    """The value of an expression."""
    assert "".join(TOKEN.findall(text)) == text, text
    words = {"&&": " and ", "||": " or ", "!": " not "}
    parts = []
    for token in TOKEN.findall(text):
        if re.fullmatch(r"[a-z][\w-]*(\.[\w-]+)+", token):
            parts.append(repr(looked_up(token, context)))
        else:
            parts.append(words.get(token, token))
    functions = {"success": lambda: well, "failure": lambda: not well, "cancelled": lambda: False,
                 "always": lambda: True, "fromJSON": json.loads}  # fmt: skip
    return eval("".join(parts).strip(), {"__builtins__": {}}, functions)


def looked_up(path: str, context: Mapping[str, Any]) -> Any:
    """The value of a context; a missing one is empty, as on GitHub."""
    found: Any = context
    for name in path.split("."):
        found = found.get(name, "") if isinstance(found, Mapping) else ""
    return found
