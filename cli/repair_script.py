"""Turns the findings of an audit into a script that repairs them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..report.plan_script import models_in, plan_script
from ..repository.git.program import GitProgram
from ..repository.judging.repair import plan_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..policy.verdict import Verdict
    from ..repository.git.command import Git
    from ..repository.trusted.loaded_policy import LoadedPolicy


def repair_script(
    git: Git, loaded: LoadedPolicy, site: LoadedPolicy | None, verdict: Verdict, ids: Mapping[str, str]
) -> str:
    """The script that repairs the errors of an audit; `ids` has the object id of each ref with a finding."""
    plan = plan_of(git, loaded, site, verdict, ids)
    reader = GitProgram(git)
    try:
        models = models_in(tag.name for tag in reader.all_tags()) if plan.ignore else []
    finally:
        reader.close()
    time = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return plan_script(plan, repository=git.folder(), time=time, models=models)
