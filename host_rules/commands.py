"""Formats requests as commands for a POSIX shell. No token is an argument, which other users could read.

`gh` and `glab` have their own tokens (`gh auth login`, GH_TOKEN; `glab auth login`, GITLAB_TOKEN). curl reads the
token from its standard input (`--config -`), to which the shell's built-in printf writes it.
"""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .place import Place
    from .step import Request

TOKEN = "GITEA_TOKEN"  # noqa: S105 -- the name of a variable
WITH_TOKEN = (
    f"""printf 'header = "Authorization: token %s"\\n' "${{{TOKEN}:?}}" | """
    "curl --config - --silent --show-error --fail"
)


def gh(place: Place, request: Request) -> str:
    """The command for a request to GitHub, by `gh` (https://cli.github.com/manual/gh_api)."""
    words = ["gh", "api", *_hostname_option(place, "github.com"), "--method", request.method, request.endpoint]
    return _with_body([*words, "--silent"], request)


def gh_dump(place: Place) -> str:
    """The command that prints the list of all rulesets, and then each of them in full."""
    api = shlex.join(["gh", "api", *_hostname_option(place, "github.com")])
    rulesets = f"repos/{place.path}/rulesets"
    each = f"""for id in $({api} --paginate {rulesets} --jq '.[].id'); do {api} "{rulesets}/$id"; done"""
    return f"{{ {api} --paginate {rulesets} && {each}; }}"


def glab(place: Place, request: Request) -> str:
    """The command for a request to GitLab, by `glab` (https://docs.gitlab.com/cli/api/)."""
    words = ["glab", "api", *_hostname_option(place, "gitlab.com"), "--method", request.method]
    if request.body is not None:
        # Without it GitLab answers 415, because glab does not set it for a body from a file.
        words += ["--header", "Content-Type: application/json"]
    return _with_body([*words, request.endpoint, "--silent"], request)


def glab_dump(place: Place) -> str:
    """The command that prints all protected tags."""
    endpoint = f"projects/{place.path.replace('/', '%2F')}/protected_tags"
    return shlex.join(["glab", "api", *_hostname_option(place, "gitlab.com"), "--paginate", endpoint])


def curl(place: Place, request: Request) -> str:
    """The command for a request to Gitea or Forgejo. It uses curl, because few people have a program for these."""
    words = ["--request", request.method]
    if request.body is not None:
        words += ["--header", "Content-Type: application/json", "--data", json.dumps(request.body)]
    return f"{WITH_TOKEN} {shlex.join([*words, '--output', '/dev/null', _url(place, request.endpoint)])}"


def curl_dump(place: Place) -> str:
    """The command that prints all protected tags."""
    return f"{WITH_TOKEN} {shlex.quote(_url(place, f'repos/{place.path}/tag_protections'))}"


def _url(place: Place, endpoint: str) -> str:
    return f"{place.root}/api/v1/{endpoint}"


def _hostname_option(place: Place, usual: str) -> list[str]:
    return [] if place.host == usual else ["--hostname", place.host]


def _with_body(words: list[str], request: Request) -> str:
    if request.body is None:
        return shlex.join(words)
    # The delimiter can't occur in the body: no line of JSON is the word JSON.
    return f"{shlex.join([*words, '--input', '-'])} <<'JSON'\n{json.dumps(request.body, indent=2)}\nJSON"
