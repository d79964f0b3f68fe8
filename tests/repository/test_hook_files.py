"""One machinery places hook files, takes them back, and tells them from others, in clones and on servers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from support.hook_files import hook_at
from tagwarden.hooks.hook_file import hook_file as client_hook
from tagwarden.repository.hook_files import interpreter, placing
from tagwarden.repository.hook_files.errors import CannotInstall
from tagwarden.repository.hook_files.hooked_repository import changing
from tagwarden.repository.hook_files.interpreter import own_interpreter
from tagwarden.repository.hook_files.our_files import interpreter_of, is_our_hook
from tagwarden.repository.hook_files.placing import KeptHook, about_kept, check_place, place_hook, remove_hook
from tagwarden.server_hooks.hook_file import hook_file as server_hook

PYTHON = "/opt/it's here/python"
SIDES = {"client": client_hook(python=PYTHON), "server": server_hook("pre-receive", python=PYTHON)}
FOREIGN = "#!/bin/sh\n# theirs\n"


@pytest.fixture(params=SIDES)
def ours(request: pytest.FixtureRequest) -> str:
    return SIDES[request.param]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "hook"


def keep_as(place: Path) -> str:
    return f"{place}.kept"


def put(place: Path, ours: str) -> KeptHook | None:
    return place_hook(str(place), keep_as(place), lambda _: ours).kept


def test_what_stood_there_is_kept_and_comes_back(place: Path, ours: str) -> None:
    hook_at(place, FOREIGN)

    assert put(place, ours) == KeptHook(keep_as(place), True)
    assert is_our_hook(str(place))
    assert place.stat().st_mode & 0o777 == 0o755
    assert "the previous hook again" in remove_hook(str(place), keep_as(place))
    assert place.read_text() == FOREIGN
    assert os.listdir(place.parent) == ["hook"]


def test_ours_makes_way_for_nothing(place: Path, ours: str) -> None:
    assert put(place, ours) is None
    assert put(place, ours) is None
    assert remove_hook(str(place), keep_as(place)) == f"{place} is removed."
    assert os.listdir(place.parent) == []


def test_a_hook_that_git_would_not_run_is_kept_and_said_to_be_idle(place: Path, ours: str) -> None:
    hook_at(place, FOREIGN, 0o644)

    kept = put(place, ours)

    assert kept == KeptHook(keep_as(place), False)
    assert "not executable, so Git does not run it" in about_kept(kept)[0]


@pytest.mark.parametrize("error", [OSError(1, "Operation not permitted"), NotImplementedError("follow_symlinks")])
def test_a_file_system_without_hard_links_will_do(
    place: Path, ours: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(os, "link", link)
    hook_at(place, FOREIGN)

    put(place, ours)

    assert Path(keep_as(place)).read_text() == FOREIGN


@pytest.mark.parametrize("linked", [True, False])
def test_where_ours_can_not_be_written_all_stays_as_it_was(
    place: Path, ours: str, linked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(place))

    def link(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    hook_at(place, FOREIGN)
    monkeypatch.setattr(placing, "replace_file", full)
    if not linked:
        monkeypatch.setattr(os, "link", link)

    with pytest.raises(CannotInstall, match=r"hook can't be changed: No space left on device"), changing("other"):
        put(place, ours)

    assert place.read_text() == FOREIGN
    assert os.listdir(place.parent) == ["hook"]


def test_a_text_that_can_not_be_made_leaves_all_as_it_was(place: Path) -> None:
    hook_at(place, FOREIGN)

    with pytest.raises(ValueError, match="is not an absolute path"):
        place_hook(str(place), keep_as(place), lambda _: server_hook("update", python="python3"))

    assert place.read_text() == FOREIGN
    assert os.listdir(place.parent) == ["hook"]


def test_a_place_that_two_foreign_hooks_want_is_refused(place: Path) -> None:
    hook_at(place, FOREIGN)
    check_place(str(place), keep_as(place))
    hook_at(Path(keep_as(place)), f"{FOREIGN}\nexit 1\n")

    with pytest.raises(CannotInstall, match=r"both .* are hooks that are not tagwarden's"):
        check_place(str(place), keep_as(place))


def test_a_folder_is_no_place_for_a_hook(place: Path) -> None:
    place.mkdir()

    with pytest.raises(CannotInstall, match="is a folder"):
        check_place(str(place), keep_as(place))


def test_a_file_system_that_runs_no_programs_is_no_place_for_a_hook(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook_at(place, FOREIGN)
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_NOEXEC))

    with pytest.raises(CannotInstall, match=r"is mounted noexec, so Git runs no hooks there\. .*core\.hooksPath"):
        check_place(str(place), keep_as(place))
    assert "noexec" in str(placing.why_passed_over(str(place)))


@pytest.mark.thorough
def test_where_nothing_can_be_run_the_hooks_are_installed_elsewhere(tmp_path: Path) -> None:
    script = """
        mount -t tmpfs -o noexec tmpfs "$0" 2>/dev/null || exit 99
        git init --quiet "$0/clone"; git init --quiet --bare "$0/server"
        "$1" install "$0/clone"; "$1" install --server "$0/server"
        git -C "$0/clone" config core.hooksPath "$2/hooks"; git -C "$0/server" config core.hooksPath "$2/server-hooks"
        "$1" install "$0/clone" && "$1" install --server "$0/server" && "$1" status "$0/clone"
        """
    (tmp_path / "noexec").mkdir()
    program = Path(sys.executable).with_name("tagwarden")
    ran = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", script, tmp_path / "noexec", program, tmp_path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode == 99 or "unshare failed" in ran.stderr:
        pytest.skip("no file system can be mounted here")

    assert ran.stderr.count("is mounted noexec, so Git runs no hooks there") == 2
    assert ran.returncode == 0, ran.stderr
    assert "refused by tagwarden" in ran.stdout


def link_to(place: Path, ours: str) -> None:
    place.symlink_to(hook_at(place.parent / "other", ours))


NOT_OURS: dict[str, Callable[[Path, str], object]] = {
    "nothing": lambda _place, _ours: None,
    "a foreign hook": lambda place, _: hook_at(place, FOREIGN),
    "a foreign hook that tells of ours": lambda place, ours: hook_at(place, f"#!/bin/sh\n{'#' * 200}\n{ours}"),
    "a link to ours": link_to,
}


@pytest.mark.parametrize("what", NOT_OURS)
def test_only_our_own_file_is_ours(place: Path, ours: str, what: str) -> None:
    NOT_OURS[what](place, ours)

    assert not is_our_hook(str(place))
    # Through a link it is ours that Git runs.
    assert interpreter_of(str(place)) == (PYTHON if place.is_symlink() else None)


def test_the_interpreter_is_read_back_as_it_was_written(place: Path, ours: str) -> None:
    hook_at(place, ours)

    assert interpreter_of(str(place)) == PYTHON


def test_an_interpreter_that_never_ends_is_not_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    python = hook_at(tmp_path / "python", "#!/bin/sh\nexec sleep 20\n")
    monkeypatch.setattr(interpreter.sys, "executable", str(python))
    monkeypatch.setattr(interpreter, "PATIENCE", 0.2)

    with pytest.raises(CannotInstall, match=r"can't load tagwarden\. .* did not end in time"):
        own_interpreter("tagwarden.hooks.pre_push")


def test_an_interpreter_that_is_not_there_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter.sys, "executable", "/nowhere/python")

    with pytest.raises(
        CannotInstall,
        match=r"/nowhere/python -I can't load tagwarden\. .*: No such file",
    ):
        own_interpreter("tagwarden.hooks.pre_push")
