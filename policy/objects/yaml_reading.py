"""Reads YAML as GTO and DVC do, from files that anybody may push.

They use ruamel.yaml, and so does this module: a file is unreadable here exactly
if it is unreadable there. There is one exception. A few hundred bytes of
anchors can stand for more values than fit into memory; such a file is refused.
"""

from __future__ import annotations

from ..errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# An ordinary file of a mebibyte has half as many values.
MOST_VALUES = 1_000_000


def prepare_yaml() -> None:
    """Import what reads YAML, so that no time limit counts it."""
    import ruamel.yaml  # noqa: F401


def load_yaml(data: bytes) -> Any:
    """The document in `data` as plain values. Raises ValueError with a short reason.

    It takes a second for each 64 KiB, and longer if the file is made for that:
    call it within a time limit (`Budget`).
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import SafeConstructor

    class Bounded(SafeConstructor):
        def construct_document(self, node: Any) -> Any:
            _refuse_endless(node)
            return super().construct_document(node)

    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = Bounded
    try:
        return yaml.load(data.decode("utf-8"))
    except CannotJudge:
        raise
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    # ruamel.yaml raises its own errors, and others on odd input.
    except Exception as problem:  # noqa: BLE001
        raise ValueError(str(problem).partition("\n")[0] or type(problem).__name__) from None


def _refuse_endless(root: Any) -> None:
    """Raise ValueError if the node stands for too many values; an alias counts as everything that it stands for."""
    sizes: dict[int, int] = {}
    begun: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting[-1]
        inner = _within(node)
        if id(node) in sizes:
            waiting.pop()
        elif id(node) in begun:
            # Everything inside was counted, unless it is this node again.
            if not all(id(one) in sizes for one in inner):
                raise ValueError("an alias stands for what it is part of")
            sizes[id(node)] = 1 + sum(sizes[id(one)] for one in inner)
            if sizes[id(node)] > MOST_VALUES:
                raise ValueError(f"its aliases make it more than {MOST_VALUES} values")
        else:
            begun.add(id(node))
            waiting.extend(one for one in inner if id(one) not in begun)


def _within(node: Any) -> list[Any]:
    """The nodes of a sequence, or the keys and values of a mapping; of a scalar none."""
    if not isinstance(node.value, list):
        return []
    return [one for entry in node.value for one in (entry if isinstance(entry, tuple) else (entry,))]
