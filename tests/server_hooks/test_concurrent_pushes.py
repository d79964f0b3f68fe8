"""Concurrent pushes that change the state of versions and stages: of two that exclude each other one gets in.

The rules about version numbers and names are in `test_races`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from support import Server


class Rivals(NamedTuple):
    """Two tags on the commits of v1.0.0 and v1.1.0 that are each right, and wrong after the other."""

    rule: str
    one: tuple[str, str]
    other: tuple[str, str]
    at: int
    policy: str = ""


# The versions are registered and v1.0.0 is in prod by the second 1_700_000_100.
LATER = 1_700_000_200
RIVALS = {
    "a stage given to two versions in one second": Rivals(
        "event-time", ("m#dev#8", "v1.0.0"), ("m#dev#9", "v1.1.0"), LATER
    ),
    "a deprecation and an assignment in one second": Rivals(
        "event-time", ("m@deprecated", "v1.0.0"), ("m#dev#9", "v1.1.0"), LATER
    ),
    "a stage taken twice": Rivals("state-exists", ("m#prod!#8", "v1.0.0"), ("m#prod!#9", "v1.0.0"), LATER),
    "a version deregistered twice": Rivals("state-exists", ("m@v1.0.0!", "v1.0.0"), ("m@v1.0.0!#9", "v1.0.0"), LATER),
    "one counter for two tags": Rivals(
        "counter", ("m#dev#9", "v1.0.0"), ("m#staging#9", "v1.1.0"), LATER, '[rules]\ncounter = "error"\n'
    ),
}


def prepare(server: Server, policy: str) -> None:
    work = server.clone()
    work.tag("m@v1.0.0", at=1_700_000_050)
    work.tag("m#prod", at=1_700_000_100)
    work.commit()
    work.tag("m@v1.1.0", at=1_700_000_060)
    result = work.push("main", "m@v1.0.0", "m#prod", "m@v1.1.0")
    assert result.ok, result.stderr
    if policy:
        server.commit_on_main({"tagwarden.toml": policy})


def rounds(server: Server, rivals: Rivals, count: int, url: str | None = None) -> None:
    """Push both at once, `count` times: one is refused by the rule, every time."""
    prepare(server, rivals.policy)
    before = server.tags()
    pushers = []
    for tag, version in (rivals.one, rivals.other):
        clone = server.clone(url)
        clone.tag(tag, f"m@{version}^{{commit}}", at=rivals.at)
        pushers.append((clone, tag))
    for _ in range(count):
        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda pusher: pusher[0].push(pusher[1]), pushers))
        accepted = {tag for (_, tag), result in zip(pushers, results, strict=True) if result.ok}
        assert len(accepted) == 1, [result.stderr for result in results]
        assert server.tags() - before == accepted
        assert {frozenset(result.rules) for result in results if not result.ok} == {frozenset({rivals.rule})}
        server.git("update-ref", "-d", f"refs/tags/{accepted.pop()}")


@pytest.mark.parametrize("case", RIVALS)
def test_one_of_two_gets_in(server: Server, case: str) -> None:
    rounds(server, RIVALS[case], 3)


def test_one_of_two_gets_in_over_the_network(server: Server) -> None:
    with server.daemon() as url:
        rounds(server, RIVALS["a stage taken twice"], 3, url)


@pytest.mark.thorough
@pytest.mark.parametrize("case", RIVALS)
@pytest.mark.parametrize("transport", ["path", "network"])
def test_one_of_two_gets_in_forty_times(server: Server, case: str, transport: str) -> None:
    if transport == "path":
        rounds(server, RIVALS[case], 40)
    else:
        with server.daemon() as url:
            rounds(server, RIVALS[case], 40, url)
