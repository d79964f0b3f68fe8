"""`verify`: whether a file is the artifact that a version binds, and what was tampered with if not."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from support import Repo
from support.command_line import Ran, tagwarden
from support.programs import needs
from support.signing import SshKey
from tagwarden.contents.digests import digests_of_folder

MODEL = b"weights " * 1000
SHA = hashlib.sha256(MODEL).hexdigest()
MD5 = hashlib.md5(MODEL).hexdigest()
OTHER = "0f" * 16
DECLARED = {"dvc.yaml": "artifacts: {churn: {path: model.pkl}}\n"}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.pkl"
    path.write_bytes(MODEL)
    return path


def verify(repo: Repo, path: Path, query: str = "churn@latest", *args: str) -> Ran:
    return tagwarden(repo.path, "verify", str(path), query, *args)


def pointer(digest: str = SHA) -> str:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(MODEL)}\n"


def tracked(digest: str = MD5) -> str:
    return f"outs: [{{md5: {digest}, hash: md5, size: {len(MODEL)}, path: model.pkl}}]\n"


def test_a_file_is_verified_by_the_digest_in_the_tag(repo: Repo, model: Path) -> None:
    repo.tag("churn@v1.0.0", message=f"One\n\nArtifact: sha256:{SHA} model.pkl")

    ran = verify(repo, model)
    document = verify(repo, model, "churn@v1.0.0", "--json").json

    assert ran == (0, f"{model} is the artifact of churn v1.0.0: sha256:{SHA}\n", "")
    assert (document["verified"], document["because"], document["digests"]) == (True, None, [f"sha256:{SHA}"])


@pytest.mark.parametrize(
    "files", [{"model.pkl": pointer()}, {"model.pkl": MODEL.decode()}, {"model.pkl.dvc": tracked()}], ids=str
)
def test_and_by_what_its_commit_says(repo: Repo, model: Path, files: dict[str, str]) -> None:
    repo.commit({**DECLARED, **files})
    repo.tag("churn@v1.0.0")

    assert verify(repo, model).status == 0
    model.write_bytes(MODEL + b"!")
    assert verify(repo, model).status == 1


def test_of_a_file_that_is_known_by_md5_alone_it_is_said(repo: Repo, model: Path) -> None:
    repo.commit({**DECLARED, "model.pkl.dvc": tracked()})
    repo.tag("churn@v1.0.0")

    assert (
        "note: the artifact is known by MD5 alone, and two files can be made that share one" in verify(repo, model).err
    )


@pytest.mark.parametrize(
    ("files", "trailer", "differs"),
    [
        ({"model.pkl": pointer("0" * 64)}, "", f"sha256:{'0' * 64} by 'Git LFS'"),
        ({"model.pkl.dvc": tracked(OTHER)}, "", f"md5:{OTHER} by 'model.pkl.dvc'"),
        ({"model.pkl": "other"}, "", "by 'Git'"),
        ({}, f"sha256:{'0' * 64} model.pkl", f"sha256:{'0' * 64} by 'tag'"),
        ({"model.pkl.dvc": tracked(OTHER)}, f"sha256:{SHA} model.pkl", f"md5:{OTHER} by 'tag'"),
    ],
)
def test_what_was_tampered_with_is_named(
    repo: Repo, model: Path, files: dict[str, str], trailer: str, differs: str
) -> None:
    repo.commit({**DECLARED, **files})
    repo.tag("churn@v1.0.0", message=f"One\n\nArtifact: {trailer}" if trailer else "One")

    ran = verify(repo, model)

    assert (ran.status, ran.out) == (1, "")
    assert "is not verified as the artifact of churn v1.0.0: its content differs: that of 'model.pkl' is" in ran.err
    assert differs in ran.err


def test_a_file_that_does_not_exist_is_not_the_artifact(repo: Repo, model: Path) -> None:
    repo.tag("churn@v1.0.0", message=f"One\n\nArtifact: sha256:{SHA} model.pkl")
    model.unlink()

    ran = verify(repo, model)

    assert (ran.status, ran.out) == (1, "")
    assert f"there is no file or folder '{model}'" in ran.err


def test_another_version_of_the_model_is_not_this_one(repo: Repo, model: Path) -> None:
    repo.tag("churn@v1.0.0", message=f"One\n\nArtifact: sha256:{SHA} model.pkl")
    repo.tag("churn@v1.1.0", repo.commit(), message=f"Two\n\nArtifact: sha256:{'1' * 64} model.pkl")
    repo.tag("churn#prod#1", "churn@v1.0.0^{commit}")

    assert [verify(repo, model, query).status for query in ("churn#prod", "churn@latest")] == [0, 1]


def test_a_version_of_a_deprecated_model_is_verified_when_asked_for(repo: Repo, model: Path) -> None:
    repo.tag("churn@v1.0.0", message=f"One\n\nArtifact: sha256:{SHA} model.pkl")
    repo.tag("churn@deprecated")

    refused = verify(repo, model)

    assert (refused.status, verify(repo, model, "churn@latest", "--deprecated").status) == (1, 0)
    assert "the model 'churn' is deprecated ('churn@deprecated'); --deprecated answers anyway" in refused.err


def test_what_cannot_be_told_is_no_answer(repo: Repo, model: Path, tmp_path: Path) -> None:
    repo.tag("churn@v1.0.0")
    undetermined = verify(repo, model)
    repo.tag("churn@v1.1.0", repo.commit(), message=f"Two\n\nArtifact: sha256:{SHA} model.pkl")
    repo.tag("churn@v1.2.0", repo.commit(), message="Three\n\nArtifact: etag:abc model.pkl")
    folder = verify(repo, tmp_path)
    unknown = verify(repo, model)

    assert [ran.status for ran in (undetermined, folder, unknown)] == [3, 3, 3]
    assert "Neither the tag 'churn@v1.0.0' nor its commit says what the artifact of churn v1.0.0 is" in undetermined.err
    assert "which can't be compared with a folder" in folder.err
    assert "etag:abc, which can't be compared with a file" in unknown.err
    os.mkfifo(tmp_path / "pipe")
    assert verify(repo, tmp_path / "pipe", "churn@v1.1.0").status == 3
    assert verify(repo, model, "churn@v9.0.0").status == 1


def test_a_folder_is_verified_by_its_root_digest(repo: Repo, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.txt").write_text("2\n")
    (folder / "sub" / "a.txt").write_text("1\n")
    digest = hashlib.sha256(b"".join(hashlib.sha256(data).digest() for data in (b"2\n", b"1\n"))).hexdigest()
    repo.tag("churn@v1.0.0", message=f"One\n\nArtifact: sha256:{digest} model")

    assert verify(repo, folder).status == 0
    (folder / "sub" / "a.txt").write_text("3\n")
    assert verify(repo, folder).status == 1


def test_a_folder_that_has_no_root_digest_is_not_verified_by_a_weaker_one(repo: Repo, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "a.txt").write_text("1\n")
    (folder / "link").symlink_to("a.txt")
    digest = digests_of_folder(str(folder))["md5"]
    trailers = f"Artifact: {digest} model\nArtifact: sha256:{SHA} model"
    repo.tag("churn@v1.0.0", message=f"One\n\nArtifact: {digest} model")
    repo.tag("churn@v1.1.0", repo.commit(), message=f"Two\n\n{trailers}")

    assert verify(repo, folder, "churn@v1.0.0").status == 0
    ran = verify(repo, folder, "churn@v1.1.0")
    assert ran.status == 3
    assert "contains a symbolic link" in ran.err
    (folder / "link").unlink()
    (folder / "link").symlink_to("nowhere")
    ran = verify(repo, folder, "churn@v1.1.0")
    assert ran.status == 3
    assert "contains a symbolic link" in ran.err


def test_a_folder_is_verified_by_the_digest_that_dvc_gives_it(repo: Repo, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.txt").write_text("2\n")
    (folder / "sub" / "a.txt").write_text("1\n")
    files = {"b.txt": b"2\n", "sub/a.txt": b"1\n"}
    listed = [f'{{"md5": "{hashlib.md5(data).hexdigest()}", "relpath": "{path}"}}' for path, data in files.items()]
    digest = hashlib.md5(f"[{', '.join(listed)}]".encode()).hexdigest()
    repo.tag("churn@v1.0.0", message=f"One\n\nArtifact: md5:{digest}.dir model")

    assert verify(repo, folder).status == 0
    (folder / "more.txt").write_text("3\n")
    assert verify(repo, folder).status == 1


@pytest.fixture
def in_folder(repo: Repo, tmp_path: Path) -> Path:
    """churn v1.0.0, of which the commit says that it is m.bin of a folder that DVC keeps as one; and the folder."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "m.bin").write_bytes(MODEL)
    (folder / "vocabulary.txt").write_text("a b c")
    digests = digests_of_folder(str(folder))
    out = f"outs: [{{md5: {digests['md5'].removeprefix('md5:')}, hash: md5, path: models}}]\n"
    repo.commit({"dvc.yaml": "artifacts: {churn: {path: models/m.bin}}\n", "models.dvc": out})
    repo.tag("churn@v1.0.0")
    repo.tag("churn@v1.1.0", repo.commit(), message=f"Bound\n\nArtifact: {digests['sha256']} models")
    return folder


