"""Whether a clone's pre-push hook only warns: for teams in which not everybody is used to it yet."""

from __future__ import annotations

from ..policy.errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..repository.git.configuration import Configuration

PRE_PUSH_SETTING = "tagwarden.prePush"
# In place of what the verdict of a policy says that only evaluates.
WHY_ACCEPTED = f"{PRE_PUSH_SETTING} is 'warn'"


def only_warns(configuration: Configuration) -> bool:
    """Whether the hook is to let a push go that it would refuse. Raises CannotJudge for what can't be read."""
    value = configuration.get(PRE_PUSH_SETTING)
    if value is None or value.lower() == "refuse":
        return False
    if value.lower() == "warn":
        return True
    raise CannotJudge(f"The Git setting {PRE_PUSH_SETTING} is {value!r}. Set it to refuse or warn.")
