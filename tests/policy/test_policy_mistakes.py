"""What is wrong with a policy file is said all at once, with the key, what was found and what was expected."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagwarden.policy.file.load import MOST_BYTES, PolicyMistakes, load_policy
from tagwarden.policy.rules import RULES, rules_where


def mistakes(text: str | bytes) -> tuple[str, ...]:
    try:
        load_policy(text.encode() if isinstance(text, str) else text)
    except PolicyMistakes as found:
        return found.mistakes
    return ()


SIGNERS = '[signing]\nallowed-signers = "file:/keys"\n'
REPOSITORY = '[approvals]\nrepository = "m"\n'
MISTAKES = {
    "misplaced and unknown keys": [
        ('order = "latest"', "order: belongs in [versions]"),
        ('[stages]\norder = "latest"', "stages.order: belongs in [versions]"),
        ('[scope]\nmode = "enforce"', "scope.mode: belongs at the top of the file, before the first [table]"),
        ('[versions]\nnames = ["a"]', "versions.names: belongs in [models] or in [stages]"),
        ('version-step = "error"', "version-step: belongs in [rules]"),
        ('[versions]\nversion-order = "error"', "versions.version-order: belongs in [rules]"),
        ('[rules]\norder = "any"', "rules.order: belongs in [versions]"),
        ("[trailers.AUC]", "trailers: belongs in [message]"),
        ("prerelease-versions = true", "prerelease-versions: no such key; did you mean versions.prerelease?"),
        ("[versions]\nbuild_metadata = true", "versions.build_metadata: no such key; did you mean"),
        ('"versions.order" = "any"', '"versions.order": in quotes this is one name; write versions.order without'),
        ("[version]\nx = 1", "version: no such table; did you mean [versions]?"),
        ("[[people.alow]]\nx = 1", "people.alow: no such table; did you mean [[people.allow]]?"),
        ("[people.x]\ny = 1", "people.x: no such table"),
        ("[[overrides]]\nx = 1", "overrides: no such table; did you mean [[override]]?"),
        ("[versions]\nqqqq = 1", "versions.qqqq: no such key; there are order, prerelease and build-metadata"),
        ('[rules]\nversion-ordr = "off"', "rules.version-ordr: no such rule; did you mean version-order?"),
        ('[rules]\nqqqq = "off"', "rules.qqqq: no such rule; `tagwarden rules` lists them"),
        ('[rules]\npolicy-file = "off"', "rules.policy-file: this rule is always an error"),
        ('"\\u001b[31m" = 1', '"\\u001B[31m": no such key'),
    ],
    "wrong values": [
        ('mode = "enforec"', 'mode: found "enforec"; expected "enforce" or "evaluate"'),
        ("mode = true", "mode: found true; expected"),
        ("versions = 1", "versions: found 1; expected a table"),
        ("[[versions]]", "versions: found an array of tables; expected a table"),
        ('[versions]\nprerelease = "yes"', 'versions.prerelease: found "yes"; expected true or false'),
        ("[versions]\nprerelease = 1", "versions.prerelease: found 1; expected true or false"),
        ("[message]\nmin-length = true", "message.min-length: found true; expected a whole number"),
        ("[message]\nmin-length = -1", "message.min-length: found -1; expected a whole number from 0"),
        ("[message]\nmax-bytes = 0", "message.max-bytes: found 0; expected a whole number from 1"),
        ("[time]\nmax-skew = 300", 'time.max-skew: found 300; expected a number and a unit (s, m, h, d)'),
        ('[time]\nmax-skew = "5 m"', 'time.max-skew: found "5 m"'),
        ('[time]\nmax-skew = "-5m"', 'time.max-skew: found "-5m"'),
        ('[time]\nmax-skew = "\N{ARABIC-INDIC DIGIT FIVE}m"', "time.max-skew: found"),
        ("[time]\nmax-skew = 10:00:00", "time.max-skew: found a date or a time"),
        ('[stages]\nnames = "prod"', 'stages.names: found "prod"; expected an array of stage names'),
        ('[stages]\nnames = ["pr od"]', 'stages.names: found "pr od" in the array'),
        ('[stages]\nnames = ["prod\\n"]', 'stages.names: found "prod\\n" in the array'),
        ('[stages]\npath = ["a", "b", "a"]', "stages.path: found 'a' twice"),
        ('[target]\nfiles = ["/etc/passwd"]', 'target.files: found "/etc/passwd" in the array'),
        ('[target]\nfiles = ["a/../b"]', 'target.files: found "a/../b" in the array'),
        ('[target]\nbranches = ["[a"]', "target.branches: found \"[a\" ('[' is never closed by ']') in the array"),
        ('[scope]\nignore = [""]', 'scope.ignore: found "" (an empty glob matches nothing) in the array'),
        ("[scope]\nignore = [1]", "scope.ignore: found 1 in the array; expected an array of globs"),
        ('[models]\ndeclared-in = "../dvc.yaml"', 'models.declared-in: found "../dvc.yaml"; expected a path'),
        ('minimum-version = "new"', 'minimum-version: found "new"; expected a version of tagwarden'),
        ("minimum-version = 0.1", "minimum-version: found 0.1; expected a version of tagwarden"),
        ('[rules]\ncounter = "fatal"', 'rules.counter: found "fatal"; expected "error", "warning" or "off"'),
    ],
    "patterns": [
        ('[message]\npattern = "a("', 'message.pattern: found "a(", which is not one: missing )'),
        ('[message]\npattern = "[[a]"', "message.pattern: found \"[[a]\", which is not one: Possible nested set"),
        (f'[message]\npattern = "{"(" * 2000}"', "message.pattern: found"),
        ('[message]\npattern = "a{99999999999999999999}"', "which is not one: the repetition number is too large"),
        (f'[message]\npattern = "{"a" * 5000}"', "message.pattern: found one of 5000 characters; expected"),
        ('[message.trailers.X]\npattern = "*"', 'message.trailers.X.pattern: found "*", which is not one: nothing to'),
    ],
    "version files": [
        ('[target.version-file]\nkey = "a"', "target.version-file.path: must be given"),
        ('[target.version-file]\npath = "../a"', 'target.version-file.path: found "../a"; expected a path'),
        ('[target.version-file]\npath = "a.toml"', "target.version-file.key: must be given, because 'a.toml' is TOML"),
        ('[target.version-file]\npath = "a.toml"\nkey = ""', 'target.version-file.key: found ""; expected a text'),
        ('[target.version-file]\npath = "a.py"\nkey = "("', "expected a regular expression (Python `re`) of at most"),
        ('[rules]\ntarget-version = "error"', '"error" has no effect without target.version-file, which is not set'),
        (
            '[[override]]\nmodels = ["a"]\n[override.target.version-file]\npath = "a.json"',
            "override[1].target.version-file.key: must be given",
        ),
    ],
    "trailers": [
        ('[message.trailers]\nAUC = "x"', 'message.trailers.AUC: found "x"; expected a table'),
        ('[message.trailers."a b"]', 'message.trailers."a b": not the name of a trailer'),
        ('[message.trailers.X]\nwhat = ["push"]', 'message.trailers.X.what: found "push" in the array'),
        ("[message.trailers.X]\nwhat = []", "message.trailers.X.what: found an empty array"),
        ("[message.trailers.X]\nmin = nan", "message.trailers.X.min: found nan; expected a number"),
        ("[message.trailers.X]\nmin = 1", 'message.trailers.X: min needs type = "number" or type = "integer"'),
        ('[message.trailers.X]\ntype = "number"\nmin = 2\nmax = 1', "message.trailers.X: no number is at least 2"),
    ],
    "people, signing and emergency": [
        ("[people.allow]\nwho = []", "people.allow: found a table; expected an array of tables"),
        ('[[people.allow]]\nwhat = ["assign"]', "people.allow[1].who: must be given"),
        ("[[people.allow]]\nwho = []", "people.allow[1].who: found an empty array"),
        ('[[people.allow]]\nwho = ["@ops"]', "people.allow[1].who: '@ops' is not a group; people.groups is empty"),
        ('[people]\ngroups.a = ["x"]\n[[people.allow]]\nwho = ["@b"]', "'@b' is not a group; people.groups has a"),
        ('[people]\ngroups.a = ["@b"]', "people.groups.a: found the group '@b' in the array"),
        ('[people.groups]\n"" = ["a"]', 'people.groups."": not the name of a group'),
        ('[[people.allow]]\nwho = ["a"]\nstages = [" ["]', "people.allow[1].stages: found \" [\""),
        ('[[people.allow]]\nwho = ["a"]\nwhat = ["register"]\nstages = ["prod"]', "people.allow[1].stages: no kind"),
        ("[signing]\nallowed-signers = \"keys\"", 'signing.allowed-signers: found "keys"; expected'),
        ('[signing]\nallowed-signers = "file:keys"', 'signing.allowed-signers: found "file:keys"'),
        ('[signing]\nallowed-signers = "ref:HEAD"', 'signing.allowed-signers: found "ref:HEAD"'),
        ('[signing]\nallowed-signers = "ref:HEAD:../keys"', 'signing.allowed-signers: found "ref:HEAD:../keys"'),
        ('[emergency]\nwho = ["@ops"]', "emergency.who: '@ops' is not a group"),
        ('[people.principals]\n"" = ["a"]', 'people.principals."": not the name of a pusher'),
        ('[people.principals]\na = ["@b"]', "people.principals.a: found the group '@b' in the array"),
    ],
    "approvals": [
        ('[[approvals.require]]\ncount = 2', "approvals.require[1].who: must be given"),
        ('[[approvals.require]]\nwho = ["@ops"]', "approvals.require[1].who: '@ops' is not a group"),
        (SIGNERS + '[[approvals.require]]\nwho = ["a"]', "approvals.repository: must be given with approvals.require"),
        (REPOSITORY + '[[approvals.require]]\nwho = ["a"]', "signing.allowed-signers: must be given with approvals"),
        (
            SIGNERS + REPOSITORY + '[[approvals.require]]\nwho = ["a", "signer:a"]\ncount = 2',
            "approvals.require[1].count: 2 must approve, and",
        ),
        ('[[approvals.require]]\nwho = ["a"]\ncount = 0', "approvals.require[1].count: found 0; expected a whole"),
        ('[[approvals.require]]\nwho = ["a"]\nnot = ["b"]', 'approvals.require[1].not: found "b" in the array'),
        (
            '[[approvals.require]]\nwho = ["a"]\nwhat = ["register"]\nstages = ["b"]',
            "approvals.require[1].stages: no kind",
        ),
        ('[rules]\napproved = "error"', 'rules.approved: "error" has no effect without approvals.require'),
    ],
    "severities without what they need": [
        ('[rules]\ntarget-branch = "error"', 'rules.target-branch: "error" has no effect without target.branches'),
        ('[rules]\ntarget-files = "warning"', 'rules.target-files: "warning" has no effect without target.files'),
        ('[rules]\nstage-path = "error"', "has no effect without stages.path, which is not set"),
        ('[rules]\nstage-permanent = "error"', "has no effect without stages.once-assigned-permanent"),
        ('[rules]\nmodel-known = "error"', "has no effect without models.names or models.declared-in"),
        ('[rules]\nwho = "error"', "has no effect without people.allow"),
        ('[rules]\nsigned = "error"', "has no effect without signing.require"),
        ('target.branches = []\n[rules]\ntarget-branch = "error"', "has no effect without target.branches"),
    ],
    "overrides": [
        ("[override]\nmodels = []", "override: found a table; expected an array of tables, written [[override]]"),
        ("[[override]]", "models: must be given"),
        ("[[override]]\nmodels = []", "override[1].models: found an empty array"),
        ('[[override]]\nmodels = ["a"]\norder = "any"', "override[1].order: belongs in [versions]"),
        ('[[override]]\nmodels = ["a"]\ntime.max-skew = "1m"', "override[1].time: can't differ by model; an"),
        ('[[override]]\nmodels = ["a"]\nmode = "evaluate"', "override[1].mode: can't differ by model"),
        ('[[override]]\nmodels = ["a"]\n[[override]]\nmodels = ["b"]\nmode = 1', "override[2].mode: can't"),
        ('[[override]]\nmodels = ["a"]\nrules.who = "error"', "override[1].rules.who: \"error\" has no effect"),
        ('[[override]]\nmodels = ["a"]\nmessage.trailers.X.max = 1', "override[1].message.trailers.X: max needs type"),
    ],
}  # fmt: skip
CASES = [
    pytest.param(text, expected, id=f"{group}: {expected}")
    for group, cases in MISTAKES.items()
    for text, expected in cases
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_mistake_is_the_only_one_and_says(text: str, expected: str) -> None:
    found = mistakes(text)

    assert len(found) == 1, found
    assert expected in found[0]


def test_all_mistakes_are_reported_at_once() -> None:
    found = mistakes('mode = 1\norder = "any"\n[time]\nmax-skew = 5\n[rules]\nwho = "error"\nnonsense = "off"\n')

    assert [mistake.partition(":")[0] for mistake in found] == [
        "mode",
        "order",
        "time.max-skew",
        "rules.nonsense",
        "rules.who",
    ]


def test_an_option_with_a_mistake_in_it_is_not_missing_as_well() -> None:
    found = mistakes('target.branches = ["[a"]\nrules.target-branch = "error"')

    assert [mistake.partition(":")[0] for mistake in found] == ["target.branches"]


UNREADABLE = [
    pytest.param(b"mode =\n", "at line 1, column 7", id="a value that is missing"),
    pytest.param(b'[a]\nb = 1\nmode "x"\n', "line 3", id="a missing equals sign"),
    pytest.param(b"mode = 1\nmode = 2\n", "not valid TOML", id="a key that is there twice"),
    pytest.param(b"\n\nmode = '\xff'", "line 3 is not UTF-8", id="bytes that are not UTF-8"),
    pytest.param("mode = 1".encode("utf-16"), "line 1 is not UTF-8", id="UTF-16"),
    pytest.param(b'\xef\xbb\xbfmode = "enforce"', "a byte order mark", id="a byte order mark"),
    pytest.param(b"#" * (MOST_BYTES + 1), "at most 524288", id="a huge file"),
    pytest.param(b"a = " + b"[" * 5000, "nested too deeply", id="arrays nested deeply"),
    pytest.param(b"a = " + b"{a = " * 5000, "nested too deeply", id="tables nested deeply"),
    pytest.param(b"a = " + b"9" * 5000, "not valid TOML", id="an endless number"),
    pytest.param(b".".join([b"a"] * 250_000) + b" = 1", "line 1 has a key of more than", id="an endless key"),
    pytest.param(b"\n[" + b".".join([b"a"] * 500) + b"]", "line 2 has a key of more than", id="an endless header"),
    pytest.param(b"mode = 2024-13-45", "not valid TOML", id="an impossible date"),
    pytest.param(b"a\0b = 1", "not valid TOML", id="a NUL byte"),
]


@pytest.mark.parametrize(("data", "expected"), UNREADABLE)
def test_what_is_no_toml_is_one_mistake(data: bytes, expected: str) -> None:
    found = mistakes(data)

    assert len(found) == 1
    assert expected in found[0]


def test_many_dots_in_a_comment_or_a_value_are_no_endless_key() -> None:
    dots = "." * 100

    assert not mistakes(f'# {dots} = 1\n[message]\npattern = "{dots}"\n')


@pytest.mark.parametrize("rule", [rule for rule in RULES if not RULES[rule].breakable])
def test_an_emergency_can_break_no_rule_that_keeps_the_registry_readable(rule: str) -> None:
    assert mistakes(f'[emergency]\nrules = ["{rule}"]')[0].startswith(f'emergency.rules: found "{rule}" in the array')


@pytest.mark.parametrize("rule", rules_where("breakable"))
def test_an_emergency_can_break_any_other_rule(rule: str) -> None:
    assert not mistakes(f'[emergency]\nwho = ["ada"]\nrules = ["{rule}"]')


def test_a_file_full_of_mistakes_is_reported_in_good_time() -> None:
    text = "".join(f"[versionz{number}]\n" for number in range(20_000))

    found = mistakes(text)

    assert len(found) == 101
    assert found[-1] == "and 19900 more mistakes"


@given(st.binary(max_size=60))
def test_any_bytes_are_a_policy_or_mistakes(data: bytes) -> None:
    mistakes(data)


NAMES = st.sampled_from(["order", "names", "who", "NAME", "RULE", "allow[]", "versions", "people.allow[].who", "", "a"])
VALUES = st.recursive(
    st.sampled_from(["1", "'x'", "true", "[]", "{}", "1.5", "07:00:00"]),
    lambda inner: st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]"),
    max_leaves=4,
)
TABLES = st.sampled_from(
    ["versions", "people", "people.groups", "message.trailers", "rules", "override", "message.trailers.NAME"]
)


@given(TABLES, st.booleans(), st.dictionaries(NAMES, VALUES, max_size=3))
def test_any_toml_is_a_policy_or_mistakes(table: str, is_array: bool, entries: dict[str, str]) -> None:
    header = f"[[{table}]]" if is_array else f"[{table}]"

    mistakes("\n".join([header, *(f'"{name}" = {value}' for name, value in entries.items())]))
