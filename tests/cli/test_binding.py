"""What `register` binds, unasked and by `--bind`: the tag tells it, and `verify` finds it so."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import Ran, tagwarden
from support.programs import needs
from tagwarden.contents.digests import digests_of_folder
from tagwarden.policy.objects.trailers import parse_trailers

MODEL = "weights " * 1000
SHA = hashlib.sha256(MODEL.encode()).hexdigest()
MD5 = hashlib.md5(MODEL.encode()).hexdigest()
DECLARED = {"dvc.yaml": "artifacts: {churn: {path: models/m.bin}}\n"}
TRACKED = {"models/m.bin.dvc": f"outs: [{{md5: {MD5}, hash: md5, size: {len(MODEL)}, path: m.bin}}]\n"}


def register(repo: Repo, *args: str) -> Ran:
    ran = tagwarden(repo.path, "register", "churn", *args)
    assert ran.status == 0, ran.err
    return ran


def trailers(repo: Repo, tag: str = "churn@v0.0.1") -> list[tuple[str, str]]:
    return parse_trailers(repo.git("for-each-ref", "--format=%(contents)", f"refs/tags/{tag}"))


def test_the_artifact_is_bound_unasked_where_the_commit_tells_it(repo: Repo) -> None:
    repo.commit({**DECLARED, "models/m.bin": MODEL, "metrics.json": '{"AUC": 0.9}'})

    planned = tagwarden(repo.path, "register", "churn", "--dry-run")
    ran = register(repo)

    oid = repo.git("rev-parse", "HEAD:models/m.bin")
    bound = [("Artifact", f"sha256:{SHA} models/m.bin"), ("Artifact", f"git:{oid} models/m.bin")]
    assert trailers(repo) == bound
    assert all(f"{key}: {value}\n" in planned.out for key, value in bound)
    said = "the tag binds 'models/m.bin' by SHA-256 and Git's id; --no-bind leaves that out\n"
    assert said in planned.err
    assert said in ran.err
    assert "note" not in ran.err


def test_and_not_where_it_does_not_or_nobody_wants_it(repo: Repo) -> None:
    repo.commit({"dvc.yaml": "metrics: ['${file}']\n", "models/m.bin": MODEL})
    undetermined = register(repo)
    repo.commit(DECLARED)
    unwanted = register(repo, "--no-bind")
    both = tagwarden(repo.path, "register", "churn", "--no-bind", "--bind", "data")

    assert (trailers(repo), trailers(repo, "churn@v0.0.2"), both.status) == ([], [], 2)
    assert "bind" not in undetermined.err + unwanted.err
    assert "note" not in undetermined.err + unwanted.err


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "'models/m.bin', where the artifact should be, is neither in the commit nor known to DVC there"),
        ({"tagwarden.toml": "[message]\nmax-bytes = 60\n"}, "with it, the message would not satisfy the policy"),
        ({"tagwarden.toml": "[message]\npattern = '.*'\n"}, "with it, the message would not satisfy the policy"),
        ({"tagwarden.toml": "[message.trailers.Artifact]\npattern = 's3:.*'\nrequired = false\n"}, ""),
    ],
)
def test_nothing_honest_is_refused_for_it(repo: Repo, files: dict[str, str], said: str) -> None:
    repo.commit({**DECLARED, **({"models/m.bin": MODEL} if files else {}), **files})

    ran = register(repo)

    assert trailers(repo) == []
    assert said in ran.err


def test_what_cannot_be_hashed_is_bound_by_nobody_unasked(repo: Repo) -> None:
    (repo.path / "models").mkdir()
    (repo.path / "models/m.bin").symlink_to("../away")
    repo.git("add", "models/m.bin")
    repo.commit(DECLARED)

    ran = register(repo)

    assert trailers(repo) == []
    assert "note: no 'Artifact:' trailer was added: 'models/m.bin' is not a file in Git" in ran.err


def test_what_is_huge_is_hashed_on_request_only(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagwarden.contents.binding.MOST_UNASKED", 100)
    repo.commit({**DECLARED, "models/m.bin": MODEL})

    unasked = register(repo)
    repo.commit()
    register(repo, "--bind", "artifact")

    oid = repo.git("rev-parse", "HEAD:models/m.bin")
    assert trailers(repo) == [("Artifact", f"git:{oid} models/m.bin")]
    assert "is bound without its SHA-256, which would take long. --bind artifact adds it" in unasked.err
    assert trailers(repo, "churn@v0.0.2")[0] == ("Artifact", f"sha256:{SHA} models/m.bin")


def test_in_a_partial_clone_nothing_is_fetched_for_it(server: Server, tmp_path: Path) -> None:
    server.git("config", "uploadpack.allowFilter", "true")
    server.commit_on_main({**DECLARED, "models/m.bin": MODEL})
    server.git("clone", "--quiet", "--filter=blob:none", "--no-checkout", server.path.as_uri(), str(tmp_path / "part"))
    clone = Repo(tmp_path / "part")
    missing = "rev-list", "--objects", "--missing=print", "HEAD"
    before = clone.git(*missing)

    ran = tagwarden(clone.path, "register", "churn", "--push", "--only-tag")

    assert (ran.status, clone.git(*missing)) == (0, before), ran.err
    assert "note: no 'Artifact:' trailer was added: it might have to be fetched. --bind artifact adds it" in ran.err
    assert "models/m.bin" not in server.git("cat-file", "tag", "churn@v0.0.1")


def test_a_file_in_git_is_bound_by_its_content_and_its_id(repo: Repo) -> None:
    repo.commit({**DECLARED, "models/m.bin": MODEL})
    (repo.path / "models/m.bin").write_text("what is in the work tree does not count")

    ran = register(repo, "--bind", "artifact")

    oid = repo.git("rev-parse", "HEAD:models/m.bin")
    assert trailers(repo) == [
        ("Artifact", f"sha256:{SHA} models/m.bin"),
        ("Artifact", f"git:{oid} models/m.bin"),
    ]
    assert "note" not in ran.err
    repo.git("checkout", "--quiet", "--force", "HEAD")
    assert tagwarden(repo.path, "verify", "models/m.bin", "churn@latest").status == 0


def test_a_path_in_artifacts_yaml_will_do(repo: Repo) -> None:
    repo.commit({"artifacts.yaml": "churn: {path: '[a] b.bin'}\n", "[a] b.bin": MODEL, "a b.bin": "other"})

    register(repo, "--bind", "artifact")

    assert ("Artifact", f"sha256:{SHA} [a] b.bin") in trailers(repo)


def test_a_folder_in_git_is_bound_by_its_root_digest(repo: Repo) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA}\nsize {len(MODEL)}\n"
    files = {"bert/a-b": "1", "bert/a/b": "2", "bert/c.bin": pointer}
    repo.commit({"dvc.yaml": "artifacts: {churn: {path: bert}}\n", **files})
    # As it is checked out where Git LFS is.
    (repo.path / "bert/c.bin").write_text(MODEL)

    register(repo, "--bind", "artifact")

    assert trailers(repo)[0] == ("Artifact", f"{digests_of_folder(str(repo.path / 'bert'))['sha256']} bert")
    assert tagwarden(repo.path, "verify", "bert", "churn@latest").status == 0


def test_a_link_is_not_bound(repo: Repo) -> None:
    (repo.path / "bert").mkdir()
    (repo.path / "bert/link").symlink_to("../away")
    repo.git("add", "bert/link")
    repo.commit({"dvc.yaml": "artifacts: {churn: {path: bert}}\n", "bert/a": "1"})

    ran = tagwarden(repo.path, "register", "churn", "--bind", "artifact")

    assert (ran.status, repo.tags()) == (3, set())
    assert "'bert/link' is not a file in Git, so its digest can't be bound" in ran.err


@needs("git-lfs")
def test_a_file_in_git_lfs_is_bound_by_its_oid(repo: Repo) -> None:
    repo.git("lfs", "install", "--local")
    repo.git("lfs", "track", "*.bin")
    repo.git("add", ".gitattributes")
    repo.commit({**DECLARED, "models/m.bin": MODEL})

    register(repo, "--bind", "artifact")

    assert trailers(repo) == [("Artifact", f"sha256:{SHA} models/m.bin")]


def test_a_file_that_dvc_keeps_is_bound_by_the_file_in_the_work_tree_if_that_is_it(repo: Repo) -> None:
    repo.commit({**DECLARED, **TRACKED})
    file = repo.path / "models/m.bin"

    file.write_text(MODEL)
    seen = register(repo, "--bind", "artifact")
    repo.commit()
    unasked = register(repo)
    file.write_text(f"{MODEL}!")
    repo.commit()
    unseen = register(repo, "--bind", "artifact")

    md5 = ("Artifact", f"md5:{MD5} models/m.bin")
    assert trailers(repo) == [("Artifact", f"sha256:{SHA} models/m.bin"), md5]
    assert trailers(repo, "churn@v0.0.2") == trailers(repo)
    assert unasked.err.startswith("the tag binds 'models/m.bin' by SHA-256 and DVC's MD5; --no-bind leaves that out\n")
    assert trailers(repo, "churn@v0.0.3") == [md5]
    assert (
        "whose MD5 is the one in 'models/m.bin.dvc'; the server does not have that file, so it can't check" in seen.err
    )
    assert "is bound only by DVC's MD5" in unseen.err


def test_so_is_a_folder(repo: Repo) -> None:
    folder = repo.path / "bert"
    folder.mkdir()
    (folder / "a").write_text("1")
    digests = digests_of_folder(str(folder))
    md5 = digests["md5"].removeprefix("md5:")
    out = f"outs: [{{md5: {md5}, hash: md5, path: bert}}]\n"
    repo.commit({"dvc.yaml": "artifacts: {churn: {path: bert}}\n", "bert.dvc": out})

    register(repo, "--bind", "artifact")

    assert trailers(repo) == [("Artifact", f"{digests['sha256']} bert"), ("Artifact", f"{digests['md5']} bert")]


LOCK = f"""\
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps: [{{path: pool, hash: md5, md5: {"1" * 32}.dir}}, {{path: train.py, hash: md5, md5: {"2" * 32}}}]
    outs: [{{path: models/m.bin, hash: md5, md5: {MD5}, size: {len(MODEL)}}}]
