"""Which names of models, stages, counters and refs GTO and Git accept.

Every function checks the whole text and allows only ASCII. GTO's own patterns
allow a little more (`a//b`, `../x=m`); Git refuses these names or changes them.
"""

from __future__ import annotations

from .versions import DIGITS, IDENTIFIER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TAGS = "refs/tags/"
HEADS = "refs/heads/"
# The refs of objects that Git reads in place of others (git-replace(1)).
REPLACEMENTS = "refs/replace/"
# The refs of proposals and approvals (policy/approvals/refs.py).
APPROVALS_ROOT = "refs/tagwarden/"

ALPHANUMERIC = IDENTIFIER - {"-"}
NAME = ALPHANUMERIC | frozenset("-/_")
FOLDER = NAME | {"."}

# File systems limit a path component to 255 bytes, and Git adds ".lock".
MOST_BYTES = 250

# The digits of a commit's id, in either object format.
ID_LENGTHS = (40, 64)
HEX = frozenset("0123456789abcdefABCDEF")

# The longest suffix that GTO appends for a tombstone: "!#" and the next counter.
TOMBSTONE_END = "!#" + 10 * "9"
# A tag name of at most this many bytes leaves room for every tag that may have to follow it.
ROOMY_BYTES = 220
MOST_COUNTER_DIGITS = 9
# A whole name must fit into a path: 1024 bytes on macOS, 4096 on Linux (PATH_MAX). The number of its
# components is limited, too, because each takes extra time.
LONGEST_NAME = 1000
MOST_PARTS = 20
# libgit2, with which GTO lists tags, finds no refs at all beside one that lies 100 folders deep. A clone keeps the
# server's branches deeper than the server does.
MOST_PARTS_FOR_GTO = 50


def is_name(text: str) -> bool:
    """Whether GTO accepts `text` as the name of a stage, or of a model without a folder."""
    return text[:1] in ALPHANUMERIC and text[-1:] in ALPHANUMERIC and NAME.issuperset(text) and "//" not in text


def is_model(text: str) -> bool:
    """Whether GTO and Git both accept `text` as a model's name, as spelled in tags, and read its tags alike.

    Both take what begins with `refs/tags/` for the full name of another tag.
    """
    return not text.startswith(TAGS) and _is_model_by_grammar(text)


def _is_model_by_grammar(text: str) -> bool:
    folder, equals, name = text.partition("=")
    if not equals:
        return is_name(text)
    return is_name(name) and FOLDER.issuperset(folder) and is_ref_path(folder)


def is_ref_path(folder: str) -> bool:
    """Whether a tag may begin with `folder` (git-check-ref-format(1); git-tag(1) refuses a leading "-")."""
    if folder[:1] in ("", "-", "/") or ".." in folder:
        return False
    *parents, last = folder.split("/")
    return last[:1] != "." and not any(part[:1] in ("", ".") or part.endswith(".lock") for part in parents)


def stops_gto(tag: str) -> bool:
    """Whether a tag's name alone can stop GTO for all models: `MODEL@created`, a full commit id, or too many folders.

    GTO 1.10 parses `@created` (gto/constants.py), but fails to handle it. It
    reads a tag whose name is a commit id instead of that commit.
    """
    model, at, rest = tag.partition("@")
    created = at and rest.partition("#")[0] == "created" and _is_model_by_grammar(model)
    return bool(created) or is_commit_id(tag) or is_too_deep_for_gto(tag)


def is_commit_id(tag: str) -> bool:
    """Whether a tag's name has the form of a full commit id.

    libgit2, with which GTO reads commits, resolves such an id to the tag of that
    name (pygit2, `Repository.resolve_refish`), whatever the tag points at.
    """
    return len(tag) in ID_LENGTHS and HEX.issuperset(tag)


def is_too_deep_for_gto(name: str) -> bool:
    """Whether a tag or ref of this name lies in so many folders that GTO may find no tags beside it."""
    return name.count("/") >= MOST_PARTS_FOR_GTO


def is_counter(text: str) -> bool:
    """Whether `text` is a counter: one or more ASCII digits."""
    return bool(text) and DIGITS.issuperset(text)


def fits(tag: str) -> bool:
    """Whether Git can store `tag`: it is not too long as a whole or in one component, and does not end in ".lock"."""
    if tag[-5:] == ".lock":
        return False
    if len(tag) <= MOST_BYTES:
        return tag.count("/") < MOST_PARTS
    return not is_too_long(tag) and max(map(len, tag.split("/"))) <= MOST_BYTES


def is_too_long(tag: str) -> bool:
    """Whether the name is too long, or has too many components, to be parsed at all."""
    return len(tag) > LONGEST_NAME or tag.count("/") >= MOST_PARTS


def successor_without_room(model: str, bare: str) -> str | None:
    """A later tag that may be needed after `bare` and that Git could not store; None if there is none.

    `bare` is the name of a tag of `model`, without its counter.
    """
    for later in (bare + TOMBSTONE_END, f"{model}@deprecated{TOMBSTONE_END[1:]}"):
        if not fits(later):
            return later
    return None


def model_of(tag: str) -> str:
    """The model that a tag of this name would belong to: the part before the first `@` or `#`."""
    return tag.partition("@")[0].partition("#")[0]


def model_of_ref(ref: str) -> str | None:
    """The model that a tag with this full ref name would belong to; None for other refs."""
    return model_of(ref[len(TAGS) :]) if ref.startswith(TAGS) else None


def parents_of(name: str) -> Iterator[str]:
    """The parent folders of a tag or ref of this name, the outermost first."""
    cut = name.find("/")
    while cut >= 0:
        yield name[:cut]
        cut = name.find("/", cut + 1)


def gto_spelling(model: str) -> str:
    """The model as GTO shows it: `cv=seg` is `cv:seg`."""
    return model.replace("=", ":")


def tag_spelling(model: str) -> str:
    """The model as spelled in tags: `cv:seg` is `cv=seg`."""
    return model.replace(":", "=")
