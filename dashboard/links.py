"""Links from tags and commits to a host's pages about them."""

from __future__ import annotations

from urllib.parse import quote

from ..policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

FIELDS = {"commit": "{commit}", "tag": "{tag}"}
EXAMPLE = "commit=https://git.example.com/{repository}/commit/{commit}"


class LinkTemplates(Record):
    """URLs with `{repository}` and `{commit}` or `{tag}` in them; None means no link."""

    commit: str | None = None
    tag: str | None = None


class Links(Record):
    """The links on one repository's pages."""

    templates: LinkTemplates
    repository: str

    def commit(self, commit: str) -> str | None:
        """The URL of a commit's page, None if there is no template for it."""
        return self._filled(self.templates.commit, "{commit}", commit)

    def tag(self, tag: str) -> str | None:
        """The URL of a tag's page, None if there is no template for it."""
        return self._filled(self.templates.tag, "{tag}", tag)

    def _filled(self, template: str | None, field: str, value: str) -> str | None:
        if template is None:
            return None
        return template.replace("{repository}", _quoted(self.repository)).replace(field, _quoted(value))


def parse_templates(given: Iterable[str]) -> LinkTemplates:
    """The templates in `commit=URL` and `tag=URL`. Raises ValueError, whose message says what is wrong."""
    found = LinkTemplates()
    for text in given:
        kind, equals, url = text.partition("=")
        if kind not in FIELDS or not equals:
            raise ValueError(f"{text!r} does not begin with commit= or tag=; write it like {EXAMPLE}")
        if not url.startswith(("https://", "http://")):
            raise ValueError(f"{url!r} is no address of a web page: it must begin with https:// or http://")
        if FIELDS[kind] not in url:
            raise ValueError(f"{url!r} does not say where the {kind} belongs: it lacks {FIELDS[kind]}")
        found = found._replace(commit=url) if kind == "commit" else found._replace(tag=url)
    return found


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogateescape"), safe="/@")
