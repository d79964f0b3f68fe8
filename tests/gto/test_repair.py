"""`audit --plan`: the printed script, run against a server with the gate, leads to a registry that GTO reads."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from support import Repo, Server, Templates, raw_tag
from support.bad_states import REFUSED, BadState
from support.command_line import tagwarden
from support.gto_reading import Reading, read_by_gto, read_by_tagwarden
from support.registry_checks import check_gto_agrees

from .test_bad_states import Bench

AHEAD = "Ada Lovelace <ada@example.com> 4000000000 +0000"
SAMPLE = (
    "a registration on a file",
    "a tag of a tag",
    "a second version under an assignment",
    "a commit whose `artifacts.yaml` GTO can't read",
    "a tagger who is not UTF-8",
    "an assignment dated years ahead",
    "a digit that is not ASCII",
    "the `v` is missing",
)


@pytest.fixture(scope="module")
def bench(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(templates, tmp_path_factory.mktemp("repair"))


def write_past_the_gate(bench: Bench, state: BadState) -> None:
    """Have the guarded server hold the bad state."""
    server = bench.guarded
    bench.reset(server)
    for tag in (*state.before, *(() if state.delete else (state.tag,))):
        server.git("fetch", "--quiet", str(bench.work.path), f"+{bench.write(tag)}:refs/tagwarden/new")
        server.git("update-ref", f"refs/tags/{tag.name}", bench.write(tag))
    if state.delete:
        server.git("update-ref", "-d", f"refs/tags/{state.tag.name}")


def run_script(script: Path, *args: str, folder: Path) -> None:
    ran = subprocess.run(["sh", str(script), *args], cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def gto_reads(server: Server) -> Reading | None:
    try:
        return read_by_gto(server.path)
    except Exception:  # noqa: BLE001 -- GTO fails in many ways
        return None


def repair(server: Server, clone: Repo, script: Path) -> None:
    """Run what `audit --plan` prints, as it says."""
    script.write_text(tagwarden(server.path, "audit", "--plan").out)
    if "sh plan.sh --server" in script.read_text():
        run_script(script, "--server", str(server.path), folder=script.parent)
    run_script(script, folder=clone.path)


def steps_in(script: str) -> list[str]:
    return [line for line in script.splitlines() if line.startswith(("drop ", "remove "))]


def check(bench: Bench, state: BadState, folder: Path) -> None:
    write_past_the_gate(bench, state)
    server = bench.guarded
    before, ours = gto_reads(server), read_by_tagwarden(server.path)

    repair(server, bench.work, folder / "plan.sh")

    after = check_gto_agrees(server.path)
    if before is not None:
        kept = ours["m"].versions & before["m"].versions
        assert kept <= after["m"].versions
        assert after["m"].stages.get("prod", [])[:1] == before["m"].stages.get("prod", [])[:1]
    known = folder / "known.txt"
    assert tagwarden(server.path, "audit", "--write-baseline", str(known)).status == 0
    assert tagwarden(server.path, "audit", "--baseline", str(known)).status == 0
    assert not steps_in(tagwarden(server.path, "audit", "--plan", "--json").json["content"])


@pytest.mark.parametrize("title", SAMPLE)
def test_a_bad_state_is_repaired_by_the_script(bench: Bench, title: str, tmp_path: Path) -> None:
    check(bench, next(state for state in REFUSED if state.title == title), tmp_path)


def test_the_script_runs_nothing_that_a_name_or_a_message_holds(server: Server, tmp_path: Path) -> None:
    clone = server.clone()
    clone.tag("m@v1.0.0")
    commit = clone.commit()
    odd = "m@v1.1.0'$(touch${IFS}ran)`touch${IFS}ran`\udceb"
    message = 'It\'s $(touch ran)\n# `touch ran` \\n "two" lines'
    clone.raw_tag("m@v2.0.0", raw_tag(object=commit, tag="m@v2.0.0", message=message.encode(), tagger=AHEAD))
    clone.git("push", "--quiet", str(server.path), "main")
    copy_past_the_gate(clone, server)
    server.git("update-ref", f"refs/tags/{odd}", commit)

    repair(server, clone, tmp_path / "plan.sh")

    assert server.tags() == {"m@v1.0.0", "m@v2.0.0", odd}
    assert server.git("for-each-ref", "--format=%(contents)", "refs/tags/m@v2.0.0") == message
    assert not [*clone.path.glob("ran"), *tmp_path.glob("ran"), *server.path.glob("ran")]
    assert [one["tag"] for one in tagwarden(server.path, "audit", "--json").json["findings"]] == [
        odd.replace("\udceb", "\\xeb")
    ]


def test_what_changed_since_is_passed_over_and_a_second_run_changes_nothing(server: Server, tmp_path: Path) -> None:
    clone = server.clone()
    clone.tag("m@v1.0.0")
    clone.lightweight("n@v1.0.0")
    copy_past_the_gate(clone, server)
    script = tmp_path / "plan.sh"
    script.write_text(tagwarden(server.path, "audit", "--plan").out)
    moved = clone.commit()
    clone.git("push", "--quiet", str(server.path), "main")
    server.git("update-ref", "refs/tags/n@v1.0.0", moved)

    ran = subprocess.run(["sh", str(script)], cwd=clone.path, capture_output=True, text=True)

    assert (ran.returncode, ran.stdout.splitlines()[0]) == (
        0,
        "skipped, because it has changed or is gone: refs/tags/n@v1.0.0",
    )
    assert server.git("rev-parse", "n@v1.0.0") == moved
    repair(server, clone, script)
    after = server.refs()
    run_script(script, folder=clone.path)
    assert server.refs() == after


def test_other_tools_tags_are_proposed_to_be_ignored_and_what_stays_is_named(server: Server, tmp_path: Path) -> None:
    clone = server.clone()
    clone.tag("m@v1.0.0", message="First")
    clone.tag("ai@6.0.68")
    clone.tag("ai@6.0.69")
    clone.tag("m#prod!")
    copy_past_the_gate(clone, server)

    script = tagwarden(server.path, "audit", "--plan").out

    assert '#     ignore = ["ai@[0-9]*"]' in script
    assert "#     [state-exists] 'm#prod!' unassigns" in script
    assert not steps_in(script)


def copy_past_the_gate(clone: Repo, server: Server) -> None:
    server.git("fetch", "--quiet", str(clone.path), "+refs/tags/*:refs/tags/*")


@pytest.mark.thorough
@pytest.mark.parametrize("state", [one for one in REFUSED if one.title not in SAMPLE], ids=lambda state: state.title)
def test_so_is_every_other(bench: Bench, state: BadState, tmp_path: Path) -> None:
    check(bench, state, tmp_path)
