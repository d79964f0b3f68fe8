"""`make fresh`: runs both commands of the README on a newly installed machine.

Builds a Debian with Python, its venv module, git and make, and no other program,
in a temporary folder. There it runs `make demo` and `make test` in a clean clone
of the committed state, as an ordinary user, in the C locale. The machine gets its
packages from the sources that apt uses here, and reaches the same indexes as pip
here. Nothing of it remains.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from support.pip_settings import PipSettings, pip_settings

ROOT = Path(__file__).parents[1]
PACKAGES = "python3,python3-venv,git,make"
USER = "newcomer"
# With --short, of the test suite only the hook file, its installation, and what needs programs that are not there.
SHORT = (
    "tests/server_hooks/test_hook_file.py tests/server_hooks/test_hook_file_input.py "
    "tests/server_hooks/test_hook_file_interpreter.py tests/server_hooks/test_install.py "
    "tests/repository/test_signatures.py tests/repository/test_pgp_signatures.py "
    "tests/repository/test_allowed_signers.py"
)

# Arguments: the command to run, the machine's root, and pairs of a folder here and its mount point there.
ENTER = """\
root=$1; shift
script=$1; shift
while [ $# -gt 0 ]; do
    mount --bind "$1" "$2"
    mount -o remount,bind,ro "$2"
    shift 2
done
exec unshare --pid --fork --kill-child sh -ec '
    mount -t proc proc "$1/proc"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts"
    mount --bind "$1/dev/pts/ptmx" "$1/dev/ptmx"
    mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
    exec chroot --userspec="$2:$2" --groups= "$1" /bin/sh -c "$3"
' sh "$root" "$USER" "$script"
"""


class Archive(NamedTuple):
    """A suite of a Debian archive among apt's sources here."""

    uri: str
    suite: str
    component: str
    label: str


class Unable(Exception):
    """No fresh machine can be built here; the message says why, and what would help."""


def debian_archives(index_targets: str) -> list[Archive]:
    """The archives of Debian (or Ubuntu) in apt's list of index targets; the main suite comes first."""
    found = [line.split("\t") for line in index_targets.splitlines()]
    archives = {Archive(*fields[:4]) for fields in found if len(fields) == 5 and fields[4] in ("Debian", "Ubuntu")}
    return sorted(archives, key=lambda archive: (len(archive.suite), archive))


def of_suite(archives: list[Archive], suite: str | None) -> list[Archive]:
    """The same archives for another release, without its updates, whose location is unknown."""
    if suite is None:
        return archives
    return [archive._replace(suite=suite) for archive in archives if archive.suite == archives[0].suite]


def by_mmdebstrap(archives: list[Archive], root: Path) -> list[str]:
    settings = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Retries")
    dumped = said_by("apt-config", "dump").splitlines()
    options = [f"--aptopt={line}" for line in dumped if line.startswith(settings)]
    sources = [f"deb {archive.uri} {archive.suite} {archive.component}" for archive in archives]
    base = ["mmdebstrap", "--mode=root", "--variant=minbase", f"--include={PACKAGES}"]
    return [*base, *options, archives[0].suite, str(root), *sources]


def by_debootstrap(archives: list[Archive], root: Path) -> list[str]:
    base = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}"]
    return [*base, archives[0].suite, str(root), archives[0].uri]


BUILDERS: dict[str, Callable[[list[Archive], Path], list[str]]] = {
    "mmdebstrap": by_mmdebstrap,
    "debootstrap": by_debootstrap,
}


def builder() -> str:
    """The program that builds the machine. Raises Unable if there is none, or if it can't be used."""
    if not sys.platform.startswith("linux"):
        raise Unable("only Linux can hold a second Linux in a folder")
    if os.geteuid() != 0:
        raise Unable("only root may do that: sudo make fresh")
    found = next(filter(shutil.which, BUILDERS), None)
    if found is None:
        raise Unable("neither mmdebstrap nor debootstrap is installed: apt install mmdebstrap")
    allowed = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", "mount -t proc proc /proc"]
    if not shutil.which("unshare") or subprocess.run(allowed, capture_output=True, check=False).returncode:
        raise Unable("nothing can be mounted here, as in most containers: give this one CAP_SYS_ADMIN")
    return found


