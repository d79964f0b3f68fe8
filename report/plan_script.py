"""A repair plan as a shell script with explanations in its comments."""

from __future__ import annotations

import hashlib
import shlex
from itertools import groupby

from ..policy.file.toml_text import toml_assignment
from ..policy.grammar.foreign_tags import lets_through
from ..policy.grammar.names import TAGS, gto_spelling
from ..policy.grammar.tag_name import TagName, parse_tag_name
from ..policy.rules import RULES
from .escape import INVISIBLE, escape
from .text import MOST_OF_ONE_RULE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..policy.repair.steps import RepairPlan, Step
    from ..policy.verdict import Finding

HEAD = """\
#!/bin/sh
# Repairs the tags of {repository}, as they stood at {time},
# until an audit finds no errors, as far as that is possible. Read it, and remove the steps that you don't want.
#
#     sh plan.sh [REMOTE]              in a clone; the remote is `origin` unless you name another
{server}#
# Nothing is lost: what a step deletes stays in the same repository under {kept}.
# A step is skipped if its tag has changed since then. Afterwards, audit again.
"""
ON_SERVER = """\
#     sh plan.sh --server REPOSITORY   first, on the server, as the repository's owner: the steps that no push may do
"""
MACHINERY = """\
set -u
kept={kept}
missed=0

names() {{ # whether the ref $2 names the object $1
    test "$(git rev-parse --quiet --verify "$2")" = "$1"
}}

skip() {{
    echo "skipped, because it has changed or is gone: $1"
    return 1
}}

fail() {{
    echo "failed $1" >&2
    missed=$((missed + 1))
    return 1
}}
"""
SERVER_PART = """\
remove() {{ # remove the ref $2, which names $1, from this repository
    names "$1" "$2" || skip "$2" || return
    git update-ref "$kept/${{2#refs/}}" "$1" && git update-ref -d "$2" "$1" || fail "to remove $2"
}}

make() {{ # make the tag $1 on the commit $2: tagger $3, e-mail $4, date $5, message $6
    GIT_COMMITTER_NAME=$3 GIT_COMMITTER_EMAIL=$4 GIT_COMMITTER_DATE=$5 \\
        git tag --annotate --no-sign --cleanup=verbatim --message="$6" "$1" "$2" || fail "to make $1"
}}

if test "${{1-}}" = --server; then
    cd "${{2:?names no repository}}" && git rev-parse --git-dir >/dev/null || exit 1

{steps}
echo "steps that failed: $missed"
test "$missed" = 0
exit
fi
"""
CLONE_PART = """\
remote=${1:-origin}
now=$(date +%s)
git ls-remote --heads "$remote" >/dev/null || exit 1

drop() { # delete the ref $2, which names $1, from the remote, unless an earlier run did
    if git fetch --quiet --no-tags --refmap= "$remote" "+$2:$kept/${2#refs/}"; then
        names "$1" "$kept/${2#refs/}" || skip "$2" || return
        git push --force-with-lease="$2:$1" "$remote" ":$2" || fail "to delete $2" || return
        if names "$1" "$2"; then git update-ref -d "$2" "$1"; fi
    else
        names "$1" "$kept/${2#refs/}" || skip "$2"
    fi
}

make() { # make and push the tag $1 on the commit $2, dated $3 seconds after the script's start, with the message $4
    there=$(git ls-remote --refs "$remote" "refs/tags/$1") || fail "to ask the remote for $1" || return
    test -z "$there" || { echo "exists already: $1"; return; }
    GIT_COMMITTER_DATE="$((now + $3)) +0000" \\
        git tag --force --annotate --cleanup=verbatim --message="$4" "$1" "$2" >/dev/null || fail "to make $1" || return
    git push "$remote" "refs/tags/$1" || { git tag --delete "$1" >/dev/null; fail "to push $1"; }
}
"""
END = """\
echo "steps that failed: $missed"
test "$missed" = 0
"""


def plan_script(plan: RepairPlan, *, repository: str, time: str, models: Iterable[str] = ()) -> str:
    """The script that carries out `plan`, made from the tags of `repository` as they stood at `time`.

    `models` are all models of the repository, as tags spell them.
    """
    of_server = [_step(step) for step in plan.steps if step.by_administrator]
    of_clone = [_step(step) for step in plan.steps if not step.by_administrator]
    kept = f"refs/tagwarden/plan/{_digest(plan.steps)}"
    head = HEAD.format(repository=escape(repository), time=time, kept=kept, server=ON_SERVER if of_server else "")
    parts = [head, *_on_what_stays(plan, models), MACHINERY.format(kept=shlex.quote(kept))]
    if of_server:
        parts.append(SERVER_PART.format(steps="\n".join(of_server)))
    return "\n".join([*parts, CLONE_PART, *of_clone, END])


