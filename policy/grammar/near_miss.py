"""Explains what exactly is wrong with a near miss: a name that looks like a model tag's but is not.

A near miss contains `@` or `#`. GTO skips it silently, so its author believes
that something was registered or deployed. A full commit id is a near miss, too:
GTO reads the tag instead of the commit. So is a name in too many folders, beside
which GTO finds no tags.
"""

from __future__ import annotations

from ..record import Record
from ..wording import quoted
from .foreign_tags import package_of
from .names import (
    ALPHANUMERIC,
    FOLDER,
    LONGEST_NAME,
    MOST_BYTES,
    MOST_PARTS,
    MOST_PARTS_FOR_GTO,
    NAME,
    TAGS,
    fits,
    is_commit_id,
    is_counter,
    is_model,
    is_name,
    is_too_deep_for_gto,
    is_too_long,
)
from .versions import MOST_DIGITS, parse_version

DIGITS_OF_A_YEAR = 4


class NearMiss(Record):
    """A near miss and what is wrong with it.

    `problem` follows "'NAME' is not a model tag: ". `suggestion` is the name that
    was probably meant, None if that is not clear. `package` is the part before
    the `@` if release tools of packages write such tags, too.
    """

    tag: str
    problem: str
    suggestion: str | None
    package: str | None = None


def explain(tag: str) -> NearMiss:
    """Explain why `tag`, which `parse_tag_name` could not parse, is not a model tag."""
    if is_too_deep_for_gto(tag):
        parts = f"it has {tag.count('/') + 1} parts between slashes"
        why = f"{parts}, and beside a tag with more than {MOST_PARTS_FOR_GTO}, GTO may find no tags at all"
        return NearMiss(tag, why, None)
    if is_too_long(tag):
        return NearMiss(tag, _problem_of_size(tag), None)
    if is_commit_id(tag):
        return NearMiss(
            tag, "GTO would read it instead of the commit with that id, and may fail on what it finds", None
        )
    return NearMiss(tag, _problem(tag), _suggest(tag), package_of(tag))


def _problem_of_size(tag: str) -> str:
    if len(tag) > LONGEST_NAME:
        return f"it has {len(tag)} characters; a model tag has at most {LONGEST_NAME}"
    return f"it has {tag.count('/') + 1} parts between slashes; a model tag has at most {MOST_PARTS}"


def _problem(tag: str) -> str:
    if not tag.isascii():
        odd = next(character for character in tag if not character.isascii())
        return f"it contains {quoted(odd)}, which is not ASCII"
    marks = [character for character in tag if character in "@#"]
    model, rest = tag[: tag.index(marks[0])], tag[tag.index(marks[0]) + 1 :]
    model_problem = _problem_of_model(model)
    if model_problem:
        return model_problem
    if marks[0] == "@":
        return _problem_of_version(rest)
    return _problem_of_stage(rest) or _problem_of_length(tag)


def _problem_of_model(model: str) -> str | None:
    if not model:
        return "the model's name is missing"
    if is_model(model):
        return None
    if model.startswith(TAGS):
        return (
            f"the model {model!r} begins with {TAGS!r}, so Git and `gto check-ref` would read the name of another tag"
        )
    folder, equals, name = model.partition("=")
    if "=" in name:
        return f"the model {model!r} contains more than one '='"
    if equals and not folder:
        return f"the folder before '=' is missing in the model {model!r}"
    if equals and not FOLDER.issuperset(folder):
        odd = _odd(folder, FOLDER)
        return f"the folder {folder!r} contains {odd}; letters, digits, '-', '_', '.' and '/' are allowed"
    if equals and is_name(name):
        return f"Git can't keep a tag that begins with the folder {folder!r}"
    return _problem_of_name(name if equals else model, "the model's name")


def _problem_of_name(name: str, what: str) -> str:
    if not name:
        return f"{what} is missing"
    if "." in name:
        return f"there is a dot in {what}, {name!r}"
    if not NAME.issuperset(name):
        return f"{what} {name!r} contains {_odd(name, NAME)}; letters, digits, '-', '_' and '/' are allowed"
    if "//" in name:
        return f"{what} {name!r} contains '//', which Git turns into '/'"
    end = name[0] if name[0] not in ALPHANUMERIC else name[-1]
    return f"{what} {name!r} begins or ends with {end!r} instead of a letter or digit"