def said_by(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        raise Unable(f"there is no {command[0]} here") from None
    except subprocess.CalledProcessError as failed:
        raise Unable(f"{command[0]} failed: {failed.stderr.strip()}") from None


def build(root: Path, suite: str | None) -> None:
    """Install the machine into `root`."""
    program = builder()
    fields = "\t".join(f"$({name})" for name in ("REPO_URI", "RELEASE", "COMPONENT", "LABEL", "ORIGIN"))
    archives = of_suite(
        debian_archives(said_by("apt-get", "indextargets", "--format", fields, "Created-By: Packages")), suite
    )
    if not archives:
        raise Unable("apt knows no archive of Debian or Ubuntu: apt-get update")
    announce(f"{program} builds {archives[0].suite} with {PACKAGES.replace(',', ', ')}")
    # In a mount namespace, so that the builder's mounts vanish with it in any case.
    command = ["unshare", "--mount", *BUILDERS[program](archives, root)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if ran.returncode:
        raise Unable(f"{program} failed:\n{ran.stdout}")


def furnish(root: Path, settings: PipSettings) -> list[str]:
    """Give the machine a user, a repository to clone and pip's settings; returns the pairs of folders to mount."""
    subprocess.run(
        ["chroot", str(root), "useradd", "--create-home", "--shell", "/bin/sh", USER],
        check=True,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )
    for name in ("resolv.conf", "hosts"):
        shutil.copyfile(f"/etc/{name}", root / "etc" / name)
    (root / "etc" / "pip.conf").write_text(settings.file)
    mounts: list[str] = []
    for path in settings.paths:
        there = root / path.relative_to("/")
        if path.is_dir():
            there.mkdir(parents=True, exist_ok=True)
            mounts += [str(path), str(there)]
        else:
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, there)
    clone_for_everybody(root / "srv" / "tagwarden.git")
    return mounts


def clone_for_everybody(folder: Path) -> None:
    """Make a bare clone of the committed state that the machine's user may clone."""
    with tempfile.NamedTemporaryFile("w", suffix=".gitconfig") as configuration:
        # Under sudo, this repository belongs to another user.
        configuration.write("[safe]\n\tdirectory = *\n")
        configuration.flush()
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": configuration.name}
        git = ["git", "clone", "--quiet", "--bare", "--no-local", str(ROOT), str(folder)]
        subprocess.run(git, check=True, env=environment)
        changed = subprocess.run(
            ["git", "-C", str(ROOT), "status", "--porcelain"], env=environment, capture_output=True, check=True
        )
    if changed.stdout:
        print("What is not committed here is not in the clone there.")
    # Git clones only from the user's own repositories; Debian's first user has the number 1000.
    shutil.chown(folder, 1000, 1000)


def enter(root: Path, mounts: list[str], script: str, environment: dict[str, str]) -> bool:
    """Run `script` in the machine as its user; returns whether it succeeded."""
    home = f"/home/{USER}"
    path = "/usr/local/bin:/usr/bin:/bin"
    exports = {**environment, "HOME": home, "USER": USER, "LOGNAME": USER, "PATH": path, "TMPDIR": "/tmp"}
    words = " ".join(f"{name}={shlex.quote(value)}" for name, value in exports.items())
    inside = f"cd {home} && exec /usr/bin/env -i {words} /bin/sh -c {shlex.quote(script)}"
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", ENTER, "sh", str(root), inside, *mounts]
    return (
        subprocess.run(command, stdin=subprocess.DEVNULL, env={**os.environ, "USER": USER}, check=False).returncode == 0
    )


def announce(what: str) -> None:
    print(f"\n-- fresh machine: {what}", flush=True)


def steps(short: bool) -> Iterable[tuple[str, str]]:
    """The steps in the machine: a description, and the commands."""
    yield "git clone", "git clone --quiet /srv/tagwarden.git tagwarden"
    yield "make demo", "cd tagwarden && make demo"
    chosen = shlex.quote(f"ARGS={SHORT}")
    yield (
        ("a part of make test", f"cd tagwarden && make test {chosen}")
        if short
        else ("make test", "cd tagwarden && make test")
    )


def run(root: Path, *, short: bool) -> bool:
    """Do in the machine what a newcomer does; returns whether all steps succeeded."""
    settings = pip_settings()
    mounts = furnish(root, settings)
    for title, script in steps(short):
        announce(title)
        began = time.monotonic()
        if not enter(root, mounts, script, settings.environment):
            announce(f"{title} FAILED")
            return False
        announce(f"{title} went well, in {time.monotonic() - began:.0f} s")
    return True


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fresh", description="Run both commands of the README on a new machine.")
    parser.add_argument("--short", action="store_true", help="a part of the tests instead of all")
    parser.add_argument("--suite", help="another release of Debian than this machine's, such as trixie")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="build the machine there and leave it")
    parser.add_argument("--if-possible", action="store_true", help="exit with 0 where no machine can be built")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        try:
            folder = arguments.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tagwarden-fresh-")))
            # The machine's user must be able to enter the folder, which otherwise only root can.
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o755)
            build(folder / "root", arguments.suite)
        except Unable as why:
            print(f"No fresh machine can be built here: {why}", file=sys.stderr)
            return 0 if arguments.if_possible else 1
        return 0 if run(folder / "root", short=arguments.short) else 1


if __name__ == "__main__":
    sys.exit(main())
