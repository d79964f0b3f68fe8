"""The records for changes at a host: requests to its API, and the reason for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..policy.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping


class Request(Record):
    """A request to a host's API. `endpoint` is relative to the API's root; `body` is sent as JSON (None: no body)."""

    method: str
    endpoint: str
    body: Mapping[str, Any] | None = None


class Step(Record):
    """A sentence on how the host's rules differ from the policy, and the requests that correct this, in order."""

    because: str
    requests: tuple[Request, ...]
