"""What is to be done at a host: requests to its API, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..policy.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping


class Request(Record):
    """A request to a host's API. `endpoint` is below the API's root; `body`, None for none, is sent as JSON."""

    method: str
    endpoint: str
    body: Mapping[str, Any] | None = None


class Step(Record):
    """What is different from what the policy implies, in a sentence, and the requests that put it right, in order."""

    because: str
    requests: tuple[Request, ...]
