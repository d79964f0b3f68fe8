"""What the rule `artifact` adds to the push of one tag that binds its artifact."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

from .cases import Case, Results
from .kit import Kit
from .measuring import Contender
from .repositories import BEGAN, ZERO, Repository

MODEL = "weights " * 8192
SHA256 = hashlib.sha256(MODEL.encode()).hexdigest()
MD5 = hashlib.md5(MODEL.encode(), usedforsecurity=False).hexdigest()
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA256}\nsize {len(MODEL)}\n"
LOCK = f"schema: '2.0'\nstages: {{train: {{cmd: x, outs: [{{path: m.bin, hash: md5, md5: {MD5}}}]}}}}\n"
DVC = "stages: {train: {cmd: x, outs: [m.bin]}}\nartifacts: {model0: {path: m.bin}}\n"
# The files of the tagged commit, and the digest that is bound.
IN_GIT: tuple[Mapping[str, str], str] = ({"m.bin": MODEL}, f"sha256:{SHA256}")
IN_LFS: tuple[Mapping[str, str], str] = ({"m.bin": POINTER}, f"sha256:{SHA256}")
IN_DVC: tuple[Mapping[str, str], str] = ({"dvc.lock": LOCK, "dvc.yaml": DVC}, f"md5:{MD5}")
OFF = ", rule off"


def _bound(kit: Kit, name: str, files: Mapping[str, str], digest: str, *, required: bool) -> Contender:
    """The hook on a tag that binds m.bin, with or without a policy that requires that."""
    made = kit.repository(1000, 100).copy(kit.folder / f"artifact-{name.replace(' ', '-')}-{required}.git")
    policy = made.path / "policy.toml"
    policy.write_text(f"[artifact]\nrequired = {str(required).lower()}\n")
    made.git("config", "tagwarden.policy", f"file:{policy}")
    lines = made.path / "lines"
    lines.write_text(f"{ZERO} {_tag(made, files, digest)} refs/tags/model0@v99.0.0\n")
    return kit.hook_process(kit.with_hook(made), lines, name if required else name + OFF)


def _tag(made: Repository, files: Mapping[str, str], digest: str) -> str:
    blobs = {path: made.git("hash-object", "-w", "--stdin", given=content) for path, content in files.items()}
    tree = made.git("mktree", given="".join(f"100644 blob {oid}\t{path}\n" for path, oid in sorted(blobs.items())))
    commit = made.git("commit-tree", tree, "-p", "main", "-m", "Train")
    tagger = f"Ada Lovelace <ada@example.com> {BEGAN + 10_000_000} +0000"
    header = f"object {commit}\ntype commit\ntag model0@v99.0.0\ntagger {tagger}\n"
    return made.git("mktag", given=f"{header}\nBetter\n\nArtifact: {digest} m.bin\n")


def _case(*places: tuple[str, tuple[Mapping[str, str], str]]) -> Callable[[Kit], Sequence[Contender]]:
    return lambda kit: [
        _bound(kit, name, *place, required=required) for name, place in places for required in (True, False)
    ]


def _most_added(results: Results) -> float:
    """The greatest ratio of the CPU time with the rule to that without it."""
    return max(results[name].cpu / results[name + OFF].cpu for name in results if not name.endswith(OFF))


CASES = (
    Case(
        "artifact",
        "1 tag that binds a file in Git, or in Git LFS",
        "hook process with the rule `artifact` / without",
        1.3,
        _case(("file in Git", IN_GIT), ("pointer of Git LFS", IN_LFS)),
        _most_added,
        40,
    ),
    Case(
        "artifact-yaml",
        "1 tag that binds a file in DVC, by `dvc.lock` and `dvc.yaml`",
        "hook process with the rule `artifact` / without",
        2.5,
        _case(("file in DVC", IN_DVC)),
        _most_added,
        40,
    ),
)