def _problem_of_version(rest: str) -> str:
    text, hash_sign, counter = rest.partition("#")
    if text in ("created", "created!"):
        return "'@created' makes every GTO command fail, for all models"
    if hash_sign and is_counter(counter[:-1]) and counter.endswith("!"):
        return f"the '!' must come before the counter: '!#{counter[:-1]}'"
    if text.endswith("!!"):
        return "there is more than one '!'"
    bare = text.removesuffix("!")
    if bare.lower() in ("deprecated", "deprecate", "undeprecated", "latest", "greatest"):
        return _problem_of_word(text, bare)
    try:
        parse_version(bare)
    except ValueError as problem:
        return f"{problem} (in {bare!r})" if bare else "the version is missing"
    return _problem_of_counter(counter, "version") if hash_sign else _problem_of_length(rest)


def _problem_of_word(text: str, bare: str) -> str:
    if bare == "deprecated" and text != bare:
        return "there is no '@deprecated!'; any new event of the model ends its deprecation"
    if bare in ("latest", "greatest"):
        return f"'@{bare}' is a query, not a version"
    return f"'@{text}' is not known; a deprecation is spelled '@deprecated'"


def _problem_of_stage(rest: str) -> str | None:
    stage, hash_sign, counter = rest.partition("#")
    if hash_sign and is_counter(counter[:-1]) and counter.endswith("!"):
        return f"the '!' must come before the counter: '!#{counter[:-1]}'"
    if "@" in rest:
        return "a tag names a stage or a version, not both; an assignment finds its version by the commit"
    if stage.endswith("!!"):
        return "there is more than one '!'"
    name = stage.removesuffix("!")
    if not is_name(name):
        return _problem_of_name(name, "the stage")
    return _problem_of_counter(counter, "stage") if hash_sign else None


def _problem_of_counter(counter: str, after: str) -> str:
    if not counter:
        return f"the counter is missing after the '#' that follows the {after}"
    if after == "version" and is_name(counter.partition("#")[0].removesuffix("!")) and not counter.isdigit():
        return "a tag names a stage or a version, not both; an assignment finds its version by the commit"
    return f"the counter {counter!r} is not a number" if not is_counter(counter) else _problem_of_length(counter)


def _problem_of_length(text: str) -> str:
    if text.endswith(".lock"):
        return "Git does not allow names that end in '.lock'"
    return f"a part of it is longer than {MOST_BYTES} bytes, which no file system can store"


def _odd(text: str, allowed: frozenset[str]) -> str:
    odd = next(character for character in text if character not in allowed)
    return "a space" if odd == " " else repr(odd)


def _suggest(tag: str) -> str | None:
    """The model tag that was probably meant, if only the version or the position of `!` is wrong; otherwise None."""
    model, at, rest = tag.partition("@")
    version, hash_sign, counter = rest.partition("#")
    cancelled = "!" if version.endswith("!") or counter.endswith("!") else ""
    counter = counter.removesuffix("!")
    if not at or not is_model(model) or (hash_sign and not is_counter(counter)):
        return None
    core, dash, extra = version.removesuffix("!").lstrip("Vv").partition("-")
    numbers = core.split(".")
    if len(numbers) > 3 or not all(is_counter(number) and len(number) <= MOST_DIGITS for number in numbers):
        return None
    if len(numbers) == 1 and len(core) >= DIGITS_OF_A_YEAR:
        return None  # a date, or a build's number
    padded = [str(int(number)) for number in numbers] + ["0"] * (3 - len(numbers))
    try:
        meant = parse_version(f"v{'.'.join(padded)}{dash}{extra}")
    except ValueError:
        return None
    suggestion = f"{model}@{meant}{cancelled}{hash_sign}{counter}"
    return suggestion if suggestion != tag and fits(suggestion) else None
