"""Verifies the signature of a tag by a policy that requires one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

from support import Repo
from tagwarden.policy.file.load import load_policy
from tagwarden.policy.grammar.tag_name import parse_tag_name
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.push import Signature, Tag, TagPush
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.signatures.verifier import find_verifier

NAME = "churn#prod"

ADA = "ada@example.com"

DAY = 86400

REQUIRE = """
[signing]
allowed-signers = "{location}"
[[signing.require]]
what = ["assign"]
stages = ["prod"]
"""


def push_of(repo: Repo, name: str = NAME, ref: str | None = None) -> TagPush:
    ref = ref or name
    oid = repo.git("rev-parse", f"refs/tags/{name}")
    raw = repo.try_git("cat-file", "tag", oid).stdout
    return TagPush(f"refs/tags/{ref}", parse_tag_name(ref), None, Tag(ref, oid, "tag", parse_tag_object(raw)))


def ask(
    repo: Repo,
    location: str,
    push: TagPush,
    *,
    now: int | None = None,
    remote: str | None = None,
) -> Mapping[str, Signature]:
    """The verifier's answers with the allowed signers at `location`, by ref."""
    git = Git.at(str(repo.path))
    with closing(GitProgram(git)) as reader:
        asking = load_policy(REQUIRE.format(location=location).encode())
        verifier = find_verifier(asking, reader, git, now=now, remote=remote)
        assert verifier is not None
        found = verifier([push])
        return {ref: signature for ref in found if (signature := found.get(ref))}


def verify(repo: Repo, signers: str, push: TagPush, *, now: int | None = None) -> Signature:
    """The verifier's answer with `signers` in the file of allowed signers on main."""
    repo.commit({"allowed_signers": signers})
    return ask(repo, "ref:refs/heads/main:allowed_signers", push, now=now)[push.ref]


def tamper(repo: Repo, old: bytes, new: bytes, name: str = NAME) -> TagPush:
    raw = repo.try_git("cat-file", "tag", f"refs/tags/{name}").stdout
    assert old in raw
    repo.raw_tag(name, raw.replace(old, new))
    return push_of(repo, name)
