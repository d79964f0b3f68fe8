"""What is read from files that DVC and Git LFS made is what these tools read."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from random import Random

import pytest

from support import Repo
from support.command_line import tagwarden
from support.model_signing import root_digests
from support.programs import needs
from tagwarden.contents.commit_files import CommitFiles
from tagwarden.contents.digests import digests_of_folder
from tagwarden.contents.documents import Documents, flattened
from tagwarden.contents.record import Contents
from tagwarden.contents.verifying import Comparison, compare
from tagwarden.contents.version_contents import contents_of
from tagwarden.policy.objects.dvc_files import output_of
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.program import GitProgram

FILES = {
    "params.yaml": "train: {lr: 0.1, layers: [8, 4]}\nseed: 7\n",
    "train.py": "open('model.pkl', 'w').write('m' * 1000)\n",
    "evaluate.py": 'open(\'metrics.json\', \'w\').write(\'{"AUC": 0.95, "by": {"loss": 1e-05, "ok": true}}\')\n',
    "dvc.yaml": """\
stages:
  train:
    cmd: python3 train.py
    deps: [train.py, pool]
    params: [train.lr]
    outs: [model.pkl]
  evaluate:
    cmd: python3 evaluate.py
    deps: [evaluate.py, model.pkl]
    metrics: [{metrics.json: {cache: false}}]
artifacts:
  churn: {path: model.pkl, type: model}
""",
}


def run(folder: Path, *command: str) -> str:
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def read(repo: Repo, model: str = "churn") -> Contents:
    reader = GitProgram(Git.at(str(repo.path)))
    try:
        return contents_of(reader, model, repo.git("rev-parse", "HEAD"), (), Documents())
    finally:
        reader.close()


@needs("dvc")
def test_a_version_that_dvc_made_holds_what_dvc_says(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    run(repo.path, "dvc", "init", "--quiet")
    (repo.path / "pool").mkdir()
    (repo.path / "pool" / "a.csv").write_text("1\n")
    (repo.path / "pool" / "b.csv").write_text("2\n")
    for path, text in FILES.items():
        (repo.path / path).write_text(text)
    run(repo.path, "dvc", "add", "--quiet", "pool")
    run(repo.path, "dvc", "repro", "--quiet")
    repo.git("add", "--all")
    repo.commit()

    found = read(repo)

    model = (repo.path / "model.pkl").read_bytes()
    assert found.artifact is not None
    assert found.artifact.digests == (f"md5:{hashlib.md5(model).hexdigest()}",)
    assert found.artifact.size == len(model)
    listed = json.loads(run(repo.path, "dvc", "ls", ".", "--json", "--dvc-only", "--show-hash", "--size"))
    assert [(one.path, one.digests, one.size) for one in found.data] == [
        (one["path"], (f"md5:{one['md5']}",), one["size"]) for one in listed if one["path"] == "pool"
    ]
    assert compare(str(repo.path / "pool"), found.data[0]) == Comparison(found.data[0].digests, ())
    shown = json.loads(run(repo.path, "dvc", "metrics", "show", "--json"))[""]["data"]["metrics.json"]["data"]
    assert {one.name: one.value for one in found.metrics} == dict(flattened(shown)[0])
    assert {one.name for one in found.metrics} == {"AUC", "by.loss", "by.ok"}
    assert {one.name: one.value for one in found.params} == {"train.lr": 0.1, "train.layers": [8, 4], "seed": 7}
    assert found.notes == ()


LAYOUT = {
    "one.bin": "1" * 100,
    "all/a.bin": "2" * 100,
    "all/deep/b.bin": "3" * 100,
    "cv/dvc.yaml": """\
stages:
  train: {cmd: cp ../one.bin out.bin, deps: [../one.bin], outs: [out.bin]}
  export: {cmd: cp ../out.bin e.bin, wdir: sub, deps: [../out.bin], outs: [e.bin]}
  many: {foreach: [x, y], do: {cmd: "cp out.bin ${item}.bin", deps: [out.bin], outs: ["${item}.bin"]}}
