"""The server's hook file: a POSIX sh script that starts Python only if a push concerns us.

Most pushes are of branches. For these, the shell reads Git's lines with its
builtin `read` (byte by byte, so that Python can still read the rest), checks
whether a line can change the policy, and is done after one or two short-lived
git processes. At the first line that names anything but a branch, it starts the
interpreter, which gets the lines read so far as an argument and the rest on
stdin.

No failure makes the script exit with 0 (repository/hook_files/script.py), and
Python reports a verdict by exit statuses that it never has for another reason.
"""

from __future__ import annotations

from ..report.exit_status import IN_HOOK_FILE
from ..repository.hook_files.script import beginning
from .messages import line_prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    ServerHook = Literal["pre-receive", "update"]

REPAIR = "tagwarden install --server"

_START_PYTHON = """
[ -x "$python" ] || refuse \\
    "the interpreter $python, which this hook was installed with, is gone or can't be executed" \\
    "{advice}"

start='import gc, os, sys
gc.disable()
try:
    from tagwarden.server_hooks.{module} import main
    main(sys.argv[1:], verdict={accepted})
except BaseException as error:
    why = " ".join(str(error).split())
    sys.stderr.write("{prefix_text}tagwarden: its program can not be loaded (%s: %s), so nothing is accepted. "
                     "{advice_of_python}\\n" % (type(error).__name__, why))
    os._exit({could_not_judge})'

judge() {{
    "$python" -I -c "$start" "$host" "$next" ${{settings:+"$settings"}} "$@"
    status=$?
    case $status in
    {accepted}) leave 0 ;;
    {refused}) leave 1 ;;
    {could_not_judge}) leave 3 ;;
    esac
    refuse "$python ended with exit status $status and without a verdict" \\
        "Try it by hand: memory, descriptors or a library may be missing."
}}
"""

# No installation knows where a printed file was placed. The command writes a new file beside it
# first: if it fails while writing in place, it leaves an empty hook, which accepts every push.
_OF_PRINTED = """
file=$(readlink -f "$0" 2>/dev/null) || file=$0
"""
_ADVICE = "As the owner of the repository run: tagwarden install --server"
_ADVICE_IF_PRINTED = (
    "Whoever put it there makes it anew: $repair > '$file.new' && chmod 755 '$file.new' && mv '$file.new' '$file'"
)

_POLICY = """
# Whether a ref is symbolic: a push to it changes another ref.
is_symbolic() {
    [ ! -L "$GIT_DIR/$1" ] || return 0
    [ -f "$GIT_DIR/$1" ] || return 1
    IFS= read -r value <"$GIT_DIR/$1" || return 0
    case $value in ref:*) return 0 ;; esac
    return 1
}

# Whether the push leaves the policy unchanged: it deletes nothing, and it updates no ref that a policy comes from, or
# the policy file is the same before and after. Unusual cases (a linked worktree, a namespace, a reftable, a HEAD that
# is detached or a link) are left to Python.
policy_stays() {
    [ -z "${GIT_NAMESPACE-}" ] && [ -n "${GIT_DIR-}" ] || return 1
    [ ! -e "$GIT_DIR/commondir" ] && [ ! -L "$GIT_DIR/HEAD" ] || return 1
    IFS= read -r head <"$GIT_DIR/HEAD" || return 1
    case $head in
    'ref: refs/heads/.invalid') return 1 ;;
    'ref: refs/'*) head=${head#ref: } ;;
    *) return 1 ;;
    esac
    ! is_symbolic "$head" || return 1

    configured=$(unset GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT
        exec git config --get-regexp \\
            '^(tagwarden\\.(policy|sitepolicy|defaultpolicy)|core\\.repositoryformatversion)$' 2>&1) || return 1
    if [ -n "$settings" ]; then
        [ -r "$settings" ] || return 1
        shared=$(unset GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT
            exec git config --file "$settings" --get-regexp '^tagwarden\\.(policy|sitepolicy|defaultpolicy)$' 2>&1)
        [ $? -le 1 ] || return 1
        configured=$configured$nl$shared
    fi
    # Git skips a file that it can't read, sometimes without a warning. Every repository has this setting, so if it is
    # missing, its file was skipped.
    case $nl$configured in *"$nl"core.repositoryformatversion*) ;; *) return 1 ;; esac

    set -f
    IFS=$nl
    for line in $configured; do
        case $line in
        tagwarden.*' ref:refs/'*:*)
            ref=${line#* ref:}
            ref=${ref%%:*}
            case $lines in *" $ref$nl"*) return 1 ;; esac
            ! is_symbolic "$ref" || return 1
            ;;
        tagwarden.*' file:'* | core.*) ;;
        *) return 1 ;;
        esac
    done

    pushed=
    for line in $lines; do
        old=${line%% *}
        rest=${line#* }
        new=${rest%% *}
        ref=${rest#* }
        case $ref in refs/heads/*) ;; *) return 1 ;; esac
        case $new in *[!0]*) ;; *) return 1 ;; esac
        ! is_symbolic "$ref" || return 1
        # A shorter name lies in fewer than 50 folders; beside a deeper one, GTO may find no tags.
        [ ${#ref} -lt 108 ] || return 1
        # Git could take a name of 40 or 64 hexadecimal digits for the id of a commit.
        name=${ref%/HEAD}
        name=${name##*/}
        case ${#name}$name in *[!0-9a-fA-F]*) ;; 40* | 64*) return 1 ;; esac
        if [ "$ref" = "$head" ]; then
            [ -z "$pushed" ] || return 1
            # A line break in a ref's name makes a line of anything.
            case $old$new in *[!0-9a-f]*) return 1 ;; esac
            pushed="$old $new"
        fi
    done
    [ -n "$pushed" ] || return 0
    # The `update` hook must record this branch's old value, in case a tag of the same push follows.
    [ -z "${ref_by_ref-}" ] || return 1

    # Git updates the branch only from this old value, so the client's claim will do. The comparison is by Git's tree
    # entries and not by content, because a policy file that becomes a symbolic link changes, too.
    (export GIT_NO_REPLACE_OBJECTS=1 GIT_NO_LAZY_FETCH=1
        exec git diff-tree --quiet "${pushed% *}" "${pushed#* }" -- tagwarden.toml)
}
"""

