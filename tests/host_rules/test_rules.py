"""What a policy comes to at each host, and what a dump of its rules is read as."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.command_line import tagwarden
from tagwarden.host_rules import gitea, github
from tagwarden.host_rules.dump import read_dump
from tagwarden.host_rules.hosts import HOSTS, identity_of
from tagwarden.host_rules.place import Place, place_of
from tagwarden.host_rules.wanted import Wanted, wanted_by
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.file.load import load_policy
from tagwarden.policy.grammar.globs import matches
from tagwarden.policy.grammar.tag_name import TagName, parse_tag_name

BY = {"github": ["app:12345"], "gitlab": ["role:maintainer"], "gitea": ["user:models-bot"]}
MODEL_TAGS = ["churn@v1.0.0", "churn#prod#7", "cv/seg@v1.0.0!", "a/b=c#us/east", "x@y/z", "x#y", "churn@1.0", "#", "a@"]
OTHER_TAGS = ["v1.0.0", "release/2026-11", "@acme/app@1.0.0", "@x", "nightly"]


def wanted(host: str, policy: str = "", *by: str) -> Wanted:
    creators = tuple(identity_of(HOSTS[host], one) for one in by)
    return wanted_by(load_policy(policy.encode()), creators)


def planned(host: str, policy: str = "", *by: str) -> list[dict[str, Any]]:
    """The bodies of all requests from nothing to what is wanted."""
    steps = HOSTS[host].steps(wanted(host, policy, *by), "ml/models", None)
    return [dict(request.body or {}) for step in steps for request in step.requests]


def drift(host: str, dump: list[dict[str, Any]], policy: str = "", *by: str) -> list[str]:
    return [step.because for step in HOSTS[host].steps(wanted(host, policy, *by), "ml/models", dump)]


def fnmatch(pattern: str, name: str) -> bool:
    """Ruby's File.fnmatch with FNM_PATHNAME, of what these patterns use; measured with Ruby 3.1."""
    parts = re.split(r"(\*\*/|\*|\?|\[[^]]*\])", pattern)
    ways = {"**/": "(?:[^/]+/)*", "*": "[^/]*", "?": "[^/]"}
    told = "".join(ways.get(part, part if part[:1] == "[" else re.escape(part)) for part in parts)
    return re.fullmatch(told, name) is not None


def held_on_github(tag: str, policy: str = "") -> bool:
    creation, _ = planned("github", policy, "app:1")
    return is_held(tag, creation)


def is_held(tag: str, ruleset: dict[str, Any]) -> bool:
    patterns = ruleset["conditions"]["ref_name"]
    include, exclude = (any(fnmatch(one, f"refs/tags/{tag}") for one in patterns[k]) for k in ("include", "exclude"))
    return include and not exclude


@pytest.mark.parametrize(
    "tag",
    ["churn@v1.0.0", "churn@v1.0.0-rc.1+build#7", "churn@v1.0.0!", "cv/seg@deprecated", "a=b@deprecated#2", "x#prod",
     "x#us/east!#3", "deep/er/x#a/b"],
)  # fmt: skip
def test_every_event_stays_on_github_and_a_near_miss_can_be_deleted(tag: str) -> None:
    (permanence,) = planned("github")

    assert isinstance(parse_tag_name(tag), TagName)
    assert is_held(tag, permanence)
    assert not any(is_held(miss, permanence) for miss in ("churn@1.0.0", "churn@created", "v1.0.0"))


@pytest.mark.parametrize("tag", MODEL_TAGS)
def test_every_name_that_is_or_resembles_a_models_is_held(tag: str) -> None:
    assert held_on_github(tag)
    assert re.search(gitea.MODEL_TAGS[1:-1], tag)


@pytest.mark.parametrize("tag", OTHER_TAGS)
def test_no_other_name_is(tag: str) -> None:
    assert not held_on_github(tag)
    assert not re.search(gitea.MODEL_TAGS[1:-1], tag)


IGNORE = '[scope]\nignore = ["*@[0-9]*", "legacy-*", "?x@[!v]*"]\n'


@pytest.mark.parametrize("tag", ["pkg@1.0.0", "pkg@1/x", "deep/pkg@1.0.0", "legacy-a@v1.0.0", "legacy-a/b/c@v1.0.0"])
def test_what_scope_ignore_names_is_an_exception_on_github(tag: str) -> None:
    assert held_on_github(tag)
    assert not held_on_github(tag, IGNORE)


@pytest.mark.parametrize("tag", ["churn@v1.0.0", "pkg#1", "old/legacy-a@v1.0.0", "ax@1", "ax@w"])
def test_no_exception_lets_through_more_than_the_policy_ignores(tag: str) -> None:
    ignored = any(matches(glob, tag) for glob in ("*@[0-9]*", "legacy-*", "?x@[!v]*"))

    assert held_on_github(tag, IGNORE) or ignored


