"""Every command that is printed as a fix, run as printed where it was printed, leads to an accepted state.

The situations are the rules' own examples: each is pushed to a server, stands on
one that is audited, and is wished for by a command.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from support import Repo, Server
from support.examples import Line, judge_example
from support.played_examples import Scene, command_for, fixes, is_playable, stage
from support.signing import SshKey, needs_ssh
from tagwarden.policy.rules import RULES, load_rule
from tagwarden.policy.rules.contract import Example
from tagwarden.policy.verdict import Breach

# People have to act: somebody else pushes, merges or decides, or the push goes in parts.
LEFT_TO_PEOPLE = {"who", "approved", "target-branch", "near-name", "policy-file", "push-size", "approval-refs"}
# These can't be played: folders of a million files, or that lie too deep.
UNPLAYED = {"target-tree"}
# Where no fix is one command, an audit names the one that prints a script: tests/gto/test_repair.py.
PLAN = "tagwarden audit --plan"
# What is no tag is tested apart, below.
NO_TAG = {"replace-refs", "approval-refs", "policy-file", "push-size"}

SITUATIONS = [
    (rule, example)
    for rule in RULES
    for example in load_rule(rule).EXAMPLES
    if example.refused and is_playable(example) and rule not in NO_TAG
]


def played(*, first_of: int) -> list[Any]:
    """All situations; everybody's suite plays the first of each rule, of every so many rules."""
    rules = list(RULES)
    seen: set[str] = set()
    found = []
    for rule, example in SITUATIONS:
        marks = () if rule not in seen and rules.index(rule) % first_of == 0 else (pytest.mark.thorough,)
        seen.add(rule)
        found.append(pytest.param(rule, example, id=f"{rule}: {example.title}", marks=marks))
    return found


@pytest.fixture
def key(tmp_path: Path) -> SshKey:
    return SshKey.make(tmp_path / "key")


def run_fixes(scene: Scene, said: str) -> list[str]:
    """Run what `said` names as fixes, each of which must end with 0; the commands."""
    commands = fixes(said)
    for command in commands:
        ran = scene.run(command)
        assert ran.returncode == 0, f"{said}\n{command}\n{ran.stdout}{ran.stderr}"
    return commands


def assert_all_tags_can_be_pushed(scene: Scene, after: list[str]) -> None:
    ran = scene.run("git push --quiet origin main --tags")
    assert ran.returncode == 0, f"{after}\n{ran.stderr}"


@needs_ssh
@pytest.mark.parametrize(("rule", "example"), played(first_of=2))
def test_what_a_refused_push_prints_leads_to_a_push_that_is_accepted(
    rule: str, example: Example, server: Server, key: SshKey
) -> None:
    scene = stage(example, server, key)
    scene.write(scene.clone, scene.lines)
    scene.clone.try_git("fetch", "--quiet", "--tags", "origin")
    existing = server.refs("refs/tags/")

    refused = scene.run(shlex.join(["git", "push", "origin", "main", *scene.refspecs()]))
    # Work goes on: what is checked out is not what was tagged.
    scene.clone.commit(message="Train on")
    commands = run_fixes(scene, refused.stderr)

    if f" error [{rule}]" in refused.stderr:
        assert commands or rule in LEFT_TO_PEOPLE or "may not be" in refused.stderr, refused.stderr
    if commands and rule != "approved":
        assert_all_tags_can_be_pushed(scene, commands)
        assert_only_tagged_commits_are_tagged(scene, existing, commands)


def assert_only_tagged_commits_are_tagged(scene: Scene, existing: dict[str, str], commands: list[str]) -> None:
    """No fix takes what happens to be checked out for what was tagged, but where it commits itself."""
    if any("git commit" in command for command in commands):
        return
    new = scene.server.refs("refs/tags/").keys() - existing.keys()
    commits = {scene.server.git("rev-parse", f"{ref}^{{commit}}") for ref in new}
    meant = {scene.server.git("rev-parse", f"{oid}^{{commit}}") for oid in scene.ids.values()}
    assert commits <= meant, commands


