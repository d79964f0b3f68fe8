"""The cost of a command on a hundred repositories, compared with the least that Git does for the same."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from .cases import Case, Results
from .kit import Kit
from .measuring import Contender
from .repositories import Repository

OURS, START = "tagwarden", "python -I -c pass"
PROBES = "git receive-pack of the same bad tags, into a scratch repository for each"
READING = "git for-each-ref and git cat-file --batch of each"
REPOSITORIES, TAGS = 100, 10
BAD_TAGS = ("tagwarden-status@v0.1", "tagwarden-status@v0.0.1")
# As `status` does it: the hook runs in a repository of its own that borrows the other one's objects.
PUSH = """\
rm -rf "$2" && git init --quiet --bare --template= "$2"
ln -s "$one/hooks" "$2/hooks" && echo "$one/objects" >"$2/objects/info/alternates"
git receive-pack "$2" <"$3" 2>/dev/null
"""
READ = 'git -C "$one" for-each-ref --format="%(objectname)" refs/tags | git -C "$one" cat-file --batch --buffer'


def _fleet(kit: Kit) -> tuple[str, Repository]:
    """Make a hundred repositories with our hook; returns a glob for them, and the first one."""
    made = kit.repository(TAGS, 1, new=1)
    folder = kit.folder / "fleet"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    first, *_ = [made.copy(folder / f"{number:02}.git") for number in range(REPOSITORIES)]
    kit.run(kit.tagwarden, "install", "--server", f"{folder}/*.git")
    return f"{folder}/*.git", first


def _in_each(kit: Kit, name: str, command: str, first: Repository, *arguments: Path) -> Contender:
    """`command` for each repository, whose path is in $one; `arguments` are $2 and so on."""
    script = f'for one in "$1"/*.git; do {command}\ndone'
    words = ["sh", "-c", script, "sh", *map(str, (first.path.parent, *arguments))]
    return Contender(name, words, first.path, kit.environment)


def _ours(kit: Kit, command: Sequence[str], glob: str, first: Repository) -> Contender:
    return Contender(OURS, [str(kit.tagwarden), *command, glob], first.path, kit.environment)


def _status(kit: Kit) -> Sequence[Contender]:
    glob, first = _fleet(kit)
    request = kit.folder / "bad-tags"
    request.write_bytes(_request(first.git("rev-parse", "refs/heads/main")))
    push = _in_each(kit, PROBES, PUSH, first, kit.folder / "fleet-scratch.git", request)
    return [_ours(kit, ["status", "--server"], glob, first), push, kit.bare_start(first)]


def _audit(kit: Kit) -> Sequence[Contender]:
    glob, first = _fleet(kit)
    return [_ours(kit, ["audit"], glob, first), _in_each(kit, READING, READ, first), kit.bare_start(first)]


def _request(commit: str) -> bytes:
    """The request of a client that pushes `commit` as each of the bad tags (gitprotocol-pack(5))."""
    request, capabilities = b"", "\0report-status object-format=sha1"
    for tag in BAD_TAGS:
        line = f"{'0' * 40} {commit} refs/tags/{tag}{capabilities}".encode()
        request += b"%04x%s" % (len(line) + 4, line)
        capabilities = ""
    pack = b"PACK\0\0\0\2\0\0\0\0"
    return request + b"0000" + pack + hashlib.sha1(pack, usedforsecurity=False).digest()


def _beyond_startup(results: Results, other: str) -> float:
    return (results[OURS].cpu - results[START].cpu) / results[other].cpu


CASES = (
    Case(
        "fleet-status",
        f"`status --server` of {REPOSITORIES} repositories with {TAGS} tags each",
        f"CPU time beyond a Python start / {PROBES}",
        1.2,
        _status,
        lambda results: _beyond_startup(results, PROBES),
        5,
    ),
    Case(
        "fleet-audit",
        "`audit` of the same",
        f"CPU time beyond a Python start / {READING}",
        4,
        _audit,
        lambda results: _beyond_startup(results, READING),
        5,
    ),
)
