"""Finds out which model tags gitolite itself refuses after our hook has accepted them.

gitolite's `update` hook accepts a ref only if its name matches a pattern, which
by default excludes `#`, `!` and `=` (Gitolite/Rc.pm, REF_OR_FILENAME_PATT;
Gitolite/Conf/Load.pm). gitolite.rc, which is a Perl program, may change the
pattern, so Perl evaluates it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..repository.git.bounded_program import run_bounded
from ..repository.git.environment import environment_without_repository
from ..repository.git.whole_file import read_start
from ..repository.hook_files.probe import PATIENCE

if TYPE_CHECKING:
    from .served_repository import ServedRepository

OF_GITOLITE = b"Gitolite::Hooks::Update"
# One of each kind of tag name that GTO makes.
TAGS = ("m@v1.0.0", "m@v1.0.0!", "m#prod", "m#prod#1", "m#prod!#2", "cv=m@v1.0.0", "m@deprecated")
ALLOWING = r"$REF_OR_FILENAME_PATT = qr(^[0-9a-zA-Z][-0-9a-zA-Z._\@/+ :,#!=%]*$);"
REFUSED = 'print join "\\n", grep { $_ !~ $REF_OR_FILENAME_PATT } @ARGV'


def gitolite_problems(repository: ServedRepository) -> list[str]:
    """What gitolite would refuse although the hook accepts it, or why that is unknown; empty without gitolite."""
    if OF_GITOLITE not in read_start(os.path.join(repository.hooks_folder().path, "update")):
        return []
    try:
        folder = _output_of("gitolite", "query-rc", "GL_LIBDIR")
        asked = ["perl", f"-I{folder}", "-MGitolite::Rc", "-e", REFUSED, *(f"refs/tags/{tag}" for tag in TAGS)]
        refused = _output_of(*asked, GL_LIBDIR=folder)
    except CannotJudge as problem:
        return [f"whether gitolite itself takes all model tags can't be told: {problem}"]
    if not refused:
        return []
    first = refused.split()[0].removeprefix("refs/tags/")
    why = f"gitolite's own update hook refuses tags such as '{first}', whatever tagwarden says."
    return [f"{why} Make this the first line of ~/.gitolite.rc: {ALLOWING}"]


def _output_of(*command: str, **more: str) -> str:
    environment = {**environment_without_repository(), **more}
    answered = run_bounded(command, environment=environment, seconds=PATIENCE)
    if answered.status != 0:
        raise CannotJudge(f"`{command[0]}` ended with exit status {answered.status} ({answered.last_line})")
    return answered.output.decode("utf-8", "replace").strip()
