"""Two pushes at the same moment can't together break a rule that each of them keeps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from support import Server
from support.hook_files import hook_at

# Two tags and their commits: each is fine alone; after the first, the second is not.
PAIRS = {
    "version-per-commit": (("m@v1.0.0", "HEAD"), ("m@v2.0.0", "HEAD")),
    "version-order": (("m@v2.0.0", "HEAD"), ("m@v1.0.0", "HEAD~1")),
    "version-once": (("m@v1.0.0", "HEAD"), ("m@v1.0.0#7", "HEAD~1")),
    "model-case": (("m@v1.0.0", "HEAD"), ("M@v1.0.0", "HEAD~1")),
}
# The other way round, both are fine.
ONE_WAY = {"version-order"}


def rounds(server: Server, rule: str, count: int, url: str | None = None) -> None:
    """Push both tags at once, `count` times, and look which of them got in and in which order."""
    log = server.path / "order"
    hook_at(
        server.path / "hooks" / "reference-transaction",
        f"#!/bin/sh\n[ $1 = prepared ] && cat >>'{log}'\nexit 0\n",
    )
    first, second = PAIRS[rule]
    clones = [server.clone(url), server.clone(url)]
    for clone, (tag, target) in zip(clones, (first, second), strict=True):
        clone.tag(tag, target)
    for _ in range(count):
        log.write_text("")
        with ThreadPoolExecutor(2) as pool:
            pushes = [pool.submit(clones[0].push, first[0]), pool.submit(clones[1].push, second[0])]
            accepted = [push.result() for push in pushes]
        order = [line.split("refs/tags/")[1] for line in log.read_text().splitlines() if "refs/tags/" in line]

        assert order in ([first[0]], [second[0]], *([[second[0], first[0]]] if rule in ONE_WAY else []))
        assert server.tags() == set(order)
        assert [push.ok for push in accepted] == [tag in order for tag, _ in (first, second)]
        assert all(push.ok or rule in push.rules for push in accepted)
        for tag in order:
            server.git("update-ref", "-d", f"refs/tags/{tag}")


@pytest.fixture
def two_commits(server: Server) -> Server:
    work = server.clone()
    work.commit()
    assert work.push("main").ok
    return server


@pytest.mark.parametrize("rule", PAIRS)
def test_two_at_once_are_judged_one_after_the_other(two_commits: Server, rule: str) -> None:
    rounds(two_commits, rule, 3)


def test_so_are_two_over_the_network(two_commits: Server) -> None:
    with two_commits.daemon() as url:
        rounds(two_commits, "version-per-commit", 3, url)


@pytest.mark.thorough
@pytest.mark.parametrize("rule", PAIRS)
@pytest.mark.parametrize("transport", ["path", "network"])
def test_forty_times(two_commits: Server, rule: str, transport: str) -> None:
    if transport == "path":
        rounds(two_commits, rule, 40)
    else:
        with two_commits.daemon() as url:
            rounds(two_commits, rule, 40, url)
