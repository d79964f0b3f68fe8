"""A registry for random schedules (`approval_schedules.py`) with a real server, real keys and real pushes."""

from __future__ import annotations

from collections.abc import Sequence

from tagwarden.policy.push import RefUpdate
from tagwarden.repository.git.command import Git
from tagwarden.server_hooks.archiving import archive_approvals

from .approval_scene import ApprovalScene, Keys
from .approval_schedules import KEYS, Registry, Truth, policy_text
from .attack_scene import Scene


class RealRegistry(Registry):
    """A registry where a server's hook decides what lands, and its file of allowed signers who may sign."""

    drops = False

    def __init__(self, scene: Scene, keys: Keys) -> None:
        self._real = ApprovalScene(scene, keys, ())
        self._signers = scene.server.path.with_name("signers")
        self._policy = scene.server.path.with_name("policy.toml")
        super().__init__({name: scene.id(name) for name in ("c1", "c2")}, self._real.now)
        for oid in self.contents:
            self._real.store(oid)
        scene.point(self.refs)

    def add(self, content: bytes, truth: Truth, key: str | None = None) -> str:
        if key is not None:
            content = self._real.keys.sign(content, key)
        oid = self._real.make(content)
        self.contents[oid] = content
        self.truths[oid] = truth
        return oid

    def archive(self) -> set[str]:
        before = self._real.scene.refs()
        folder = str(self._real.server.git_dir)
        archive_approvals(folder, Git.of_folder(folder))
        return before.keys() - self._real.scene.refs().keys()

    def accepts(self, updates: Sequence[RefUpdate], pusher: str | None) -> bool:
        """Push for real; returns whether all of it landed, and checks that nothing of a refused push did."""
        allowed = [name for name, person in KEYS.items() if person is not None and name not in self.expired]
        lines = [self._real.keys.by_name[name].allowed(f"{KEYS[name]}") for name in allowed]
        self._signers.write_text("".join(lines))
        self._policy.write_text(policy_text(self.entries, str(self._signers)))
        before = self._real.scene.refs()
        wanted = {update.ref: update.new for update in updates if update.new or update.ref in before}
        result = self._real.push(wanted, by=pusher or "")
        after = self._real.scene.refs()
        landed = all(after.get(ref) == oid for ref, oid in wanted.items())
        assert landed or after == before, result.told
        return landed
