"""What a version holds, by the files of its commit and by its tag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from support import Repo
from tagwarden.contents.commit_files import MOST_NOTES
from tagwarden.contents.documents import MOST_BYTES, MOST_VALUES, Documents
from tagwarden.contents.record import Contents, Stated
from tagwarden.contents.version_contents import MOST_READ, contents_of
from tagwarden.policy.objects.piece import Piece
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.program import GitProgram

SHA = "ab" * 32
MD5 = "63cb30df484bfa1d6ea2cdebac74876c"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA}\nsize 201725\n"

PIPELINE = """\
stages:
  prepare: {cmd: x, deps: [prepare.py, raw], outs: [data]}
  train:
    cmd: x
    deps: [train.py, data]
    params: [lr, {other.yaml: [depth]}]
    outs: [model.pkl]
  evaluate:
    cmd: x
    deps: [model.pkl]
    metrics: [{eval/metrics.json: {cache: false}}]
  unrelated:
    cmd: x
    deps: [raw]
    metrics: [other_metrics.json]
artifacts:
  churn: {path: model.pkl, type: model}
"""
LOCK = f"""\
schema: '2.0'
stages:
  prepare:
    deps: [{{path: prepare.py, hash: md5, md5: '1', size: 1}}, {{path: raw, hash: md5, md5: '2.dir', nfiles: 2}}]
    outs: [{{path: data, hash: md5, md5: '3.dir', size: 8}}]
  train:
    cmd: python train.py
    deps: [{{path: train.py, hash: md5, md5: '4', size: 5}}, {{path: data, hash: md5, md5: '3.dir', size: 8}}]
    outs: [{{path: model.pkl, hash: md5, md5: {MD5}, size: 201725}}]
  evaluate:
    deps: [{{path: model.pkl, hash: md5, md5: {MD5}, size: 201725}}]
  unrelated:
    deps: [{{path: raw, hash: md5, md5: '2.dir'}}]
