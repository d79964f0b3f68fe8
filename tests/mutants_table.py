"""The changes that `make mutants` makes: where a slip would open the gate, let GTO fail, or spoil the log."""

from __future__ import annotations

from typing import NamedTuple

RULES = ("tests/policy/test_rules.py", "tests/policy/test_borders.py")
ARTIFACTS = (*RULES, "tests/policy/test_bound_artifacts.py", "tests/server_hooks/test_artifacts.py")
PEOPLE = (*RULES, "tests/policy/test_people.py", "tests/policy/test_consequences.py")
HISTORY = (*RULES, "tests/policy/test_history.py")
NAMES = ("tests/policy/test_tag_name.py", "tests/policy/test_long_names.py")
VERSIONS = ("tests/policy/test_versions.py",)
GLOBS = ("tests/policy/test_globs.py",)
TAGS = ("tests/policy/test_tag_object.py", "tests/policy/test_borders.py")
COMMITS = ("tests/policy/test_commit_object.py", "tests/policy/test_borders.py")
TREES = ("tests/policy/test_tree_object.py", "tests/repository/test_tree_walk.py")
LANDING = ("tests/policy/test_landing.py", "tests/server_hooks/test_gate.py")
GATE = ("tests/server_hooks/test_gate.py", "tests/server_hooks/test_attacks.py")
VERSION_FILE = ("tests/policy/test_version_file.py",)
WHO = ("tests/server_hooks/people/test_who.py",)
EMERGENCIES = ("tests/server_hooks/people/test_emergencies.py",)
LOG = ("tests/server_hooks/test_push_log.py",)
LOGGED = ("tests/server_hooks/test_logged_pushes.py",)
SETTLEMENT = ("tests/server_hooks/test_settlement.py",)
CLONE = ("tests/hooks/test_pre_push.py",)
MAKING = ("tests/cli/test_creating_beside_a_remote.py",)
APPROVALS = ("tests/policy/test_approvals.py", "tests/repository/test_approval_schedules.py")
APPROVAL_REFS = ("tests/server_hooks/test_approvals.py",)
LOCK = ("tests/server_hooks/test_push_lock.py",)
ONE_VERDICT = ("tests/policy/test_one_verdict.py",)
HOST_RULES = ("tests/host_rules/test_rules.py",)


class Mutant(NamedTuple):
    """`old` stands once in `file`, and becomes `new`; one of the `tests`, arguments of pytest, must fail."""

    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def _rule(name: str, old: str, new: str, tests: tuple[str, ...] = RULES) -> Mutant:
    return Mutant(f"policy/rules/{name}.py", old, new, tests)


def _approvals(name: str, old: str, new: str, tests: tuple[str, ...] = APPROVALS) -> Mutant:
    return Mutant(f"policy/approvals/{name}.py", old, new, tests)


