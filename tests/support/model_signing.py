"""Gets the root digests of folders from OpenSSF's `model_signing`, in the environment where it is installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

# Like `model_signing sign`: the manifest of a folder, and the subject of the statement that would be signed.
ASK = """\
import json, pathlib, sys
from model_signing import hashing
from model_signing._signing.signing import Payload

def digest(folder):
    try:
        return Payload(hashing.hash(pathlib.Path(folder))).statement.pb.subject[0].digest["sha256"]
    except ValueError:  # it holds a symbolic link
        return None

print(json.dumps([digest(folder) for folder in json.load(sys.stdin)]))
"""


def root_digests(folders: Sequence[Path]) -> list[str | None]:
    """The root digest of each folder, None if it has none."""
    program = shutil.which("model_signing")
    assert program is not None
    python = Path(program).resolve().with_name("python")
    asked = json.dumps([str(folder) for folder in folders])
    ran = subprocess.run([python, "-I", "-c", ASK], input=asked, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    found: list[str | None] = json.loads(ran.stdout)
    return found