"""
DVC = {
    "dvc.yaml": PIPELINE,
    "dvc.lock": LOCK,
    "train.py": "pass\n",
    "params.yaml": "lr: 0.1\n",
    "other.yaml": "depth: 3\n",
    "eval/metrics.json": '{"AUC": 0.95, "by": {"loss": 0.1}}',
    "other_metrics.json": '{"AUC": 0.1}',
}


@pytest.fixture
def holds(repo: Repo) -> Iterator[object]:
    """What the version of a model holds on a commit of these files alone."""
    readers: list[GitProgram] = []

    def read(files: Mapping[str, str], model: str = "churn", trailers: tuple[tuple[str, str], ...] = ()) -> Contents:
        commit = repo.commit(files)
        readers.append(GitProgram(Git.at(str(repo.path))))
        return contents_of(readers[-1], model, commit, trailers, Documents())

    yield read
    for reader in readers:
        reader.close()


def values(stated: tuple[Stated, ...]) -> dict[str, object]:
    return {one.name: one.value for one in stated}


def test_a_pipeline_of_dvc_tells_artifact_data_code_metrics_and_parameters(holds) -> None:
    found = holds(DVC)

    assert found.artifact == Piece("model.pkl", (f"md5:{MD5}",), 201725, "dvc.lock")
    assert found.data == (Piece("data", ("md5:3.dir",), 8, "dvc.lock"),)
    assert [(piece.path, piece.size, piece.source) for piece in found.code] == [("train.py", 5, "Git")]
    assert found.command == Stated("train", "python train.py", "dvc.lock")
    assert found.metrics == (
        Stated("AUC", 0.95, "eval/metrics.json"),
        Stated("by.loss", 0.1, "eval/metrics.json"),
    )
    assert found.params == (Stated("lr", 0.1, "params.yaml"), Stated("depth", 3, "other.yaml"))
    assert found.notes == ()


def test_in_a_monorepo_the_folder_of_the_model_counts(holds) -> None:
    found = holds({**{f"cv/{path}": text for path, text in DVC.items()}, "metrics.json": '{"AUC": 0}'}, "cv=churn")

    assert found.artifact == Piece("cv/model.pkl", (f"md5:{MD5}",), 201725, "cv/dvc.lock")
    assert [one.path for one in (*found.data, *found.code)] == ["cv/data", "cv/train.py"]
    assert found.command == Stated("train", "python train.py", "cv/dvc.lock")
    assert values(found.metrics) == {"AUC": 0.95, "by.loss": 0.1}


def test_a_stage_with_a_folder_of_its_own_counts_paths_from_there(holds) -> None:
    stage = "{cmd: x, wdir: sub, outs: [m.pkl], metrics: [m.json]}"
    yaml = f"stages: {{train: {stage}}}\nartifacts: {{churn: {{path: sub/m.pkl}}}}\n"
    lock = f"schema: '2.0'\nstages: {{train: {{outs: [{{path: m.pkl, md5: {MD5}}}]}}}}\n"

    found = holds({"dvc.yaml": yaml, "dvc.lock": lock, "sub/m.json": '{"a": 1}'})

    assert found.artifact == Piece("sub/m.pkl", (f"md5:{MD5}",), None, "dvc.lock")
    assert values(found.metrics) == {"a": 1}


@pytest.mark.parametrize(
    ("written", "told"),
    [("[a, b]", "a\nb"), ("[a, 1, '', b]", "a\nb"), ("{a: b}", None), ("[]", None), ("7", None), ("''", None)],
)
def test_a_stage_may_have_run_several_commands_and_what_is_no_command_is_none(holds, written: str, told: str) -> None:
    lock = LOCK.replace("cmd: python train.py", f"cmd: {written}")

    found = holds({**DVC, "dvc.lock": lock})

    assert (found.command and found.command.value) == told


def test_what_is_missing_here_or_takes_too_long_is_not_what_the_version_will_always_hold(
    holds, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert holds({"metrics.json": "{broken"}).reproducible
    monkeypatch.setattr("tagwarden.contents.commit_files.SECONDS_OF_A_COMMIT", 0.0)
    assert not holds({"metrics.json": '{"AUC": 0.91}'}).reproducible
    monkeypatch.undo()
    commit = repo.commit({"metrics.json": '{"AUC": 0.92}'})
    blob = repo.git("rev-parse", "HEAD:metrics.json")
    (repo.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    reader = GitProgram(Git.at(str(repo.path)))
    found = contents_of(reader, "churn", commit, (), Documents())
    reader.close()

    assert "can't be looked up here" in found.notes[0]
    assert not found.reproducible


def test_a_stage_that_ran_once_for_each_of_several_is_found(holds) -> None:
    yaml = (
        "stages:\n  train:\n    foreach: [a, b]\n    do: {cmd: x, outs: ['${item}.pkl'], metrics: [m.json]}\n"
        "artifacts: {churn: {path: b.pkl}}\n"
    )
    lock = f"schema: '2.0'\nstages: {{train@b: {{cmd: x b, outs: [{{path: b.pkl, hash: md5, md5: {MD5}}}]}}}}\n"

    found = holds({"dvc.yaml": yaml, "dvc.lock": lock, "m.json": '{"a": 1}'})

    assert found.artifact is not None
    assert found.artifact.digests == (f"md5:{MD5}",)
    assert found.command == Stated("train@b", "x b", "dvc.lock")
    assert values(found.metrics) == {"a": 1}


def test_a_dvc_file_beside_the_artifact_tells_it_and_so_does_that_of_its_folder(holds) -> None:
    yaml = "artifacts: {churn: {path: models/m.pkl}}\n"
    beside = holds({"dvc.yaml": yaml, "models/m.pkl.dvc": f"outs: [{{md5: {MD5}, size: 7, hash: md5, path: m.pkl}}]\n"})
    assert beside.artifact == Piece("models/m.pkl", (f"md5:{MD5}",), 7, "models/m.pkl.dvc")


def test_an_artifact_in_a_folder_that_dvc_keeps_as_one_is_known_by_the_folder(holds) -> None:
    yaml = "artifacts: {churn: {path: models/m.pkl}}\n"

    found = holds({"dvc.yaml": yaml, "models.dvc": "outs: [{md5: 5.dir, size: 9, path: models}]\n"})

    assert found.artifact == Piece("models", ("md5:5.dir",), 9, "models.dvc")
    assert found.notes == (
        "'models/m.pkl' is in 'models', which DVC tracks as a whole: the commit has only the digest of the folder",
    )


def test_an_artifact_in_git_lfs_is_known_by_its_pointer_and_one_in_git_by_its_id(holds, repo: Repo) -> None:
    yaml = "artifacts: {churn: {path: m.pkl}}\n"

    assert holds({"dvc.yaml": yaml, "m.pkl": POINTER}).artifact == Piece("m.pkl", (f"sha256:{SHA}",), 201725, "Git LFS")
    in_git = holds({"dvc.yaml": yaml, "m.pkl": "x" * (MOST_BYTES + 5)}).artifact
    assert in_git == Piece("m.pkl", (f"git:{repo.git('rev-parse', 'HEAD:m.pkl')}",), MOST_BYTES + 5, "Git")


def test_what_git_holds_counts_before_a_lock_file_that_may_be_old(holds) -> None:
    found = holds({**DVC, "model.pkl": POINTER})

    assert found.artifact is not None
    assert found.artifact.source == "Git LFS"
    assert [piece.path for piece in found.data] == ["data"]


def test_without_dvc_plain_files_and_the_annotations_of_gto_are_read(holds) -> None:
    found = holds(
        {
            "artifacts.yaml": "churn: {type: model, path: out/m.bin}\n",
            "out/m.bin": POINTER,
            "metrics.json": '{"AUC": 0.9}',
            "params.yaml": "a: {b: [1, 2]}\n",
        }
    )

    assert found.artifact == Piece("out/m.bin", (f"sha256:{SHA}",), 201725, "Git LFS")
    assert (values(found.metrics), values(found.params)) == ({"AUC": 0.9}, {"a.b": [1, 2]})


def test_a_commit_with_none_of_these_holds_nothing_that_is_known(holds) -> None:
    assert holds({"README.md": "x"}) == Contents()


def test_the_tag_counts_where_the_files_say_otherwise(holds) -> None:
    trailers = (
        ("Artifact", f"sha256:{SHA} model.pkl"),
        ("Artifact", f"md5:{'0' * 32} model.pkl"),
        ("Metric", "AUC=0.9512"),
        ("Metric", "F1 = 0.8"),
        ("Data", "md5:3.dir data"),
        ("Reviewed-by", "Ada"),
    )

    found = holds(DVC, trailers=trailers)

    assert found.artifact == Piece("model.pkl", (f"sha256:{SHA}", f"md5:{'0' * 32}"), 201725, "tag")
    assert found.metrics[:2] == (Stated("AUC", 0.9512, "tag"), Stated("F1", 0.8, "tag"))
    assert values(found.metrics)["by.loss"] == 0.1
    assert found.data == (Piece("data", ("md5:3.dir",), 8, "tag"),)
    assert found.notes == (
        f"'model.pkl' is md5:{'0' * 32} according to the tag, and md5:{MD5} according to dvc.lock; the tag counts",
        "AUC is 0.9512 according to the tag, and 0.95 according to 'eval/metrics.json'; the tag counts",
    )


def test_the_tag_alone_may_say_which_artifact_it_is(holds) -> None:
    found = holds({"a.txt": "x"}, trailers=(("artifact", f"sha256:{SHA} s3 bucket/m.pkl"), ("Metric", "no number")))

    assert found.artifact == Piece("s3 bucket/m.pkl", (f"sha256:{SHA}",), None, "tag")
    assert "the trailer 'Metric: no number' is not NAME=VALUE" in found.notes


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("files", "note"),
    [
        ({"dvc.yaml": "a: [\n"}, "'dvc.yaml' was not read: it is not YAML: "),
        ({"dvc.yaml": "- a\n"}, "'dvc.yaml' was not read: it contains no table"),
        ({"dvc.yaml": BOMB}, "'dvc.yaml' was not read: it is not YAML: its aliases make it more than"),
        ({"artifacts.yaml": "churn: {path: /abs/m.bin}"}, "'/abs/m.bin' is not a path within the repository"),
        ({"artifacts.yaml": "churn: {path: //m.bin}"}, "'//m.bin' is not a path within the repository"),
        ({"dvc.yaml": "a: " + "[" * 500}, "'dvc.yaml' was not read: it is nested too deeply"),
        ({"dvc.yaml": PIPELINE, "dvc.lock": "{"}, "'dvc.lock' was not read: it is not YAML: "),
        ({"metrics.json": "{"}, "'metrics.json' was not read: it is not JSON: "),
        ({"metrics.json": "[" * 100_000}, "'metrics.json' was not read: it is nested too deeply"),
        ({"metrics.json": "1" * 5000}, "'metrics.json' was not read: it is not JSON: "),
        ({"metrics.json": POINTER}, f"'metrics.json' is in Git LFS (sha256:{SHA}), and not in Git"),
        ({"metrics.json": " " * MOST_BYTES + "{}"}, "'metrics.json' was not read: it is larger than 1024 KiB"),
        ({"dvc.yaml": "metrics: [gone.json]\n"}, "'gone.json' is not in Git at this commit"),
        ({"dvc.yaml": "metrics: [/etc/passwd]\n"}, "'/etc/passwd' is not a path within the repository"),
        ({"dvc.yaml": "metrics: [../up.json]\n"}, "'../up.json' is not a path within the repository"),
        ({"dvc.yaml": 'metrics: ["\\ud83e.json"]\n'}, "'\\ud83e.json' is not a path within the repository"),
        ({"dvc.yaml": 'metrics: ["a\\nb.json"]\n'}, "'a\\nb.json' is not a path within the repository"),
        ({"dvc.yaml": "params: [p.py]\n", "p.py": "x = 1\n"}, "'p.py' was not read: only JSON, YAML and TOML are read"),
        ({"dvc.yaml": "metrics: ['${x}.json']\n"}, "'dvc.yaml' names '${x}.json', and what DVC substitutes there"),
        (
            {"dvc.yaml": "artifacts: {churn: {path: m.pkl}}\n"},
            "'m.pkl', where the artifact should be, is neither in the commit nor known to DVC there",
        ),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_a_note(holds, files: dict[str, str], note: str) -> None:
    found = holds(files)

    assert any(one.startswith(note) for one in found.notes), found.notes


@pytest.mark.parametrize("odd", ["1", "null", "x", "[1, null, {}]", "{1: 2}", "{a: null}", "[[a]]", "true", "{a: [b]}"])
def test_whatever_stands_where_something_else_should_is_passed_over(holds, odd: str) -> None:
    lock = f"schema: '2.0'\nstages: {{train: {odd}, a: {{deps: {odd}, outs: {odd}}}, b: {{outs: [{{path: {odd}}}]}}}}\n"
    yaml = (
        f"stages: {{train: {odd}, a: {{wdir: {odd}, deps: {odd}, params: {odd}, metrics: {odd}}}}}\n"
        f"artifacts: {{churn: {odd}, x: {{path: {odd}}}}}\nmetrics: {odd}\nparams: {odd}\n"
    )

    holds({"dvc.yaml": yaml, "dvc.lock": lock, "artifacts.yaml": f"churn: {odd}\n", "params.yaml": odd})
    holds({"dvc.yaml": f"stages: {odd}\nartifacts: {odd}\n", "dvc.lock": odd, "metrics.json": "7"})


def test_values_that_json_does_not_know_are_told_as_text(holds) -> None:
    found = holds({"metrics.json": '{"a": NaN, "b": Infinity}', "params.yaml": "day: 2026-11-21\n"})

    assert values(found.metrics) == {"a": "nan", "b": "inf"}
    assert values(found.params) == {"day": "2026-11-21"}


def test_a_commit_that_names_very_many_files_is_read_as_far_as_is_sensible(holds) -> None:
    many = "metrics:\n" + "".join(f"- {n}.json\n" for n in range(3000))

    found = holds({"dvc.yaml": many})

    assert len(found.notes) == MOST_NOTES + 1
    assert found.notes[-1].endswith("more notes are left out")
    read = holds({"dvc.yaml": many, **{f"{n}.json": '{"a": 1}' for n in range(MOST_READ + 1)}})
    assert len(read.metrics) == MOST_READ
    assert f"only the first {MOST_READ} files of metrics or parameters were read" in read.notes


def test_files_that_take_long_to_read_have_their_time_in_all(holds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagwarden.contents.commit_files.SECONDS_OF_A_COMMIT", 0.2)
    slow = "".join(f"k{n}: [a, b, c, {{d: e}}]\n" for n in range(20_000))

    found = holds(
        {"params.yaml": slow, "metrics.json": "{}", "dvc.yaml": "params: [more.yaml]\n", "more.yaml": "a: 1\n"}
    )

    assert found.notes == tuple(f"{path!r} was not read: it takes too long" for path in ("params.yaml", "more.yaml"))


def test_a_long_list_of_values_is_cut(holds) -> None:
    found = holds({"params.yaml": "".join(f"k{n}: {n}\n" for n in range(MOST_VALUES + 1))})

    assert len(found.params) == MOST_VALUES
    assert found.notes == (f"'params.yaml' has too many values: only the first {MOST_VALUES} are shown",)
