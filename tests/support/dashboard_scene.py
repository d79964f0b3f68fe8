"""Registries for the dashboard's pages: one with a long history, a small one, and one filled by hostile pushers."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

from . import dashboard_approvals
from .approval_scene import Keys
from .command_line import tagwarden
from .repositories import Repo, Server, Templates
from .tag_objects import raw_tag

POLICY = """\
[stages]
names = ["dev", "staging", "prod"]
[versions]
order = "major"
[message.trailers.AUC]
type = "number"
min = 0.5
what = ["register"]
required = false
[rules]
version-step = "warning"
[show]
metrics = ["test.loss"]
[metrics."test.loss"]
better = "lower"
"""

PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py, data/transactions]
    params: [learning_rate]
    outs: [models/churn.pkl]
    metrics: [metrics.json: {cache: false}]
artifacts:
  churn: {path: models/churn.pkl}
"""
LOCK = """\
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - {path: train.py, hash: md5, md5: 0123456789abcdef0123456789abcdef, size: 900}
    - {path: data/transactions, hash: md5, md5: DATA.dir, size: 1200, nfiles: 3}
    outs:
    - {path: models/churn.pkl, hash: md5, md5: MODEL, size: 201725}
"""


DAY = 86_400
BEGAN = 1_767_600_000  # 2026-01-05T08:00:00Z

# Texts that a pusher can put into names and messages; a page must show each of them as text.
SCRIPT = "<script>document.title='owned'</script>"
IMAGE = "<img src=x onerror=\"document.title='owned'\">"
TEMPLATE = "{{ 7*7 }} ${7*7} </script><!-- ' \" `"
BIDI = "safe \u202egnp.exe\u202c \u2066x\u2069"
SCRIPTS_OF_THE_WORLD = "模型 نموذج मॉडल מודל โมเดล 🦆 Ωмега"
LONG = "long" * 1500
HOSTILE = (SCRIPT, IMAGE, TEMPLATE, BIDI, SCRIPTS_OF_THE_WORLD, LONG)


class Scene(NamedTuple):
    """`life` is a server with a push log, `small` a repository like a clone, `hostile` has the worst of texts.

    `governed` and `abused` have open proposals; the reasons in `abused` are hostile.
    """

    life: Server
    small: Repo
    hostile: Repo
    empty: Repo
    governed: Repo
    abused: Repo


def build(folder: Path, templates: Templates) -> Scene:
    """The scene, made anew in `folder`."""
    keys = Keys.make(folder)
    return Scene(
        _life(folder / "fraud-models.git", templates),
        _small(folder / "vision"),
        _hostile(folder / "hostile"),
        Repo.init(folder / "empty"),
        dashboard_approvals.build(folder / "ranking.git", keys, at=BEGAN),
        dashboard_approvals.build(folder / "abused.git", keys, at=BEGAN, reason=f"{SCRIPT} {BIDI}"),
    )


def _life(path: Path, templates: Templates) -> Server:
    server = templates.server(path, hook=None)
    server.commit_on_main({"tagwarden.toml": POLICY})
    clone = server.clone()
    clone.git("remote", "set-head", "origin", "main")
    clone.git("config", "user.name", "Grace Hopper")
    for number, auc in enumerate((0.861, 0.874, 0.869, 0.902, 0.913)):
        clone.commit(_trained(number), message=f"Train {number}")
        day = BEGAN + 12 * DAY * number
        message = f"Retrained on week {number + 1}\n\nAUC: {auc}\nDataset: transactions-{number + 1}"
        clone.tag(f"churn@v1.{number}.0", message=message, at=day)
        clone.tag(f"churn#staging#{2 * number + 1}", message="Shadow traffic first", at=day + DAY)
        if number < 4:
            clone.tag(f"churn#prod#{2 * number + 2}", message=f"Better on week {number + 1}", at=day + 3 * DAY)
    clone.commit({"model.txt": "deeper\n"}, message="Train deeper")
    clone.tag("churn@v2.0.0-rc.1", message="A new architecture\n\nAUC: 0.921", at=BEGAN + 55 * DAY)
    clone.tag("churn#dev#10", message="Try it", at=BEGAN + 56 * DAY)
    bad = "churn@v1.3.0^{commit}"
    clone.tag("churn#prod!#11", bad, message="False positives doubled overnight", at=BEGAN + 57 * DAY)
    clone.tag("fraud=ring-detector@v0.1.0", message="First try", at=BEGAN + 58 * DAY)
    clone.tag("old-score@v1.0.0", message="As in the old system", at=BEGAN + 59 * DAY)
    assert clone.push("main", "--tags").ok
    # The push log begins here; the tags before it count by their dates.
    assert tagwarden(path, "install", "--server", ".").status == 0
    clone.tag("old-score@deprecated", message="churn has taken its place", at=BEGAN + 60 * DAY)
    assert clone.push("--tags").ok
    clone.tag("churn@v1.0.1", message="A typo", at=BEGAN + 61 * DAY)
    clone.tag("churn@v1.2", message="No patch number", at=BEGAN + 61 * DAY)
    assert not clone.push("refs/tags/churn@v1.0.1", "refs/tags/churn@v1.2").ok
    return server


