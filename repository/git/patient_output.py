"""Reads what a program writes, and waits for it no longer than it may take."""

from __future__ import annotations

import os
from io import RawIOBase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import WriteableBuffer


class PatientOutput(RawIOBase):
    """The reading end of a pipe; what is raised where nothing comes for `seconds` is what `hangs` returns."""

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
        # Imported here, while the program is at work: it is a shared library for many a Python.
        from select import POLLIN, poll

        waiting = poll()
        waiting.register(self._descriptor, POLLIN)
        return bool(waiting.poll(self._seconds * 1000))
