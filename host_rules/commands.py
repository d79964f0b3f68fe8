"""Requests as commands for a POSIX shell. No token is ever a word of one: others on the machine could read it.

`gh` and `glab` have a token of their own (`gh auth login`, GH_TOKEN; `glab auth login`, GITLAB_TOKEN). curl reads it
from its standard input (`--config -`), which the shell's own printf writes.
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
    """A request to GitHub by its command-line program (https://cli.github.com/manual/gh_api)."""
    words = ["gh", "api", *_elsewhere(place, "github.com"), "--method", request.method, request.endpoint]
    return _with_body([*words, "--silent"], request)


def gh_dump(place: Place) -> str:
    """What prints all rulesets: the list names them, and each is printed by itself."""
    api = shlex.join(["gh", "api", *_elsewhere(place, "github.com")])
    rulesets = f"repos/{place.path}/rulesets"
    each = f"""for id in $({api} --paginate {rulesets} --jq '.[].id'); do {api} "{rulesets}/$id"; done"""
    return f"{{ {api} --paginate {rulesets} && {each}; }}"


def glab(place: Place, request: Request) -> str:
    """A request to GitLab by its command-line program (https://docs.gitlab.com/cli/api/)."""
    words = ["glab", "api", *_elsewhere(place, "gitlab.com"), "--method", request.method]
    if request.body is not None:
        # Without it GitLab answers 415: glab sets none for what it reads from a file.
        words += ["--header", "Content-Type: application/json"]
    return _with_body([*words, request.endpoint, "--silent"], request)


def glab_dump(place: Place) -> str:
    """What prints all protected tags."""
    endpoint = f"projects/{place.path.replace('/', '%2F')}/protected_tags"
    return shlex.join(["glab", "api", *_elsewhere(place, "gitlab.com"), "--paginate", endpoint])


def curl(place: Place, request: Request) -> str:
    """A request to Gitea or Forgejo; neither has a program of its own that everybody has."""
    words = ["--request", request.method]
    if request.body is not None:
        words += ["--header", "Content-Type: application/json", "--data", json.dumps(request.body)]
    return f"{WITH_TOKEN} {shlex.join([*words, '--output', '/dev/null', _url(place, request.endpoint)])}"


def curl_dump(place: Place) -> str:
    """What prints all protected tags."""
    return f"{WITH_TOKEN} {shlex.quote(_url(place, f'repos/{place.path}/tag_protections'))}"


def _url(place: Place, endpoint: str) -> str:
    return f"{place.root}/api/v1/{endpoint}"


def _elsewhere(place: Place, usual: str) -> list[str]:
    return [] if place.host == usual else ["--hostname", place.host]


def _with_body(words: list[str], request: Request) -> str:
    if request.body is None:
        return shlex.join(words)
    # A line of JSON is never the word that ends it.
    return f"{shlex.join([*words, '--input', '-'])} <<'JSON'\n{json.dumps(request.body, indent=2)}\nJSON"