def cached(repo: Repo, *places: str, hold: str = "") -> None:
    """A list of the folder's files, where DVC keeps it."""
    files = {"m.bin": MODEL, "vocabulary.txt": b"a b c"}
    listed = [{"md5": hashlib.md5(data).hexdigest(), "relpath": path} for path, data in files.items()]
    content = json.dumps(listed, sort_keys=True)
    digest = hashlib.md5(content.encode()).hexdigest()
    file = repo.path.joinpath(".dvc", *places, digest[:2], f"{digest[2:]}.dir")
    file.parent.mkdir(parents=True)
    file.write_text(hold or content)


def test_a_file_of_a_folder_that_dvc_keeps_as_one_is_verified_by_the_folder_it_lies_in(
    repo: Repo, in_folder: Path, model: Path
) -> None:
    ran, bound = (verify(repo, in_folder / "m.bin", f"churn@{version}") for version in ("v1.0.0", "v1.1.0"))
    alone = verify(repo, model, "churn@v1.0.0")
    whole = verify(repo, in_folder, "churn@v1.1.0")
    (in_folder / "vocabulary.txt").write_text("d e f")
    changed = verify(repo, in_folder / "m.bin", "churn@v1.0.0")

    assert [one.status for one in (ran, bound, whole, alone, changed)] == [0, 0, 0, 3, 3]
    assert "sha256:" in bound.out
    assert "'m.bin' of the folder 'models', which is known only as a whole, as md5:" in alone.err
    assert "The given file is not in such a folder, and DVC's cache has no list of the folder's files" in alone.err
    assert "run `dvc pull`, and verify the file in that folder" in alone.err
    assert "The given file is in a different folder" in changed.err