def _trained(number: int) -> dict[str, str]:
    """The files of a commit, as DVC writes them."""
    lock = LOCK.replace("DATA", _md5(f"data {number // 2}")).replace("MODEL", _md5(f"model {number}"))
    return {
        "model.txt": f"{number}\n",
        "dvc.yaml": PIPELINE,
        "dvc.lock": lock,
        "train.py": f"# {number // 3}\n",
        "params.yaml": f"learning_rate: {0.1 / (number + 1):.3f}\ntrees: 200\n",
        "metrics.json": f'{{"test": {{"loss": {0.41 - 0.02 * number:.2f}}}}}\n',
    }


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _written_in_files(text: str, number: int) -> dict[str, str]:
    """The files of a commit, with `text` wherever a text is read; each version gets a different ending."""
    text = f"{text[:200]}{number}"
    path = text.replace("/", "_").encode()[:100].decode(errors="ignore")
    pipeline = {"artifacts": {f"model{number}": {"path": path}}, "metrics": ["scores.json"]}
    lock = {"deps": [{"path": f"data_{path}", "md5": f"{text} {number}"}], "outs": [{"path": path, "md5": text}]}
    return {
        "dvc.yaml": json.dumps({**pipeline, "stages": {"train": {"cmd": text}}}),
        "dvc.lock": json.dumps({"schema": "2.0", "stages": {"train": {"cmd": text, **lock}}}),
        "params.yaml": json.dumps({text: text}),
        "scores.json": json.dumps({text: text, "AUC": number}),
        path: text,
    }


def _small(path: Path) -> Repo:
    repo = Repo.init(path)
    repo.commit({"model.txt": "1\n"}, message="Train")
    repo.tag("segmentation@v0.9.0", at=BEGAN)
    repo.commit({"model.txt": "2\n"}, message="Train")
    repo.tag("segmentation@v1.0.0", at=BEGAN + 40 * DAY)
    repo.tag("segmentation#prod", at=BEGAN + 41 * DAY)
    repo.lightweight("segmentation@v1.1.0")
    return repo


def _hostile(path: Path) -> Repo:
    """Tags with a text of HOSTILE in every field that a pusher controls."""
    repo = Repo.init(path)
    for number, text in enumerate(HOSTILE):
        before = repo.commit({"model.txt": f"{number}\n"}, message="Train")
        repo.tag(f"model{number}@v0.9.0", before, at=BEGAN - 1)
        commit = repo.commit(_written_in_files(text, number), message="Train")
        for name in (f"model{number}@v1.0.0", f"model{number}#prod"):
            # Git ends a name at the first "<".
            called = text.replace("<", "(").replace(">", ")")
            tag = raw_tag(
                object=commit,
                tag=name,
                tagger=f"{called} <mallory@example.com> {BEGAN + number} +0000",
                message=f"{text}\n\n{text}\n\nNote: {text}\nMetric: {text}=0.5\n",
            )
            repo.raw_tag(name, tag)
    longest = "m" * 100 + "/" + "n" * 100
    repo.tag(f"{longest}@v1.0.0", at=BEGAN + 100)
    repo.tag("<script>alert(1)</script>@v1.0.0", at=BEGAN + 101)
    return repo
