"""The setting by which a clone's pre-push hook only warns, for teams that are still getting used to it."""

from __future__ import annotations

from ..policy.errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..repository.git.configuration import Configuration

PRE_PUSH_SETTING = "tagwarden.prePush"
# Printed in place of what is said for a policy in mode "evaluate".
WHY_ACCEPTED = f"{PRE_PUSH_SETTING} is 'warn'"


def only_warns(configuration: Configuration) -> bool:
    """Whether the hook lets every push go on. Raises CannotJudge if the setting is neither warn nor refuse."""
    value = configuration.get(PRE_PUSH_SETTING)
    if value is None or value.lower() == "refuse":
        return False
    if value.lower() == "warn":
        return True
    raise CannotJudge(f"The Git setting {PRE_PUSH_SETTING} is {value!r}. Set it to refuse or warn.")
