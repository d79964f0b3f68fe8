"""A server whose policy requires approvals: a tag that landed with them, and one that lacks an approval."""

from __future__ import annotations

from pathlib import Path

from tagwarden.policy.approvals.approval import approval_message
from tagwarden.policy.approvals.refs import approval_ref, proposal_ref

from .approval_scene import POLICY, REPOSITORY, Keys
from .repositories import Repo
from .tag_objects import raw_tag


def build(path: Path, keys: Keys, *, at: int, reason: str = "Looked at it") -> Repo:
    """The server, with a day between its events; `reason` is that of all approvers, in one line."""
    repo = Repo.init(path, "--bare")
    repo.git("config", "tagwarden.repositoryId", REPOSITORY)
    work = Repo.init(path.with_name(f"{path.name}-work"))
    commits = [work.commit({"tagwarden.toml": POLICY.format(signers=keys.signers), "model": str(n)}) for n in (1, 2)]
    work.tag("ranking@v1.0.0", commits[0], at=at)
    work.tag("ranking@v1.1.0", commits[1], at=at + 1)
    work.git("push", "--quiet", str(path), "HEAD:refs/heads/main", "--tags")
    repo.git("symbolic-ref", "HEAD", "refs/heads/main")

    def propose(name: str, commit: str, day: int, *people: str) -> str:
        tagger = f"Ada <ada@x> {at + day * 86_400} +0000"
        tag = keys.sign(raw_tag(object=commit, tag=name, tagger=tagger, message=f"{reason}\n"), "ada")
        oid = repo.write_object(tag)
        repo.raw_ref(proposal_ref(oid), oid)
        for person in people:
            tagger = f"{person} <{person}@x> {at + day * 86_400 + 3600} +0000"
            message = approval_message(REPOSITORY, "approve", reason)
            said = raw_tag(object=oid, type="tag", tag="approval", tagger=tagger, message=message)
            ref = approval_ref(oid, f"{person}@x")
            assert ref is not None
            repo.raw_ref(ref, repo.write_object(keys.sign(said, person)))
        return oid

    landed = propose("ranking#prod#1", commits[0], 1, "grace", "lin")
    repo.raw_ref("refs/tags/ranking#prod#1", landed)
    propose("ranking#prod#2", commits[1], 2, "grace")
    return repo