MUTANTS = (
    # Rules
    _rule("version_step", "number <= 1 or", "number <= 2 or"),
    _rule("version_step", "if patch:", "if patch > 1:"),
    _rule("event_time", "event.time > limit", "event.time >= limit"),
    _rule("event_time", "event.time <= follows.time and", "event.time < follows.time and"),
    _rule("event_time", "replayed.event.time <= newest", "replayed.event.time < newest"),
    _rule("counter", "counter <= highest", "counter < highest"),
    _rule("stage_path", "not replayed.earlier_stages.includes_by(before, replayed.event.time)", "False"),
    _rule("stage_known", "stage in known or", "stage not in known or"),
    _rule("stage_permanent", 'event.name.kind == "assign" and stage in permanent', "stage in permanent"),
    _rule(
        "state_exists", "if replayed.versions_here > 1 and replayed.assigned_before", "if replayed.versions_here > 1"
    ),
    _rule("state_exists", "return None if replayed.active else _no_version(replayed, facts)", "return None"),
    _rule("tag_immutable", "push.old is not None and push.new is not None", "push.new is not None"),
    _rule("tag_permanent", "push.old is None or push.new is not None", "push.old is None or push.new is None"),
    Mutant("policy/facts/readable_event.py", "found.message_bytes >", "found.message_bytes >=", RULES),
    _rule(
        "artifact",
        "if holder.precedence != version.precedence and not _is_released(holder, version):",
        "if False:",
        ARTIFACTS,
    ),
    _rule("artifact", "one[:3] == other[:3] and bool(one", "one[:3] == other[:3] or bool(one", ARTIFACTS),
    _rule("artifact", "if event.tag not in made and", "if", ARTIFACTS),
    _rule("artifact", "known.get(one.path, {}).get(kind) != digest", "False", ARTIFACTS),
    Mutant("policy/facts/artifact_at_commit.py", "if there[kind] != bound.digests[kind]:", "if False:", ARTIFACTS),
    Mutant("policy/facts/artifact_at_commit.py", "if ours not in (None, digest):", "if False:", ARTIFACTS),
    Mutant("policy/facts/artifact_at_commit.py", "out is None or out.path != bound.path", "out is None", ARTIFACTS),
    Mutant("policy/objects/bound_artifacts.py", "if left < 0:", "if False:", ARTIFACTS),
    Mutant("repository/judging/artifacts.py", "found.size > MOST_HASHED", "found.size > 2 * MOST_HASHED", ARTIFACTS),
    _rule("target_version", 'event.name.kind != "register" or', ""),
    _rule("target_version", "if found == event.name.version:", "if not isinstance(found, str):"),
    _rule("target_version", "other.precedence == told.precedence or", "", VERSION_FILE),
    _rule("target_version", "event.tag == replayed.event.tag or", "", VERSION_FILE),
    _rule("target_tree", "shape.depth > bounds", "shape.depth >= bounds"),
    _rule("target_tree", "shape.paths > bounds", "shape.paths >= bounds"),
    _rule("target_commit", 'tag.object.target_type == "tag"', "False"),
    _rule("message", "len(text) < wanted.min_length", "len(text) <= wanted.min_length"),
    _rule("push_size", "tags > MOST_TAGS", "tags >= MOST_TAGS"),
    _rule("version_per_commit", "first_at[event.commit] != event.tag", "False"),
    _rule("version_once", "if first != tag", "if False"),
    _rule("model_known", 'not in ("register", "assign")', '!= "register"'),
    _rule("tagger_is_pusher", "not circumstances.tell_the_pusher", "circumstances.tell_the_pusher"),
    _rule("who", "not facts.circumstances.tell_the_pusher", "facts.circumstances.tell_the_pusher", PEOPLE),
    _rule(
        "who",
        "by_name = (line.own, Act(CONTRARY[line.own.kind], line.own.stage))",
        "by_name = (line.own,)",
        PEOPLE,
    ),
    _rule("signed", "if found.name != push.tag", "if False", (*RULES, "tests/policy/test_signed.py")),
    # The judge
    Mutant("policy/judging/judge.py", 'and level == "error":', 'and level != "off":', RULES),
    Mutant("policy/judging/judge.py", 'level == "warning" or emergency is not None', 'level == "warning"', EMERGENCIES),
    Mutant("policy/judging/judge.py", 'if self.policy.mode == "enforce" else', "if True else", WHO),
    Mutant("policy/judging/emergency.py", "rule not in policy.emergency.rules", "False", EMERGENCIES),
    Mutant("policy/judging/features.py", "message_bytes > facts", "message_bytes > 1 + facts", RULES),
    Mutant("policy/judging/features.py", "if found.name != tag.name:", "if False:", RULES),
    Mutant("policy/facts/landing.py", "len(push.pushed) > 1", "len(push.pushed) > 2", LANDING),
    # Histories
    Mutant("policy/registry/replay.py", '"unassign": 1, "assign": 2', '"unassign": 2, "assign": 1', HISTORY),
    Mutant(
        "policy/registry/replay.py",
        "return other if other.time > one.time",
        "return other if other.time < one.time",
        HISTORY,
    ),
    Mutant(
        "policy/registry/history.py",
        "registered.time > deregistered.time",
        "registered.time >= deregistered.time",
        HISTORY,
    ),
    Mutant("policy/registry/history.py", "or other.time >= one.time", "or other.time > one.time", HISTORY),
    Mutant("policy/registry/event.py", "or found.name != tag.name or", "or", HISTORY),
    Mutant(
        "policy/registry/history.py", "self.deprecated.time > alive.time", "self.deprecated.time >= alive.time", HISTORY
    ),
    # Names, versions, globs
    Mutant("policy/grammar/names.py", "MOST_BYTES = 250", "MOST_BYTES = 251", NAMES),
    Mutant("policy/grammar/names.py", 'if tag[-5:] == ".lock":', "if False:", NAMES),
    Mutant("policy/grammar/names.py", 'and "//" not in text', "", NAMES),
    Mutant("policy/grammar/versions.py", 'if number[0] == "0" and number != "0":', "if False:", VERSIONS),
    Mutant("policy/grammar/versions.py", "len(number) > MOST_DIGITS", "len(number) > MOST_DIGITS + 1", VERSIONS),
    Mutant("policy/grammar/globs.py", "(members[at], members[at + 2])", "(members[at], members[at + 1])", GLOBS),
    # Objects
    Mutant("policy/objects/tag_object.py", 'or b"\\0" in header', "", TAGS),
    Mutant(
        "policy/objects/tag_object.py", "if list(fields) != [key for key in KEYS if key in fields]:", "if False:", TAGS
    ),
    Mutant("policy/objects/tag_object.py", " if len(seconds) <= 12 else LAST_SECOND + 1", "", TAGS),
    Mutant("policy/objects/tag_object.py", ' and four[:7] == "tagger "', "", TAGS),
    Mutant("policy/objects/tag_object.py", "offset >= ZONE_LIMIT", "offset > ZONE_LIMIT", TAGS),
    Mutant("policy/objects/commit_object.py", "len(parent) != len(tree) or", "", COMMITS),
    Mutant(
        "policy/objects/commit_object.py",
        "FIRST_SECOND <= time <= LAST_SECOND",
        "FIRST_SECOND <= time < LAST_SECOND",
        COMMITS,
    ),
    Mutant("policy/objects/tree_object.py", "len(distinct) < len(names)", "False", TREES),
    Mutant("policy/objects/tree_object.py", "if keys != sorted(keys):", "if False:", TREES),
    Mutant("policy/objects/tree_object.py", "> bare + MOST_NAME_BYTES", "> bare + MOST_NAME_BYTES + 1", TREES),
    # The gate
    Mutant("repository/judging/claims.py", "if there != update.old:", "if there != update.old and update.old:", GATE),
    Mutant("repository/judging/claims.py", "if receiver.hides(update.ref):", "if False:", GATE),
    Mutant(
        "server_hooks/gate.py",
        "call.run_foreign_hook() if status == ACCEPTED else ACCEPTED",
        "call.run_foreign_hook()",
        GATE,
    ),
    Mutant(
        "server_hooks/gate.py",
        "all(verdict.accepted for",
        "any(verdict.accepted for",
        ("tests/server_hooks/test_gate.py",),
    ),
    Mutant(
        "server_hooks/update.py",
        "return ()  # `update` gets none",
        "from .push_options import push_options; return push_options(_environ)  #",
        EMERGENCIES,
    ),
    # The clone
    Mutant("hooks/softness.py", 'if value.lower() == "warn":', "if True:", CLONE),
    Mutant("hooks/pre_push.py", "accepted = verdict.accepted or warns", "accepted = True", CLONE),
    Mutant("repository/git/promised.py", "not clone.may_fetch or", "", ("tests/hooks/test_partial_clones.py",)),
    Mutant("repository/judging/branches.py", "elsewhere and reader", "reader", ("tests/hooks/test_partial_clones.py",)),
    Mutant("repository/making/tag_maker.py", "if there == judged.oid:", "if there is not None:", MAKING),
    # One verdict
    _rule("version_order", ".discard(replayed.event.commit)", ".clear()", ONE_VERDICT),
    Mutant("policy/registry/replay.py", "precedence, event.tag", "(), event.tag", ONE_VERDICT),
    Mutant("repository/judging/server_push.py", "update.ref == head and update.new", "update.new", GATE[:1]),
    Mutant("repository/judging/audit.py", "and is_of_a_package(one.tag, models)", "", ("tests/cli/test_audit.py",)),
    # The lock
    Mutant(
        "server_hooks/lock/push_lock.py",
        "if not mine_already and _is_the_file(fd, path):",
        "if not mine_already:",
        LOCK,
    ),
    Mutant(
        "server_hooks/lock/push_lock.py",
        "if receive_pack is not None and not still_runs(receive_pack):",
        "if False:",
        LOCK,
    ),
    Mutant(
        "server_hooks/lock/push_lock.py",
        "if process is not None and still_runs(process):",
        "if False:",
        (*LOCK, "tests/server_hooks/test_lock_attacks.py"),
    ),
    # Approvals
    _approvals("quorum", '"tagger" in entry.barred and principal == parties.tagger', "False"),
    _approvals("quorum", "if not missing and hopeless is None:", "if not missing:"),
    _approvals("quorum", "entry.enough - len(has)", "entry.enough - len(approved)"),
    _approvals("quorum", '== "approve" and one.problem is None', '== "approve"'),
    _approvals("quorum", "return principal in principals[pusher]", "return False"),
    _approvals("guard", "if line.tag.landed:", "if False:"),
    _approvals("guard", "if word.signer != name.principal:", "if False:"),
    _approvals("guard", "word.read.time <= word.earlier", "word.read.time < word.earlier", APPROVAL_REFS),
    _approvals("guard", "if word.read.repository != guard.repository:", "if False:", APPROVAL_REFS),
    _approvals("guard", "line.of_model >= MOST", "line.of_model > MOST", APPROVAL_REFS),
    _approvals("guard", "line.of_person >= MOST", "line.of_person > MOST", APPROVAL_REFS),
    _approvals("guard", "guard.pusher == tag.proposer", "True", APPROVAL_REFS),
    Mutant("repository/approvals/standing.py", "if ref not in self._touched", "if True", APPROVALS),
    Mutant("repository/approvals/standing.py", "proposal not in self._touched and", "", APPROVAL_REFS),
    Mutant("repository/approvals/standing.py", "elif approval.repository != repository:", "elif False:", APPROVAL_REFS),
    # The log
    Mutant("server_hooks/log/chain.py", "found.hash == self.wanted and found.intact", "found.hash == self.wanted", LOG),
    Mutant(
        "server_hooks/log/chain.py", "if found.number > self.expected:", "if found.number > self.expected + 1:", LOG
    ),
    Mutant("server_hooks/log/chain.py", "self.noted.number > last", "self.noted.number > last + 1", LOG),
    Mutant(
        "server_hooks/log/append.py",
        "last is None or noted.number > last.number)",
        "last is None or noted.number >= last.number)",
        LOG,
    ),
    Mutant(
        "server_hooks/log/settlement.py",
        "not landing.missing or entry.number in settled",
        "not landing.missing",
        SETTLEMENT,
    ),
    Mutant("server_hooks/log/unsettled.py", "line.lands and line.hash != hash", "line.hash != hash", SETTLEMENT),
    Mutant(
        "server_hooks/log/line.py", "update.old == update.new for update", "update.old != update.new for update", LOGGED
    ),
    # The rules of hosts
    Mutant("host_rules/github.py", "(one.bypass - target.bypass)", "(target.bypass - one.bypass)", HOST_RULES),
    Mutant("host_rules/github.py", '"rules" not in one', "False", HOST_RULES),
    Mutant("host_rules/gitlab.py", "if found != levels", "if levels - found", HOST_RULES),
    Mutant("host_rules/gitlab.py", "one.number >= lowest", "one.number < lowest", HOST_RULES),
    Mutant("host_rules/gitea.py", "return may_match and bool", "return bool", HOST_RULES),
    Mutant("host_rules/wanted.py", 'levels[DELETIONS] == "error"', "True", HOST_RULES),
)
