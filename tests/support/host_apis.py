"""Simulates on loopback the APIs with which hosts' tag rules are set, and `gh` and `glab`, which call them.

Each stores the rules that it gets and answers as documented: docs.github.com/rest/repos/rules,
docs.gitlab.com/api/protected_tags, and Gitea's description of `/repos/{owner}/{repo}/tag_protections`.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "a-token-of-the-tests"
Answer = tuple[int, Any]


class Host:
    """A host with one repository; `rules` has the rules by number, `called` every request so far."""

    # The URL before the repository's rules, their name in it, and the header with the token.
    pattern = re.compile("")
    header = ""
    # The number of rules on a page; 0 for all.
    page = 0

    def __init__(self) -> None:
        self.rules: dict[int, dict[str, Any]] = {}
        self.called: list[str] = []
        self._numbers = 0

    def answer(self, method: str, url: str, body: Any, headers: Any) -> Answer:
        self.called.append(method)
        found = self.pattern.fullmatch(urlsplit(url).path)
        if TOKEN not in (headers[self.header] or ""):
            return 401, {"message": "Requires authentication"}
        if found is None:
            return 404, {"message": "Not Found"}
        if body is not None and headers["Content-Type"] != "application/json":
            return 415, {"error": "The provided content-type is not supported."}
        which = unquote(found[1]) if found[1] else None
        if which is None and method == "GET":
            every = [self.listed(one) for one in self.rules.values()]
            at = int(parse_qs(urlsplit(url).query).get("page", ["1"])[0]) - 1
            return 200, every[at * self.page : (at + 1) * self.page] if self.page else every
        if which is None and method == "POST":
            return self.create(body)
        number = next((number for number, one in self.rules.items() if which in (str(number), one.get("name"))), None)
        return (404, {"message": "Not Found"}) if number is None else self.one(method, number, body)

    def keep(self, rule: dict[str, Any], number: int | None = None) -> dict[str, Any]:
        if number is None:
            self._numbers += 1
            number = self._numbers
        self.rules[number] = {"id": number, **rule}
        return self.rules[number]

    def listed(self, rule: dict[str, Any]) -> dict[str, Any]:
        """A rule as it is in the list of all rules."""
        return rule

    def create(self, body: Any) -> Answer:
        raise NotImplementedError

    def one(self, method: str, number: int, body: Any) -> Answer:
        raise NotImplementedError


class GitHub(Host):
    pattern = re.compile(r"/repos/ml/models/rulesets(?:/(\d+))?")
    header = "Authorization"
    page = 1
    TYPES = frozenset(("creation", "update", "deletion", "required_signatures", "non_fast_forward"))

    def create(self, body: Any) -> Answer:
        if any(one["name"] == body["name"] for one in self.rules.values()):
            return 422, {"message": "Validation Failed", "errors": ["Name must be unique"]}
        return self._put(body, None, 201)

    def one(self, method: str, number: int, body: Any) -> Answer:
        if method == "DELETE":
            return 204, self.rules.pop(number) and None
        return self._put(body, number, 200) if method == "PUT" else (200, self.rules[number])

    def listed(self, rule: dict[str, Any]) -> dict[str, Any]:
        return {key: rule[key] for key in ("id", "name", "target", "source_type", "source", "enforcement", "node_id")}

    def _put(self, body: Any, number: int | None, status: int) -> Answer:
        wrong = set(body) - {"name", "target", "enforcement", "bypass_actors", "conditions", "rules"}
        actors = [(one["actor_type"], one["actor_id"]) for one in body["bypass_actors"]]
        if (
            wrong
            or body["enforcement"] not in ("active", "disabled")
            or {one["type"] for one in body["rules"]} - self.TYPES
        ):
            return 422, {"message": "Invalid request."}
        if ("Integration", 15368) in actors:
            return 422, {"message": "Actor GitHub Actions integration must be part of the ruleset source"}
        update = {"type": "update", "parameters": {"update_allows_fetch_and_merge": False}}
        rules = [update if one["type"] == "update" else one for one in body["rules"]]
        more = {"source_type": "Repository", "source": "ml/models", "node_id": "RRS_x", "created_at": "2026-11-26"}
        return status, self.keep({**body, "rules": rules, **more}, number)


class GitLab(Host):
    pattern = re.compile(r"/api/v4/projects/ml%2Fmodels/protected_tags(?:/([^/]+))?")
    header = "Authorization"
    page = 2

    def create(self, body: Any) -> Answer:
        if any(one["name"] == body["name"] for one in self.rules.values()):
            return 409, {"message": f"Protected tag '{body['name']}' already exists"}
        entries = list(body.get("allowed_to_create", []))
        # If nobody is named, maintainers may.
        level = body.get("create_access_level", None if entries else 40)
        entries += [] if level is None else [{"access_level": level}]
        levels = [
            {
                "id": number,
                "access_level": 40,
                "access_level_description": "…",
                "user_id": None,
                "group_id": None,
                **one,
            }
            for number, one in enumerate(entries, 1)
        ]
        return 201, self.keep({"name": body["name"], "create_access_levels": levels})

    def one(self, method: str, number: int, body: Any) -> Answer:
        return (204, self.rules.pop(number) and None) if method == "DELETE" else (200, self.rules[number])


class Gitea(Host):
    pattern = re.compile(r"/api/v1/repos/ml/models/tag_protections(?:/(\d+))?")
    header = "Authorization"

    def create(self, body: Any) -> Answer:
        if any(one["name_pattern"] == body["name_pattern"] for one in self.rules.values()):
            return 403, {"message": "Tag protection already exist"}
        return 201, self.keep({**body, "created_at": "2026-11-26T00:00:00Z", "updated_at": "2026-11-26T00:00:00Z"})

    def one(self, method: str, number: int, body: Any) -> Answer:
        if method == "PATCH":
            self.rules[number].update(body)
        return (204, self.rules.pop(number) and None) if method == "DELETE" else (200, self.rules[number])


HOSTS: dict[str, Callable[[], Host]] = {"github": GitHub, "gitlab": GitLab, "gitea": Gitea}


@contextlib.contextmanager
def serve_api(host: Host) -> Iterator[str]:
    """Serve the API of `host`; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers["Content-Length"] or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, answer = host.answer(self.command, self.path, body, self.headers)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            if status != 204:
                self.wfile.write(json.dumps(answer).encode())

        def do_POST(self) -> None:
            self.do_GET()

        def do_PUT(self) -> None:
            self.do_GET()

        def do_PATCH(self) -> None:
            self.do_GET()

        def do_DELETE(self) -> None:
            self.do_GET()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def write_programs(folder: Path, address: str) -> None:
    """Write `gh` and `glab` to `folder`, which call the host at `address`, and `curl`, which records its arguments."""
    curl = next(
        (Path(one) / "curl" for one in os.environ["PATH"].split(os.pathsep) if (Path(one) / "curl").exists()), None
    )
    texts = {
        name: f'#!/bin/sh\nexec {sys.executable} -I {Path(__file__)} {address}{root} "$@"\n'
        for name, root in (("gh", ""), ("glab", "/api/v4"))
    }
    texts["curl"] = f'#!/bin/sh\necho "$*" >> {folder}/curl.log\nexec {curl} "$@"\n'
    for name, text in texts.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)