artifacts: {seg: {path: sub/e.bin}}
""",
    "cv/sub/.gitkeep": "",
}


@pytest.mark.thorough
@needs("dvc")
def test_whatever_dvc_keeps_has_the_digest_that_dvc_gives_it(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    run(repo.path, "dvc", "init", "--quiet")
    for path, text in LAYOUT.items():
        (repo.path / path).parent.mkdir(parents=True, exist_ok=True)
        (repo.path / path).write_text(text)
    run(repo.path, "dvc", "add", "--quiet", "one.bin", "all")
    run(repo.path / "cv", "dvc", "repro", "--quiet")
    repo.git("add", "--all")
    repo.commit({"tagwarden.toml": "[artifact]\nrequired = true\n"})
    reader = GitProgram(Git.at(str(repo.path)))
    files = CommitFiles(reader, repo.git("rev-parse", "HEAD"), Documents())

    listed = run(repo.path, "dvc", "ls", ".", "--recursive", "--json", "--dvc-only", "--show-hash", "--size")
    kept = {one["path"]: (f"md5:{one['md5']}", one["size"]) for one in json.loads(listed)}
    assert {"one.bin", "cv/out.bin", "cv/sub/e.bin", "cv/x.bin", "cv/y.bin"} < kept.keys()
    for path, (digest, size) in kept.items():
        found = output_of(path, "cv" if path.startswith("cv/") else "", files.table)
        assert found is not None, path
        if found.path == path:
            assert (found.digests, found.size) == ((digest,), size)
        assert compare(str(repo.path / found.path), found).different == (), path
    reader.close()
    for model, path in (("cv:seg", "cv/sub/e.bin"), ("one", "one.bin")):
        named = () if model == "cv:seg" else ("--trailer", f"Artifact={kept[path][0]} {path}")
        assert tagwarden(repo.path, "register", model, *named).status == 0
        assert tagwarden(repo.path, "verify", path, f"{model}@latest").status == 0
    assert f"{sha256_of(repo.path / 'cv/sub/e.bin')} cv/sub/e.bin" in repo.git("cat-file", "tag", "cv=seg@v0.0.1")


def sha256_of(path: Path) -> str:
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


@pytest.mark.parametrize(
    ("files", "root"),
    [
        ({"a.txt": "1\n", "sub/b": "2\n"}, "bd222050252384e92856fccad34ff9842ed411f042ca3209bf9fc5e3bd447872"),
        (
            {
                "a/b": "1", "a-b": "2", "a.txt": "3", ".gitignore": "4", ".git/config": "5", "x/.git/config": "6",
                "x/.gitignore": "7", ".hidden": "8", "\u00c9": "9",
            },
            "949479125b5f899d10a1352f73839abbba53c2d25f5da6aaa983b70349c995a5",
        ),
    ],
)  # fmt: skip
def test_the_root_digest_of_a_folder_is_that_of_model_signing(files: dict[str, str], root: str, tmp_path: Path) -> None:
    """The digests were computed by model-signing 1.1.1, as its statements hold them; for where it is not installed."""
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    assert digests_of_folder(str(tmp_path))["sha256"] == f"sha256:{root}"


NAMES = (
    "a", "a-b", "a.b", "A", "a b", ".hidden", "\u00e9", "e\u0301", "\u6a21\u578b", "\U0001f916", "new\nline", "~", "_",
    ".git", ".gitignore", ".gitattributes", ".github", "config.json", "model.safetensors", "\x7f", "-", "0",
)  # fmt: skip


def fill(folder: Path, random: Random, depth: int = 0) -> None:
    """Files, folders and links, some of them empty, with names that are sorted in different ways."""
    folder.mkdir()
    for name in random.sample(NAMES, random.randrange(7)):
        kind = random.random()
        if kind < 0.3 and depth < 4:
            fill(folder / name, random, depth + 1)
        elif kind < 0.31:
            (folder / name).symlink_to(random.choice(["a", ".", "nowhere", "/dev/null"]))
        else:
            (folder / name).write_bytes(random.randbytes(random.choice([0, 1, 100])))


@needs("model_signing")
def test_the_root_digest_of_whatever_folder_is_that_of_model_signing(tmp_path: Path) -> None:
    random = Random(15)
    folders = [tmp_path / str(number) for number in range(300)]
    for folder in folders:
        fill(folder, random)

    theirs = root_digests(folders)

    ours = [digests_of_folder(str(folder)).get("sha256") for folder in folders]
    assert ours == [digest and f"sha256:{digest}" for digest in theirs]
    assert len(set(theirs)) > 100
    assert None in theirs


@needs("git-lfs")
def test_a_pointer_that_git_lfs_made_is_read_as_git_lfs_reads_it(repo: Repo) -> None:
    repo.git("lfs", "install", "--local")
    repo.git("lfs", "track", "*.pkl")
    repo.commit({"dvc.yaml": "artifacts: {churn: {path: model.pkl}}\n", "model.pkl": "m" * 5000})

    found = read(repo).artifact

    listed = json.loads(repo.git("lfs", "ls-files", "--json"))["files"]
    assert found is not None
    assert [(found.path, found.digests, found.size)] == [
        (one["name"], (f"{one['oid_type']}:{one['oid']}",), one["size"]) for one in listed
    ]


@needs("dvc")
def test_a_file_of_a_folder_that_dvc_keeps_as_one_is_verified_as_a_part_of_it(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    run(repo.path, "dvc", "init", "--quiet")
    (repo.path / "models" / "sub").mkdir(parents=True)
    for name in ("sub/m.bin", "other.bin"):
        (repo.path / "models" / name).write_text(f"weights of {name}")
    run(repo.path, "dvc", "add", "--quiet", "models")
    repo.git("add", "--all")
    repo.commit({"dvc.yaml": "artifacts: {churn: {path: models/sub/m.bin}}\n"})
    repo.tag("churn@v1.0.0")
    alone = tmp_path / "m.bin"
    alone.write_text("weights of sub/m.bin")

    def verify(path: Path) -> int:
        return tagwarden(repo.path, "verify", str(path), "churn@v1.0.0").status

    in_place, other = repo.path / "models/sub/m.bin", repo.path / "models/other.bin"
    assert [verify(path) for path in (in_place, alone, other)] == [0, 0, 1]
    run(repo.path, "dvc", "config", "cache.dir", "elsewhere")
    (repo.path / ".dvc/cache").rename(repo.path / "elsewhere")
    assert [verify(path) for path in (in_place, alone, other)] == [0, 0, 1]
    (repo.path / "elsewhere").rename(tmp_path / "gone")
    assert [verify(path) for path in (in_place, alone, other)] == [0, 3, 3]
    assert tagwarden(repo.path, "register", "churn", "--version", "v1.0.1", repo.commit()).status == 0
    assert tagwarden(repo.path, "verify", str(alone), "churn@v1.0.1").status == 0
    alone.write_text("another")
    assert tagwarden(repo.path, "verify", str(alone), "churn@v1.0.1").status == 1
