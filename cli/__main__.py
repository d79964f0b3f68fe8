"""The entry point of `python -m tagwarden.cli`."""

from __future__ import annotations

from . import main

main()