def test_a_list_that_is_none_is_none_though_its_digest_fits(repo: Repo, model: Path) -> None:
    content = '[{"relpath": 1}]'
    digest = hashlib.md5(content.encode()).hexdigest()
    file = repo.path / ".dvc/cache/files/md5" / digest[:2] / f"{digest[2:]}.dir"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    files = {"dvc.yaml": "artifacts: {churn: {path: models/m.bin}}\n"}
    repo.commit({**files, "models.dvc": f"outs: [{{md5: {digest}.dir, hash: md5, path: models}}]\n"})
    repo.tag("churn@v1.0.0")

    assert verify(repo, model).status == 3


@pytest.mark.parametrize("places", [("cache", "files", "md5"), ("cache",)])
def test_or_by_the_list_in_the_cache_of_dvc(repo: Repo, in_folder: Path, model: Path, places: tuple[str, ...]) -> None:
    cached(repo, *places)

    same = verify(repo, model, "churn@v1.0.0")
    other = verify(repo, in_folder / "vocabulary.txt", "churn@v1.0.0")

    assert (same.status, same.out.rpartition(": ")[2]) == (0, f"md5:{MD5}\n")
    assert other.status == 1
    assert f"that of 'models/m.bin' is md5:{MD5}" in other.err
    # What is bound by its SHA-256 is not taken for less.
    assert verify(repo, model, "churn@v1.1.0").status == 3


def test_a_list_that_was_tampered_with_is_none(repo: Repo, in_folder: Path, tmp_path: Path) -> None:
    forged = tmp_path / "forged"
    forged.write_text("forged")
    entry = {"md5": hashlib.md5(b"forged").hexdigest(), "relpath": "m.bin"}
    cached(repo, "cache", "files", "md5", hold=json.dumps([entry]))

    assert verify(repo, forged, "churn@v1.0.0").status == 3


@needs("ssh-keygen")
def test_where_the_policy_wants_signatures_they_must_be_good(repo: Repo, model: Path, tmp_path: Path) -> None:
    ada, eve = (SshKey.make(tmp_path / name) for name in ("ada", "eve"))
    policy = '[signing]\nallowed-signers = "ref:HEAD:signers"\n[[signing.require]]\nwhat = ["register"]\n'
    repo.commit({"tagwarden.toml": policy, "signers": f"ada@example.com {ada.public}"})
    message = f"One\n\nArtifact: sha256:{SHA} model.pkl"

    def sign(version: str, key: SshKey | None) -> None:
        repo.git("config", "gpg.format", "ssh")
        options = ["-s", "-u", str(key.file)] if key is not None else ["-a"]
        repo.git("tag", *options, "-m", message, f"churn@{version}", repo.commit())

    for version, key in (("v1.0.0", ada), ("v1.1.0", eve), ("v1.2.0", None)):
        sign(version, key)

    assert verify(repo, model, "churn@v1.0.0").status == 0
    foreign, unsigned = verify(repo, model, "churn@v1.1.0"), verify(repo, model, "churn@v1.2.0")
    assert (foreign.status, unsigned.status) == (1, 1)
    assert "the policy wants 'churn@v1.1.0' to be signed, and it has no good signature" in foreign.err
    assert "the policy wants 'churn@v1.2.0' to be signed, and it is not signed" in unsigned.err


def test_a_policy_that_cannot_be_read_may_want_signatures_so_there_is_no_answer(repo: Repo, model: Path) -> None:
    repo.tag("churn@v1.0.0", message=f"One\n\nArtifact: sha256:{SHA} model.pkl")
    repo.commit({"tagwarden.toml": "signing = 1\n"})

    ran = verify(repo, model)

    assert (ran.status, ran.out) == (3, "")
    assert "signing" in ran.err


def test_of_a_url_no_signature_is_asked_for_and_that_is_said(repo: Repo, model: Path) -> None:
    repo.tag("churn@v1.0.0", message=f"One\n\nArtifact: sha256:{SHA} model.pkl")

    ran = verify(repo, model, "churn@v1.0.0", "-r", repo.path.as_uri())

    assert ran.status == 0
    assert "note: of a URL the policy is not known, so no signature was asked for" in ran.err
