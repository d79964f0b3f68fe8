"""The client's hook file: a POSIX sh script that starts Python only for a push of tags.

Most pushes are of branches. For those the shell reads Git's lines with its
builtin `read` (byte by byte, so what it has not read is still there for
Python) and is done. At the first line whose remote ref is a tag or a
replacement it starts the interpreter, which gets the lines that were read as
an argument and the rest on stdin.

A clone must not become useless because an interpreter has gone: then
`tagwarden` is looked for on PATH, and without it only pushes of tags are
refused.
"""

from __future__ import annotations

MARK = "# tagwarden client hook:"
NEXT = "pre-push.tagwarden-next"
INSTALL = "tagwarden install"

# Exit status of the interpreter where it has no tagwarden, or none that can be loaded.
NOT_THERE = 97

_FILE = """\
#!/bin/sh
{mark} pre-push
# Made by `tagwarden install`; `tagwarden uninstall` takes it back.

python={python}
next={next}
repair={repair}

case $0 in */*) here=${{0%/*}} ;; *) here=. ;; esac
[ -z "$next" ] || next=$here/$next
[ -x "$next" ] || next=
nl='
'

# The hook that was here before gets what Git gave us; then we are done.
pass_on() {{
    [ -n "$next" ] || exit 0
    printf '%s' "$lines" | "$next" "$@"
    exit
}}

# A line of Git's is: local ref, id, remote ref, id (githooks(5)).
lines=
while [ ${{#lines}} -lt 6000 ]; do
    IFS= read -r line || [ -n "$line" ] || pass_on "$@"
    lines=$lines$line$nl
    case $line in *' refs/tags/'* | *' refs/replace/'*) break ;; esac
done

start='import sys
try:
    from tagwarden.hooks.pre_push import main
except ImportError:
    sys.exit({not_there})
main(sys.argv[1:])'

if [ -x "$python" ]; then
    "$python" -I -c "$start" "$next" "$lines" "$@"
    status=$?
    case $status in {not_there} | 126 | 127) ;; *) exit $status ;; esac
fi

if command -v tagwarden >/dev/null 2>&1; then
    exec tagwarden hook pre-push --next="$next" --lines="$lines" -- "$@"
fi

while IFS= read -r line || [ -n "$line" ]; do
    lines=$lines$line$nl
done
case $lines in
*' refs/tags/'* | *' refs/replace/'*)
    printf 'tagwarden: the interpreter %s, which this hook was installed with, has gone or has no tagwarden, and\\n' \\
        "$python" >&2
    printf 'there is no tagwarden on PATH. Tags are not pushed until you run: %s\\n' "$repair" >&2
    exit 3
    ;;
esac
pass_on "$@"
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
        mark=MARK,
        python=shlex.quote(python.replace("\\", "/")) if "\\" in python and ":" in python else shlex.quote(python),
        next=shlex.quote(next_hook),
        repair=shlex.quote(repair),
        not_there=NOT_THERE,
    )


def is_hook_file(content: bytes) -> bool:
    """Whether `content` is a hook file of ours, of this version or another."""
    return f"\n{MARK} ".encode() in content[:200]


def interpreter_of(content: bytes) -> str | None:
    """The interpreter that a hook file of ours names, None where none can be read."""
    import shlex

    for line in content.decode("utf-8", "surrogateescape").splitlines():
        if line.startswith("python="):
            try:
                (found,) = shlex.split(line[len("python=") :])
            except ValueError:
                return None
            return found
    return None
