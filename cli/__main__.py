"""What `python -m tagwarden.cli` runs."""

from __future__ import annotations

from . import main

main()