# An argument can have up to 128 KiB (execve(2)), a line of Git's protocol 64 KiB.
_READ_LINES = """
{ true 9<&0; } 2>/dev/null ||
    refuse "this hook has no standard input" "Whatever starts the hook must hand it Git's, all of it."
lines= ended=
while [ ${#lines} -lt 6000 ]; do
    line=
    if ! IFS= read -r line; then
        # Git ends every line. One without an end was cut off by an error; Python reads its rest.
        [ -z "$line" ] || judge "$lines$line"
        # Try once more: at the end of the input this fails again, after a passing error it does not.
        [ -z "$ended" ] || break
        ended=yes
        continue
    fi
    ended=
    lines=$lines$line$nl
    ref=${line#* }
    # If a signal interrupts a read, busybox loses the beginning of the line, and may return an empty one.
    case ${ref#* } in refs/heads/*) ;; *) break ;; esac
done
[ -n "$ended" ] || judge "$lines"

# Whether stdin is a pipe without flags such as O_NONBLOCK: reading from it fails only at its end (pipe(7)).
fails_only_at_end() {
    [ -p /dev/stdin ] && { read -r _ && read -r _ flags; } 9<&0 </proc/self/fdinfo/9 &&
        [ "$flags" = 00 ]
}

# Otherwise `read` can't tell an error from the end. `cat` can, but costs a third as much as this whole hook.
if ! fails_only_at_end 2>/dev/null; then
    rest=$(cat && echo .) && [ "$rest" = . ] || judge "$lines${rest%.}"
fi
"""

_END_PRE_RECEIVE = """
case $lines in *[!"$nl"]*) ;; *)
    refuse "Git named no refs to this hook" "Whatever starts the hook must hand it all of Git's standard input."
    ;;
esac
policy_stays 2>/dev/null || judge "$lines"
case $ended$lines in
*' refs/tags/'* | *' refs/replace/'* | *' refs/namespaces/'* | *' refs/tagwarden/'*) ;;
yes*' refs/'*)
    [ -n "$next" ] || leave 0
    # That hook need not read its input. Git 2.55 starts hooks with SIGPIPE ignored, and shells then report the failed
    # write.
    printf '%s' "$lines" 2>/dev/null | "$next"
    leave $?
    ;;
esac
exit 3
}
"""

_READ_ARGUMENTS = """
[ $# -eq 3 ] || refuse "Git named no ref to this hook" "Whatever starts the hook must hand it Git's arguments."
case $1 in refs/heads/*) ;; *) judge "$@" ;; esac
lines="$2 $3 $1$nl" ref_by_ref=yes
"""

_END_UPDATE = """
policy_stays 2>/dev/null || judge "$@"
case $lines in
*' refs/tags/'* | *' refs/replace/'* | *' refs/namespaces/'* | *' refs/tagwarden/'*) ;;
*' refs/'*)
    [ -n "$next" ] || leave 0
    "$next" "$@"
    leave $?
    ;;
esac
exit 3
}
"""

_PARTS: dict[ServerHook, tuple[str, str]] = {
    "pre-receive": (_READ_LINES, _END_PRE_RECEIVE),
    "update": (_READ_ARGUMENTS, _END_UPDATE),
}


def hook_file(
    hook: ServerHook,
    *,
    python: str,
    host: str = "",
    next_hook: str = "",
    settings: str = "",
    printed: bool = False,
) -> str:
    """The text of the hook file.

    `python` is the absolute path of the interpreter. `next_hook` is the name of
    the foreign hook beside the file that runs after we accept, "" for none.
    `settings` is the file with settings for all repositories of the machine, ""
    for none. A `printed` file is placed by hand, so its messages say how to
    renew it by hand. Raises ValueError if `python` can't be written into a script.
    """
    if not python.startswith("/"):
        raise ValueError(f"{python!r} is not an absolute path that a hook file can hold")
    prefix = line_prefix(host)
    start = beginning(
        "server",
        hook,
        python=python,
        next_hook=next_hook,
        repair=print_command(hook, host, settings) if printed else REPAIR,
        prefix=prefix,
        printed=printed,
        host=host,
        settings=settings,
    )
    start_python = (_OF_PRINTED if printed else "") + _START_PYTHON.format(
        prefix_text=prefix,
        module=hook.replace("-", "_"),
        advice=_ADVICE_IF_PRINTED if printed else f"{_ADVICE} '$PWD'",
        advice_of_python=f"Where this hook file came from: {REPAIR} --print" if printed else _ADVICE,
        **IN_HOOK_FILE,
    )
    look, end = _PARTS[hook]
    return start + start_python + look + _POLICY + end


def print_command(hook: ServerHook, host: str, settings: str = "") -> str:
    """The command that prints such a hook file."""
    import shlex

    command = [*REPAIR.split(), *(["--hook=update"] if hook == "update" else []), "--print"]
    command += [f"--host={host}"] if host else []
    command += [f"--settings={settings}"] if settings else []
    return shlex.join(command)
