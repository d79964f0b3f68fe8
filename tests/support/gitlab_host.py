"""Runs pipelines on this machine: the scripts of their jobs, with the variables that GitLab sets.

It evaluates only those rules that this project's YAML uses; any other fails the
test.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from .ci_checkouts import gitlab_checkout
from .github_host import fake_python, settings_of_git
from .repositories import Server

INPUT = re.compile(r"\$\[\[ inputs\.([\w-]+) \]\]")
CLAUSE = re.compile(r"\$(\w+)(?:\s*(==|!=|=~)\s*(?:\"([^\"]*)\"|/(.*)/|\$(\w+)))?")


class Ended(NamedTuple):
    """The outcome of a job: success, warning (a failure that is allowed), failed or skipped; and its artifacts."""

    result: str
    status: int
    log: str
    work: Path
    variables: dict[str, str]


def component(text: str, given: Mapping[str, str]) -> dict[str, Any]:
    """The configuration of a component with these inputs."""
    header, _, body = text.partition("\n---\n")
    inputs = YAML(typ="safe", pure=True).load(header)["spec"]["inputs"]
    assert set(given) <= set(inputs)
    values = {name: given.get(name, one.get("default")) for name, one in inputs.items()}
    missing = [name for name, value in values.items() if value is None]
    assert not missing, missing
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(INPUT.sub(lambda one: str(values[one[1]]), body))
    return found


class GitLab:
    """A host with one repository, `server`; each job gets a folder in `folder`."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.environments: list[str] = []
        self._jobs = 0

    def run(self, jobs: Mapping[str, Any], ref: str, variables: Mapping[str, str] = {}) -> dict[str, Ended]:
        """Run the jobs of a pipeline for `ref` that their rules include, in order."""
        done: dict[str, Ended] = {}
        name = ref.split("/", 2)[2]
        kind = "CI_COMMIT_TAG" if ref.startswith("refs/tags/") else "CI_COMMIT_BRANCH"
        given = {"CI": "true", "GITLAB_CI": "true", kind: name, "CI_COMMIT_REF_NAME": name, **variables}
        for title, job in jobs.items():
            job = extended(job, jobs)
            if title.startswith(".") or title in ("include", "stages") or not lets_in(job.get("rules"), given):
                continue
            needed = [done[one] for one in job.get("needs", []) if one in done]
            if any(one.result not in ("success", "warning") for one in needed):
                done[title] = Ended("skipped", 0, "", self.folder, {})
                continue
            passed = {key: value for one in needed for key, value in one.variables.items()}
            done[title] = self._job(job, ref, {**given, **passed})
        return done

    def _job(self, job: Mapping[str, Any], ref: str, given: Mapping[str, str]) -> Ended:
        self._jobs += 1
        machine = self.folder / f"job-{self._jobs}"
        work, tools = machine / "work", machine / "tools"
        tools.mkdir(parents=True)
        own = {name: str(value) for name, value in job.get("variables", {}).items()}
        gitlab_checkout(self.server, ref, work, depth=int(own.get("GIT_DEPTH", "20")))
        Path(fake_python(tools)).rename(tools / "python3")
        if "environment" in job:
            self.environments.append(job["environment"]["name"])
        # All entries run in the same shell, and the first that fails ends the job.
        script = machine / "script.sh"
        script.write_text("set -eo pipefail\n" + "\n".join([*job.get("before_script", []), *job["script"]]) + "\n")
        path = f"{tools}{os.pathsep}{os.environ['PATH']}"
        ran = subprocess.run(
            ["bash", str(script)],
            cwd=work,
            env={**settings_of_git(), "HOME": os.environ["HOME"], **given, **own, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        allowed = ran.returncode == job.get("allow_failure", {}).get("exit_codes")
        result = "success" if ran.returncode == 0 else "warning" if allowed else "failed"
        report = job.get("artifacts", {}).get("reports", {}).get("dotenv")
        return Ended(result, ran.returncode, ran.stdout, work, dotenv(work / report) if report else {})


def dotenv(file: Path) -> dict[str, str]:
    """The variables of a dotenv report, checked for what GitLab accepts; empty if the job left no report."""
    if not file.exists():
        return {}
    assert file.stat().st_size <= 5 * 1024
    pairs = [line.split("=", 1) for line in file.read_text().split("\n") if line]
    assert all(re.fullmatch(r"\w+", name, re.ASCII) for name, _ in pairs)
    assert len(pairs) <= 20
    return {name: value.strip() for name, value in pairs}


def extended(job: Any, jobs: Mapping[str, Any]) -> Any:
    """The job, merged over the one that it extends."""
    if not isinstance(job, dict) or "extends" not in job:
        return job
    base = extended(jobs[job["extends"]], jobs)
    return {**base, **job, "variables": {**base.get("variables", {}), **job.get("variables", {})}}


def lets_in(rules: Any, variables: Mapping[str, str]) -> bool:
    """Whether one of a job's rules includes it."""
    return rules is None or any(holds(rule["if"], variables) for rule in rules)


def holds(condition: str, variables: Mapping[str, str]) -> bool:
    """Whether a condition of clauses joined by `&&` is true."""
    return all(clause_holds(clause.strip(), variables) for clause in condition.split("&&"))


def clause_holds(clause: str, variables: Mapping[str, str]) -> bool:
    found = CLAUSE.fullmatch(clause)
    assert found, clause
    value = variables.get(found[1], "")
    if found[2] is None:
        return value != ""
    if found[2] == "=~":
        return re.search(found[4], value) is not None
    other = variables.get(found[5], "") if found[5] else found[3]
    return (value == other) == (found[2] == "==")
