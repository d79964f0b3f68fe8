"""The judge: applies a policy's rules to a push and collects the findings into a verdict.

A rule only says what is wrong. Severities, emergencies and the mode are up to
the judge.
"""

from __future__ import annotations

from itertools import islice

from ..rules import RULES, load_push_rule, load_rule
from ..verdict import Finding, Verdict, of_accepted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ..file.policy import Policy
    from ..objects.document_files import DocumentFiles
    from ..push import Circumstances, ModelPush, Signature, TagPush, WholePush
    from ..settings import Settings
    from ..verdict import Breach, Level, Severity

    # Verifies the signatures of pushed tags; returns the results by ref.
    Verify = Callable[[Sequence[TagPush]], Mapping[str, Signature]]

ORDER = {rule: place for place, rule in enumerate(RULES)}

# A push of a megabyte can break a rule a million times. Nobody reads that many findings, and they fill the memory.
MOST_OF_ONE_RULE = 5000


class Judge:
    """Judges one push by one policy, model by model.

    Call `judge_model` for each model's part and `judge_whole` for the push as a
    whole, then `verdict`. The judge keeps only the findings of a part.
    """

    def __init__(self, policy: Policy, circumstances: Circumstances, *, verify: Verify | None = None) -> None:
        """`verify` verifies the signatures of pushed tags; None: the policy does not need them."""
        self.policy = policy
        self.verify = verify
        self._documents: DocumentFiles | None = None
        if circumstances.budget is None:
            from ..budget import Budget

            circumstances = circumstances._replace(budget=Budget(for_each=circumstances.place == "history"))
        if policy.mode == "evaluate" and circumstances.place == "server":
            # In this mode tags land even if they break rules.
            circumstances = circumstances._replace(tag_state="landed")
        self.circumstances = circumstances
        self.findings: list[Finding] = []
        self.judged = 0
        self.used_emergencies: dict[str, str] = {}
        self._consequences: list[str] = []
        self._lists_all = circumstances.place == "history"
        self._settings: dict[tuple[int, ...], Settings] = {}
        # How often each rule was found broken, by severity.
        self._counts: dict[tuple[str, Severity], int] = {}

    def settings_of(self, model: str | None) -> Settings:
        """The settings for `model`, None for near misses. Models with the same overrides share one object."""
        overrides = self.policy.overriding(model or "")
        key = tuple(map(id, overrides))
        if key not in self._settings:
            self._settings[key] = self.policy.settings_under(overrides)
        return self._settings[key]

    def documents(self) -> DocumentFiles:
        """The reader of this push's YAML, JSON and TOML files, created on first use."""
        if self._documents is None:
            from ..objects.document_files import DocumentFiles

            self._documents = DocumentFiles(self.circumstances.budget)
        return self._documents

    def judge_model(self, push: ModelPush) -> None:
        """Judge one model's part of the push, or (with the model None) the near misses.

        Tags that `scope.ignore` covers are neither judged nor counted. Raises
        CannotJudge if the time in the budget runs out.
        """
        if self.policy.ignore:
            push = self._without_ignored(push)
        if not push.pushed:
            return
        self.judged += len(push.pushed)
        settings = self.settings_of(push.model)
        if self.verify is not None:
            push = push._replace(signatures=self.verify(push.pushed))
        from ..facts.landing import TOGETHER, landings_of
        from ..facts.model_facts import build_facts
        from .features import features_of

        found: set[tuple[str, str | None]] = set()
        before = len(self.findings)
        for landing in landings_of(push, self.circumstances):
            facts = build_facts(push, settings, self.circumstances, self.documents, landing)
            new: list[tuple[str, str | None]] = []
            for rule in _rules_for("model", features_of(facts)):
                level = self._level(rule, settings)
                if level != "off" and (RULES[rule].depends_on_push or not landing.only_dependent_rules):
                    fresh = (breach for breach in load_rule(rule).check(facts) if (rule, breach.ref) not in found)
                    breaches = list(fresh if self._lists_all else islice(fresh, MOST_OF_ONE_RULE + 1))
                    new.extend((rule, breach.ref) for breach in breaches)
                    self._take(rule, level, breaches, landing.because)
            found.update(new)
            if landing is TOGETHER and not self._lists_all and any("!" in update.ref for update in push.pushed):
                from ..facts.falls_back import falls_back

                self._consequences += falls_back(facts)
        if len(self.findings) > before:
            from ..facts.fix import with_one_fix

            self.findings[before:] = with_one_fix(self.findings[before:], push.pushed, facts, ORDER)

    def _without_ignored(self, push: ModelPush) -> ModelPush:
        """The part without ignored tags. In an audit they count as existing, because other tags may depend on them."""
        ours: list[TagPush] = []
        others: list[TagPush] = []
        for update in push.pushed:
            (others if self.policy.ignores(update.tag) else ours).append(update)
        ignored = [update.new for update in others if update.new] if self.circumstances.place == "history" else []
        return push._replace(pushed=ours, existing=[*push.existing, *ignored])

    def _level(self, rule: str, settings: Settings) -> Level:
        level = settings.levels[rule]
        return RULES[rule].in_history if level == "error" and self.circumstances.place == "history" else level

    def judge_whole(self, push: WholePush) -> None:
        """Judge the push as a whole, by the rules of scope "push"."""
        from .features import features_of_push

        settings = self.settings_of(None)
        for rule in _rules_for("push", features_of_push(push)):
            level = settings.levels[rule]
            if level != "off":
                self._take(rule, level, load_push_rule(rule).check(push))

    def _take(self, rule: str, level: Level, breaches: Iterable[Breach], because: str = "") -> None:
        emergency = self.circumstances.emergency.get(rule)
        severity: Severity = "warning" if level == "warning" or emergency is not None else "error"
        for breach in breaches:
            count = self._counts[rule, severity] = self._counts.get((rule, severity), 0) + 1
            if count > MOST_OF_ONE_RULE and not self._lists_all:
                return
            if emergency is not None and level == "error":
                self.used_emergencies[rule] = emergency
            options = load_rule(rule).OPTIONS
            key = breach.key or (options[0] if options else f"rules.{rule}")
            message = breach.message + because
            self.findings.append(
                Finding(rule, severity, breach.ref, breach.model, message, key, breach.fix, breach.why)
            )

    def _notes_on_what_is_left_out(self) -> Iterator[str]:
        for (rule, _), count in self._counts.items():
            if count > MOST_OF_ONE_RULE and not self._lists_all:
                yield f"{rule} is broken more than {MOST_OF_ONE_RULE} times; the rest is not listed"

    def _notes_on_emergencies(self) -> tuple[str, ...]:
        if not self.used_emergencies:
            return ()
        from .emergency import notes_on

        return notes_on(self.used_emergencies, self.circumstances.pusher)

    def verdict(self, *, source: str, policy_id: str | None, notes: Sequence[str] = ()) -> Verdict:
        """The verdict on everything that was judged.

        `source` says where the policy was found, and `policy_id` is its object id,
        None if it has none. `notes` come first in the verdict's notes.
        """
        errors = {finding.rule for finding in self.findings if finding.severity == "error"}
        in_force = errors if self.policy.mode == "enforce" else {rule for rule in errors if RULES[rule].in_any_mode}
        self.findings.sort(key=lambda finding: (finding.ref or "", ORDER[finding.rule]))
        verdict = Verdict(
            accepted=not in_force,
            mode=self.policy.mode,
            policy_source=source,
            policy_id=policy_id,
            findings=tuple(self.findings),
            judged=self.judged,
            notes=(
                *notes,
                *(() if errors else self._consequences),
                *self._notes_on_what_is_left_out(),
                *self._notes_on_emergencies(),
            ),
            emergency=self.used_emergencies,
        )
        if self.circumstances.place == "server" and self.circumstances.tag_state != "landed":
            return of_accepted(verdict)
        return verdict


def judge_push(
    pushes: Iterable[ModelPush],
    *,
    policy: Policy,
    circumstances: Circumstances,
    source: str = "built-in policy",
    policy_id: str | None = None,
) -> Verdict:
    """Judge a push, given as the parts that concern one model each.

    Rules about the push as a whole are not run, and signatures are not verified
    but taken from `pushes`. Raises CannotJudge if parsing a file or matching a
    pattern takes too long.
    """
    one = Judge(policy, circumstances)
    for push in pushes:
        one.judge_model(push)
    return one.verdict(source=source, policy_id=policy_id)


def _rules_for(scope: str, features: set[str]) -> Iterator[str]:
    for rule, row in RULES.items():
        if row.scope == scope and not features.isdisjoint(row.looks_at):
            yield rule
