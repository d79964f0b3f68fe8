"""The beginning of every hook file: a POSIX sh script that accepts nothing if anything goes wrong.

The script is one compound command, so the shell runs nothing from a truncated
file. If the shell ends without having called `leave`, its exit status is 3. The
caller closes the brace.
"""

from __future__ import annotations

from ...policy.program_version import VERSION
from .our_files import VERSION_LINE, mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .our_files import Side

_BEGINNING = """\
#!/bin/sh
{{
{mark} {hook}
# Made by `tagwarden install{option}`{taken_back}.
{version_line}{version}
# Because of the braces, the shell runs nothing of a file that has lost its end.

{settings}

leave() {{
    trap - 0; exit "$1"
}}

refuse() {{
    printf '%stagwarden: %s\\n' "$prefix" "$1, so nothing is {done}. $2" >&2
    leave 3
}}

trap 'refuse "the hook file $0 is damaged or could not be run" "Make it anew: $repair"; exit 3' 0

# Even with -I, these make Python look for its modules elsewhere.
unset PYTHONEXECUTABLE __PYVENV_LAUNCHER__
# In some shells TMOUT limits how long `read` waits, and then it looks as if the input had ended.
unset TMOUT

case $0 in */*) here=${{0%/*}} ;; *) here=. ;; esac
[ -z "$next" ] || next=$here/$next
nl='
'
"""
_DONE: dict[Side, str] = {"client": "pushed", "server": "accepted"}


def beginning(
    side: Side,
    hook: str,
    *,
    python: str,
    next_hook: str,
    repair: str,
    prefix: str = "",
    printed: bool = False,
    **more: str,
) -> str:
    """The beginning of the script, which also sets the variables `more`.

    `python` is the path of the interpreter, `next_hook` the file name of the kept foreign hook ("" for none), `repair`
    the command that recreates the file, and `prefix` the beginning of each line that it prints. `printed`: somebody
    places and removes the file by hand. Raises ValueError if `python` can't be written into a script.
    """
    if any(character in python for character in "\n\r\0"):
        raise ValueError(f"{python!r} is not a path that a hook file can hold")
    values = {"python": python, "next": next_hook, "prefix": prefix, "repair": repair, **more}
    option = " --server" if side == "server" else ""
    return _BEGINNING.format(
        mark=mark(side),
        hook=hook,
        option=f"{option} --print" if printed else option,
        taken_back=", and put here by hand" if printed else f"; `tagwarden uninstall{option}` takes it back",
        version_line=VERSION_LINE,
        version=VERSION,
        done=_DONE[side],
        settings="\n".join(f"{name}={_quoted(value)}" for name, value in values.items()),
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
