"""The metrics that the policy names (`show.metrics`), of every version of a model."""

from __future__ import annotations

import time

from ..contents.documents import Documents
from ..contents.metrics import chosen, value_text
from ..contents.tree_entries import TreeEntries
from ..contents.version_contents import contents_of
from ..policy.objects.trailers import parse_trailers
from ..policy.wording import counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..policy.file.policy import Policy
    from ..policy.registry.resolution import ModelTags
    from ..repository.git.reader import Reader

# Whoever may push could else make one repository hold up the site.
SECONDS = 60.0


class NamedMetrics:
    """Reads the metrics of one repository, as long as SECONDS last."""

    def __init__(self, reader: Reader, policy: Policy, seconds: float = SECONDS) -> None:
        self._entries = TreeEntries(reader)
        self._documents = Documents()
        self._policy = policy
        self._left = seconds
        self._passed_over = 0

    def of(self, model: str, known: ModelTags) -> Mapping[str, Sequence[tuple[str, str]]]:
        """By the tag of each version of `model` (as tags spell it) its metrics: name and value."""
        names = self._policy.for_model(model).show.metrics
        found: dict[str, Sequence[tuple[str, str]]] = {}
        for name, tag in known.tags if names else ():
            if name.kind != "register" or tag.object is None:
                continue
            if self._left <= 0:
                self._passed_over += 1
                continue
            began = time.monotonic()
            trailers = parse_trailers(tag.object.message)
            held = contents_of(self._entries, model, tag.object.target, trailers, self._documents)
            found[tag.name] = [(one.name, value_text(one.value)) for one in chosen(held.metrics, names)]
            self._left -= time.monotonic() - began
        return found

    def notes(self) -> list[str]:
        """What was not read, as sentences."""
        if not self._passed_over:
            return []
        return [f"It took too long to read the metrics of {counted(self._passed_over, 'version')}: they are not shown."]
