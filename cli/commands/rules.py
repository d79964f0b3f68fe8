"""`tagwarden rules`: lists the rules with their severities here, or explains one."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from ...policy import rules as rules_package
from ...policy.rules import RULES, load_rule, module_name
from ...report.documents.shape import holding, shape
from ...report.documents.shapes import SOURCE
from ...report.escape import display
from ..completion import complete_rule
from ..errors import Refused
from ..hints import suggested
from ..options import json_option
from ..policy_in_force import policy_in_force

if TYPE_CHECKING:
    from ...policy.rules.contract import Example

ABOUT = shape("rule", "A rule, with the severity that it has here.", "rule", "severity", "summary")
EXAMPLE = shape("example", "A push that is judged by the rule.", "title", "tags", "refused", "existing", "toml")
DOCUMENTS = (
    shape("rules", "All rules.", "schema", holding("policy", SOURCE), holding("rules", ABOUT)),
    shape(
        "rules RULE", "One rule explained.",
        "schema", holding("policy", SOURCE), *ABOUT.fields, "explanation", "options", holding("examples", EXAMPLE),
    ),
)  # fmt: skip


@click.command()
@click.argument("rule", required=False, shell_complete=complete_rule)
@json_option
def rules(rule: str | None, as_json: bool) -> None:
    """List the rules with their severities here, or explain RULE.

    Exits with 1 if there is no such RULE.
    """
    if rule is not None and rule not in known_rules():
        meant = suggested(rule.replace("_", "-"), known_rules())
        hint = f"did you mean {meant}?" if meant else "`tagwarden rules` lists them"
        raise Refused(f"there is no rule {rule!r}; {hint}")
    loaded = policy_in_force()
    levels = loaded.policy.for_model("").levels
    policy = {"source": display(loaded.source.source), "id": loaded.source.id}
    if rule is None:
        abouts = [_about(one, levels[one]) for one in known_rules()]
        click.echo(json.dumps({"schema": 1, "policy": policy, "rules": abouts}) if as_json else _table(abouts))
        click.echo(f"policy: {loaded.source.source}", err=True)
    elif as_json:
        click.echo(json.dumps({"schema": 1, "policy": policy, **_about(rule, levels[rule]), **_explanation(rule)}))
    else:
        click.echo(_page(rule, levels[rule]))


def known_rules() -> list[str]:
    """Every rule, in the order in which rules are reported."""
    return [rule for rule in RULES if find_spec(f"{rules_package.__name__}.{module_name(rule)}")]


def _docstring(rule: str) -> str:
    return load_rule(rule).__doc__ or ""


def _about(rule: str, severity: str) -> dict[str, str]:
    summary = " ".join(_docstring(rule).strip().split("\n\n")[0].split())
    return {"rule": rule, "severity": severity, "summary": summary}


def _explanation(rule: str) -> dict[str, object]:
    module = load_rule(rule)
    return {
        "explanation": _docstring(rule).strip(),
        "options": list(module.OPTIONS),
        "examples": [_example_document(example) for example in module.EXAMPLES],
    }


def _example_document(example: Example) -> dict[str, object]:
    return {
        "title": example.title,
        "tags": list(example.pushed),
        "refused": example.refused,
        "existing": list(example.existing),
        "toml": example.policy,
    }


def _table(abouts: list[dict[str, str]]) -> str:
    return "\n".join(f"{about['rule']:<20} {about['severity']:<8} {about['summary']}" for about in abouts)


def _page(rule: str, severity: str) -> str:
    module = load_rule(rule)
    options = ", ".join(module.OPTIONS) or "none; its severity is `rules." + rule + "`"
    lines = [
        f"{rule} ({severity} here)",
        "",
        _docstring(rule).strip(),
        "",
        f"Policy keys: {options}",
        "",
        "Examples:",
        *(line for example in module.EXAMPLES for line in _example(example)),
    ]
    return "\n".join(lines)


def _example(example: Example) -> list[str]:
    outcome = "refused" if example.refused else "accepted"
    there = [f"      on the server: {', '.join(example.existing)}"] if example.existing else []
    policy = [f"      policy: {line}" for line in example.policy.splitlines()]
    return [f"  {outcome}: {example.title}", *there, *policy, f"      pushed: {', '.join(example.pushed)}"]