def test_what_no_pattern_can_say_is_told() -> None:
    told = list(github.notes(wanted("github", IGNORE, "app:1")))

    assert any("'?x@[!v]*'" in note for note in told)
    assert not any("legacy" in note for note in told)


@pytest.mark.parametrize(
    ("rules", "types"),
    [
        ("", [["creation"], ["update", "deletion"]]),
        ('tag-permanent = "off"', [["creation"], ["update"]]),
        ('tag-immutable = "warning"', [["creation"], ["deletion"]]),
        ('tag-immutable = "off"\ntag-permanent = "off"', [["creation"]]),
    ],
)
def test_what_the_policy_does_not_refuse_github_does_not_either(rules: str, types: list[list[str]]) -> None:
    bodies = planned("github", f"[rules]\n{rules}\n", "app:1")

    assert [[rule["type"] for rule in one["rules"]] for one in bodies] == types
    # Nobody, the App included, moves or deletes.
    assert [one["bypass_actors"] for one in bodies][1:] in ([], [[]])


def test_without_anybody_named_tags_are_only_kept_as_they_are() -> None:
    assert [[rule["type"] for rule in one["rules"]] for one in planned("github")] == [["update", "deletion"]]
    assert planned("gitlab") == [
        {"name": "*@*", "create_access_level": 30},
        {"name": "*#*", "create_access_level": 30},
    ]
    assert planned("gitlab", '[rules]\ntag-immutable = "off"\ntag-permanent = "off"\n') == []


def test_a_role_of_gitlab_is_what_its_free_edition_takes_and_others_are_listed() -> None:
    assert planned("gitlab", "", "role:maintainer")[0] == {"name": "*@*", "create_access_level": 40}
    assert planned("gitlab", "", "user:4", "role:maintainer")[0]["allowed_to_create"] == [
        {"access_level": 40},
        {"user_id": 4},
    ]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ('mode = "evaluate"\n', "refuses nothing yet"),
        ('[[people.allow]]\nwho = ["ada"]\n', "No host enforces `people.allow`"),
        ('[[override]]\nmodels = ["x"]\nrules.tag-permanent = "off"\n', "sets rules.tag-permanent for some models"),
        ('[scope]\nignore = ["x*"]\n', "names that make GTO fail"),
    ],
)
def test_what_a_host_can_not_keep_to_is_told(policy: str, said: str) -> None:
    assert any(said in note for note in wanted("github", policy, "app:1").notes)
    assert not any(said in note for note in wanted("github", "", "app:1").notes)


def protected(name: str, **level: int) -> dict[str, Any]:
    return {"name": name, "create_access_levels": [{"access_level": 40, **level}]}


GITLAB = [protected("*@*"), protected("*#*")]


@pytest.mark.parametrize(
    ("other", "policy", "differs"),
    [
        (protected("v*", access_level=30), "", True),
        (protected("v*", user_id=9), "", True),
        (protected("v*"), "", False),
        (protected("v*", access_level=60), "", False),
        (protected("*@*", access_level=30), "", True),
        (protected("v*", access_level=0), "", False),
        (protected("v1", access_level=30), "", False),
        (protected("@*", access_level=30), '[scope]\nignore = ["@*"]\n', False),
        (protected("x@v1.0.0", access_level=30), "", True),
    ],
)
def test_on_gitlab_another_protected_tag_may_let_more_in(other: dict[str, Any], policy: str, differs: bool) -> None:
    there = [other, *(one for one in GITLAB if one["name"] != other["name"])]

    assert bool(drift("gitlab", there, policy, "role:maintainer")) == differs


def test_on_gitlab_who_may_create_is_compared_both_ways() -> None:
    both = {"name": "*@*", "create_access_levels": [{"access_level": 40}, {"access_level": 40, "user_id": 9}]}

    assert drift("gitlab", [both, GITLAB[1]], "", "role:maintainer")
    assert drift("gitlab", GITLAB, "", "role:maintainer", "user:9")
    assert drift("gitlab", [both, {**both, "name": "*#*"}], "", "user:9", "role:maintainer") == []


def test_on_gitlab_nothing_lets_more_in_than_all_who_may_push() -> None:
    there = [protected(name, access_level=30) for name in ("*@*", "*#*")]

    assert not drift("gitlab", [*there, protected("v*", user_id=9)])


GITEA = {"id": 1, "name_pattern": gitea.MODEL_TAGS, "whitelist_usernames": ["Models-Bot"], "whitelist_teams": None}


