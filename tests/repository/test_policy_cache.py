"""A policy that was read is kept for the next hook, and a kept one that could be forged is not believed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tagwarden.policy.file.load import PolicyMistakes, load_policy
from tagwarden.policy.file.policy import Policy
from tagwarden.repository.trusted import policy_cache
from tagwarden.repository.trusted.policy_cache import PolicyCache

STRICT = b"""
[stages]
names = ["dev", "prod"]
[message.trailers.AUC]
type = "number"
min = 0.8
[people]
groups.releasers = ["ada"]
[[people.allow]]
who = ["@releasers"]
stages = ["prod"]
[rules]
version-step = "error"
[[override]]
models = ["legacy-*"]
versions.order = "any"
[[override]]
models = ["legacy-cv"]
rules.version-step = "off"
"""
LENIENT = b'mode = "evaluate"\n'


@pytest.fixture
def common_dir(tmp_path: Path) -> Path:
    (tmp_path / "tagwarden").mkdir()
    return tmp_path


@pytest.fixture
def kept(common_dir: Path) -> Path:
    """The file that keeps STRICT."""
    PolicyCache(str(common_dir)).load(STRICT)
    (file,) = (common_dir / "tagwarden").iterdir()
    return file


@pytest.fixture
def read_anew(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The content that was read as TOML since the test began."""
    contents: list[bytes] = []

    def load(data: bytes, *, site: bool = False) -> Policy:
        contents.append(data)
        return load_policy(data, site=site)

    monkeypatch.setattr("tagwarden.policy.file.load.load_policy", load)
    return contents


def test_a_policy_is_read_once_and_is_the_same_afterwards(kept: Path, common_dir: Path, read_anew: list[bytes]) -> None:
    found, expected = PolicyCache(str(common_dir)).load(STRICT), load_policy(STRICT)

    assert read_anew == []
    for model in ("churn", "legacy-nlp", "legacy-cv"):
        assert found.for_model(model) == expected.for_model(model)
    assert found == expected
    assert type(found.base.message.trailers[0]) is type(expected.base.message.trailers[0])


def test_another_content_takes_the_place_of_what_was_kept(kept: Path, common_dir: Path, read_anew: list[bytes]) -> None:
    for content in (LENIENT, LENIENT, STRICT):
        assert PolicyCache(str(common_dir)).load(content) == load_policy(content)
    assert read_anew == [LENIENT, STRICT]
    assert list(kept.parent.iterdir()) == [kept]


def test_a_policy_of_the_site_is_kept_beside_the_repositorys(
    kept: Path, common_dir: Path, read_anew: list[bytes]
) -> None:
    for _ in range(2):
        assert PolicyCache(str(common_dir)).load(STRICT, site=True).site
        assert not PolicyCache(str(common_dir)).load(STRICT).site
    assert read_anew == [STRICT]


def test_another_version_of_the_program_reads_anew(
    kept: Path, common_dir: Path, read_anew: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_cache, "LAYOUT", "another")
    PolicyCache(str(common_dir)).load(STRICT)
    assert read_anew == [STRICT]


def link_to_it(kept: Path) -> None:
    kept.rename(kept.with_suffix(".moved"))
    kept.symlink_to(kept.with_suffix(".moved"))


def make_a_pipe(kept: Path) -> None:
    kept.unlink()
    os.mkfifo(kept)


def change_a_byte(kept: Path) -> None:
    content = kept.read_bytes()
    kept.write_bytes(content[:-5] + bytes([content[-5] ^ 1]) + content[-4:])


DISTRUSTED: dict[str, Callable[[Path], object]] = {
    "others can write it": lambda kept: kept.chmod(0o620),
    "it belongs to somebody else": lambda kept: os.chown(kept, 12345, -1),
    "it has a second name": lambda kept: os.link(kept, kept.with_suffix(".other")),
    "it is a symbolic link": link_to_it,
    "it is no file": make_a_pipe,
    "it was cut off": lambda kept: kept.write_bytes(kept.read_bytes()[:-10]),
    "a byte was changed": change_a_byte,
    "it is empty": lambda kept: kept.write_bytes(b""),
    "it is gone": lambda kept: kept.unlink(),
}


@pytest.mark.parametrize("damage", DISTRUSTED.values(), ids=DISTRUSTED.keys())
def test_what_is_kept_is_not_believed_where(
    damage: Callable[[Path], object], kept: Path, common_dir: Path, read_anew: list[bytes]
) -> None:
    try:
        damage(kept)
    except PermissionError:
        pytest.skip("only root can give a file away")
    for _ in range(2):
        assert PolicyCache(str(common_dir)).load(STRICT) == load_policy(STRICT)
    assert read_anew == [STRICT], "read anew once, then kept again"


def test_a_folder_that_can_not_be_written_costs_time_and_nothing_else(tmp_path: Path, read_anew: list[bytes]) -> None:
    for _ in range(2):
        assert PolicyCache(str(tmp_path / "nowhere")).load(STRICT) == load_policy(STRICT)
    assert read_anew == [STRICT, STRICT]


def test_mistakes_are_told_every_time(common_dir: Path) -> None:
    for _ in range(2):
        with pytest.raises(PolicyMistakes):
            PolicyCache(str(common_dir)).load(b"mode = 1\n")
    assert list((common_dir / "tagwarden").iterdir()) == []