"""


def test_data_and_metrics_are_bound_on_request(repo: Repo) -> None:
    metrics = '{"AUC": 0.951, "by": {"loss": 1e-05}, "n": 3, "name": "x", "ok": true}'
    repo.commit({**DECLARED, "dvc.lock": LOCK, "train.py": "", "metrics.json": metrics})

    register(repo, "-m", "Better", "--trailer", "Ticket=ML-7", "--bind", "data", "--bind", "metrics")

    assert trailers(repo) == [
        ("Ticket", "ML-7"),
        ("Artifact", f"md5:{MD5} models/m.bin"),
        ("Data", f"md5:{'1' * 32}.dir pool"),
        ("Metric", "AUC=0.951"),
        ("Metric", "by.loss=1e-05"),
        ("Metric", "n=3"),
    ]


def test_the_metrics_are_those_that_the_policy_names(repo: Repo) -> None:
    repo.commit({"metrics.json": '{"AUC": 0.951, "loss": 0.1}', "tagwarden.toml": '[show]\nmetrics = ["AUC"]\n'})

    register(repo, "--bind", "metrics")

    assert trailers(repo) == [("Metric", "AUC=0.951")]


def test_a_trailer_that_the_policy_wants_is_filled_in(repo: Repo) -> None:
    policy = '[message.trailers.Metric]\npattern = "AUC=.*"\n[message.trailers.data]\nwhat = ["assign"]\n'
    repo.commit({"metrics.json": '{"AUC": 0.951}', "tagwarden.toml": policy})

    register(repo)

    assert trailers(repo) == [("Metric", "AUC=0.951")]


def test_what_you_give_yourself_is_not_filled_in(repo: Repo) -> None:
    repo.commit({**DECLARED, "models/m.bin": MODEL})

    register(repo, "--bind", "artifact", "--trailer", "artifact=sha256:0 elsewhere")

    assert trailers(repo) == [("artifact", "sha256:0 elsewhere")]


def test_what_cannot_be_bound_is_said(repo: Repo) -> None:
    ran = register(repo, "--bind", "artifact", "--bind", "data", "--bind", "metrics")

    assert trailers(repo) == []
    for kind in ("Artifact", "Data", "Metric"):
        assert f"note: no '{kind}:' trailer was added: " in ran.err


def test_a_name_that_no_trailer_can_hold_is_not_bound(repo: Repo) -> None:
    path = "a\nReviewed-by: nobody"
    repo.commit({"artifacts.yaml": f'churn: {{path: "{path.encode("unicode_escape").decode()}"}}\n', path: MODEL})

    register(repo, "--bind", "artifact")

    assert trailers(repo) == []


def test_in_a_bare_repository_the_commit_alone_counts(repo: Repo, tmp_path: Path) -> None:
    repo.commit({**DECLARED, **TRACKED})
    repo.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))

    ran = tagwarden(tmp_path / "bare.git", "register", "churn", "--bind", "artifact", "--offline")

    assert ran.status == 0, ran.err
    assert "is bound only by DVC's MD5" in ran.err