@pytest.mark.parametrize(
    ("pattern", "differs"), [("v*", True), ("/^v/", True), ("v1", False), ("x@v1", True), ("{v,w}1", True)]
)
def test_on_gitea_another_protected_tag_may_let_more_in(pattern: str, differs: bool) -> None:
    other = {"id": 2, "name_pattern": pattern, "whitelist_usernames": ["ada"], "whitelist_teams": []}

    assert bool(drift("gitea", [GITEA, other], "", "user:models-bot")) == differs
    assert not drift("gitea", [GITEA, {**other, "whitelist_usernames": []}], "", "user:models-bot")


def rulesets(*by: str) -> list[dict[str, Any]]:
    return [{"id": number, **body} for number, body in enumerate(planned("github", "", *by), 1)]


def test_on_github_a_ruleset_of_another_name_does_as_well() -> None:
    there = [{**one, "name": f"ours {one['id']}"} for one in rulesets("app:1")]
    branches = {"id": 9, "name": "main", "target": "branch", "enforcement": "active"}

    assert not drift("github", [branches, *there], "", "app:1")
    assert len(drift("github", there, "", "app:2")) == 1


def test_on_github_a_ruleset_that_is_named_and_not_printed_is_no_answer() -> None:
    listed = [{key: one[key] for key in ("id", "name", "target")} for one in rulesets("app:1")]

    assert not drift("github", [*listed, *rulesets("app:1")], "", "app:1")
    with pytest.raises(CannotJudge, match="must also print the ruleset 2 itself"):
        drift("github", [*listed, rulesets("app:1")[0]], "", "app:1")


@pytest.mark.parametrize("number", [None, 4])
def test_on_github_any_deploy_key_is_every_deploy_key(number: int | None) -> None:
    there = rulesets("deploy-key:any")
    there[0]["bypass_actors"][0]["actor_id"] = number

    assert not drift("github", there, "", "deploy-key:any")
    owner = {"actor_type": "EnterpriseOwner", "actor_id": None, "bypass_mode": "always"}
    there[1]["bypass_actors"] = [owner]
    (told,) = drift("github", there, "", "deploy-key:any")
    assert "can also be bypassed by EnterpriseOwner" in told


def test_on_github_who_may_bypass_has_to_be_known() -> None:
    there = [{key: value for key, value in one.items() if key != "bypass_actors"} for one in rulesets("app:1")]

    with pytest.raises(CannotJudge, match="a token that may edit rulesets"):
        drift("github", there, "", "app:1")


@pytest.mark.parametrize(
    "dump",
    [
        "", " \n", "[", "nonsense", "3", '["x"]', '{"message": "Bad credentials"}', "[" * 100_000,
        '[{"name": "*@*", "create_access_levels": [3]}]', '[{"name": "*@*", "create_access_levels": [{}]}]',
        '[{"name": "*@*", "create_access_levels": [{"user_id": "x"}]}]', '[{"id": "x", "target": "tag"}]',
        '[{"id": 1, "target": "tag", "name": "x", "enforcement": "active", "rules": [], "conditions": [1]}]',
        '[{"id": 1, "name_pattern": "x", "whitelist_teams": 7, "target": "tag"}]',
        '[{"id": true, "name_pattern": "x", "target": "tag"}]', '[{"id": 1, "target": "tag", "rules": 3}]',
        '[{"id": 1, "target": "tag", "name": "x", "enforcement": "active", "rules": [4]}]',
        '[{"id": 1, "target": "tag", "name": "x", "enforcement": "active", "rules": [], "conditions": 5}]',
        '[{"id": 1, "target": "tag", "name": "x", "enforcement": "active", "rules": [], "bypass_actors": [{}]}]',
    ],
)  # fmt: skip
@pytest.mark.parametrize("host", HOSTS)
def test_what_is_no_dump_is_no_answer(host: str, dump: str, tmp_path: Path) -> None:
    (tmp_path / "dump").write_text(dump)
    repository = "https://git.example/ml/models"

    by = [word for one in BY[host] for word in ("--by", one)]
    ran = tagwarden(tmp_path, "host", "drift", host, str(tmp_path / "dump"), "--repository", repository, *by)

    assert ran.status == 3, ran.out + ran.err
    assert "unexpected" not in ran.err


KEYS = (
    "id", "name", "target", "enforcement", "conditions", "ref_name", "include", "exclude", "rules", "type",
    "bypass_actors", "actor_type", "actor_id", "bypass_mode", "create_access_levels", "access_level", "user_id",
    "deploy_key_id", "name_pattern", "whitelist_usernames", "whitelist_teams", "message",
)  # fmt: skip
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(["tag", "*@*", "active", ""]))
TREES = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
)


