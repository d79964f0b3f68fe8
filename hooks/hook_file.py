"""The client's hook file: a POSIX sh script that starts Python only for a push of tags.

Most pushes are of branches. For those the shell reads Git's lines with its
builtin `read` (byte by byte, so what it has not read is still there for
Python) and is done. At the first line whose remote ref is a tag or a
replacement it starts the interpreter, which gets the lines that were read as
an argument and the rest on stdin.

A clone must not become useless because an interpreter has gone: then
`tagwarden` is looked for on PATH, and without it only pushes of tags are
refused. Like the server's (server_hooks/hook_file.py) the script is one
compound command, and exits with 0 only where it means to.
"""

from __future__ import annotations

from ..report.exit_status import ACCEPTED, CANNOT_JUDGE, IN_HOOK_FILE, REFUSED
from ..repository.hook_files.our_files import KEPT_SUFFIX, mark

NEXT = f"pre-push{KEPT_SUFFIX}"
INSTALL = "tagwarden install"

# Exit status of the interpreter where it has no tagwarden, or none that can be loaded.
NOT_THERE = 97

_FILE = """\
#!/bin/sh
{{
{mark} pre-push
# Made by `tagwarden install`; `tagwarden uninstall` takes it back.
# The braces are there so that of a file that lost its end nothing is run.

python={python}
next={next}
repair={repair}
lines= ended=

leave() {{
    trap - 0; exit "$1"
}}

refuse() {{
    printf 'tagwarden: %s\\n' "$1" >&2
    leave 3
}}

trap 'refuse "the hook file $0 is damaged or could not be run, so nothing is pushed. Make it anew: $repair"; exit 3' 0

# With these Python looks for its modules elsewhere, in spite of -I.
unset PYTHONEXECUTABLE __PYVENV_LAUNCHER__

case $0 in */*) here=${{0%/*}} ;; *) here=. ;; esac
[ -z "$next" ] || next=$here/$next
[ -x "$next" ] || next=
nl='
'

# The hook that was here before gets what Git gave us; then we are done.
pass_on() {{
    case $ended$lines in *' refs/tags/'* | *' refs/replace/'*) ;; yes*)
        [ -n "$next" ] || leave 0
        printf '%s' "$lines" | "$next" "$@"
        leave $?
        ;;
    esac
    exit 3
}}

# A line of Git's is: local ref, id, remote ref, id (githooks(5)).
while [ ${{#lines}} -lt 6000 ]; do
    line=
    if ! IFS= read -r line; then
        # What has no end was cut by an error, and goes on with what is read later.
        lines=$lines$line
        [ -z "$line" ] || break
        # Once more, for an error that is over by then looks like the end.
        IFS= read -r line || [ -n "$line" ] || {{ ended=yes; pass_on "$@"; }}
    fi
    lines=$lines$line$nl
    case $line in *' refs/tags/'* | *' refs/replace/'*) break ;; esac
done

start='import os, sys
try:
    from tagwarden.hooks.pre_push import main
except ImportError:
    os._exit({not_there})
except BaseException as error:
    why = " ".join(str(error).split())
    sys.stderr.write("tagwarden: it can not be loaded (%s: %s), so nothing is pushed.\\n" % (type(error).__name__, why))
    os._exit({could_not_judge})
main(sys.argv[1:], verdict={accepted})'

if [ -x "$python" ]; then
    "$python" -I -c "$start" "$next" "$lines" "$@"
    status=$?
    case $status in
    {accepted}) leave 0 ;;
    {refused}) leave 1 ;;
    {could_not_judge}) leave 3 ;;
    {not_there} | 126 | 127) ;;
    *) refuse "$python ended with exit status $status and without a verdict, so nothing is pushed. Try it by hand." ;;
    esac
fi

if command -v tagwarden >/dev/null 2>&1; then
    exec tagwarden hook pre-push --next="$next" --lines="$lines" -- "$@"
fi

while IFS= read -r line || [ -n "$line" ]; do
    lines=$lines$line$nl
done
case $lines in
*' refs/tags/'* | *' refs/replace/'*)
    refuse "the interpreter $python, which this hook was installed with, has gone or has no tagwarden, and
there is no tagwarden on PATH. Tags are not pushed until you run: $repair"
    ;;
esac
ended=yes
pass_on "$@"
exit 3
}}
"""


def hook_file(*, python: str, next_hook: str = "", repair: str = INSTALL) -> str:
    """The text of the hook file.

    `python` is the absolute path of the interpreter, `next_hook` the name of
    the foreign hook beside the file that runs if we accept, "" for none, and
    `repair` the command that installs the file anew. ValueError where `python`
    can't be written into a script.
    """
    import shlex

    if any(character in python for character in "\n\r\0"):
        raise ValueError(f"{python!r} is no path that a hook file can hold")
    return _FILE.format(
        mark=mark("client"),
        python=shlex.quote(python.replace("\\", "/")) if "\\" in python and ":" in python else shlex.quote(python),
        next=shlex.quote(next_hook),
        repair=shlex.quote(repair),
        not_there=NOT_THERE,
        accepted=IN_HOOK_FILE + ACCEPTED,
        refused=IN_HOOK_FILE + REFUSED,
        could_not_judge=IN_HOOK_FILE + CANNOT_JUDGE,
    )
