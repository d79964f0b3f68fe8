"""Completion in bash of words that contain `@` and `:`.

Bash splits words at these characters (COMP_WORDBREAKS), and replaces only the
last part of a word, which it passes on. So the words are read from the whole
line, and of each completion only the text for that last part is printed.
"""

from __future__ import annotations

import os

from click.shell_completion import BashComplete, CompletionItem, add_completion_class, split_arg_string

SOURCE = """\
%(complete_func)s() {
    local IFS=$'\\n' type value

    COMPREPLY=()
    while IFS=',' read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" COMP_REPLACED="$2" %(complete_var)s=bash_complete "$1")
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    """click's completion for bash, with words as the user typed them."""

    source_template = SOURCE

    def get_completion_args(self) -> tuple[list[str], str]:
        """The complete words before the cursor, and the word that the cursor is in."""
        line = os.environ["COMP_LINE"]
        # COMP_POINT counts bytes.
        before = os.fsdecode(os.fsencode(line)[: int(os.environ["COMP_POINT"])])
        words = split_arg_string(before)[1:]
        incomplete = words.pop() if words and not before[-1:].isspace() else ""
        replaced = os.environ.get("COMP_REPLACED", incomplete)
        self._kept = len(incomplete) - len(replaced) if incomplete.endswith(replaced) else 0
        return words, incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """The output line for an item, without the beginning that bash keeps."""
        return f"{item.type},{item.value[self._kept :]}"


def register() -> None:
    """Make click use this class for bash."""
    add_completion_class(Bash)
