"""Reads a program's output with a limit on how long it may be silent."""

from __future__ import annotations

import os
from io import RawIOBase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import WriteableBuffer


class PatientOutput(RawIOBase):
    """The reading end of a pipe. If nothing comes for `seconds`, reading raises the exception that `hangs` returns."""

    def __init__(self, descriptor: int, *, seconds: float, hangs: Callable[[], Exception]) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._seconds = seconds
        self._hangs = hangs

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        while True:
            try:
                return os.readv(self._descriptor, [buffer])
            except BlockingIOError:
                if not self._comes():
                    raise self._hangs() from None

    def close(self) -> None:
        if not self.closed:
            super().close()
            os.close(self._descriptor)

    def _comes(self) -> bool:
        # Imported only while the program works anyway: for many builds of Python it is a shared library.
        from select import POLLIN, poll

        waiting = poll()
        waiting.register(self._descriptor, POLLIN)
        return bool(waiting.poll(self._seconds * 1000))
