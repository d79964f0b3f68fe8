"""Imports this program's own modules in two thirds of the time: a hook imports some forty of them.

For each, Python asks several finders, and looks for six kinds of file (The
Python Language Reference, "The import system"). Here it is one: a compiled
module that is as new as its source, as pip leaves them (PEP 3147, PEP 552).
Whatever is not just so is left to Python. What others have written is found
by way of `site`, which takes a hook 1 ms, once something asks for it.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType
else:
    Loader = object
    # What every module was made by, without the import of `importlib.machinery`.
    ModuleSpec = type(__spec__)

# The magic number, flags (0: compared by time), time and size of the source.
_HEADER_BYTES = 16


class _Loader(Loader):
    """Runs the code of one module."""

    __slots__ = ("_code",)

    def __init__(self, code: CodeType) -> None:
        self._code = code

    def create_module(self, spec: ModuleSpec) -> None:
        """The usual kind of module."""

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)  # noqa: S102 - what an import consists of


class _Finder:
    """Finds the modules of the package `package`, which lies in `folder`, in files that begin with `magic`."""

    def __init__(self, package: str, folder: str, magic: bytes) -> None:
        self._prefix = f"{package}."
        self._folder = folder
        self._magic = magic

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        if not name.startswith(self._prefix):
            return None
        place = f"{self._folder}/{name[len(self._prefix) :].replace('.', '/')}"
        return self._spec(name, place) or self._spec(name, f"{place}/__init__", package=place)

    def _spec(self, name: str, place: str, *, package: str | None = None) -> ModuleSpec | None:
        folder, _, module = place.rpartition("/")
        code = self._code(f"{place}.py", f"{folder}/__pycache__/{module}.{sys.implementation.cache_tag}.pyc")
        if code is None:
            return None
        spec = ModuleSpec(name, _Loader(code), origin=f"{place}.py", is_package=package is not None)
        spec.has_location = True
        if package is not None:
            spec.submodule_search_locations = [package]
        return spec

    def _code(self, source: str, compiled: str) -> CodeType | None:
        from marshal import loads

        try:
            file = os.open(compiled, os.O_RDONLY)
            try:
                content = os.read(file, os.fstat(file).st_size)
            finally:
                os.close(file)
            state = os.stat(source)
        except OSError:
            return None
        stamp = [0, int(state.st_mtime), state.st_size]
        header = self._magic + b"".join((number & 0xFFFFFFFF).to_bytes(4, "little") for number in stamp)
        if content[:_HEADER_BYTES] != header:
            return None
        code: CodeType = loads(content[_HEADER_BYTES:])  # noqa: S302 - as Python itself does
        return code


class _InSite:
    """Finds what nobody else has found, once the `site` module has told where packages are installed."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        import site
        from importlib.machinery import PathFinder

        sys.meta_path.remove(self)
        site.main()
        return PathFinder.find_spec(name, path)


def import_quickly() -> None:
    """Find the modules of this package so from now on, and others as ever, in a Python that began without `site`."""
    if "site" not in sys.modules:
        sys.meta_path.append(_InSite())
    try:
        from _frozen_importlib_external import MAGIC_NUMBER
    except ImportError:
        return
    room = os.path.dirname(__file__)
    sys.meta_path.insert(0, _Finder(__name__.partition(".")[0], os.path.dirname(room), MAGIC_NUMBER))