@needs_ssh
@pytest.mark.parametrize(("rule", "example"), played(first_of=9))
def test_what_an_audit_prints_leads_to_an_audit_without_that_finding(
    rule: str, example: Example, server: Server, key: SshKey
) -> None:
    scene = stage(example, server, key)
    try:
        scene.write(scene.server, scene.lines)
    except OSError:
        pytest.skip("the tags can't stand beside each other")
    scene.clone.git("fetch", "--quiet", "--tags", "--force", "origin")

    wrong = scene.run("tagwarden audit")
    commands = run_fixes(scene, wrong.stdout)

    left = scene.run("tagwarden audit").stdout
    assert set(fixes(left)) <= {PLAN}
    if commands:
        assert wrong.returncode == 1
        assert scene.server.tags() - {"plain"} == scene.clone.tags() - {"plain"}


@needs_ssh
@pytest.mark.parametrize(("rule", "example"), played(first_of=9))
def test_what_a_ci_job_prints_of_a_tag_leads_to_a_remote_of_which_no_job_complains(
    rule: str, example: Example, server: Server, key: SshKey, tmp_path: Path
) -> None:
    scene = stage(example, server, key)
    try:
        scene.write(scene.server, scene.lines)
    except OSError:
        pytest.skip("the tags can't stand beside each other")
    scene.clone.git("fetch", "--quiet", "--tags", "--force", "origin")

    commands: list[str] = []
    for number, line in enumerate(scene.lines):
        if line.name in scene.server.tags():
            said = said_by_a_job(scene, line.name, tmp_path / f"job-{number}")
            if len(scene.lines) == 1:
                assert fixes(said) == fixes_of_an_audit(scene, line.name), said
            commands += run_fixes(scene, said)
    left = [said_by_a_job(scene, line.name, tmp_path / f"again-{line.name}") for line in existing_lines(scene)]

    assert not [said for said in left if fixes(said)], commands
    if commands:
        assert scene.server.tags() - {"plain"} == scene.clone.tags() - {"plain"}


def fixes_of_an_audit(scene: Scene, tag: str) -> list[str]:
    """What an audit in the clone names as fixes for one tag."""
    findings = json.loads(scene.run("tagwarden audit --json").stdout)["findings"]
    told = [one for one in findings if one["tag"] == tag]
    said = [one["message"] for one in told] + [f"fix: {one['fix']}" for one in told if one["fix"]]
    return fixes("\n".join(said))


def existing_lines(scene: Scene) -> list[Line]:
    return [line for line in scene.lines if line.name in scene.server.tags()]


def said_by_a_job(scene: Scene, tag: str, folder: Path) -> str:
    """What the job of `tag` says, in the checkout that it gets; the fixes are for somebody's clone."""
    commit = scene.server.git("rev-parse", f"refs/tags/{tag}^{{}}")
    job = Repo.init(folder)
    job.git("remote", "add", "origin", f"file://{scene.server.path}")
    job.git("fetch", "--quiet", "--no-tags", "--depth=1", "origin", "HEAD", f"{commit}:refs/tags/{tag}")
    job.git("update-ref", "refs/remotes/origin/HEAD", "FETCH_HEAD")
    return scene.run(shlex.join(["tagwarden", "check", "--event", "--", tag]), job).stdout


@needs_ssh
@pytest.mark.parametrize(("rule", "example"), played(first_of=9))
def test_what_a_command_prints_leads_to_a_tag_that_is_accepted(
    rule: str, example: Example, server: Server, key: SshKey
) -> None:
    scene = stage(example, server, key)
    scene.clone.git("fetch", "--quiet", "--tags", "origin")
    command = command_for(scene.lines[0]) if len(scene.lines) == 1 else None
    if command is None:
        pytest.skip("no command makes such tags")

    refused = scene.run(shlex.join(["tagwarden", *command]))
    commands = run_fixes(scene, refused.stderr)

    assert refused.returncode in (0, 1)
    if refused.returncode == 1 and commands:
        assert_all_tags_can_be_pushed(scene, commands)


