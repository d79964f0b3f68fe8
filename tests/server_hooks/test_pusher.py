"""Who pushes: each host's own variables, and nobody else's."""

from __future__ import annotations

import os

import pytest

from support.host_environments import SET_BY
from tagwarden.server_hooks.push_options import push_options
from tagwarden.server_hooks.pusher import HOSTS, Pusher, find_pusher


def test_every_host_of_the_table_is_tried() -> None:
    assert set(SET_BY) == set(HOSTS)


@pytest.mark.parametrize("host", HOSTS)
def test_the_host_that_is_configured_is_believed(host: str) -> None:
    pusher = find_pusher(host, SET_BY[host])

    assert pusher.name == "ada"
    assert HOSTS[host].name in pusher.how


@pytest.mark.parametrize("host", ["gitea", "forgejo", "bitbucket"])
def test_the_address_that_the_host_vouches_for_is_taken(host: str) -> None:
    assert find_pusher(host, SET_BY[host]).email == "ada@example.com"


@pytest.mark.parametrize("host", ["gitlab", "gitolite", "github", "http"])
def test_no_address_is_made_up(host: str) -> None:
    assert find_pusher(host, {**SET_BY[host], "EMAIL": "ada@example.com"}).email is None


@pytest.mark.parametrize("setting", [None, ""])
def test_nobody_is_known_where_nothing_is_configured(setting: str | None) -> None:
    everything = {name: value for variables in SET_BY.values() for name, value in variables.items()}
    pusher = find_pusher(setting, everything)

    assert pusher[:2] == (None, None)
    assert "tagwarden install --server --host" in pusher.how


@pytest.mark.parametrize("host", HOSTS)
def test_what_another_host_would_set_does_not_count(host: str) -> None:
    others = {
        name: value
        for other, variables in SET_BY.items()
        for name, value in variables.items()
        if name not in SET_BY[host]
    }
    pusher = find_pusher(host, others)

    assert pusher.name is None
    assert HOSTS[host].name in pusher.how


@pytest.mark.parametrize("value", ["", " ", "\t"])
def test_an_empty_name_is_nobody(value: str) -> None:
    assert find_pusher("http", {"REMOTE_USER": value}).name is None


def test_an_unknown_host_is_named_with_those_that_there_are() -> None:
    pusher = find_pusher("sourcehut", SET_BY["http"])

    assert pusher.name is None
    assert "'sourcehut'" in pusher.how
    assert "gitlab" in pusher.how


@pytest.mark.parametrize(
    ("host", "changed"),
    [
        ("gitlab", {"GL_ID": "key-4"}),
        ("gitea", {"GITEA_DEPLOY_KEY_ID": "9", "GITEA_PUSHER_NAME": "models"}),
        ("forgejo", {"GITEA_DEPLOY_KEY_ID": "9", "GITEA_PUSHER_NAME": "models"}),
        ("gitolite", {"GL_BYPASS_ACCESS_CHECKS": "1"}),
    ],
)
def test_a_key_that_belongs_to_nobody_is_nobody(host: str, changed: dict[str, str]) -> None:
    pusher = find_pusher(host, {**SET_BY[host], **changed})

    assert pusher[:2] == (None, None)
    assert next(iter(changed)) in pusher.how


def test_what_a_user_does_in_the_web_interface_counts_as_that_user() -> None:
    assert find_pusher("gitea", {**SET_BY["gitea"], "GITEA_INTERNAL_PUSH": "true"}).name == "ada"


def test_a_forced_command_may_name_a_variable_of_its_own() -> None:
    assert find_pusher("env:WHO_PUSHES", {"WHO_PUSHES": "ada"}) == Pusher(
        "ada", None, "WHO_PUSHES, as tagwarden.pusher = env:WHO_PUSHES says", os.getuid()
    )


@pytest.mark.parametrize(
    "variable", ["GIT_PUSH_OPTION_0", "GIT_COMMITTER_NAME", "SSH_ORIGINAL_COMMAND", "LC_WHO", "LANG", "HTTP_X_USER"]
)
def test_a_variable_that_the_pusher_can_set_is_not_believed(variable: str) -> None:
    pusher = find_pusher(f"env:{variable}", {variable: "ada"})

    assert pusher.name is None
    assert "whoever pushes can set" in pusher.how


@pytest.mark.parametrize("variable", ["", "A B", "A=B", "1A", "ÄPFEL"])
def test_what_is_no_variable_is_said_to_be_none(variable: str) -> None:
    assert "not the name of an environment variable" in find_pusher(f"env:{variable}", {variable: "ada"}).how


def test_a_name_is_taken_as_it_is() -> None:
    odd = "@releasers\x1b[31m\udcff\n"

    assert find_pusher("http", {"REMOTE_USER": odd}).name == odd


@pytest.mark.parametrize(
    ("environ", "options"),
    [
        ({"GIT_PUSH_OPTION_COUNT": "2", "GIT_PUSH_OPTION_0": "a=1", "GIT_PUSH_OPTION_1": "b"}, ["a=1", "b"]),
        ({"GIT_PUSH_OPTION_COUNT": "1", "GIT_PUSH_OPTION_0": "a", "GIT_PUSH_OPTION_1": "left over"}, ["a"]),
        ({"GIT_PUSH_OPTION_COUNT": "0", "GIT_PUSH_OPTION_0": "left over"}, []),
        ({"GIT_PUSH_OPTION_0": "left over"}, []),
        ({"GIT_PUSH_OPTION_COUNT": "-1", "GIT_PUSH_OPTION_0": "left over"}, []),
        ({"GIT_PUSH_OPTION_COUNT": "999999", "GIT_PUSH_OPTION_0": "a"}, ["a"]),
        ({"GIT_PUSH_OPTION_COUNT": "9" * 5000, "GIT_PUSH_OPTION_0": "a"}, []),
    ],
)
def test_only_the_options_that_were_counted_are_read(environ: dict[str, str], options: list[str]) -> None:
    assert push_options(environ) == options