def call_as_program(root: str, args: list[str]) -> int:
    """Act like `gh api` and `glab api` with these arguments; of --jq only `.[].id` is supported."""
    import argparse
    import urllib.error
    import urllib.request

    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("api", choices=["api"])
    parser.add_argument("endpoint")
    parser.add_argument("--method", default="GET")
    parser.add_argument("--input", choices=["-"])
    parser.add_argument("--header", type=lambda text: text.split(": "))
    parser.add_argument("--jq", choices=[".[].id"])
    for flag in ("--paginate", "--silent"):
        parser.add_argument(flag, action="store_true")
    given = parser.parse_args(args)
    is_glab = root.endswith("/api/v4")
    body = sys.stdin.buffer.read() if given.input else None
    headers = {"Authorization": f"Bearer {TOKEN}", **dict([given.header] if given.header else [])}
    # gh declares a body as JSON; glab declares nothing, and urllib would declare it as a form.
    if body is not None and "Content-Type" not in headers:
        headers["Content-Type"] = "" if is_glab else "application/json"
    page = 1
    while True:
        url = f"{root}/{given.endpoint}" + (f"?page={page}" if given.paginate else "")
        request = urllib.request.Request(url, body, headers, method=given.method)
        try:
            with urllib.request.urlopen(request) as answered:
                said = answered.read().decode()
        except urllib.error.HTTPError as error:
            print(error.read().decode(), file=sys.stdout)
            print(f"HTTP {error.code}", file=sys.stderr)
            return 1
        found = json.loads(said) if said else None
        if given.jq:
            print(*(one["id"] for one in found), sep="\n")
        elif not given.silent:
            print(said, end="")
        if not given.paginate or not found:
            return 0
        page += 1


if __name__ == "__main__":
    sys.exit(call_as_program(sys.argv[1], sys.argv[2:]))