def test_a_replacement_is_deleted_by_the_fix(server: Server) -> None:
    scene = stage(Example("", (), refused=True), server, None)
    scene.clone.commit(message="Another")
    scene.clone.git("replace", "HEAD", "HEAD~")

    refused = scene.run("git push origin 'refs/replace/*'")
    assert run_fixes(scene, refused.stderr)

    assert scene.run("git push origin main --tags 'refs/replace/*:refs/replace/*'").returncode == 0


def test_a_fix_for_a_tag_on_a_server_says_that_it_is_run_in_a_clone(server: Server, key: SshKey) -> None:
    scene = stage(Example("", ("churn@v1.2",), refused=True), server, key)
    scene.write(scene.server, scene.lines)

    said = scene.run("tagwarden audit", server).stdout

    assert "fix: in a clone: git push origin :refs/tags/churn@v1.2" in said
    run_fixes(scene, said)
    assert scene.run("tagwarden audit", server).returncode == 0


def test_a_fix_names_the_remote_of_the_clone(server: Server, key: SshKey) -> None:
    scene = stage(Example("", ("move churn@v1.0.0 on c2",), refused=True, existing=("churn@v1.0.0",)), server, key)
    scene.clone.git("remote", "rename", "origin", "hub")
    scene.write(scene.clone, scene.lines)

    said = scene.run("tagwarden check churn@v1.0.0 --remote hub").stdout

    assert "fix: git fetch --force hub " in said
    assert run_fixes(scene, said)
    assert scene.run("git push --quiet hub main --tags").returncode == 0


@needs_ssh
@pytest.mark.parametrize(("rule", "example"), played(first_of=3))
def test_a_fix_works_where_the_clone_has_no_tag_of_the_pushed_name(
    rule: str, example: Example, server: Server, key: SshKey
) -> None:
    if len(example.pushed) > 1:
        pytest.skip("a fix for one tag may build on another of the push")
    scene = stage(example, server, key)
    scene.write(scene.clone, scene.lines)
    specs = [hide_tag(scene.clone, line) for line in scene.lines]
    scene.clone.try_git("fetch", "--quiet", "--tags", "origin")

    refused = scene.run(shlex.join(["git", "push", "origin", "main", *specs]))
    commands = fixes(refused.stderr)
    # Where the only fix is to delete the tag, nothing is to be done.
    deleting = {command for command in commands if re.fullmatch(r"git tag -d \S+|git tag -d -- \S+", command)}
    for command in (one for one in commands if one not in deleting):
        ran = scene.run(command)
        assert ran.returncode == 0, f"{refused.stderr}\n{command}\n{ran.stdout}{ran.stderr}"

    if f" error [{rule}]" in refused.stderr and rule not in LEFT_TO_PEOPLE:
        assert commands or "may not be" in refused.stderr, refused.stderr
    if commands and rule != "approved":
        assert_all_tags_can_be_pushed(scene, commands)


def hide_tag(clone: Repo, line: Line) -> str:
    """Give a tag of the clone another name; the refspec that pushes it under its own."""
    ref, made = f"refs/tags/{line.name}", f"refs/made/{line.name}"
    if line.change == "delete":
        return f":{ref}"
    clone.git("update-ref", made, ref)
    clone.git("update-ref", "-d", ref)
    return f"+{made}:{ref}"


@needs_ssh
@pytest.mark.parametrize(
    "way",
    [
        "the tag is right",
        pytest.param("the file is right", marks=pytest.mark.thorough),
        pytest.param("the file is right, and that version is taken", marks=pytest.mark.thorough),
    ],
)
def test_of_a_version_that_differs_from_its_file_both_ways_out_are_told(way: str, server: Server, key: SshKey) -> None:
    taken = ("churn@v1.1.0",) if way.endswith("taken") else ()
    line = 'churn@v1.2.0 on c2 at 2 holding pyproject.toml=project.version = "1.1.0"'
    policy = '[target.version-file]\npath = "pyproject.toml"\nkey = "project.version"\n'
    scene = stage(Example("", (line,), refused=True, existing=taken, policy=policy), server, key)
    scene.write(scene.clone, scene.lines)
    scene.clone.try_git("fetch", "--quiet", "--tags", "origin")

    said = scene.run("git push origin main churn@v1.2.0").stderr

    told = re.search(r"if v1\.2\.0 is meant, write it to 'pyproject\.toml', commit that, and run `(.*)`", said)
    assert told is not None, said
    if way == "the tag is right":
        scene.clone.commit({"pyproject.toml": 'project.version = "1.2.0"\n'})
        commands = [told[1]]
        assert scene.run(told[1]).returncode == 0
    else:
        commands = run_fixes(scene, said)
    assert_all_tags_can_be_pushed(scene, commands)
    assert server.tags() - {"plain"} == {"churn@v1.2.0" if way == "the tag is right" else "churn@v1.1.0"}


