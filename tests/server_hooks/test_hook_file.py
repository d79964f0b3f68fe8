"""The hook file in every shell at hand: when it starts Python, and what it hands on."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from support import Repo
from support.programs import needs
from tagwarden.policy.errors import CannotJudge
from tagwarden.repository.hook_files.our_files import is_our_text
from tagwarden.repository.ref_updates import parse_receive_lines
from tagwarden.server_hooks.hook_file import hook_file

if TYPE_CHECKING:
    from tagwarden.server_hooks.hook_file import ServerHook

SHELLS = [["dash"], ["bash", "--posix"], ["bash"], ["busybox", "sh"]]
ZERO = "0" * 40

# Stands in for Python: says what it was handed.
FAKE_PYTHON = """#!/bin/sh
[ "$1 $2" = "-I -c" ] || exit 99
shift 3
printf 'python [%s] [%s]\\n' "$*" "$(cat)"
exit 101
"""


class Ran(NamedTuple):
    exit: int
    stdout: str
    stderr: str

    @property
    def started_python(self) -> bool:
        return self.exit == 1 and self.stdout.startswith("python")


class Beginning(NamedTuple):
    """A bare repository to copy, and its commits: in some the policy differs from that in the one before."""

    bare: Path
    first: str
    second: str
    policy: str
    later: str

    @classmethod
    def make(cls, folder: Path, object_format: str) -> Beginning:
        work = Repo.init(folder / "work", f"--object-format={object_format}")
        files = [{"README.md": "1"}, {"README.md": "2"}, {"tagwarden.toml": 'mode = "evaluate"\n'}, {"README.md": "3"}]
        commits = [work.commit(changed) for changed in files]
        subprocess.run(["git", "clone", "--quiet", "--bare", str(work.path), str(folder / "bare.git")], check=True)
        return cls(folder / "bare.git", *commits)


class HookRepo:
    """A bare repository with commits whose policy differs or not, and a hook file to run there."""

    def __init__(self, folder: Path, shell: list[str], beginning: Beginning) -> None:
        self.shell = shell
        self.first, self.second, self.policy, self.later = beginning[1:]
        self.repo = Repo(shutil.copytree(beginning.bare, folder / "bare.git"))
        self.python = folder / 'a python\'s "interpreter" $(here)'
        self.python.write_text(FAKE_PYTHON)
        self.python.chmod(0o755)

    def run(
        self,
        *lines: tuple[str, str, str],
        hook: ServerHook = "pre-receive",
        git_dir: str = ".",
        cwd: Path | None = None,
        next_hook: str = "",
        host: str = "",
        env: Mapping[str, str] = {},
        stdin: bytes | None = None,
    ) -> Ran:
        file = self.repo.path / "hooks" / hook
        text = hook_file(hook, python=str(self.python), host=host, next_hook=next_hook)
        file.write_bytes(os.fsencode(text))
        for old, _, ref in lines:
            if set(old) != {"0"}:
                self.repo.git("update-ref", ref, old)  # what the client says is true
        arguments: tuple[str, ...] = ()
        if hook == "update":
            old, new, ref = lines[0]
            arguments = (ref, old, new)
        elif stdin is None:
            stdin = os.fsencode("".join(f"{' '.join(line)}\n" for line in lines))
        ran = subprocess.run(
            [*self.shell, str(file), *arguments],
            cwd=cwd or self.repo.path,
            input=stdin or b"",
            capture_output=True,
            env={**os.environ, "GIT_DIR": git_dir, **env},
        )
        return Ran(ran.returncode, os.fsdecode(ran.stdout), os.fsdecode(ran.stderr))

    def next_hook(self, text: str) -> str:
        file = self.repo.path / "hooks" / "pre-receive.tagwarden-next"
        file.write_text(text)
        file.chmod(0o755)
        return file.name


@pytest.fixture(scope="module")
def beginning(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> Beginning:
    return Beginning.make(tmp_path_factory.mktemp("beginning"), "sha1")


@pytest.fixture(params=[pytest.param(shell, id=" ".join(shell), marks=needs(shell[0])) for shell in SHELLS])
def served(request: pytest.FixtureRequest, beginning: Beginning, tmp_path: Path) -> HookRepo:
    return HookRepo(tmp_path, request.param, beginning)


@pytest.fixture
def one_shell(beginning: Beginning, tmp_path: Path) -> HookRepo:
    return HookRepo(tmp_path, ["sh"], beginning)


class TestPythonIsNotStarted:
    def test_for_a_branch_that_is_not_heads(self, served: HookRepo) -> None:
        ran = served.run((ZERO, served.first, "refs/heads/feature"))

        assert ran == (0, "", "")

    def test_for_heads_branch_where_the_policy_stays(self, served: HookRepo) -> None:
        assert served.run((served.policy, served.later, "refs/heads/main")) == (0, "", "")
        assert served.run((served.first, served.second, "refs/heads/main")) == (0, "", "")

    def test_for_the_update_hook_of_a_branch(self, served: HookRepo) -> None:
        assert served.run((ZERO, served.first, "refs/heads/feature"), hook="update") == (0, "", "")

    def test_where_a_policy_comes_from_a_file(self, served: HookRepo) -> None:
        served.repo.git("config", "tagwarden.sitePolicy", "file:/etc/tagwarden.toml")

        assert served.run((ZERO, served.first, "refs/heads/feature")).exit == 0

    def test_where_a_policy_comes_from_a_ref_that_is_not_pushed(self, served: HookRepo) -> None:
        served.repo.git("config", "tagwarden.policy", "ref:refs/heads/policy:a file.toml")

        assert served.run((ZERO, served.first, "refs/heads/feature")).exit == 0

    def test_in_a_sha256_repository(self, tmp_path: Path) -> None:
        served = HookRepo(tmp_path, ["sh"], Beginning.make(tmp_path / "sha256", "sha256"))

        assert served.run((served.policy, served.later, "refs/heads/main")).exit == 0
        assert served.run((served.later, served.first, "refs/heads/main")).started_python


class TestPythonIsStarted:
    def test_for_the_update_hook_of_the_branch_that_the_policy_comes_from(self, served: HookRepo) -> None:
        """So that a tag of the same push is judged by what was there before."""
        assert served.run((served.first, served.second, "refs/heads/main"), hook="update").started_python

    @pytest.mark.parametrize("ref", ["refs/tags/m@v1.0.0", "refs/replace/0123", "refs/Tags/m@v1.0.0", "refs/notes/x"])
    @pytest.mark.parametrize("hook", ["pre-receive", "update"])
    def test_for_all_refs_but_branches(self, served: HookRepo, ref: str, hook: ServerHook) -> None:
        assert served.run((ZERO, served.first, ref), hook=hook).started_python

    def test_for_heads_branch_with_another_policy(self, served: HookRepo) -> None:
        assert served.run((served.second, served.policy, "refs/heads/main")).started_python
        assert served.run((served.policy, served.second, "refs/heads/main")).started_python
        assert served.run((served.policy, ZERO, "refs/heads/main")).started_python
        assert served.run((ZERO, served.policy, "refs/heads/main"), hook="update").started_python

    def test_for_a_line_that_a_line_break_in_a_name_makes_up(self, one_shell: HookRepo) -> None:
        option = f"--output={one_shell.repo.path}/made"
        lines = f"{ZERO} {one_shell.first} refs/heads/x\n{option} {one_shell.second} refs/heads/main\n"

        assert one_shell.run(stdin=lines.encode()).started_python
        assert not (one_shell.repo.path / "made").exists()

    @pytest.mark.parametrize("setting", ["policy", "sitePolicy", "defaultPolicy"])
    @pytest.mark.parametrize("ref", ["refs/heads/policy", "policy", "HEAD"])
    def test_for_a_ref_that_holds_a_policy_by_the_configuration(
        self, one_shell: HookRepo, setting: str, ref: str
    ) -> None:
        one_shell.repo.git("config", f"tagwarden.{setting}", f"ref:{ref}:tagwarden.toml")

        assert one_shell.run((ZERO, one_shell.first, "refs/heads/policy")).started_python

    @pytest.mark.parametrize("hook", ["pre-receive", "update"])
    def test_for_a_deletion_of_any_ref(self, served: HookRepo, hook: ServerHook) -> None:
        assert served.run((served.first, ZERO, "refs/heads/feature"), hook=hook).started_python
        assert served.run((ZERO, ZERO, "refs/heads/feature"), hook=hook).started_python

    @pytest.mark.parametrize("hook", ["pre-receive", "update"])
    def test_for_heads_branch_where_the_client_says_what_is_not_true_of_it(
        self, served: HookRepo, hook: ServerHook
    ) -> None:
        for old in (ZERO, "1" * 40, served.later):
            served.repo.git("update-ref", "refs/heads/main", served.second)
            stdin = f"{old} {served.first} refs/heads/main\n".encode()
            if hook == "pre-receive":
                assert served.run(stdin=stdin).started_python
            else:
                served.repo.git("update-ref", "refs/heads/main", served.second)
                assert served.run((ZERO, served.first, "refs/heads/main"), hook=hook).started_python

    def test_for_heads_branch_named_twice(self, served: HookRepo) -> None:
        line = (served.first, served.second, "refs/heads/main")

        assert served.run(line, line).started_python

    def test_whatever_configuration_the_environment_brings(self, served: HookRepo) -> None:
        served.repo.git("config", "tagwarden.policy", "ref:refs/heads/policy:tagwarden.toml")
        ours = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "tagwarden.policy", "GIT_CONFIG_VALUE_0": "file:/x",
                "GIT_CONFIG_PARAMETERS": "'tagwarden.policy'='file:/x'"}  # fmt: skip

        assert served.run((ZERO, served.first, "refs/heads/policy"), env=ours).started_python
        assert served.run((ZERO, served.first, "refs/heads/feature"), env=ours).exit == 0

    def test_for_a_broken_configuration(self, served: HookRepo) -> None:
        (served.repo.path / "config").write_text("[broken")

        assert served.run((ZERO, served.first, "refs/heads/feature")).started_python

    def test_for_a_detached_head(self, served: HookRepo) -> None:
        (served.repo.path / "HEAD").write_text(f"{served.first}\n")

        assert served.run((ZERO, served.first, "refs/heads/feature")).started_python

    def test_for_a_head_that_is_a_link(self, served: HookRepo) -> None:
        (served.repo.path / "HEAD").unlink()
        (served.repo.path / "HEAD").symlink_to("refs/heads/main")

        assert served.run((ZERO, served.first, "refs/heads/feature")).started_python

    def test_for_a_reftable(self, served: HookRepo) -> None:
        (served.repo.path / "HEAD").write_text("ref: refs/heads/.invalid\n")

        assert served.run((ZERO, served.first, "refs/heads/feature")).started_python

    def test_for_a_branch_of_head_that_stands_for_another(self, served: HookRepo) -> None:
        served.repo.git("symbolic-ref", "refs/heads/main", "refs/heads/trunk")

        assert served.run((ZERO, served.policy, "refs/heads/trunk")).started_python

    def test_for_a_ref_that_stands_for_heads_branch(self, served: HookRepo) -> None:
        served.repo.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")

        assert served.run((served.second, served.policy, "refs/heads/alias")).started_python

    def test_in_a_namespace(self, served: HookRepo) -> None:
        ran = served.run((ZERO, served.first, "refs/heads/feature"), env={"GIT_NAMESPACE": "one"})

        assert ran.started_python

    def test_in_a_linked_worktree(self, served: HookRepo, tmp_path: Path) -> None:
        served.repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "linked")
        folder = served.repo.path / "worktrees" / "linked"

        assert served.run((ZERO, served.first, "refs/heads/feature"), cwd=folder).started_python

    def test_where_git_is_missing(self, one_shell: HookRepo) -> None:
        shell = shutil.which("sh")
        assert shell
        one_shell.shell = [shell]
        one_shell.python.write_text("#!/bin/sh\necho python\nexit 101\n")

        assert one_shell.run((ZERO, one_shell.first, "refs/heads/feature"), env={"PATH": "/nowhere"}).started_python


class TestWhatIsHandedOn:
    def test_the_lines_that_were_read_and_the_rest_of_stdin(self, served: HookRepo) -> None:
        lines = [(ZERO, served.first, f"refs/heads/b{number}") for number in range(3)]
        lines += [(ZERO, served.first, "refs/tags/m@v1.0.0"), (ZERO, served.first, "refs/heads/after")]

        ran = served.run(*lines, host="gitea")

        read = "\n".join(" ".join(line) for line in lines[:4])
        assert ran.stdout == f"python [gitea  {read}\n] [{' '.join(lines[4])}]\n"

    def test_bytes_of_every_kind(self, served: HookRepo) -> None:
        odd = bytes(byte for byte in range(1, 256) if byte != 10) + b"\\n \\"
        line = f"{ZERO} {served.first} refs/tags/".encode() + odd

        ran = served.run(stdin=line + b"\n")

        assert os.fsencode(ran.stdout) == b"python [  " + line + b"\n] []\n"

    @pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace")
    @pytest.mark.parametrize("at", [60, 88, 92, 95, 97, 98, 99, 100, 101, 150, 190, 193, 194, 195, 196, 197, 198, 199])
    def test_a_line_that_an_error_cut_in_two_is_put_together_again(self, served: HookRepo, at: int) -> None:
        given = f"{ZERO} {served.first} refs/heads/a\n{ZERO} {served.first} refs/tags/m@v1\n".encode()
        served.run(stdin=b"x\n")
        handed = served.repo.path / "handed"
        served.python.write_text(f'#!/bin/sh\nprintf %s "$6" >{handed}\ncat >>{handed}\nexit 101\n')
        inject = ["-e", "trace=read", "-e", f"inject=read:error=EIO:when={at}"]
        command = ["strace", "-qq", "-o", str(served.repo.path / "trace"), *inject, *served.shell, "hooks/pre-receive"]

        ran = subprocess.run(command, cwd=served.repo.path, input=given, capture_output=True, timeout=60)

        injected = [line for line in (served.repo.path / "trace").read_text().splitlines() if "INJECTED" in line]
        assert injected or at > 150
        if injected and not injected[0].startswith("read(0,"):  # in the hook file itself
            assert ran.returncode > 1
        elif "bash" not in served.shell or not injected:
            assert (ran.returncode, handed.read_bytes()) == (1, given)
        else:  # bash forgets what it has read of the line
            assert ran.returncode == 3 or is_no_list_of_refs(handed.read_bytes())

    def test_a_line_that_comes_later_where_reading_does_not_wait_for_it(self, served: HookRepo) -> None:
        branch, tag = lines_of_a_push(served)
        reading, writing = os.pipe()
        os.set_blocking(reading, False)

        ran = fed(served, reading, writing, (branch, tag))

        assert (ran.exit, ran.started_python) == (1, True)

    # Before the end, in what the shell looks for, and behind the first space.
    @pytest.mark.parametrize("at", [-1, *(pytest.param(at, marks=pytest.mark.thorough) for at in (-9, -15, 45))])
    def test_a_line_of_which_a_signal_makes_a_shell_forget_the_beginning(self, served: HookRepo, at: int) -> None:
        branch, tag = lines_of_a_push(served)

        ran = fed(served, *os.pipe(), (branch + tag[:at], tag[at:]), between=signal.SIGCHLD)

        assert (ran.exit, ran.started_python) == (1, True)

    @pytest.mark.thorough
    @pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
    def test_a_line_that_comes_later_than_a_shell_may_wait(self, one_shell: HookRepo) -> None:
        one_shell.run(stdin=b"x\n")
        lines = [f"{ZERO} {one_shell.first} {ref}" for ref in ("refs/heads/feature", "refs/tags/m@v1.0.0")]
        slowly = f"{{ echo '{lines[0]}'; sleep 2.2; echo '{lines[1]}'; }} | GIT_DIR=. TMOUT=1 bash hooks/pre-receive"

        ran = subprocess.run(["bash", "-c", slowly], cwd=one_shell.repo.path, stdout=subprocess.PIPE, text=True)

        assert ran.returncode == 1
        assert lines[1] in ran.stdout

    def test_a_last_line_without_its_end(self, served: HookRepo) -> None:
        line = f"{ZERO} {served.first} refs/tags/m@v1.0.0"

        assert served.run(stdin=line.encode()).stdout == f"python [  {line}] []\n"

    def test_of_a_big_push_the_shell_reads_little(self, served: HookRepo) -> None:
        lines = [(ZERO, served.first, f"refs/heads/{number:050}") for number in range(5000)]

        ran = served.run(*lines)

        assert ran.started_python
        read, _, rest = ran.stdout.partition("] [")
        assert 0 < len(read) < 8000
        assert len(rest) > 500_000

    def test_a_line_as_long_as_git_takes_it(self, served: HookRepo) -> None:
        lines = [(ZERO, served.first, f"refs/heads/{number:050}") for number in range(40)]
        lines.append((ZERO, served.first, "refs/heads/" + "x" * 65_000))

        assert served.run(*lines).started_python

    def test_update_hands_on_its_arguments(self, served: HookRepo) -> None:
        ran = served.run((ZERO, served.first, "refs/tags/m @$(x)"), hook="update")

        assert ran.stdout == f"python [  refs/tags/m @$(x) {ZERO} {served.first}] []\n"


def lines_of_a_push(repo: HookRepo) -> list[bytes]:
    """What Git says of a new branch and of a new tag."""
    return [f"{ZERO} {repo.first} {ref}\n".encode() for ref in ("refs/heads/feature", "refs/tags/m@v1.0.0")]


def fed(
    repo: HookRepo, reading: int, writing: int, pieces: tuple[bytes, bytes], *, between: signal.Signals | None = None
) -> Ran:
    """A run of the hook on what comes through a pipe in two pieces, and gets a signal in `between`."""
    repo.run(stdin=b"x\n")  # puts the hook file there
    os.write(writing, pieces[0])
    with subprocess.Popen(
        [*repo.shell, "hooks/pre-receive"],
        cwd=repo.repo.path,
        env={**os.environ, "GIT_DIR": "."},
        stdin=reading,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as hook:
        time.sleep(0.1)
        if between is not None:
            hook.send_signal(between)
            time.sleep(0.05)
        os.write(writing, pieces[1])
        os.close(writing)
        os.close(reading)
        said, complained = hook.communicate(timeout=60)
    return Ran(hook.returncode, os.fsdecode(said), os.fsdecode(complained))


def is_no_list_of_refs(given: bytes) -> bool:
    try:
        parse_receive_lines(given)
    except CannotJudge:
        return True
    return False


class TestTheForeignHook:
    def test_gets_the_lines_of_a_push_that_does_not_concern_us(self, served: HookRepo) -> None:
        name = served.next_hook("#!/bin/sh\necho foreign $#; cat; exit 5\n")
        lines = [(ZERO, served.first, "refs/heads/a"), (ZERO, served.first, "refs/heads/b\\c")]

        ran = served.run(*lines, next_hook=name)

        assert ran == (5, "foreign 0\n" + "".join(f"{' '.join(line)}\n" for line in lines), "")

    def test_may_leave_them_unread(self, served: HookRepo) -> None:
        name = served.next_hook("#!/bin/sh\nexit 0\n")

        assert served.run((ZERO, served.first, "refs/heads/a"), next_hook=name).exit == 0

    def test_of_update_gets_its_arguments(self, served: HookRepo) -> None:
        name = served.next_hook('#!/bin/sh\necho foreign "$@"; exit 5\n')

        ran = served.run((ZERO, served.first, "refs/heads/a"), next_hook=name, hook="update")

        assert ran == (5, f"foreign refs/heads/a {ZERO} {served.first}\n", "")

    def test_that_has_gone_refuses_the_push(self, served: HookRepo) -> None:
        assert served.run((ZERO, served.first, "refs/heads/a"), next_hook="gone").exit not in (0, 1)
        assert served.run((ZERO, served.first, "refs/heads/a"), next_hook="gone", hook="update").exit not in (0, 1)


class TestAnInterpreterThatHasGone:
    @pytest.mark.parametrize("hook", ["pre-receive", "update"])
    def test_refuses_every_push_and_says_what_to_do(self, served: HookRepo, hook: ServerHook) -> None:
        served.python.unlink()

        ran = served.run((ZERO, served.first, "refs/heads/feature"), hook=hook)

        assert ran.exit == 3
        assert f"the interpreter {served.python}, which this hook was installed with, is gone" in ran.stderr
        assert f"tagwarden install --server '{served.repo.path}'" in ran.stderr

    def test_is_the_same_as_one_that_is_not_executable(self, served: HookRepo) -> None:
        served.python.chmod(0o644)

        assert served.run((ZERO, served.first, "refs/heads/feature")).exit == 3

    def test_is_told_as_the_host_shows_it(self, one_shell: HookRepo) -> None:
        one_shell.python.unlink()

        assert one_shell.run(host="gitlab").stderr.startswith("GL-HOOK-ERR: tagwarden: the interpreter")


def test_a_program_that_can_not_be_loaded_refuses_and_says_what_to_do(one_shell: HookRepo) -> None:
    python = shutil.which("python3", path="/usr/bin:/bin") or pytest.skip("no Python without tagwarden")
    one_shell.python = Path(python)

    ran = one_shell.run((ZERO, one_shell.first, "refs/tags/m@v1.0.0"))

    assert ran.exit == 3
    assert "its program can not be loaded (ModuleNotFoundError: No module named 'tagwarden')" in ran.stderr
    assert "tagwarden install --server" in ran.stderr


class TestNoInput:
    """Git starts pre-receive only for a push of refs, and update with three arguments."""

    def test_is_not_accepted(self, served: HookRepo) -> None:
        ran = served.run(stdin=b"")

        assert ran.exit == 3
        assert "Git named no refs to this hook" in ran.stderr
        assert len(ran.stderr.splitlines()) == 1

    def test_empty_lines_are_left_to_python(self, served: HookRepo) -> None:
        assert served.run(stdin=b"\n\n").started_python

    def test_for_update_is_not_accepted(self, served: HookRepo) -> None:
        served.run((ZERO, served.first, "refs/heads/feature"), hook="update")
        ran = subprocess.run([*served.shell, "hooks/update", "refs/heads/x"], cwd=served.repo.path, capture_output=True)

        assert ran.returncode == 3
        assert b"Git named no ref to this hook" in ran.stderr

    @pytest.mark.parametrize("redirection", ["<&-", "</dev/null", "<.", "0>/dev/null"])
    def test_nor_is_a_closed_or_unreadable_one(self, served: HookRepo, redirection: str) -> None:
        served.run((ZERO, served.first, "refs/heads/feature"))
        command = shlex.join([*served.shell, "hooks/pre-receive"])

        ran = subprocess.run(
            ["sh", "-c", f"{command} {redirection}"], cwd=served.repo.path, capture_output=True, timeout=60
        )

        assert ran.returncode == 3 or (ran.returncode == 1 and ran.stdout.startswith(b"python"))


class TestAnInterpreterThatReachesNoVerdict:
    @pytest.mark.parametrize(
        "end", ["exit 0", "exit 1", "exit 2", "exit 3", "exit 7", "exit 120", "exit 127", "kill -9 $$", "kill -6 $$"]
    )
    @pytest.mark.parametrize("hook", ["pre-receive", "update"])
    def test_accepts_nothing_and_is_told_of_in_a_line(self, served: HookRepo, end: str, hook: ServerHook) -> None:
        served.python.write_text(f"#!/bin/sh\n{end}\n")

        ran = served.run((ZERO, served.first, "refs/tags/m@v1.0.0"), hook=hook)

        assert ran.exit == 3
        assert "without a verdict, so nothing is accepted" in ran.stderr.splitlines()[-1]

    @pytest.mark.parametrize(("end", "means"), [(100, 0), (101, 1), (103, 3)])
    def test_verdicts_are_passed_on(self, served: HookRepo, end: int, means: int) -> None:
        served.python.write_text(f"#!/bin/sh\nexit {end}\n")

        assert served.run((ZERO, served.first, "refs/tags/m@v1.0.0")) == (means, "", "")


def test_what_sends_python_elsewhere_for_its_modules_does_not_reach_it(served: HookRepo) -> None:
    served.python.write_text("#!/bin/sh\nenv\nexit 100\n")
    elsewhere = {"PYTHONEXECUTABLE": "/elsewhere/python", "__PYVENV_LAUNCHER__": "/elsewhere/python"}

    ran = served.run((ZERO, served.first, "refs/tags/m@v1.0.0"), env=elsewhere)

    assert ran.exit == 0
    assert "/elsewhere" not in ran.stdout


def test_it_knows_its_own() -> None:
    assert is_our_text(hook_file("update", python="/usr/bin/python3").encode())
    assert not is_our_text(b"#!/bin/sh\necho tagwarden\n")


@pytest.mark.parametrize("python", ["python3", "/a\nb", "/a\0b", "/a\rb", ""])
def test_an_interpreter_that_a_script_can_not_name_is_an_error(python: str) -> None:
    with pytest.raises(ValueError, match="path that a hook file can hold"):
        hook_file("pre-receive", python=python)
