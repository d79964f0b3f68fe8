"""Frozen, typed records that cost a hook almost nothing to import.

To a type checker, `Record` is `typing.NamedTuple`, and it behaves like one. At
run time this module makes the classes, because importing `typing` takes as long
as reading a model's history, importing `dataclasses` twice as long, and
`collections.namedtuple` takes half as long again for each class (`make bench`
prints where the time goes when a hook starts).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple as Record
else:
    from _collections import _tuplegetter

    _Function = type(lambda: None)
    _new = tuple.__new__
    # One function for each number of fields. Compiling them at run time would cost a hook 2 ms.
    # fmt: off
    _MAKERS = (
        lambda _cls: _new(_cls, ()),
        lambda _cls, a: _new(_cls, (a,)),
        lambda _cls, a, b: _new(_cls, (a, b)),
        lambda _cls, a, b, c: _new(_cls, (a, b, c)),
        lambda _cls, a, b, c, d: _new(_cls, (a, b, c, d)),
        lambda _cls, a, b, c, d, e: _new(_cls, (a, b, c, d, e)),
        lambda _cls, a, b, c, d, e, f: _new(_cls, (a, b, c, d, e, f)),
        lambda _cls, a, b, c, d, e, f, g: _new(_cls, (a, b, c, d, e, f, g)),
        lambda _cls, a, b, c, d, e, f, g, h: _new(_cls, (a, b, c, d, e, f, g, h)),
        lambda _cls, a, b, c, d, e, f, g, h, i: _new(_cls, (a, b, c, d, e, f, g, h, i)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j: _new(_cls, (a, b, c, d, e, f, g, h, i, j)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k: _new(_cls, (a, b, c, d, e, f, g, h, i, j, k)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m: _new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n: _new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o: _new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o)),
    )
    # fmt: on

    class _Fields(tuple):
        __slots__ = ()

        _make = classmethod(tuple.__new__)

        def _replace(self, **changes):
            made = type(self)(*map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"{type(self).__name__} has no field {', '.join(changes)}")
            return made

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            fields = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({fields})"

        def __getnewargs__(self):
            return tuple(self)

    class _RecordMeta(type):
        def __new__(mcs, name, bases, namespace):
            if not bases:
                return super().__new__(mcs, name, bases, namespace)
            fields = tuple(namespace.get("__annotations__", ()))
            defaults = tuple(namespace.pop(field) for field in fields if field in namespace)
            # Each class has its own function: creating a record is then as fast as calling tuple.
            code = _MAKERS[len(fields)].__code__.replace(co_varnames=("_cls", *fields))
            make = _Function(code, {"_new": _new}, "__new__", defaults)
            namespace.update({field: _tuplegetter(place, None) for place, field in enumerate(fields)})
            namespace.update(__new__=make, __slots__=(), _fields=fields, __match_args__=fields)
            return type.__new__(type, name, (_Fields,), namespace)

    class Record(metaclass=_RecordMeta):
        pass


__all__ = ["Record"]
