"""Parses and writes the trailers of a tag's message, like git-interpret-trailers(1)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..budget import Budget
    from ..settings import Trailer


def parse_trailers(message: str) -> list[tuple[str, str]]:
    """The (key, value) pairs of the message's trailers; the lines of a folded value are joined by spaces.

    They are in the last paragraph, if each of its lines is a trailer or continues
    one. The first paragraph is the title, and never contains trailers.
    """
    paragraphs = [part for part in message.replace("\r\n", "\n").strip().split("\n\n") if part.strip()]
    if len(paragraphs) < 2:
        return []
    found: list[tuple[str, list[str]]] = []
    for line in paragraphs[-1].strip("\n").split("\n"):
        key, colon, value = line.partition(":")
        if line[:1] in " \t" and found:
            found[-1][1].append(line.strip())
        elif colon and is_trailer_key(key.rstrip()):
            found.append((key.rstrip(), [value.strip()]))
        else:
            return []
    return [(key, " ".join(part for part in parts if part)) for key, parts in found]


def add_trailers(message: str, trailers: Sequence[tuple[str, str]]) -> str:
    """`message` with `trailers` appended to its own, if it has any; with trailers it ends in a newline."""
    if not trailers:
        return message
    text = message.rstrip()
    text += "\n" if parse_trailers(message) else "\n\n"
    return text + "".join(f"{key}: {value}\n" for key, value in trailers)


def is_trailer_key(text: str) -> bool:
    """Whether Git accepts `text` as a trailer's key: ASCII letters, digits and `-`."""
    return bool(text) and text.isascii() and text.replace("-", "").isalnum()


def problem_of_value(value: str, wanted: Trailer, budget: Budget) -> str | None:
    """What is wrong with a trailer's value, as a clause that begins with a verb; None if it is as `wanted`.

    Raises CannotJudge if matching the pattern takes longer than `budget` allows.
    """
    if wanted.type != "string":
        try:
            number = int(value) if wanted.type == "integer" else float(value)
        except ValueError:
            return f"is not {'an integer' if wanted.type == 'integer' else 'a number'}"
        if number != number or number in (float("inf"), float("-inf")):
            return "is not a finite number"
        if wanted.min is not None and number < wanted.min:
            return f"is below {wanted.min:g}"
        if wanted.max is not None and number > wanted.max:
            return f"is above {wanted.max:g}"
    if wanted.pattern:
        from ..patterns import matches_in_time

        if not matches_in_time(wanted.pattern, value, budget):
            return f"does not match the pattern {wanted.pattern!r}"
    return None
