"""Pushes that nobody makes by accident: they are judged, and neither the server nor a terminal comes to harm."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pygit2
import pytest

from support import Repo, Server, raw_tag
from support.hook_files import hook_at
from tagwarden.server_hooks.hook_file import hook_file

NewServer = Callable[..., Server]


def push(clone: Repo, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """A push whose output is left as bytes; it never holds a traceback."""
    result = clone.try_git("push", *arguments)
    assert b"Traceback" not in result.stderr
    return result


def told(result: subprocess.CompletedProcess[bytes]) -> str:
    """What our hook said. AssertionError if a terminal would do anything but print it."""
    lines = [line for line in result.stderr.split(b"\n") if line.startswith(b"remote: ")]
    assert all(line.decode("utf-8").isprintable() for line in lines)
    return b"\n".join(lines).decode("utf-8")


def wrap_hook(server: Server, before: str) -> None:
    """Have shell code run before the installed hook."""
    installed = server.path / "hooks" / "pre-receive"
    real = installed.rename(installed.with_name("pre-receive.real"))
    hook_at(installed, f'#!/bin/sh\n{before}\nexec "{real}"\n')


def many_tags(clone: Repo, names: list[str]) -> None:
    """Annotated tags on HEAD, thousands in a moment."""
    head = clone.git("rev-parse", "HEAD")
    objects = pygit2.Repository(str(clone.path)).odb
    refs = sorted(
        f"{objects.write(pygit2.enums.ObjectType.TAG, raw_tag(object=head, tag=name))} refs/tags/{name}\n"
        for name in names
    )
    packed = clone.git_dir / "packed-refs"
    packed.write_text("# pack-refs with: peeled fully-peeled sorted \n" + "".join(sorted(refs, key=lambda r: r[41:])))


class TestNames:
    ODD = (
        b"m@v1.0.0\x9b31m",
        b"m@v1.0.0\xff",
        "m@v1.0.0\u009b31m".encode(),
        "m\u202e@v1.0.0".encode(),
        "m@v1.0.0\u2028".encode(),
        b"$(touch${IFS}pwned)@v1.0.0",
        b"`touch${IFS}pwned`@v1.0.0",
        b"m';touch${IFS}pwned;'@v1.0.0",
        b'm"&&touch${IFS}pwned&&"@v1.0.0',
        b"m|touch${IFS}pwned@v1.0.0",
        b"m@v1.0.0%n%s",
        b"m@v1.0.0{}{0}",
    )

    @pytest.mark.parametrize("name", ODD, ids=ascii)
    def test_odd_bytes_are_refused_and_printed_as_escapes(self, server: Server, clone: Repo, name: bytes) -> None:
        head = clone.git("rev-parse", "HEAD")
        ref = "refs/tags/" + name.decode("utf-8", "surrogateescape")

        result = push(clone, "origin", f"{head}:{ref}")

        assert result.returncode == 1
        assert "[tag-name]" in told(result)
        assert not server.tags()
        assert not list(server.path.rglob("pwned"))

    def test_whatever_stands_in_a_message_or_a_tagger_is_printed_as_an_escape(self, clone: Repo) -> None:
        head = clone.git("rev-parse", "HEAD")
        tagger = "\x1b[2J\u202e\udcff <\x07> 1700000000 +0000"
        oid = clone.write_object(raw_tag(object=head, tag="\x1b]0;pwned\x07", tagger=tagger, message=b"\x1b[31m\0"))

        result = push(clone, "origin", f"{oid}:refs/tags/m@v1.0.0")

        assert result.returncode == 1
        assert "[tag-name-in-object]" in told(result)


class TestSize:
    MEBIBYTE = 1 << 20
    MOST_MEMORY = 150

    def test_a_message_of_100_megabytes_is_refused_in_little_memory(self, server: Server, clone: Repo) -> None:
        report = server.path / "memory"
        installed = server.path / "hooks" / "pre-receive"
        real = installed.rename(installed.with_name("pre-receive.real"))
        measure = (
            "import pathlib, resource, subprocess, sys\n"
            f"status = subprocess.run([{str(real)!r}]).returncode\n"
            "kibibytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
            f"pathlib.Path({str(report)!r}).write_text(str(kibibytes))\n"
            "sys.exit(status)\n"
        )
        hook_at(installed, f"#!{sys.executable}\n{measure}")
        head = clone.git("rev-parse", "HEAD")
        oid = clone.write_object(raw_tag(object=head, tag="m@v1.0.0", message=b"a line of text\n" * 6_700_000))

        result = push(clone, "origin", f"{oid}:refs/tags/m@v1.0.0")

        assert result.returncode == 1
        assert "bytes, too many to read" in told(result)
        assert int(report.read_text()) * 1024 < self.MOST_MEMORY * self.MEBIBYTE

    def test_5000_good_tags_are_let_in_at_once(self, server: Server, clone: Repo) -> None:
        many_tags(clone, [f"m{number}@v1.0.0" for number in range(5000)])

        assert push(clone, "--tags", "origin").returncode == 0
        assert len(server.tags()) == 5000

    def test_of_5000_bad_tags_twenty_are_told_and_the_rest_counted(self, server: Server, clone: Repo) -> None:
        many_tags(clone, [f"m{number}@1.0.0" for number in range(5000)])

        result = push(clone, "--tags", "origin")

        assert result.returncode == 1
        assert "[tag-name] 4980 more like this" in told(result)
        assert told(result).count("error [tag-name]") == 20
        assert not server.tags()


class TestClones:
    @pytest.mark.parametrize("how", ["--depth=1", "--filter=blob:none", "--filter=tree:0"])
    def test_a_push_from_an_incomplete_clone_is_judged(self, server: Server, how: str, tmp_path: Path) -> None:
        full = server.clone()
        for number in range(3):
            full.commit({"data": str(number)})
        full.git("push", "--quiet", "origin", "main")
        server.git("config", "uploadpack.allowFilter", "true")
        subprocess.run(["git", "clone", "--quiet", how, f"file://{server.path}", tmp_path / "part"], check=True)
        part = Repo(tmp_path / "part")
        part.commit({"more": "data"})
        part.tag("m@v1.0.0")
        assert push(part, "origin", "m@v1.0.0").returncode == 0

        part.tag("m@v1.0.1")

        assert "[version-per-commit]" in told(push(part, "origin", "m@v1.0.1"))
        assert server.tags() == {"m@v1.0.0"}

    @pytest.mark.parametrize("how", ["absolute", "relative", "relative, without a dot"])
    def test_objects_that_a_server_borrows_are_seen(self, server: Server, clone: Repo, how: str) -> None:
        clone.tag("m@v1.0.0")
        clone.git("push", "--quiet", "origin", "m@v1.0.0")
        pool = server.path.with_name("pool.git")
        inside = server.path / "objects" / "pool"
        place = inside if how == "relative, without a dot" else pool
        subprocess.run(["git", "clone", "--quiet", "--bare", str(server.path), str(pool)], check=True)
        pool.joinpath("objects").rename(place if place == inside else pool / "objects")
        for loose in server.path.glob("objects/[0-9a-f][0-9a-f]"):
            subprocess.run(["rm", "-r", loose], check=True)
        alternate = {"absolute": f"{pool}/objects", "relative": "../../pool.git/objects"}.get(how, "pool")
        (server.path / "objects" / "info").mkdir(exist_ok=True)
        (server.path / "objects" / "info" / "alternates").write_text(f"{alternate}\n")
        clone.tag("m#prod")
        clone.tag("m@v1.0.0#2")

        assert push(clone, "origin", "m#prod").returncode == 0
        assert "[version-once]" in told(push(clone, "origin", "m@v1.0.0#2"))

    def test_a_sha256_repository_is_judged_as_any(self, new_server: NewServer) -> None:
        server = new_server(object_format="sha256")
        clone = server.clone()
        clone.tag("m@v1.0.0")
        clone.tag("m@v1.0.0#2")

        assert push(clone, "origin", "m@v1.0.0").returncode == 0
        assert "[version-once]" in told(push(clone, "origin", "m@v1.0.0#2"))


class TestForms:
    FORMS = (("--tags",), ("--follow-tags", "main"), ("--atomic", "main", "m@v1.0.0", "m@1.0.0"), ("--mirror",))

    @pytest.mark.parametrize("form", FORMS, ids=" ".join)
    def test_every_form_of_push_is_refused_as_a_whole(self, server: Server, clone: Repo, form: tuple[str, ...]) -> None:
        before = server.refs()
        clone.commit()
        clone.tag("m@v1.0.0")
        clone.tag("m@1.0.0")

        result = push(clone, "origin", *form)

        assert result.returncode == 1
        assert "[tag-name]" in told(result)
        assert server.refs() == before

    @pytest.mark.parametrize("form", FORMS[:3], ids=" ".join)
    def test_every_form_of_push_lets_good_tags_in(self, server: Server, clone: Repo, form: tuple[str, ...]) -> None:
        clone.commit()
        clone.tag("m@v1.0.0")

        assert push(clone, "origin", *(part for part in form if part != "m@1.0.0")).returncode == 0
        assert server.tags() == {"m@v1.0.0"}

    def test_a_mirror_without_a_tag_would_delete_it(self, server: Server, clone: Repo) -> None:
        clone.tag("m@v1.0.0")
        assert push(clone, "origin", "m@v1.0.0").returncode == 0
        clone.git("tag", "-d", "m@v1.0.0")
        clone.git("remote", "remove", "origin")

        assert "[tag-permanent]" in told(push(clone, "--mirror", str(server.path)))
        assert server.tags() == {"m@v1.0.0"}


def test_a_replacement_that_is_there_already_disguises_nothing(server: Server, clone: Repo) -> None:
    bad = clone.write_object(raw_tag(object=clone.git("rev-parse", "HEAD"), tag="m@v1.0.0", tagger=None))
    good = clone.tag("m@v1.0.0")
    clone.git("push", "--quiet", "origin", f"{good}:refs/tags/plain", f"{bad}:refs/tags/odd")
    server.raw_ref(f"refs/replace/{bad}", good)

    assert "[tag-object]" in told(push(clone, "origin", f"{bad}:refs/tags/m@v1.0.0"))


def test_a_policy_that_is_a_symbolic_link_is_not_followed(server: Server, clone: Repo, tmp_path: Path) -> None:
    (tmp_path / "lenient.toml").write_text('[rules]\nannotated = "off"\n')
    (clone.path / "tagwarden.toml").symlink_to(tmp_path / "lenient.toml")
    clone.git("add", "tagwarden.toml")
    clone.commit()
    clone.git("push", "--quiet", "origin", "HEAD:refs/heads/linked")
    server.git("update-ref", "refs/heads/main", "refs/heads/linked")
    clone.lightweight("m@v1.0.0")

    result = push(clone, "origin", "m@v1.0.0")

    assert result.returncode == 1
    assert "is a symlink" in told(result)
    assert not server.tags()


def test_a_server_without_any_branch_judges_by_the_built_in_policy_and_says_so(tmp_path: Path, repo: Repo) -> None:
    server = Repo.init(tmp_path / "empty.git", "--bare")
    hook_at(server.path / "hooks" / "pre-receive", hook_file("pre-receive", python=sys.executable))
    repo.git("remote", "add", "origin", str(server.path))
    repo.tag("m@v1.0.0")
    repo.tag("m@1.0.0")

    refused = push(repo, "origin", "m@1.0.0")

    assert "[tag-name]" in told(refused)
    assert "HEAD names 'refs/heads/main'" in told(refused)
    assert push(repo, "origin", "main", "m@v1.0.0").returncode == 0
    assert server.tags() == {"m@v1.0.0"}


class TestMishaps:
    def test_without_pygit2_the_gate_judges_all_the_same(self, server: Server, clone: Repo, tmp_path: Path) -> None:
        python = tmp_path / "python"
        hook_at(
            python,
            "#!/bin/sh\n"
            "code=\"import sys; sys.modules['pygit2'] = None\n"
            '$3"\n'
            f'shift 3\nexec {sys.executable} -I -c "$code" "$@"\n',
        )
        hook_at(server.path / "hooks" / "pre-receive", hook_file("pre-receive", python=str(python)))
        clone.tag("m@v1.0.0")
        clone.tag("m@1.0.0")

        assert push(clone, "origin", "m@v1.0.0").returncode == 0
        assert "[tag-name]" in told(push(clone, "origin", "m@1.0.0"))

    def test_where_nothing_can_be_written_no_tag_gets_in(self, server: Server, clone: Repo) -> None:
        wrap_hook(server, "ulimit -f 0")
        clone.tag("m@v1.0.0")

        result = push(clone, "origin", "m@v1.0.0")

        assert result.returncode == 1
        assert "could not judge this push: The push lock could not be taken" in told(result)
        assert not server.tags()

    def test_a_hook_that_is_killed_at_any_moment_lets_nothing_in_and_leaves_nothing_behind(
        self, server: Server, clone: Repo
    ) -> None:
        installed = server.path / "hooks" / "pre-receive"
        real = installed.rename(installed.with_name("pre-receive.real"))
        chance = random.Random(7)
        clone.tag("m@v1.0.0")
        refused = 0
        for _ in range(8):
            # The shell becomes the hook; what was started beside it kills it.
            delay = chance.uniform(0, 0.15)
            hook_at(installed, f"#!/bin/sh\n(sleep {delay:.3f}; kill -9 $$) </dev/null >&- 2>&- &\nexec '{real}'\n")

            result = push(clone, "origin", "m@v1.0.0")

            assert (result.returncode == 0) == bool(server.tags())
            refused += result.returncode != 0
            for tag in server.tags():
                server.git("update-ref", "-d", f"refs/tags/{tag}")
        assert refused

        hook_at(installed, f"#!/bin/sh\nexec '{real}'\n")
        began = time.monotonic()
        assert push(clone, "origin", "m@v1.0.0").returncode == 0
        assert time.monotonic() - began < 20


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
def test_nobody_pushes_into_a_namespace_past_its_own_hook_calls(new_server: NewServer, hook: str) -> None:
    server = new_server(hook=hook)
    clone = server.clone()
    clone.tag("churn@v1.0.0")
    inside = {"GIT_NAMESPACE": "ns"}
    assert clone.push("HEAD:refs/heads/main", env=inside).ok
    assert clone.push("churn@v1.0.0", env=inside).ok
    before = server.refs()
    assert "refs/namespaces/ns/refs/tags/churn@v1.0.0" in before

    for refspec in (
        ":refs/namespaces/ns/refs/tags/churn@v1.0.0",
        "HEAD:refs/namespaces/ns/refs/tags/churn@v0.9.0",
        "HEAD:refs/namespaces/ns/refs/heads/other",
    ):
        result = clone.push("HEAD:refs/heads/beside", refspec)
        assert not result.ok
        assert "belongs to a namespace" in result.stderr
    assert {ref: oid for ref, oid in server.refs().items() if "namespaces" in ref} == {
        ref: oid for ref, oid in before.items() if "namespaces" in ref
    }


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
@pytest.mark.parametrize(
    ("folder", "alike"),
    [
        ("Tags", "tags"),
        ("tag\u017f", "tags"),
        ("ta\u200dgs", "tags"),
        ("tags.", "tags"),
        ("HEADS", "heads"),
        ("Replace", "replace"),
        ("TagWarden", "tagwarden"),
    ],
)
def test_no_ref_gets_in_that_a_file_system_may_take_for_one_that_is_judged(
    new_server: NewServer, hook: str, folder: str, alike: str
) -> None:
    server = new_server(hook=hook)
    clone = server.clone()
    before = server.refs()

    result = clone.push(f"HEAD:refs/{folder}/churn@v1.0.0")

    assert not result.ok
    assert f"the refs of refs/{alike}/" in result.stderr
    assert server.refs() == before


def test_other_folders_of_refs_are_nobodys_business(new_server: NewServer) -> None:
    clone = new_server().clone()

    assert clone.push("HEAD:refs/notes/tags", "HEAD:refs/\u00e9t\u00e9/x", "HEAD:refs/heads/Tags/x").ok
