"""Each bad state that a push of tags can bring is refused, and is as bad as the docs say where nobody refuses."""

from __future__ import annotations

from pathlib import Path

import gto.api
import pytest

from support import Server, Templates, raw_tag
from support.bad_states import ALLOWED, BREAKS, DISAGREES, IGNORES, REFUSED, Allowed, BadState, BadTag
from support.gto_reading import check_ref_by_gto, read_by_gto

BEGINNING = 1_700_000_000
COMMIT = "author {ada} {at} +0000\ncommitter {ada} {at} +0000\n"


class Bench:
    """A clone with all the targets, a server with the hook and one without."""

    def __init__(self, templates: Templates, folder: Path) -> None:
        self.guarded = templates.server(folder / "guarded.git")
        self.open = templates.server(folder / "open.git", hook=None)
        self.work = self.guarded.clone()
        self.work.git("config", "core.quotePath", "false")
        self.targets = self._make_targets()
        self.existing = (BadTag("m@v1.0.0", "c0", 0), BadTag("m@v1.1.0", "c1", 10), BadTag("m#prod", "c1", 20))
        for server in (self.guarded, self.open):
            self.work.git("push", "--quiet", str(server.path), "main", *map(self.refspec, self.existing))

    def _make_targets(self) -> dict[str, str]:
        work = self.work
        targets = {f"c{number}": work.commit() for number in range(3)}
        tree = work.git("rev-parse", "HEAD^{tree}")
        garbled = work.write_object(b"a: b: c", "blob")
        garbled_tree = work.git("mktree", stdin=f"100644 blob {garbled}\tartifacts.yaml\n")
        ada = "Ada <ada@example.com> {at} +0000"

        def commit(tree: str = tree, at: int = BEGINNING, more: str = "") -> str:
            people = "".join(f"{role} {ada.format(at=at)}\n" for role in ("author", "committer"))
            return work.write_object(f"tree {tree}\n{people}{more}\nOdd\n".encode(), "commit")

        return targets | {
            "tree": tree,
            "blob": work.git("rev-parse", "HEAD:README.md"),
            "tag": work.write_object(raw_tag(object=targets["c2"], tag="m@v2.0.0")),
            "garbled": commit(garbled_tree),
            "folder": commit(work.git("mktree", stdin=f"040000 tree {garbled_tree}\tartifacts.yaml\n")),
            "submodule": commit(work.git("mktree", "--missing", stdin=f"160000 commit {'1' * 40}\tartifacts.yaml\n")),
            "klingon": commit(more="encoding klingon\n"),
            "ages": commit(at=99999999999999),
            "ahead": commit(at=BEGINNING + 1_000_000_000),
            "stray": commit(),
        }

    def refspec(self, tag: BadTag) -> str:
        return f"{self.write(tag)}:refs/tags/{tag.name}"

    def write(self, tag: BadTag) -> str:
        target = self.targets[tag.on]
        if tag.lightweight:
            return target
        when = tag.at if tag.at > 10**12 else BEGINNING + tag.at
        content = raw_tag(
            object=target,
            type=tag.type,
            tag=tag.says or tag.name,
            tagger=tag.tagger and f"{tag.tagger} {when} {tag.zone}",
            message=tag.message or b"",
        )
        return self.work.write_object(content if tag.message is not None else content.removesuffix(b"\n"))

    def reset(self, server: Server) -> None:
        """Take everything back but the tags that stand from the beginning."""
        wanted = {f"refs/tags/{tag.name}": self.write(tag) for tag in self.existing}
        for ref in server.refs("refs/tags/").keys() - wanted.keys():
            server.git("update-ref", "-d", ref)
        for ref, oid in wanted.items():
            server.git("update-ref", ref, oid)


@pytest.fixture(scope="module")
def bench(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(templates, tmp_path_factory.mktemp("bad-states"))


def push(bench: Bench, server: Server, tag: BadTag, *, delete: bool = False):
    spec = f":refs/tags/{tag.name}" if delete else bench.refspec(tag)
    return bench.work.push("--force", spec, remote=str(server.path))


def gto_fails(server: Server) -> bool:
    try:
        gto.api.show(str(server.path))
        gto.api.history(str(server.path))
    except Exception:  # noqa: BLE001 -- GTO fails in many ways
        return True
    return False


@pytest.mark.parametrize("state", REFUSED, ids=lambda state: state.title)
def test_a_bad_state_is_refused_by_its_rule(bench: Bench, state: BadState) -> None:
    bench.reset(bench.guarded)
    for tag in state.before:
        assert push(bench, bench.guarded, tag).ok
    before = bench.guarded.refs()

    result = push(bench, bench.guarded, state.tag, delete=state.delete)

    assert (result.ok, result.exit) == (False, 1)
    assert state.rule in result.rules
    assert bench.guarded.refs() == before


@pytest.mark.parametrize("state", REFUSED, ids=lambda state: state.title)
def test_git_lets_a_bad_state_in_and_gto_does_with_it_what_the_table_says(bench: Bench, state: BadState) -> None:
    bench.reset(bench.open)
    for tag in state.before:
        assert push(bench, bench.open, tag).ok
    before = None if state.gto == BREAKS else read_by_gto(bench.open.path)

    assert push(bench, bench.open, state.tag, delete=state.delete).ok

    assert gto_fails(bench.open) == (state.gto == BREAKS)
    if state.gto in (IGNORES, DISAGREES):
        assert read_by_gto(bench.open.path) == before
        assert bool(check_ref_by_gto(bench.open.path, state.tag.name)) == (state.gto == DISAGREES)


@pytest.mark.parametrize("state", ALLOWED, ids=lambda state: state.title)
def test_what_is_let_in_is_refused_by_the_policy_that_the_table_names(
    bench: Bench, templates: Templates, tmp_path: Path, state: Allowed
) -> None:
    server = templates.server(tmp_path / "server.git")
    specs = [bench.refspec(tag) for tag in (*bench.existing, *state.before)]
    bench.work.git("push", "--quiet", str(server.path), "main", *specs)

    accepted = push(bench, server, state.tag)
    assert accepted.ok, accepted.stderr
    server.git("update-ref", "-d", f"refs/tags/{state.tag.name}")
    server.commit_on_main({"tagwarden.toml": state.policy})
    refused = push(bench, server, state.tag)

    assert not refused.ok
    assert refused.refused_by == {state.rule}


def test_a_submodule_in_the_place_of_the_annotations_is_refused(bench: Bench) -> None:
    # GTO fails on it, too, and then never ends where it is used as a library.
    bench.reset(bench.guarded)

    assert push(bench, bench.guarded, BadTag("m@v2.0.0", on="submodule")).refused_by == {"target-annotations"}


def test_no_state_is_listed_twice() -> None:
    titles = [state.title for state in (*REFUSED, *ALLOWED)]

    assert len(set(titles)) == len(titles)