def _digest(steps: Iterable[Step]) -> str:
    """A short id of the plan, by the tags that its steps remove."""
    text = "".join(f"{step.oid} {step.ref}\n" for step in steps)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def shell_word(text: str) -> str:
    """`text` as one word for a POSIX shell, in visible characters only; all others are written by printf(1)."""
    if all((character.isprintable() and character not in INVISIBLE) or character == "\n" for character in text):
        return shlex.quote(text)
    octal = "".join(f"\\{byte:03o}" for byte in text.encode("utf-8", "surrogateescape"))
    return f"\"$(printf '{octal}')\""


def _step(step: Step) -> str:
    lines = [f"# {line}" for line in _comments(step)]
    if step.by_administrator:
        remove = f"remove {step.oid} {shell_word(step.ref)}"
        if step.new_tag is None or step.commit is None or step.tagger is None:
            return "\n".join([*lines, f"{remove} || :\n"])
        who = f"{shell_word(step.tagger.name)} {shell_word(step.tagger.email)} '{step.tagger.time} {step.tagger.zone}'"
        make = f"make {shell_word(step.new_tag)} {step.commit} {who} {shell_word(step.message)}"
        return "\n".join([*lines, f"{remove} &&\n{make}\n"])
    drop = f"drop {step.oid} {shell_word(step.ref)}"
    if step.new_tag is None or step.commit is None:
        return "\n".join([*lines, f"{drop} || :\n"])
    made = f"make {shell_word(step.new_tag)} {step.commit} {step.offset} {shell_word(step.message)}"
    return "\n".join([*lines, f"{drop} &&\n    {made}\n"])


def _comments(step: Step) -> Iterator[str]:
    yield escape(step.ref.removeprefix(TAGS))
    for finding in step.why:
        yield f"  [{finding.rule}] {escape(finding.message)}"
    yield f"  {step.because}"


def _on_what_stays(plan: RepairPlan, models: Iterable[str]) -> Iterator[str]:
    if plan.ignore:
        yield _comment_block(_on_others(plan, list(models)))
    if plan.left:
        yield _comment_block(_on_left(plan.left))


def _on_others(plan: RepairPlan, models: Sequence[str]) -> Iterator[str]:
    yield f"These seem to be other tools' tags ({len(plan.ignored)}): no model has such a name. In tagwarden.toml:"
    yield ""
    yield "    [scope]"
    yield f"    {toml_assignment('ignore', plan.ignore)}"
    passing = [slip for glob in plan.ignore for slip in lets_through(glob, models)]
    if passing:
        yield ""
        yield f"A typo such as {passing[0]} is then no longer reported, either."


def _on_left(left: Sequence[Finding]) -> Iterator[str]:
    yield f"What stays ({len(left)}). GTO reads these tags, and no push may take them back:"
    yield ""
    by_rule = sorted(left, key=lambda one: one.rule)
    for _, findings in groupby(by_rule, key=lambda one: one.rule):
        group = list(findings)
        for finding in group[:MOST_OF_ONE_RULE]:
            yield f"    [{finding.rule}] {escape(finding.message)}"
        if len(group) > MOST_OF_ONE_RULE:
            yield f"    [{group[0].rule}] {len(group) - MOST_OF_ONE_RULE} more like this"
    yield ""
    yield "Afterwards, `tagwarden audit --write-baseline known-findings.txt` records them as known, and"
    yield "`tagwarden audit --baseline known-findings.txt` lists what is new. The gate stays as strict as it is."
    lenient = sorted({(one.model, one.rule) for one in left if one.model and RULES[one.rule].breakable})
    if lenient:
        yield ""
        yield "To accept such tags from now on, too, put this into tagwarden.toml instead:"
        for model, rules in groupby(lenient, key=lambda pair: pair[0]):
            yield ""
            yield "    [[override]]"
            yield f"    {toml_assignment('models', [gto_spelling(model or '')])}"
            for _, rule in rules:
                yield f"    {toml_assignment(f'rules.{rule}', 'warning')}"


def _comment_block(lines: Iterable[str]) -> str:
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def models_in(tags: Iterable[str]) -> list[str]:
    """The models, as tags spell them, that have a model tag among the names `tags`; sorted."""
    names = (parse_tag_name(tag) for tag in tags)
    return sorted({name.model for name in names if isinstance(name, TagName)})