@pytest.mark.parametrize("rule", sorted(RULES.keys() - UNPLAYED - NO_TAG))
def test_a_rule_has_a_situation(rule: str) -> None:
    assert any(rule == one for one, _ in SITUATIONS)


@pytest.mark.parametrize("rule", RULES)
def test_every_breach_that_a_rule_can_yield_is_in_an_example(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = load_rule(rule)
    source = inspect.getsource(sys.modules[module.__name__])  # type: ignore[attr-defined]
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    written = {call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Breach"}
    shown: set[int] = set()

    def breach(*args: Any, **named: Any) -> Breach:
        shown.add(sys._getframe(1).f_lineno)
        return Breach(*args, **named)

    monkeypatch.setattr(module, "Breach", breach)
    for example in module.EXAMPLES:
        judge_example(example)

    assert written
    assert shown == written, f"lines {sorted(written - shown)} of {module.__name__} are reached by no example"  # type: ignore[attr-defined]


def test_what_an_evaluating_server_finds_has_landed_and_so_its_fix_deletes_it_there(
    server: Server, key: SshKey
) -> None:
    scene = stage(Example("", ("churn@1.2.0",), refused=True, policy='mode = "evaluate"\n'), server, key)
    scene.write(scene.clone, scene.lines)

    pushed = scene.run("git push origin refs/tags/churn@1.2.0")
    assert pushed.returncode == 0
    assert run_fixes(scene, pushed.stderr)

    assert "churn@1.2.0" not in server.tags() | scene.clone.tags()


WARNED = ["annotated", "message", "tag-name", "version-step"]
WARNS = """\
[message]
min-length = 20
[rules]
annotated = "warning"
message = "warning"
tag-name = "warning"
version-step = "warning"
"""
WARNED_OF = Example(
    "",
    ("churn@v3.0.0 on c1", "risk@v1.0.0 on c1 lightweight", "fraud@1.2.0 on c1"),
    refused=False,
    existing=("churn@v1.0.0 on c0",),
    policy=WARNS,
)


@pytest.mark.parametrize("hook", ["the server's", "the clone's"])
def test_of_a_tag_that_lands_in_spite_of_a_warning_no_fix_is_printed_that_would_be_refused(
    hook: str, server: Server
) -> None:
    scene = stage(WARNED_OF, server, None)
    scene.write(scene.clone, scene.lines)
    if hook == "the clone's":
        scene.run("tagwarden install")
        scene.run(f"tagwarden uninstall --server {server.path}")

    pushed = scene.run("git push origin main --tags")
    commands = run_fixes(scene, pushed.stderr)

    assert pushed.returncode == 0
    assert [rule for rule in WARNED if f"warning [{rule}]" in pushed.stderr] == WARNED
    assert len(commands) == 1
    assert "fraud@v1.2.0" in commands[0]
    assert_all_tags_can_be_pushed(scene, commands)


def test_neither_is_one_printed_by_the_command_that_made_the_tag(server: Server) -> None:
    scene = stage(WARNED_OF, server, None)

    would_make = scene.run("tagwarden register churn --version v3.0.0 --dry-run")
    made = scene.run("tagwarden register churn --version v3.0.0")

    assert "fix: tagwarden register churn" in would_make.stderr
    assert "warning [version-step]" in made.stderr
    assert not fixes(made.stderr)
