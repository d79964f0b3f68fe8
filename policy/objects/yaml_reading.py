"""Parses YAML as GTO and DVC do, from files that anybody may push.

Like them, it uses ruamel.yaml, so that it fails on the same files. There is one
exception: a few hundred bytes of anchors and aliases can stand for more values
than fit into memory, and this module refuses such files.
"""

from __future__ import annotations

from ..errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Twice as many as an ordinary file of 1 MiB has.
MOST_VALUES = 1_000_000


def prepare_yaml() -> None:
    """Import ruamel.yaml in advance, so that the time does not count against a limit."""
    import ruamel.yaml  # noqa: F401


def load_yaml(data: bytes) -> Any:
    """The document in `data` as plain Python values. Raises ValueError, with a short reason, if it can't be parsed.

    It takes about a second for 64 KiB, or longer for files that are made to be
    slow. So it must be called within a time limit (`Budget`).
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
    # On odd input ruamel.yaml also raises errors other than its own.
    except Exception as problem:  # noqa: BLE001
        raise ValueError(str(problem).partition("\n")[0] or type(problem).__name__) from None


def _refuse_endless(root: Any) -> None:
    """Raise ValueError if the node has too many values, or contains itself; an alias counts as all of its values."""
    sizes: dict[int, int] = {}
    begun: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting[-1]
        inner = _within(node)
        if id(node) in sizes:
            waiting.pop()
        elif id(node) in begun:
            # All inner nodes have been counted, unless one of them contains this node.
            if not all(id(one) in sizes for one in inner):
                raise ValueError("an alias stands for what it is part of")
            sizes[id(node)] = 1 + sum(sizes[id(one)] for one in inner)
            if sizes[id(node)] > MOST_VALUES:
                raise ValueError(f"its aliases make it more than {MOST_VALUES} values")
        else:
            begun.add(id(node))
            waiting.extend(one for one in inner if id(one) not in begun)


def _within(node: Any) -> list[Any]:
    """The nodes of a sequence, or the keys and values of a mapping; a scalar has none."""
    if not isinstance(node.value, list):
        return []
    return [one for entry in node.value for one in (entry if isinstance(entry, tuple) else (entry,))]
