"""Frozen, typed records that cost a hook nothing to import.

`Record` is `typing.NamedTuple` to a type checker and to a reader. At run time
the classes are made by `collections.namedtuple` alone: `typing` costs as much
to import as reading a model's history does (`make bench` shows both), and
`dataclasses` twice that.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple as Record
else:
    from collections import namedtuple

    class _RecordMeta(type):
        def __new__(mcs, name, bases, namespace):
            if not bases:
                return super().__new__(mcs, name, bases, namespace)
            fields = namespace.get("__annotations__", {})
            defaults = [namespace[field] for field in fields if field in namespace]
            made = namedtuple(name, fields, defaults=defaults, module=namespace["__module__"])
            for key, value in namespace.items():
                if key not in fields and key not in ("__annotations__", "__module__", "__qualname__"):
                    setattr(made, key, value)
            made.__annotations__ = fields
            return made

    class Record(metaclass=_RecordMeta):
        pass


__all__ = ["Record"]
