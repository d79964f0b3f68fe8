"""The client's hook file: a POSIX sh script that starts Python only for a push of tags.

Most pushes are of branches. For these, the shell reads Git's lines with its
builtin `read` (byte by byte, so that Python can still read the rest) and is
done. At the first line whose remote ref is a tag or a replacement, it starts the
interpreter, which gets the lines read so far as an argument and the rest on
stdin.

If the interpreter is gone, the clone must stay usable: the script then looks for
`tagwarden` on PATH, and without that refuses only pushes of tags.
"""

from __future__ import annotations

from ..report.exit_status import IN_HOOK_FILE
from ..repository.hook_files.our_files import KEPT_SUFFIX
from ..repository.hook_files.script import beginning

NEXT = f"pre-push{KEPT_SUFFIX}"
INSTALL = "tagwarden install"

# The interpreter's exit status if it has no tagwarden, or can't import it.
NOT_THERE = 97

# The user adds lines below this one.
OWN_LINES = "# Your own lines stand below this one."
_BELOW = f"""\
# They run last, with this hook's input and arguments, if the push is accepted; `tagwarden install` keeps them.
{OWN_LINES}
"""
# The end of a hook file of version 0.1, which ran no lines after it.
_END = "\nexit 3\n}\n"

_REST = """\
lines= ended=
[ -x "$next" ] || next=

# Whether this clone uses Git LFS, but none of its pre-push hooks calls it.
git_lfs_is_not_called() {{
    {{ [ -d "$(git rev-parse --git-common-dir)/lfs" ] && git config --get filter.lfs.clean; }} >/dev/null 2>&1 &&
        ! grep -q 'git[ -]lfs pre-push' "$0" "$next" "$(git rev-parse --git-path hooks/pre-push)" 2>/dev/null
}}

if [ -n "${{TAGWARDEN_ACCEPTED-}}" ]; then
    # The push is accepted, and this hook has started itself again to run everything else that must see the push, each
    # with Git's arguments and input. None of them need read the input. Git 2.55 starts hooks with SIGPIPE ignored, and
    # shells then report the failed write.
    unset TAGWARDEN_ACCEPTED
    trap - 0
    given=$(cat)
    repeat_input() {{
        [ -z "$given" ] || printf '%s\\n' "$given" 2>/dev/null
    }}

    # First the hook that was here before tagwarden's.
    [ -z "$next" ] || repeat_input | "$next" "$@" || exit

    # Then Git LFS: it does not install its hook if there is another one, and without it pushes no content.
    if git_lfs_is_not_called; then
        command -v git-lfs >/dev/null || {{
            printf '%s\\n' "tagwarden: this clone uses Git LFS and git-lfs is not on PATH, so nothing is pushed." >&2
            exit 1
        }}
        repeat_input | git "lfs" pre-push "$@" || exit
    fi

    # Last the user's own lines, at the end of this file.
    [ -n "$given" ] || exec </dev/null
    [ -z "$given" ] || exec <<END
$given
END
else

# If no tag is pushed, starts this hook again for everything else, and ends.
run_the_others() {{
    case $ended$lines in *' refs/tags/'* | *' refs/replace/'*) ;; yes*)
        printf '%s' "$lines" 2>/dev/null | TAGWARDEN_ACCEPTED=yes "$0" "$@"
        leave $?
        ;;
    esac
    exit 3
}}

# Each line from Git is: local ref, its id, remote ref, its id (githooks(5)).
while [ ${{#lines}} -lt 6000 ]; do
    line=
    if ! IFS= read -r line; then
        # A line without an end was cut off by an error; its rest is read later.
        lines=$lines$line
        [ -z "$line" ] || break
        # Try once more, because a passing error looks like the end of the input.
        IFS= read -r line || [ -n "$line" ] || {{ ended=yes; run_the_others "$@"; }}
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
    TAGWARDEN_ACCEPTED=yes "$python" -I -c "$start" "$0" "$lines" "$@"
    status=$?
    case $status in
    {accepted}) leave 0 ;;
    {refused}) leave 1 ;;
    {could_not_judge}) leave 3 ;;
    {not_there} | 126 | 127) ;;
    *) refuse "$python ended with exit status $status and without a verdict" "Try it by hand." ;;
    esac
fi

if command -v tagwarden >/dev/null 2>&1; then
    TAGWARDEN_ACCEPTED=yes exec tagwarden hook pre-push --next="$0" --lines="$lines" -- "$@"
fi

while IFS= read -r line || [ -n "$line" ]; do
    lines=$lines$line$nl
done
case $lines in
*' refs/tags/'* | *' refs/replace/'*)
    refuse "the interpreter $python, which installed this hook, no longer exists or has no tagwarden, and
there is no tagwarden on PATH" "Tags are not pushed until you run: $repair"
    ;;
esac
ended=yes
run_the_others "$@"
exit 3
fi
}}
"""


def hook_file(*, python: str, next_hook: str = "", repair: str = INSTALL, own_lines: str = "") -> str:
    """The text of the hook file.

    `python` is the absolute path of the interpreter. `next_hook` is the name of
    the foreign hook beside the file that runs after we accept, "" for none.
    `repair` is the command that renews the file. `own_lines` are the user's lines,
    which run last. Raises ValueError if `python` can't be written into a script.
    """
    if "\\" in python and ":" in python:  # Windows, where Git's shell needs slashes
        python = python.replace("\\", "/")
    start = beginning("client", "pre-push", python=python, next_hook=next_hook, repair=repair)
    return start + _REST.format(not_there=NOT_THERE, **IN_HOOK_FILE) + _BELOW + own_lines


def own_lines_in(text: str) -> str:
    """The lines that the user has added to our hook file, of any version; "" for none."""
    _, found, own = text.partition(f"\n{OWN_LINES}\n")
    if not found:
        own = text.rpartition(_END)[2] if _END in text else ""
    return own if own.strip() else ""
