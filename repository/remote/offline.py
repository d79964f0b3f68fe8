"""The setting that keeps a clone from asking its remote."""

from __future__ import annotations

from ...policy.errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..git.configuration import Configuration

OFFLINE_SETTING = "tagwarden.offline"


def is_offline(configuration: Configuration) -> bool:
    """Whether the configuration says not to ask the remote. Raises CannotJudge if the value is not a boolean."""
    value = configuration.get(OFFLINE_SETTING)
    if value is None or value.lower() in ("false", "no", "off", "0"):
        return False
    if value.lower() in ("true", "yes", "on", "1"):
        return True
    raise CannotJudge(f"The Git setting {OFFLINE_SETTING} is {value!r}. Set it to true or false.")
