"""Loads a policy file (`tagwarden.toml`) into a `Policy`.

Modules that only a valid policy file needs are imported only then, because a hook loads the policy.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .policy import Policy

MOST_BYTES = 1 << 19
MOST_DOTS = 40
SECONDS = 2.0
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class PolicyMistakes(ValueError):
    """The policy file can't be used. `mistakes` has one sentence for each mistake."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


def load_policy(data: bytes, *, site: bool = False) -> Policy:
    """Load the content of a policy file.

    `site` loads it as a site policy, which judges only by the rules that it sets.
    Raises PolicyMistakes with everything that is wrong with the file. If it needs
    a newer tagwarden, or takes more than SECONDS to load, that is the only mistake.
    (Every push loads it, so it must be fast.)
    """
    from ..errors import CannotJudge
    from ..time_limit import in_time

    too_slow = f"it takes more than {SECONDS:g} seconds to read; make it shorter, or its patterns simpler"
    try:
        return in_time(lambda: _load(data, site=site), seconds=SECONDS, too_slow=too_slow)[0]
    except CannotJudge as problem:
        raise PolicyMistakes([str(problem)]) from None


def _load(data: bytes, *, site: bool) -> Policy:
    document = _parse(data)
    from .checks import check
    from .making import make_policy, problem_of_minimum_version
    from .reading import PolicyReader

    problem = problem_of_minimum_version(document)
    if problem:
        raise PolicyMistakes([problem])
    reader = PolicyReader(document)
    policy = make_policy(reader, site=site)
    check(policy, reader)
    if reader.mistakes:
        raise PolicyMistakes(reader.mistakes)
    return policy


def _parse(data: bytes) -> dict[str, Any]:
    if len(data) > MOST_BYTES:
        raise PolicyMistakes([f"the file has {len(data)} bytes; a policy has at most {MOST_BYTES}"])
    if data.startswith(BYTE_ORDER_MARK):
        raise PolicyMistakes(
            ["the file begins with a byte order mark, which TOML does not know; save it as UTF-8 without BOM"]
        )
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyMistakes([f"line {line} is not UTF-8, which TOML is written in"]) from None
    _refuse_endless_keys(text)
    import tomllib

    try:
        return tomllib.loads(text)
    except RecursionError:
        raise PolicyMistakes(["not valid TOML: arrays or tables are nested too deeply"]) from None
    except ValueError as error:
        raise PolicyMistakes([f"not valid TOML: {error}"]) from None


def _refuse_endless_keys(text: str) -> None:
    # tomllib takes quadratic time and memory for a dotted key: one long line
    # would take the server down.
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MOST_DOTS and not line.lstrip().startswith("#"):
            end = None if line.lstrip().startswith("[") else line.rfind("=") + 1
            if line.count(".", 0, end) > MOST_DOTS:
                raise PolicyMistakes([f"line {number} has a key of more than {MOST_DOTS} parts"])
