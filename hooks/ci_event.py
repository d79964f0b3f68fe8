"""Reads what a CI service says was pushed (GitLab's "Variables", GitHub's "Webhook events and payloads")."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..policy.errors import CannotJudge
from ..policy.grammar.names import HEADS, TAGS
from ..policy.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping


class Event(Record):
    """A pushed ref by its full name. `before` is its object id until then, None if it is new or that is unknown."""

    ref: str
    before: str | None = None
    deleted: bool = False


def read_event(environment: Mapping[str, str]) -> Event:
    """The push for which this job was started.

    Raises CannotJudge outside of GitHub Actions and GitLab CI, or if they don't
    say what was pushed.
    """
    if on_github(environment):
        return _of_github(environment)
    if environment.get("GITLAB_CI"):
        return _of_gitlab(environment)
    raise CannotJudge(
        "There is no event to read: neither GITHUB_ACTIONS nor GITLAB_CI is set. "
        "Elsewhere name the tag: `tagwarden check TAG`, `tagwarden resolve --event TAG`."
    )


def on_github(environment: Mapping[str, str]) -> bool:
    """Whether this runs in GitHub Actions, or in a service that claims to be it (Gitea's and Forgejo's actions)."""
    return environment.get("GITHUB_ACTIONS") == "true"


def _of_github(environment: Mapping[str, str]) -> Event:
    payload = _payload(environment.get("GITHUB_EVENT_PATH"))
    kind = environment.get("GITHUB_EVENT_NAME")
    if kind == "delete":
        folder = "tags" if payload.get("ref_type") == "tag" else "heads"
        return Event(f"refs/{folder}/{payload.get('ref')}", deleted=True)
    ref = payload.get("ref") if kind == "push" else None
    ref = ref if isinstance(ref, str) else environment.get("GITHUB_REF")
    if not ref or not ref.startswith("refs/"):
        raise CannotJudge(f"GitHub does not say what was pushed: GITHUB_REF is {ref!r}, which is not a full ref.")
    before = payload.get("before")
    known = isinstance(before, str) and before.strip("0") != ""
    return Event(ref, before if known and kind == "push" else None, deleted=payload.get("deleted") is True)


def _of_gitlab(environment: Mapping[str, str]) -> Event:
    if tag := environment.get("CI_COMMIT_TAG"):
        return Event(TAGS + tag)
    name = environment.get("CI_COMMIT_BRANCH") or environment.get("CI_COMMIT_REF_NAME")
    if not name:
        raise CannotJudge("GitLab does not say what was pushed: CI_COMMIT_TAG and CI_COMMIT_REF_NAME are not set.")
    return Event(HEADS + name)


def _payload(path: str | None) -> dict[str, Any]:
    if not path:
        return {}
    try:
        with open(path, "rb") as file:
            found = json.load(file)
    except (OSError, ValueError) as error:
        raise CannotJudge(f"GITHUB_EVENT_PATH names {path!r}, which can't be read: {error}") from error
    return found if isinstance(found, dict) else {}
