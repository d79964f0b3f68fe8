"""Fixtures of all tests, which see nothing of the machine's own configuration."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from support import Repo, Server, Templates, programs
from support.environment import hermetic_environment

SBIN = ("/usr/sbin", "/sbin")
SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("suite", deadline=None, suppress_health_check=SLOW_IS_FINE, print_blob=True)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--hide", metavar="PROGRAM,…", default="", help="run as if these programs were not installed")


def pytest_configure(config: pytest.Config) -> None:
    # A shell makes background jobs ignore Ctrl-C, which the processes of a test would inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # The folders of server programs, which an ordinary user's PATH may lack.
    os.environ["PATH"] = os.pathsep.join(dict.fromkeys([*os.environ["PATH"].split(os.pathsep), *SBIN]))
    if hidden := config.getoption("hide"):
        folder = tempfile.TemporaryDirectory(prefix="tagwarden-path-")
        config.add_cleanup(folder.cleanup)
        Path(folder.name).chmod(0o755)  # a test that becomes another user finds its programs there, too
        os.environ["PATH"] = programs.path_without(hidden.split(","), Path(folder.name))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than the processors: tests spend a quarter of their time waiting for locks, limits and the disk."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        programs.skip_without(*mark.args)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.getreports("skipped")
    for line in programs.told(report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple)):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session", autouse=True)
def hermetic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run every test in an environment of its own."""
    before = dict(os.environ)
    environment = hermetic_environment(tmp_path_factory.mktemp("home"))
    os.environ.clear()
    os.environ.update(environment)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def templates(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates(tmp_path_factory.mktemp("templates"))


@pytest.fixture
def new_server(templates: Templates, tmp_path: Path) -> Callable[..., Server]:
    """Make a server: `new_server(hook="update", object_format="sha256", name="other.git")`."""

    def make(*, name: str = "server.git", hook: str | None = "pre-receive", object_format: str = "sha1") -> Server:
        return templates.server(tmp_path / name, hook=hook, object_format=object_format)

    return make


@pytest.fixture
def server(new_server: Callable[..., Server]) -> Server:
    """A bare repository with the pre-receive hook installed and one commit on main."""
    return new_server()


@pytest.fixture
def clone(server: Server) -> Repo:
    """A clone of `server`, from which a test pushes."""
    return server.clone()


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one commit and no remote."""
    repo = Repo.init(tmp_path / "repo")
    repo.commit(message="Begin")
    return repo
