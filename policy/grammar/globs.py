"""The policy's globs: `*`, `?` and `[...]`, case-sensitive, and `*` matches `/` too.

This module does not use `fnmatch`, because that imports `re`, which would cost a
hook 5 ms. Matching takes time at most proportional to the length of the glob
times the length of the text.
"""

from __future__ import annotations

from .names import tag_spelling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    # A literal character, None for `*`, or whether a set is negated and its ranges.
    Token = str | None | tuple[bool, tuple[tuple[str, str], ...]]

SPECIAL = frozenset("*?[")
ANY_ONE: Token = (True, ())
# Below this number of globs, trying one after the other is faster than building a `_Many`.
MANY = 20

_tokens_of: dict[str, tuple[Token, ...]] = {}


def matches(glob: str, text: str) -> bool:
    """Whether `glob` matches the whole of `text`. The glob must be valid, which `problem_of` checks."""
    if SPECIAL.isdisjoint(glob):
        return glob == text
    if glob[-1] == "*" and SPECIAL.isdisjoint(glob[:-1]):
        return text.startswith(glob[:-1])
    tokens = _tokens_of.get(glob)
    if tokens is None:
        tokens = _tokens_of[glob] = _tokenize(glob)
    return _match(tokens, text)


def matches_any(globs: Collection[str], text: str) -> bool:
    """Whether one of `globs` matches `text`."""
    if len(globs) < MANY or type(globs) is not tuple:
        return any(matches(glob, text) for glob in globs)
    return _Many.of(globs).match(text)


def matches_model(globs: Collection[str], model: str) -> bool:
    """Whether one of `globs` matches `model`; both may be spelled as in tags (`cv=seg`) or as GTO does (`cv:seg`)."""
    model = tag_spelling(model)
    if len(globs) < MANY or type(globs) is not tuple:
        return any(matches(tag_spelling(glob), model) for glob in globs)
    return _Many.of(globs, of_models=True).match(model)


class _Many:
    """A long list of globs. Plain names and prefixes are looked up, not tried one by one."""

    def __init__(self, globs: Iterable[str]) -> None:
        names, beginnings, others = [], [], []
        for glob in globs:
            if SPECIAL.isdisjoint(glob):
                names.append(glob)
            elif glob[-1] == "*" and SPECIAL.isdisjoint(glob[:-1]):
                beginnings.append(glob[:-1])
            else:
                others.append(glob)
        self._names, self._beginnings, self._others = frozenset(names), tuple(beginnings), others

    @classmethod
    def of(cls, globs: tuple[str, ...], *, of_models: bool = False) -> _Many:
        # The key is the id of the tuple, because comparing ten thousand strings would cost as much as is saved.
        # The tuple itself is kept so that no other can get the same id.
        key = id(globs), of_models
        if key not in _many_of:
            _many_of[key] = globs, cls(map(tag_spelling, globs) if of_models else globs)
        return _many_of[key][1]

    def match(self, text: str) -> bool:
        found = text in self._names or text.startswith(self._beginnings)
        return found or any(matches(glob, text) for glob in self._others)


_many_of: dict[tuple[int, bool], tuple[tuple[str, ...], _Many]] = {}


def problem_of(glob: str) -> str | None:
    """Why `glob` is not a valid glob; None if it is."""
    if not glob:
        return "an empty glob matches nothing"
    at = glob.find("[")
    while at >= 0:
        end, _, members = _set_at(glob, at)
        if end < 0:
            return "'[' is never closed by ']'"
        for low, high in _ranges(members):
            if low > high:
                return f"the range '{low}-{high}' is empty"
        at = glob.find("[", end)
    return None


def _tokenize(glob: str) -> tuple[Token, ...]:
    tokens: list[Token] = []
    at = 0
    while at < len(glob):
        character = glob[at]
        at += 1
        if character == "*":
            if not tokens or tokens[-1] is not None:
                tokens.append(None)
        elif character == "?":
            tokens.append(ANY_ONE)
        elif character == "[":
            end, negated, members = _set_at(glob, at - 1)
            tokens.append((negated, tuple(_ranges(members))))
            at = end + 1
        else:
            tokens.append(character)
    return tuple(tokens)


def _set_at(glob: str, start: int) -> tuple[int, bool, str]:
    """Where the set that opens at `start` ends (-1: nowhere), whether it is negated, and its members.

    A `]` that comes first is a member.
    """
    first = start + 1
    negated = glob[first : first + 1] in ("!", "^")
    first += negated
    end = glob.find("]", first + 1)
    return end, negated, glob[first:end]


def _ranges(members: str) -> list[tuple[str, str]]:
    ranges = []
    at = 0
    while at < len(members):
        if members[at + 1 : at + 2] == "-" and at + 2 < len(members):
            ranges.append((members[at], members[at + 2]))
            at += 3
        else:
            ranges.append((members[at], members[at]))
            at += 1
    return ranges


def _match(tokens: tuple[Token, ...], text: str) -> bool:
    # Only the last `*` needs backtracking: once everything up to it has matched,
    # letting an earlier `*` match more can't help.
    at = position = resume = 0
    star = -1
    while position < len(text):
        if at < len(tokens):
            token = tokens[at]
            if token is None:
                star, resume = at, position
                at += 1
                continue
            if _fits(token, text[position]):
                at += 1
                position += 1
                continue
        if star < 0:
            return False
        resume += 1
        at, position = star + 1, resume
    return all(token is None for token in tokens[at:])


def _fits(token: str | tuple[bool, tuple[tuple[str, str], ...]], character: str) -> bool:
    if isinstance(token, str):
        return token == character
    negated, ranges = token
    return any(low <= character <= high for low, high in ranges) != negated
