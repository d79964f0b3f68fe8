"""Versions of models: Semantic Versioning 2.0.0 with a leading `v`.

Parsing and comparing are implemented here, because a hook does both, and
importing python-semver takes longer than the rest of the hook. python-semver
computes next versions (`next_version`), and the tests compare with it.
"""

from __future__ import annotations

from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    Identifier = tuple[int, int, str]
    Precedence = tuple[int, int, int, int, tuple[Identifier, ...]]

DIGITS = frozenset("0123456789")
IDENTIFIER = DIGITS | frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-")

# Python converts at most 4300 digits (sys.int_info). A path component, and so one
# of a loose ref, has at most 255 bytes.
MOST_DIGITS = 255

LONGEST_CORE = 30


class Version(Record):
    """A version. `prerelease` and `build` are the dot-separated identifiers."""

    major: int
    minor: int
    patch: int
    prerelease: tuple[str, ...] = ()
    build: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f"v{self.major}.{self.minor}.{self.patch}"
        if self.prerelease:
            text += "-" + ".".join(self.prerelease)
        if self.build:
            text += "+" + ".".join(self.build)
        return text

    @property
    def precedence(self) -> Precedence:
        """A sort key for the precedence of SemVer 2.0.0 §11, which ignores build metadata."""
        if not self.prerelease:
            return self.major, self.minor, self.patch, 1, ()
        return self.major, self.minor, self.patch, 0, tuple(map(_rank, self.prerelease))


def _rank(identifier: str) -> Identifier:
    # §11.4: numbers compare as numbers and sort below words, which compare in
    # ASCII order.
    if DIGITS.issuperset(identifier):
        return 0, int(identifier), ""
    return 1, 0, identifier


def parse_version(text: str) -> Version:
    """Parse `vMAJOR.MINOR.PATCH[-PRERELEASE][+BUILD]`.

    Raises ValueError, whose message says what is wrong, if the whole of `text` is not such a version.
    """
    # Nearly all versions are three short numbers, which take a third of the time of full parsing.
    if len(text) <= LONGEST_CORE and "-" not in text:
        try:
            first, second, third = text.split(".")
            major, minor, patch = int(first[1:]), int(second), int(third)
        except ValueError:
            return _parse_with_care(text)
        # `int` accepts more than SemVer: signs, spaces, leading zeros, digits of other scripts.
        if f"v{major}.{minor}.{patch}" == text:
            return Version(major, minor, patch)
    return _parse_with_care(text)


def _parse_with_care(text: str) -> Version:
    if text[:1] != "v":
        raise ValueError(_complain_of_prefix(text))
    rest, plus, build = text[1:].partition("+")
    core, dash, prerelease = rest.partition("-")
    numbers = core.split(".")
    if len(numbers) != 3:
        raise ValueError(_complain_of_core(numbers))
    for name, number in zip(("major", "minor", "patch"), numbers, strict=True):
        if not number or not DIGITS.issuperset(number):
            raise ValueError(f"{number!r} is not a valid {name} number" if number else f"the {name} number is empty")
        if number[0] == "0" and number != "0":
            raise ValueError(f"the {name} number {number!r} has a leading zero")
        if len(number) > MOST_DIGITS:
            raise ValueError(f"the {name} number has more than {MOST_DIGITS} digits")
    return Version(
        int(numbers[0]),
        int(numbers[1]),
        int(numbers[2]),
        _identifiers(prerelease, "pre-release", leading_zeros=False) if dash else (),
        _identifiers(build, "build metadata", leading_zeros=True) if plus else (),
    )


def _identifiers(text: str, what: str, *, leading_zeros: bool) -> tuple[str, ...]:
    identifiers = tuple(text.split("."))
    for identifier in identifiers:
        if not identifier:
            raise ValueError(f"the {what} {text!r} has an empty identifier" if text else f"the {what} is empty")
        if not IDENTIFIER.issuperset(identifier):
            odd = next(character for character in identifier if character not in IDENTIFIER)
            raise ValueError(f"the {what} {text!r} contains {odd!r}; letters, digits and '-' are allowed")
        if DIGITS.issuperset(identifier) and not leading_zeros:
            if identifier[0] == "0" and identifier != "0":
                raise ValueError(f"the {what} number {identifier!r} has a leading zero")
            if len(identifier) > MOST_DIGITS:
                raise ValueError(f"a {what} number has more than {MOST_DIGITS} digits")
    return identifiers


def _complain_of_prefix(text: str) -> str:
    if text[:1] == "V":
        return "capital 'V': versions begin with a small 'v'"
    if text[:1] in DIGITS:
        return "the 'v' at the beginning is missing"
    return f"{text!r} is not a version" if text else "the version is missing"


def _complain_of_core(numbers: list[str]) -> str:
    if len(numbers) == 2:
        return "the patch number is missing"
    if len(numbers) == 1:
        return "the minor and patch numbers are missing" if numbers[0] else "the version is missing after 'v'"
    return f"{len(numbers)} numbers instead of three: major, minor and patch"
