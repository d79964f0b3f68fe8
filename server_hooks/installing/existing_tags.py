"""Counts what a repository already contains when hooks are installed: model tags, other tools' tags, old errors."""

from __future__ import annotations

from collections import Counter
from contextlib import closing

from ...policy.errors import CannotJudge
from ...policy.grammar.foreign_tags import is_foreign
from ...policy.grammar.near_miss import NearMiss
from ...policy.grammar.tag_name import parse_tag_name
from ...policy.record import Record
from ...policy.wording import counted, quoted, shell_command
from ...repository.git.configuration import Configuration
from ...repository.git.program import GitProgram
from ...repository.judging.audit import audit
from ...repository.trusted.loaded_policy import load_server_policies
from ..machine_settings import git_with_hook_settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...policy.file.policy import Policy

# An audit of this many tags takes some two seconds (docs/performance.md).
MOST_AUDITED = 20_000


class Census(Record):
    """The number of model tags and of their models, the names of other tools' tags, and the number of `slips`."""

    tags: int
    models: int
    foreign: list[str]
    slips: int


def census(tags: Iterable[str], policy: Policy) -> Census:
    """Count tags by their names; those that the policy ignores are left out."""
    models: set[str] = set()
    misses: list[NearMiss] = []
    count = 0
    for tag in tags:
        name = parse_tag_name(tag)
        if name is None or policy.ignores(tag):
            continue
        if isinstance(name, NearMiss):
            misses.append(name)
        else:
            count += 1
            models.add(name.model)
    foreign = [miss.tag for miss in misses if is_foreign(miss.tag, models)]
    return Census(count, len(models), foreign, len(misses) - len(foreign))


def about_existing_tags(path: str, git_dir: str) -> list[str]:
    """Sentences on the existing tags of the repository `path` and what to do about them; empty if it has none."""
    git = git_with_hook_settings(git_dir)
    try:
        with closing(Configuration(git)) as configuration, closing(GitProgram(git)) as reader:
            loaded, *of_site = load_server_policies(reader, configuration)
            found = census((tag.name for tag in reader.all_tags()), loaded.policy)
        if not found.tags and not found.foreign and not found.slips:
            return []
        said = [*_about_names(found)]
        judged = found.tags + found.slips + len(found.foreign)
        if judged > MOST_AUDITED:
            return [
                *said,
                f"What is wrong with the {judged} tags, if anything: {shell_command('tagwarden', 'audit', path)}",
            ]
        verdict = audit(git, loaded, site=of_site[0] if of_site else None).verdict
        errors = [one for one in verdict.findings if one.severity == "error"]
    except CannotJudge as problem:
        return [f"What stands there can't be judged: {problem}"]
    foreign = set(found.foreign)
    damage = Counter(one.rule for one in errors if one.tag not in foreign)
    if damage:
        rules = ", ".join(f"{number} {rule}" for rule, number in damage.most_common())
        plan = shell_command("tagwarden", "audit", "--plan", path)
        said.append(
            f"Old damage: {rules}. It is not held against new pushes; a commented script that fixes what can be fixed: "
            f"{plan} > plan.sh"
        )
    return said


def _about_names(found: Census) -> Iterator[str]:
    if found.tags:
        yield f"{_there_are(found.tags, 'model tag')} of {counted(found.models, 'model')}."
    if found.foreign:
        first = quoted(found.foreign[0])
        yield (
            f"{_there_are(len(found.foreign), 'tag')} of other tools, it seems, such as {first}: from now on, new ones "
            "are refused (tag-name). `tagwarden policy init` in a clone proposes what the policy should ignore."
        )


def _there_are(number: int, noun: str) -> str:
    return f"There {'is' if number == 1 else 'are'} {counted(number, noun)}"
