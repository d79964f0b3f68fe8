"""What a message binds by its `Artifact:` trailers, and what is no such trailer."""

from __future__ import annotations

import pytest

from tagwarden.policy.objects.bound_artifacts import MOST_BYTES, Bound, bound_in, only_bound

SHA = f"sha256:{'0a' * 32}"
MD5 = f"md5:{'0a' * 16}"
GIT = f"git:{'0a' * 20}"


def message(*values: str) -> str:
    return "\n".join(["As agreed", "", "Ticket: ML-7", *(f"Artifact: {value}" for value in values)])


def test_the_digests_of_a_path_are_bound_together() -> None:
    folder = f"{MD5}.dir"
    text = message(f"{SHA} models/m.bin", f"{folder} data", f"{GIT} models/m.bin").replace(
        "Artifact: git", "artifact: git"
    )

    expected = [Bound("models/m.bin", {"sha256": SHA, "git": GIT}), Bound("data", {"md5": folder})]
    assert bound_in(text) == expected
    assert bound_in(only_bound(text)) == expected
    assert "Ticket" not in only_bound(text)


@pytest.mark.parametrize("text", ["", "As agreed", "Artifact: in the title", "As agreed\n\nTicket: ML-7"])
def test_a_message_without_such_trailers_binds_nothing(text: str) -> None:
    assert (bound_in(text), only_bound(text)) == ([], "")


@pytest.mark.parametrize("path", ["a b/m.bin", "s3://bucket/m.bin", "\u00e9.bin", "..bin", "m.bin#1"])
def test_a_path_is_taken_as_it_is(path: str) -> None:
    assert bound_in(message(f"{SHA} {path}")) == [Bound(path, {"sha256": SHA})]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ([""], "which is not DIGEST PATH"),
        (["m.bin"], "which is not DIGEST PATH"),
        ([SHA], "which is not DIGEST PATH"),
        ([f"sha256: {SHA[7:]} m.bin"], "which is not DIGEST PATH"),
        ([f"{SHA.upper()} m.bin"], "'SHA256' is not one of sha256, git, md5"),
        ([f"sha1:{'0' * 40} m.bin"], "'sha1' is not one of sha256, git, md5"),
        (["sha256:0 m.bin"], "sha256 digests have 64 digits"),
        ([f"{SHA}.dir m.bin"], "sha256 digests have 64 digits"),
        ([f"git:{'0' * 41} m.bin"], "git digests have 40 or 64 digits"),
        ([f"md5:{'0A' * 16} m.bin"], "md5 digests have 32 digits, 0-9 and a-f"),
        *[([f"{SHA} {path}"], "not written as from the root") for path in ("./m", "a//m", "/m", "a/../m", "m/", "..")],
        ([f"{SHA} m.bin", f"sha256:{'1' * 64} m.bin"], f"binds 'm.bin' as {SHA} and as sha256:11"),
        ([f"{SHA} {'m' * MOST_BYTES}"], "has more than 4096 characters of 'Artifact:' trailers"),
        ([f"{SHA} m{number}" for number in range(60)], "has more than 4096 characters"),
    ],
)
def test_what_cannot_be_told_is_said(values: list[str], problem: str) -> None:
    with pytest.raises(ValueError) as raised:
        bound_in(message(*values))

    assert problem in str(raised.value)
