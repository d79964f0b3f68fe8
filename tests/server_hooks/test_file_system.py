"""How far the push lock reaches, by the file system that a repository lies on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tagwarden.server_hooks.lock import file_system
from tagwarden.server_hooks.lock.file_system import FileSystem, file_system_in, file_system_of

ROOT = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw"


def mount(where: str, kind: str, options: str) -> str:
    return f"31 22 0:45 / {where} rw,relatime shared:2 - {kind} files:/export {options}"


@pytest.mark.parametrize(
    ("kind", "options", "reach"),
    [
        ("xfs", "rw", "machine"),
        ("overlay", "rw,lowerdir=/a", "machine"),
        ("nfs4", "rw,vers=4.2,local_lock=none", "network"),
        ("nfs", "rw,vers=3,local_lock=none", "network"),
        ("nfs", "rw,vers=3,nolock,local_lock=all", "unknown"),
        ("nfs", "rw,vers=3,local_lock=flock", "unknown"),
        ("ceph", "rw", "network"),
        ("cifs", "rw,nobrl", "unknown"),
        ("fuse.sshfs", "rw", "unknown"),
        ("9p", "rw", "unknown"),
    ],
)
def test_the_kind_and_the_options_of_a_mount_tell(kind: str, options: str, reach: str) -> None:
    assert file_system_in([ROOT, mount("/srv", kind, options)], "/srv/git/r.git") == FileSystem(kind, reach)  # type: ignore[arg-type]


def test_the_nearest_mount_counts_and_of_two_on_one_place_the_later() -> None:
    mounts = [ROOT, mount("/srv", "nfs4", "rw"), mount("/srv/git", "tmpfs", "rw"), mount("/srv/git", "xfs", "rw")]

    assert file_system_in(mounts, "/srv/git/r.git").kind == "xfs"
    assert file_system_in(mounts, "/srv/gitea").kind == "nfs4"
    assert file_system_in(mounts, "/home").kind == "ext4"


def test_a_place_with_a_blank_in_its_name_is_found() -> None:
    assert (
        file_system_in([ROOT, mount("/srv/all\\040repositories", "nfs4", "rw")], "/srv/all repositories/r").kind
        == "nfs4"
    )


def test_what_no_mount_tells_is_told_by_the_kind_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As in a chroot, whose root is no mount of its own.
    program = tmp_path / "stat"
    program.write_text('#!/bin/sh\n[ -e "$5" ] && cat "${0%stat}kind"\n')
    program.chmod(0o755)
    monkeypatch.setattr(file_system, "MOUNTS", os.devnull)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for kind, reach in (("ext2/ext3", "machine"), ("nfs", "unknown"), ("UNKNOWN (0x1234)", "unknown")):
        (tmp_path / "kind").write_text(f"{kind}\n")
        assert file_system_of(str(tmp_path)) == (kind, reach)

    (tmp_path / "kind").unlink()
    assert file_system_of(str(tmp_path)) == ("unknown", "unknown")


@pytest.mark.skipif(not Path("/proc/self/mountinfo").exists(), reason="no /proc")
def test_the_kernel_knows_what_the_temporary_folder_lies_on(tmp_path: Path) -> None:
    assert file_system_of(str(tmp_path)).kind != "unknown"
