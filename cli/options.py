"""The arguments and options that several commands share."""

from __future__ import annotations

import click

from .completion import complete_model, complete_model_or_query

model_argument = click.argument("model", shell_complete=complete_model)
optional_model = click.argument("model", required=False, shell_complete=complete_model)
optional_model_or_query = click.argument(
    "model", required=False, metavar="[MODEL|MODEL@VERSION|MODEL#STAGE]", shell_complete=complete_model_or_query
)
repositories_argument = click.argument("repositories", metavar="[REPO]...", nargs=-1)

repo_option = click.option(
    "-r",
    "--repo",
    metavar="PATH|URL|REMOTE",
    help="Read this repository; from a URL or a remote only the tags are fetched.  [default: the current one]",
)
offline_option = click.option(
    "--offline", is_flag=True, help="Don't ask the remote whether it has tags that are not here."
)
deprecated_option = click.option("-d", "--deprecated", is_flag=True, help="Include what is deprecated or deregistered.")
deprecated_too_option = click.option("-d", "--deprecated", is_flag=True, help="Answer for a deprecated model, too.")
policy_option = click.option(
    "--policy", "policy_file", metavar="FILE", help="Judge by this policy.  [default: the one in force]"
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
