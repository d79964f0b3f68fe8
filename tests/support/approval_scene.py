"""People with keys, a server whose policy requires their approvals, and pushes of what they sign, by any client.

Ada, Grace, Lin and Eve may sign. `grace-2` is a second key of Grace's, `late`
a key of Lin's that is no longer allowed; `mallory` is not allowed at all.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tagwarden.policy.approvals.approval import approval_message
from tagwarden.policy.approvals.refs import approval_ref, proposal_ref

from .attack_scene import Line, Scene
from .git_objects import EMPTY_TREE, GitObject, pack_of
from .raw_push import RawPushResult, command, raw_push
from .signing import SshKey

REPOSITORY = "acme/models"
LONG_AGO = 'valid-before="20010101"'
PEOPLE = ("ada", "grace", "grace-2", "lin", "late", "eve", "mallory")

POLICY = """\
[signing]
allowed-signers = "file:{signers}"
[approvals]
repository = "acme/models"
[people]
groups.ml = ["ada@x", "grace@x", "lin@x"]
[[approvals.require]]
stages = ["prod"]
who = ["@ml"]
count = 2
not = ["tagger", "pusher"]
"""


class Keys(NamedTuple):
    """The keys of a session, by the names of their holders, and the file of allowed signers."""

    by_name: Mapping[str, SshKey]
    signers: Path

    @classmethod
    def make(cls, folder: Path) -> Keys:
        keys = {name: SshKey.make(folder / name) for name in PEOPLE}
        allowed = [keys[name].allowed(f"{name}@x") for name in ("ada", "grace", "lin", "eve")]
        allowed += [keys["grace-2"].allowed("grace@x"), keys["late"].allowed("lin@x", LONG_AGO)]
        signers = folder / "allowed_signers"
        signers.write_text("".join(allowed))
        return cls(keys, signers)

    def sign(self, content: bytes, name: str) -> bytes:
        """`content`, the bytes of a tag object, with a signature by the key `name`."""
        sign = ["ssh-keygen", "-Y", "sign", "-n", "git", "-f", str(self.by_name[name].file)]
        ran = subprocess.run(sign, input=content, capture_output=True, check=True)
        return content + ran.stdout


class ApprovalScene:
    """A server with v1.0.0 and v1.1.0 of the model m, v1.0.0 of which is in prod, and a client's objects for it."""

    def __init__(self, scene: Scene, keys: Keys, existing: Iterable[Line], *, policy: str = POLICY) -> None:
        self.scene = scene
        self.server = scene.server
        self.keys = keys
        self.now = int(time.time()) - 1000
        self._made: dict[str, GitObject] = {}
        scene.stand(list(existing))
        scene.govern(policy.format(signers=keys.signers))
        scene.configure([("tagwarden.repositoryId", REPOSITORY), ("tagwarden.pusher", "http")])

    def make(self, content: bytes) -> str:
        """Make an object at the client; returns its id."""
        made = GitObject("tag", content)
        oid = made.id(self.scene.object_format)
        self._made[oid] = made
        return oid

    def store(self, oid: str) -> str:
        """Store an object on the server, like an administrator; returns its id."""
        return self._made[oid].store(self.server.git_dir, self.scene.object_format)

    def content(self, oid: str) -> bytes:
        return self._made[oid].content

    def tag(
        self, name: str = "m#prod#2", on: str = "c2", *, by: str | None = "ada", message: str = "As agreed\n"
    ) -> str:
        """Make a tag object that is later than all before it, signed by the key `by`; returns its id."""
        self.now += 1
        text = f"object {self.scene.id(on)}\ntype commit\ntag {name}\ntagger Ada <ada@x> {self.now} +0000\n\n{message}"
        return self.make(self.keys.sign(text.encode(), by) if by else text.encode())

    def approval(
        self,
        tag: str,
        by: str,
        *,
        verdict: Any = "approve",
        repository: str = REPOSITORY,
        at: int | None = None,
        change: Callable[[bytes], bytes] = lambda content: content,
    ) -> str:
        """Make an approval of the tag object `tag`, changed by `change` and signed by the key `by`; returns its id."""
        self.now += 1
        message = approval_message(repository, verdict, "Looked at it")
        head = f"object {tag}\ntype tag\ntag approval\ntagger {by} <{by}@x> {at or self.now} +0000\n\n"
        return self.make(self.keys.sign(change((head + message).encode()), by))

    def push(self, updates: Mapping[str, str | None], *, by: str = "zoe", **how: Any) -> RawPushResult:
        """Point refs (full names) at objects (None: delete), by any client, logged in as `by`."""
        current = self.scene.refs()
        nothing = self.scene.nothing
        commands = [command(current.get(ref, nothing), oid or nothing, ref) for ref, oid in updates.items()]
        pack = pack_of([*self._made.values(), EMPTY_TREE], self.scene.object_format)
        if not any(updates.values()):
            pack = None
        environment = {"REMOTE_USER": by, **how.pop("env", {})}
        return raw_push(self.server.git_dir, commands, pack=pack, env=environment, **how)

    def propose(self, tag: str, *, by: str = "zoe") -> RawPushResult:
        return self.push({proposal_ref(tag): tag}, by=by)

    def approve(self, tag: str, *people: str) -> None:
        """Have these people approve the proposal, each by a push of their own, which must land."""
        for one in people:
            result = self.push({self.place(tag, one): self.approval(tag, one)})
            assert result.landed, result.told

    def land(self, tag: str, name: str = "m#prod#2", *, by: str = "zoe") -> RawPushResult:
        return self.push({f"refs/tags/{name}": tag}, by=by)

    def place(self, tag: str, person: str) -> str:
        """The ref of a person's approval of a tag."""
        ref = approval_ref(tag, f"{person.partition('-')[0]}@x")
        assert ref is not None
        return ref

    def tags(self) -> set[str]:
        return self.server.tags()
