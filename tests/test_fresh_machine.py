"""What `make fresh` tells the programs that build the machine, and what it hands on of pip's settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import fresh_machine
from fresh_machine import Archive, Unable, builder, by_debootstrap, by_mmdebstrap, debian_archives, of_suite
from support.pip_settings import settings_of
from support.project import ROOT

URI = "http://archive.example/debian/"
MAIN = Archive(URI, "bookworm", "main", "Debian")
UPDATES = Archive(URI, "bookworm-updates", "main", "Debian")
SECURITY = Archive("http://archive.example/debian-security/", "bookworm-security", "main", "Debian-Security")


def index_target(archive: Archive, origin: str = "Debian") -> str:
    return "\t".join([*archive, origin])


def test_archives_are_those_of_debian_and_the_release_comes_before_its_updates() -> None:
    listed = [
        index_target(UPDATES),
        index_target(SECURITY),
        index_target(Archive("http://other.example/apt/", "stable", "main", "Other"), "Other"),
        index_target(MAIN),
        index_target(MAIN),
    ]

    assert debian_archives("\n".join(listed)) == [MAIN, UPDATES, SECURITY]


def test_where_apt_was_never_updated_there_is_none() -> None:
    assert debian_archives(f"{URI}\tbookworm\tmain\t\t") == []


def test_another_release_comes_from_the_same_archive() -> None:
    assert of_suite([MAIN, UPDATES, SECURITY], "trixie") == [MAIN._replace(suite="trixie")]
    assert of_suite([MAIN, UPDATES], None) == [MAIN, UPDATES]


def test_mmdebstrap_is_given_all_archives_and_how_apt_reaches_them(monkeypatch: pytest.MonkeyPatch) -> None:
    dumped = 'APT "";\nAcquire::http::Proxy "http://proxy.example:3128";\nAcquire::Languages "none";\n'
    monkeypatch.setattr(fresh_machine, "said_by", lambda *_: dumped)

    command = by_mmdebstrap([MAIN, SECURITY], Path("/m"))

    assert [word for word in command if word.startswith("--aptopt")] == [
        '--aptopt=Acquire::http::Proxy "http://proxy.example:3128";'
    ]
    assert command[-4:] == [
        "bookworm",
        "/m",
        f"deb {URI} bookworm main",
        f"deb {SECURITY.uri} bookworm-security main",
    ]


def test_debootstrap_is_given_the_release() -> None:
    assert by_debootstrap([MAIN, SECURITY], Path("/m"))[-3:] == ["bookworm", "/m", URI]


@pytest.mark.parametrize(
    ("user", "path", "why"),
    [(1000, os.environ["PATH"], "sudo make fresh"), (0, "/nowhere", "apt install mmdebstrap")],
    ids=["not root", "no builder"],
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems build no machine")
def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, user: int, path: str, why: str) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setenv("PATH", path)

    with pytest.raises(Unable, match=why):
        builder()


@pytest.mark.parametrize(("options", "exit"), [([], 1), (["--if-possible"], 0)])
def test_where_no_machine_can_be_built_it_says_so(options: list[str], exit: int) -> None:
    command = [sys.executable, str(ROOT / "tests" / "fresh_machine.py"), *options]
    ran = subprocess.run(command, env={**os.environ, "PATH": "/nowhere"}, capture_output=True, text=True)

    assert ran.returncode == exit
    assert ran.stderr.startswith("No fresh machine can be built here: ")


class TestPipSettings:
    def test_what_variables_say_counts_before_the_files(self) -> None:
        listed = ":env:.timeout='9'\nglobal.timeout='5'\ninstall.no-compile='yes'\n"

        assert settings_of(listed, {}).file == "[global]\ntimeout = 9\n[install]\nno-compile = yes\n"

    def test_a_list_stays_a_list(self) -> None:
        assert settings_of("global.find-links='/a\\n/b'\n", {}).file == "[global]\nfind-links = /a\n    /b\n"

    def test_proxies_and_certificates_are_handed_on_and_nothing_else(self) -> None:
        environment = {"HTTPS_PROXY": "http://p", "no_proxy": "x", "SSL_CERT_FILE": "/nowhere", "TOKEN": "secret"}

        assert settings_of("", environment).environment == {
            "HTTPS_PROXY": "http://p",
            "no_proxy": "x",
            "SSL_CERT_FILE": "/nowhere",
        }

    def test_files_and_folders_of_this_machine_are_named(self, tmp_path: Path) -> None:
        for folder in ("wheels", "index/simple", "index/files", "certificates"):
            (tmp_path / folder).mkdir(parents=True)
        (tmp_path / "certificates" / "all.crt").touch()
        (tmp_path / "limits.txt").touch()
        listed = (
            f"global.find-links='{tmp_path}/wheels'\n"
            f"global.index-url='file://{tmp_path}/index/simple'\n"
            f"global.extra-index-url='https://index.example/simple'\n"
            f"global.constraint='{tmp_path}/limits.txt {tmp_path}/missing.txt'\n"
        )
        environment = {
            "SSL_CERT_DIR": f"{tmp_path}/certificates",
            "SSL_CERT_FILE": f"{tmp_path}/certificates/all.crt",
        }

        paths = settings_of(listed, environment).paths

        assert [str(path.relative_to(tmp_path)) for path in paths] == ["certificates", "index", "limits.txt", "wheels"]
