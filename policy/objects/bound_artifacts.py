"""The artifacts that a tag binds by trailers with a digest and a path: `Artifact: sha256:<hex> models/model.pkl`."""

from __future__ import annotations

from ..record import Record
from ..wording import cut
from .trailers import add_trailers, parse_trailers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TRAILER = "Artifact"
# The number of hexadecimal digits of each kind of digest. DVC's MD5 of a folder has the suffix FOLDER.
LENGTHS = {"sha256": (64,), "git": (40, 64), "md5": (32,)}
FOLDER = ".dir"
HEX = frozenset("0123456789abcdef")
# The limit for all these trailers of a tag together, in characters: enough for some twenty artifacts.
MOST_BYTES = 4096


class Bound(Record):
    """A path that a tag binds, with the digests (`KIND:VALUE`) that the tag gives for it, by kind."""

    path: str
    digests: dict[str, str]


def bound_in(message: str) -> list[Bound]:
    """The artifacts that a message binds, one for each path.

    Raises ValueError, with a message to follow "the message …", if a trailer is malformed or contradicts another.
    """
    bound: dict[str, dict[str, str]] = {}
    left = MOST_BYTES
    for key, value in _trailers(message):
        left -= len(key) + len(value)
        if left < 0:
            raise ValueError(f"has more than {MOST_BYTES} characters of '{TRAILER}:' trailers")
        said = f"has the trailer '{key}: {cut(value)}'"
        digest, path = split_digest(value) or ("", "")
        if not path:
            raise ValueError(f"{said}, which is not DIGEST PATH, such as 'sha256:… models/model.pkl'")
        kind, _, written = digest.partition(":")
        problem = _problem_of_digest(kind, written)
        if "://" not in path and not {"", ".", ".."}.isdisjoint(path.split("/")):
            problem = "its path is not written as from the root of the repository, such as 'models/model.pkl'"
        if problem:
            raise ValueError(f"{said}, and {problem}")
        known = bound.setdefault(path, {})
        if known.setdefault(kind, digest) != digest:
            raise ValueError(f"binds {path!r} as {known[kind]} and as {digest}")
    return [Bound(path, digests) for path, digests in bound.items()]


def only_bound(message: str) -> str:
    """A message that binds the same artifacts and says nothing else; "" if `message` binds none."""
    trailers = list(_trailers(message))
    return add_trailers("-", trailers)[: 2 * MOST_BYTES] if trailers else ""


def split_digest(value: str) -> tuple[str, str] | None:
    """The digest (`KIND:VALUE`) and the path in a trailer's value; None if it does not have this form."""
    digest, _, path = value.partition(" ")
    kind, colon, written = digest.partition(":")
    return (digest, path.strip()) if kind and colon and written and path.strip() else None


def _trailers(message: str) -> Iterator[tuple[str, str]]:
    return ((key, value) for key, value in parse_trailers(message) if key.lower() == TRAILER.lower())


def _problem_of_digest(kind: str, written: str) -> str | None:
    lengths = LENGTHS.get(kind)
    if lengths is None:
        return f"{kind!r} is not one of {', '.join(LENGTHS)}"
    if kind == "md5":
        written = written.removesuffix(FOLDER)
    if len(written) not in lengths or not HEX.issuperset(written):
        return f"{kind} digests have {' or '.join(map(str, lengths))} digits, 0-9 and a-f"
    return None
