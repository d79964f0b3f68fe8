"""git http-backend behind nginx and behind Apache, set up by the words of docs/hosts.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.host_approvals import check_approvals
from support.host_trial import Host, is_a_registry
from support.web_hosts import apache_host, nginx_host

# A server or a browser of its own: `.ci/run` starts these, `make test` does not.
pytestmark = pytest.mark.ci

FORGED = ("REMOTE_USER: grace", "Remote-User: grace", "X-Remote-User: grace", "X-Forwarded-User: grace")
AS_GRACE = tuple(word for header in FORGED for word in ("-c", f"http.extraHeader={header}"))


@pytest.fixture(params=["nginx", "apache"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    with nginx_host(tmp_path) if request.param == "nginx" else apache_host(tmp_path) as host:
        yield host


def test_a_repository_over_http_is_guarded_and_knows_people_by_the_name_that_was_checked(
    host: Host, people: Path
) -> None:
    ada = is_a_registry(host, people, options=AS_GRACE)

    # With ada's password, or with none, nobody is grace.
    ada.repo.tag("churn@v2.0.0", "churn@v1.0.0^{commit}")
    for url in (host.url("grace").replace(":secret", ":wrong"), host.url("grace").replace("grace:secret@", "")):
        ada.repo.git("remote", "set-url", "origin", url)
        assert ada.push("churn@v2.0.0").exit != 0
    assert host.tags() == {"churn@v1.0.0", "churn#prod#1"}


def test_approvals_over_http_go_by_the_name_that_was_checked(host: Host, people: Path) -> None:
    check_approvals(host, people)
