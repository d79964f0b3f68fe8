"""What a line of the push log holds."""

from __future__ import annotations

import hashlib
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.logged_lines import ADA, ENTRY, UPDATE, entries, troubles, verdict
from tagwarden.policy.push import RefUpdate
from tagwarden.policy.verdict import Finding, Verdict
from tagwarden.server_hooks.log.append import append_to_log
from tagwarden.server_hooks.log.chain import read_lines
from tagwarden.server_hooks.log.line import BEGINNING, Entry, outcome_of, quoted
from tagwarden.server_hooks.pusher import Pusher

# What a line holds


def test_a_line_holds_all_that_is_known_of_the_push(folder: str) -> None:
    order = Finding("version-order", "error", UPDATE.ref, "churn", "v1.0.0 is below v2.0.0", "versions.order", None)
    whole = Finding("replace-refs", "error", None, None, "no", None, None)
    judged = (verdict(order, whole, accepted=False), verdict(source="file:/site.toml"))
    append_to_log(folder, Entry("pre-receive", ADA, (UPDATE,), "refused", judged, {"who": "urgent"}))

    (line,) = entries(folder)
    assert str(line.pop("time")).endswith("Z")
    assert len(str(line.pop("hash"))) == 64
    assert line == {
        "outcome": "refused",
        "hook": "pre-receive",
        "pusher": {"name": "ada", "email": "ada@example.com", "how": "GITEA_PUSHER_NAME"},
        "updates": [{"ref": "refs/tags/churn@v1.0.0", "old": None, "new": "1" * 40}],
        "policies": [
            {
                "source": "HEAD:tagwarden.toml",
                "id": "ab12",
                "mode": "enforce",
                "accepted": False,
                "findings": [
                    {
                        "rule": "version-order",
                        "severity": "error",
                        "ref": "refs/tags/churn@v1.0.0",
                        "message": "v1.0.0 is below v2.0.0",
                    },
                    {"rule": "replace-refs", "severity": "error", "ref": None, "message": "no"},
                ],
                "notes": ["a note"],
            },
            {
                "source": "file:/site.toml",
                "id": "ab12",
                "mode": "enforce",
                "accepted": True,
                "findings": [],
                "notes": ["a note"],
            },
        ],
        "emergency": {"who": "urgent"},
        "line": 1,
        "previous": BEGINNING,
    }


def test_a_push_that_could_not_be_judged_is_logged_with_what_kept_it(folder: str) -> None:
    nobody = Pusher(None, None, "tagwarden.pusher is not set")
    append_to_log(folder, Entry("update", nobody, (UPDATE,), "could-not-judge", error="git broke"))

    (line,) = entries(folder)
    assert (line["outcome"], line["error"], line["policies"]) == ("could-not-judge", "git broke", [])
    assert line["pusher"] == {"name": None, "email": None, "how": "tagwarden.pusher is not set"}


@given(st.text(alphabet=st.characters(codec=None)))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    written = quoted(text)

    assert written.isascii()
    assert written.isprintable()
    assert json.loads(written) == json.loads(json.dumps(text))


def test_bytes_that_are_not_utf8_survive(folder: str) -> None:
    odd = RefUpdate(None, "1" * 40, os.fsdecode(b"refs/tags/caf\xe9@v1.0.0"))
    append_to_log(folder, ENTRY._replace(updates=(odd,)))

    assert json.loads(next(read_lines(folder)))["updates"][0]["ref"] == odd.ref


def test_very_long_text_is_cut_and_says_so(folder: str) -> None:
    append_to_log(folder, ENTRY._replace(pusher=Pusher("a" * 100_000, None, "")))

    assert len(next(read_lines(folder))) < 4000
    assert "98000 more characters" in next(read_lines(folder)).decode()


def test_every_ref_of_a_large_accepted_push_is_listed(folder: str) -> None:
    updates = [RefUpdate(None, f"{number:040x}", f"refs/tags/m@v0.0.{number}") for number in range(5000)]
    append_to_log(folder, ENTRY._replace(updates=updates))

    assert len(json.loads(next(read_lines(folder)))["updates"]) == 5000
    assert not troubles(folder)


def test_a_large_refused_push_can_not_fill_the_disk(folder: str) -> None:
    updates = [RefUpdate(None, f"{number:040x}", f"refs/tags/m@v0.0.{number}") for number in range(5000)]
    findings = [Finding("who", "error", update.ref, "m", "no", None, None) for update in updates]
    refused = verdict(*findings, accepted=False)
    append_to_log(folder, ENTRY._replace(updates=updates, outcome="refused", verdicts=(refused,)))

    line = json.loads(next(read_lines(folder)))
    every = "".join(f"- {update.new} {update.ref}\n" for update in updates).encode()
    assert (len(line["updates"]), line["updates_in_all"]) == (1000, 5000)
    assert line["updates_sha256"] == hashlib.sha256(every).hexdigest()
    assert (len(line["policies"][0]["findings"]), line["policies"][0]["findings_in_all"]) == (1000, 5000)


@pytest.mark.parametrize(
    ("verdicts", "emergency", "outcome"),
    [
        ((verdict(), verdict()), {}, "accepted"),
        ((verdict(), verdict(accepted=False)), {}, "refused"),
        ((verdict(),), {"who": "urgent"}, "emergency"),
        ((verdict(accepted=False),), {"who": "urgent"}, "refused"),
    ],
)
def test_the_outcome_is_what_all_policies_say(
    verdicts: tuple[Verdict, ...], emergency: dict[str, str], outcome: str
) -> None:
    assert outcome_of(verdicts, emergency) == outcome