@pytest.mark.thorough
@pytest.mark.parametrize("host", HOSTS)
@settings(max_examples=1000)
@given(dump=st.lists(st.dictionaries(st.sampled_from(KEYS), TREES, min_size=3, max_size=9), max_size=3))
def test_whatever_a_dump_holds_it_is_read_or_is_no_answer(host: str, dump: list[dict[str, Any]]) -> None:
    with contextlib.suppress(CannotJudge):
        assert all(isinstance(one, str) for one in drift(host, read_dump(json.dumps(dump)), "", *BY[host]))


def test_what_a_host_calls_its_rules_becomes_no_command(tmp_path: Path) -> None:
    name = "x*'\n$(touch pwned)\n`touch pwned`#"
    (tmp_path / "dump").write_text(json.dumps([*GITLAB, protected(name, user_id=9)]))
    given = ["--by", "role:maintainer", "--repository", "ml/models", "--dump", str(tmp_path / "dump")]

    script = tagwarden(tmp_path, "host", "plan", "gitlab", *given).out
    (tmp_path / "glab").write_text("#!/bin/sh\ncat > /dev/null\n")
    (tmp_path / "glab").chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(["sh"], input=script, cwd=tmp_path, env={**os.environ, "PATH": path}, text=True)

    assert "pwned" in script
    assert (ran.returncode, list(tmp_path.glob("pwned"))) == (0, [])


def test_documents_one_behind_another_are_read_as_one_list() -> None:
    assert read_dump('[{"id": 1}]\n[]{"id": 2} [[{"id": 3}]]') == [{"id": 1}, {"id": 2}, {"id": 3}]


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("ml/models", Place("https://github.com", "ml/models")),
        ("git@github.com:ml/models.git", Place("https://github.com", "ml/models")),
        ("https://ada:secret@git.example/ml/models", Place("https://git.example", "ml/models")),
        ("ssh://git@git.example:2222/ml/models.git", Place("https://git.example", "ml/models")),
        ("http://[::1]:3000/ml/models/", Place("http://[::1]:3000", "ml/models")),
        ("https://git.example/gitea/ml/models", Place("https://git.example/gitea", "ml/models")),
    ],
)
def test_a_repository_is_found_by_its_url(url: str, place: Place) -> None:
    assert place_of(url, "github.com", in_groups=False) == place


@pytest.mark.parametrize(
    "url",
    ["file:///srv/models.git", "/srv/models.git", "models", "git@git.example:models", "https:///ml/models",
     "git@a\nb:ml/models", "https://git.example/ml/mo dels", "https://git.example/ml/models?x=$(id)", "https://h:x/a/b"],
)  # fmt: skip
def test_what_names_no_repository_on_a_host_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        place_of(url, "github.com", in_groups=False)

    ran = tagwarden(tmp_path, "host", "plan", "github", "--repository", url)
    assert (ran.status, "--repository URL" in ran.err) == (1, True)


def test_a_subgroup_of_gitlab_belongs_to_the_path() -> None:
    assert place_of("git@gitlab.com:ml/cv/models", "gitlab.com", in_groups=True).path == "ml/cv/models"


@pytest.mark.parametrize(
    ("host", "by"),
    [("github", "app:x"), ("github", "user:1"), ("github", "app"), ("gitlab", "role:owner"), ("gitlab", "user:ada"),
     ("gitea", "app:1"), ("gitea", "user:"), ("github", "deploy-key:1"), ("gitea", "user:a\nb")],
)  # fmt: skip
def test_whom_a_host_does_not_know_is_a_mistake(host: str, by: str, tmp_path: Path) -> None:
    ran = tagwarden(tmp_path, "host", "plan", host, "--by", by, "--repository", "https://git.example/ml/models")

    assert ran.status == 2
    assert "knows no" in ran.err


def test_where_one_list_says_all_somebody_must_be_named(tmp_path: Path) -> None:
    ran = tagwarden(tmp_path, "host", "plan", "gitea", "--repository", "https://git.example/ml/models")

    assert ran.status == 2
    assert "name with --by who may" in ran.err


def test_without_a_remote_the_repository_has_to_be_named(tmp_path: Path) -> None:
    ran = tagwarden(tmp_path, "host", "plan", "github")

    assert ran.status in (1, 3)
    assert "--repository" in ran.err


def test_no_password_of_a_url_is_printed(tmp_path: Path) -> None:
    url = "https://ada:secret@git.example/ml/models"

    ran = tagwarden(tmp_path, "host", "plan", "gitea", "--by", "user:bot", "--repository", url)

    assert ran.status == 0
    assert "secret" not in ran.out + ran.err
