"""Who may do what, signatures and emergencies, by real pushes over HTTP with names and passwords."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import PushResult, Repo, Server
from support.http_server import serve_http
from support.repositories import BEGINNING
from support.signing import SshKey, needs_ssh, sign_tag
from tagwarden.server_hooks.log.chain import read_lines, verify

PEOPLE = ("ada", "grace", "linus")

POLICY = """
[people]
groups.releasers = ["grace"]
[[people.allow]]
who = ["ada", "@releasers"]
what = ["register", "deregister"]
models = ["churn"]
[[people.allow]]
who = ["@releasers"]
stages = ["prod"]
[[people.allow]]
who = ["linus"]
what = ["deprecate"]

[emergency]
who = ["@releasers"]
rules = ["version-order", "who", "message"]
"""

# Who may make which event of churn, and of fraud; {n} is each person's own number.
ALLOWED = {
    "@v2.{n}.0": (["ada", "grace"], PEOPLE),
    "@v1.{n}.0!": (["ada", "grace"], PEOPLE),
    "#prod": (["grace"], ["grace"]),
    "#dev": (PEOPLE, PEOPLE),
    "#prod!": (["grace"], ["grace"]),
    "#dev!": (PEOPLE, PEOPLE),
    "@deprecated": (["linus"], ["linus"]),
}


@pytest.fixture
def governed(server: Server) -> Server:
    """A server with POLICY that believes what its web server says."""
    server.commit_on_main({"tagwarden.toml": POLICY})
    server.git("config", "tagwarden.pusher", "http")
    server.git("config", "receive.advertisePushOptions", "true")
    server.git("config", "http.receivepack", "true")
    return server


@pytest.fixture
def url(governed: Server) -> Iterator[str]:
    with serve_http(governed.path.parent) as beginning:
        yield f"{beginning}/{governed.path.name}"


Push = Callable[..., PushResult]


@pytest.fixture
def clone(governed: Server) -> Repo:
    return governed.clone()


@pytest.fixture
def push(clone: Repo, url: str) -> Push:
    """Push from the clone: `push("ada", "refs/tags/churn@v1.0.0")`."""

    def push(who: str, *args: str) -> PushResult:
        return clone.push(*args, remote=url.replace("NAME", who))

    return push


def tag_and_push(clone: Repo, push: Push, who: str, tag: str, *options: str, target: str = "HEAD") -> PushResult:
    clone.tag(tag, target)
    return push(who, *options, f"refs/tags/{tag}")


def stands(server: Server, clone: Repo, *tags: str) -> None:
    """Put the clone's tags on the server past its hook, as an administrator would."""
    server.git("fetch", "--quiet", str(clone.path), *(f"refs/tags/{tag}:refs/tags/{tag}" for tag in tags))


def newest(server: Server) -> dict[str, object]:
    """The newest line of the push log, whose chain is whole."""
    assert not verify(str(server.path)).troubles
    entry = json.loads(list(read_lines(str(server.path)))[-1])
    assert isinstance(entry, dict)
    return entry


# Who


@pytest.mark.parametrize(
    ("event", "model"),
    [
        pytest.param(event, model, marks=[pytest.mark.thorough] if model == "fraud" and churn == fraud else [])
        for event, (churn, fraud) in ALLOWED.items()
        for model in ("churn", "fraud")
    ],
)
def test_exactly_those_whom_the_policy_names_may_push_an_event(
    event: str, model: str, governed: Server, clone: Repo, push: Push
) -> None:
    allowed = ALLOWED[event][model == "fraud"]
    standing = []
    for number in range(len(PEOPLE)):
        clone.commit()
        # What is to be deregistered is in no governed stage.
        names = [f"{model}@v1.{number}.0", f"{model}#dev#{number}", f"{model}#prod#{number}"]
        count = {"#prod!": 3, "#dev!": 3, "@v1.{n}.0!": 2}.get(event, 1)
        for name in names[:count]:
            clone.tag(name)
            standing.append(name)
    stands(governed, clone, *standing)

    pushed = {}
    for number, who in enumerate(PEOPLE):
        name = model + event.format(n=number)
        if name in standing or not event.startswith("@v"):
            name += f"#1{number}"
        target = f"{model}@v1.{number}.0^{{commit}}"
        if event == "@v2.{n}.0":
            target = clone.commit()
        pushed[who] = tag_and_push(clone, push, who, name, target=target)

    assert {who for who, result in pushed.items() if result.ok} == set(allowed), pushed
    assert {rule for result in pushed.values() if not result.ok for rule in result.rules} <= {"who"}


def test_the_log_says_who_it_was(governed: Server, clone: Repo, push: Push) -> None:
    assert not tag_and_push(clone, push, "linus", "churn@v1.0.0").ok
    refused = newest(governed)
    assert tag_and_push(clone, push, "ada", "churn@v1.0.0").ok
    accepted = newest(governed)

    assert [(line["outcome"], line["pusher"]["name"]) for line in (refused, accepted)] == [  # type: ignore[index]
        ("refused", "linus"),
        ("accepted", "ada"),
    ]
    assert refused["policies"][0]["findings"][0]["rule"] == "who"  # type: ignore[index]


def test_nobody_is_believed_who_only_says_so(clone: Repo, push: Push) -> None:
    clone.git("config", "user.name", "ada")
    clone.git("config", "user.email", "ada@example.com")
    clone.git("config", "--add", "http.extraHeader", "Remote-User: ada")
    clone.git("config", "--add", "http.extraHeader", "X-Remote-User: ada")

    assert tag_and_push(clone, push, "linus", "churn@v1.0.0").rules == {"who"}


def test_where_nobody_is_configured_to_be_believed_nobody_is_known(governed: Server, clone: Repo, push: Push) -> None:
    governed.git("config", "--unset", "tagwarden.pusher")
    result = tag_and_push(clone, push, "ada", "churn@v1.0.0")

    assert result.rules == {"who"}
    assert "tagwarden.pusher is not set in the server's Git configuration" in result.stderr


def test_a_local_push_has_no_name(clone: Repo) -> None:
    clone.tag("churn@v1.0.0")
    result = clone.push("refs/tags/churn@v1.0.0")

    assert result.rules == {"who"}
    assert "the server did not set REMOTE_USER" in result.stderr


def test_deleting_what_took_a_version_out_of_a_stage_takes_leave_to_assign(
    governed: Server, clone: Repo, push: Push
) -> None:
    governed.commit_on_main({"tagwarden.toml": POLICY + '[rules]\ntag-permanent = "off"\n'})
    for tag in ("fraud@v1.0.0", "fraud#prod", "fraud#prod!"):
        clone.tag(tag)
    stands(governed, clone, "fraud@v1.0.0", "fraud#prod", "fraud#prod!")

    assert push("ada", ":refs/tags/fraud#prod!").rules == {"who"}
    assert push("grace", ":refs/tags/fraud#prod!").ok


# Stages, by whatever a version goes out of them or comes back

STAGE_POLICY = """
[people]
groups.releasers = ["grace"]
[[people.allow]]
who = ["@releasers"]
stages = ["prod"]
"""


@pytest.fixture
def staged(governed: Server, clone: Repo) -> Server:
    """A server on which only grace may touch prod, which holds v2.0.0 of churn, and v1.0.0 before it."""
    governed.commit_on_main({"tagwarden.toml": STAGE_POLICY})
    first = clone.commit()
    for tag, target in (("churn@v1.0.0", first), ("churn@v2.0.0", clone.commit())):
        clone.tag(tag, target)
    tags = ["churn@v1.0.0", "churn@v2.0.0", "churn#prod#1", "churn#prod#2"]
    clone.tag("churn#prod#1", first)
    clone.tag("churn#prod#2")
    stands(governed, clone, *tags)
    return governed


@pytest.mark.usefixtures("staged")
@pytest.mark.parametrize("tag", ["churn@v2.0.0!", "churn@deprecated"])
def test_taking_a_version_out_of_the_registry_takes_leave_for_its_stages(clone: Repo, push: Push, tag: str) -> None:
    refused = tag_and_push(clone, push, "ada", tag)

    assert refused.rules == {"who"}
    assert "'prod'" in refused.stderr
    assert push("grace", f"refs/tags/{tag}").ok


def test_bringing_a_deprecated_model_back_takes_leave_for_its_stages(staged: Server, clone: Repo, push: Push) -> None:
    clone.tag("churn@deprecated")
    stands(staged, clone, "churn@deprecated")
    clone.commit()

    assert tag_and_push(clone, push, "ada", "churn@v3.0.0").rules == {"who"}
    assert push("grace", "refs/tags/churn@v3.0.0").ok


def test_another_line_of_the_push_is_no_leave(staged: Server, clone: Repo, push: Push) -> None:
    """Git drops the unassignment alone, by a hook that is not ours."""
    staged.git("config", "tagwarden.pusher", "http")
    clone.tag("churn#prod!#3")
    clone.tag("churn@v2.0.0!")

    assert push("ada", "refs/tags/churn#prod!#3", "refs/tags/churn@v2.0.0!").rules == {"who"}


# The policy is not the pusher's


def test_a_policy_that_is_pushed_along_does_not_count_yet(clone: Repo, push: Push) -> None:
    clone.git("pull", "--quiet", "--rebase")
    clone.commit({"tagwarden.toml": ""})
    clone.tag("churn@v1.0.0")

    assert push("linus", "--atomic", "main", "refs/tags/churn@v1.0.0").rules == {"who"}
    assert push("linus", "main").ok
    assert push("linus", "refs/tags/churn@v1.0.0").ok


def test_a_policy_at_the_tagged_commit_or_on_another_branch_does_not_count(clone: Repo, push: Push) -> None:
    clone.git("switch", "--quiet", "--create", "mine")
    clone.commit({"tagwarden.toml": ""})

    assert push("linus", "mine").ok
    assert tag_and_push(clone, push, "linus", "churn@v1.0.0").rules == {"who"}


# Emergencies


def emergency(value: str) -> tuple[str, str]:
    return ("-o", f"tagwarden.emergency={value}")


def with_option(clone: Repo, url: str, who: str, value: str, ref: str) -> PushResult:
    ran = clone.try_git("push", *emergency(value), url.replace("NAME", who), ref)
    return PushResult(ran.returncode == 0, ran.stderr.decode(), ran.returncode)


@pytest.fixture
def below(governed: Server, clone: Repo) -> str:
    """A tag that breaks version-order."""
    clone.tag("churn@v2.0.0")
    stands(governed, clone, "churn@v2.0.0")
    clone.commit()
    clone.tag("churn@v1.9.0")
    return "refs/tags/churn@v1.9.0"


def test_in_an_emergency_those_who_may_break_a_rule_for_a_reason(
    governed: Server, clone: Repo, url: str, below: str
) -> None:
    result = with_option(clone, url, "grace", "version-order: hotfix for 1.x", below)

    assert result.ok, result.stderr
    assert "[version-order]" in result.stderr
    assert "hotfix for 1.x" in result.stderr
    logged = newest(governed)
    assert (logged["outcome"], logged["emergency"]) == ("emergency", {"version-order": "hotfix for 1.x"})


@pytest.mark.parametrize(
    ("who", "value", "said"),
    [
        ("ada", "version-order: hotfix", "emergency.who does not name 'ada'"),
        ("grace", "version-order:", "must name a rule and a reason"),
        ("grace", "version-order", "must name a rule and a reason"),
        ("grace", "target-branch: hotfix", "emergency.rules lists version-order, who, message"),
        ("grace", "message: hotfix", None),
    ],
)
def test_an_emergency_that_does_not_count_lets_nothing_pass(
    governed: Server, clone: Repo, url: str, below: str, who: str, value: str, said: str | None
) -> None:
    result = with_option(clone, url, who, value, below)

    assert not result.ok
    assert result.rules == {"version-order"}
    assert said is None or said in result.stderr
    assert newest(governed)["outcome"] == "refused"


def test_an_emergency_does_not_let_pass_what_it_did_not_name(clone: Repo, url: str, governed: Server) -> None:
    clone.lightweight("churn@v1.0.0")
    result = with_option(clone, url, "grace", "version-order: urgent", "refs/tags/churn@v1.0.0")

    assert result.rules == {"annotated"}
    assert newest(governed)["outcome"] == "refused"


def test_an_emergency_in_a_push_that_is_refused_all_the_same_is_not_said_to_have_broken_anything(
    governed: Server, clone: Repo, url: str, below: str
) -> None:
    assert governed.tags()
    clone.lightweight("churn@v1.8.0", "HEAD~1")
    ran = clone.try_git(
        "push", *emergency("version-order: urgent"), url.replace("NAME", "grace"), below, "refs/tags/churn@v1.8.0"
    )
    said = ran.stderr.decode()

    assert ran.returncode != 0
    assert "was broken" not in said
    assert "version-order does not refuse this push" in said
    assert newest(governed)["outcome"] == "refused"


def test_the_update_hook_takes_no_emergency_from_its_environment(new_server: Callable[..., Server]) -> None:
    """It is given no push options; what is called so there came from elsewhere."""
    server = new_server(hook="update", name="update.git")
    server.commit_on_main({"tagwarden.toml": POLICY})
    server.git("config", "tagwarden.pusher", "env:WHO")
    clone = server.clone()
    clone.tag("churn@v2.0.0")
    stands(server, clone, "churn@v2.0.0")
    clone.commit()
    clone.tag("churn@v1.9.0")
    left_over = {"GIT_PUSH_OPTION_COUNT": "1", "GIT_PUSH_OPTION_0": "tagwarden.emergency=version-order: urgent"}

    assert clone.push("refs/tags/churn@v1.9.0", env={"WHO": "grace", **left_over}).rules == {"version-order"}


def test_a_policy_that_only_evaluates_logs_what_it_would_have_refused(
    governed: Server, clone: Repo, push: Push
) -> None:
    governed.commit_on_main({"tagwarden.toml": 'mode = "evaluate"\n' + POLICY})

    assert tag_and_push(clone, push, "linus", "churn@v1.0.0").ok
    (policy,) = newest(governed)["policies"]  # type: ignore[misc]
    assert (policy["mode"], policy["accepted"]) == ("evaluate", True)
    assert [finding["rule"] for finding in policy["findings"]] == ["who"]


def test_a_push_that_can_not_be_logged_is_refused(governed: Server, clone: Repo, push: Push) -> None:
    (governed.path / "tagwarden" / "push-log.jsonl").mkdir(parents=True)
    result = tag_and_push(clone, push, "ada", "churn@v1.0.0")

    assert not result.ok
    assert "A push that is not logged is not accepted" in result.stderr
    assert not governed.tags()


# The tagger


def test_the_tagger_must_be_the_pusher(governed: Server, clone: Repo, push: Push) -> None:
    governed.commit_on_main({"tagwarden.toml": '[rules]\ntagger-is-pusher = "error"\n'})

    assert tag_and_push(clone, push, "grace", "churn@v1.0.0").rules == {"tagger-is-pusher"}
    assert push("ada", "refs/tags/churn@v1.0.0").ok


# Signatures, verified while the objects are in quarantine

SIGNED = """
[signing]
allowed-signers = "ref:HEAD:allowed_signers"
[[signing.require]]
what = ["register"]
[[people.allow]]
who = ["signer:ada@example.com"]
what = ["register"]
models = ["fraud"]
"""


@pytest.fixture(scope="session")
def keys(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, SshKey]:
    folder = tmp_path_factory.mktemp("keys")
    return {name: SshKey.make(folder / name) for name in ("ada", "bob", "expired", "foreign")}


@pytest.fixture
def signed(governed: Server, keys: dict[str, SshKey]) -> Server:
    """A server that wants versions signed by ada or bob, those of fraud by ada."""
    signers = keys["ada"].allowed("ada@example.com") + keys["bob"].allowed("bob@example.com")
    signers += keys["expired"].allowed("ada@example.com", 'valid-before="20240101"')
    governed.commit_on_main({"tagwarden.toml": SIGNED, "allowed_signers": signers})
    return governed


@needs_ssh
@pytest.mark.usefixtures("signed")
def test_a_good_signature_of_an_allowed_signer_is_accepted_whoever_pushes(
    clone: Repo, push: Push, keys: dict[str, SshKey]
) -> None:
    sign_tag(clone, keys["bob"], "churn@v1.0.0")

    assert push("linus", "refs/tags/churn@v1.0.0").ok


@needs_ssh
@pytest.mark.usefixtures("signed")
def test_the_signer_decides_where_the_policy_names_signers(clone: Repo, push: Push, keys: dict[str, SshKey]) -> None:
    sign_tag(clone, keys["bob"], "fraud@v1.0.0")
    assert push("ada", "refs/tags/fraud@v1.0.0").rules == {"who"}

    sign_tag(clone, keys["ada"], "fraud@v1.0.0")
    assert push("linus", "refs/tags/fraud@v1.0.0").ok


def unsigned(clone: Repo, keys: dict[str, SshKey]) -> None:
    clone.tag("churn@v1.0.0")


def foreign(clone: Repo, keys: dict[str, SshKey]) -> None:
    sign_tag(clone, keys["foreign"], "churn@v1.0.0")


def expired(clone: Repo, keys: dict[str, SshKey]) -> None:
    sign_tag(clone, keys["expired"], "churn@v1.0.0", at=int(time.time()))


def expired_and_backdated(clone: Repo, keys: dict[str, SshKey]) -> None:
    sign_tag(clone, keys["expired"], "churn@v1.0.0", at=BEGINNING)


def changed(clone: Repo, keys: dict[str, SshKey]) -> None:
    rewrite(clone, keys, b"As agreed", b"As I like")


def followed_by_text(clone: Repo, keys: dict[str, SshKey]) -> None:
    rewrite(clone, keys, b"-----END SSH SIGNATURE-----\n", b"-----END SSH SIGNATURE-----\nApproved-by: all\n")


def rewrite(clone: Repo, keys: dict[str, SshKey], old: bytes, new: bytes) -> None:
    sign_tag(clone, keys["ada"], "churn@v1.0.0")
    raw = clone.try_git("cat-file", "tag", "churn@v1.0.0").stdout
    assert old in raw
    clone.raw_tag("churn@v1.0.0", raw.replace(old, new))


def replayed(clone: Repo, keys: dict[str, SshKey]) -> None:
    oid = sign_tag(clone, keys["ada"], "churn@v9.0.0")
    clone.raw_ref("refs/tags/churn@v1.0.0", oid)


@needs_ssh
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (unsigned, "is not signed"),
        (foreign, "which belongs to no allowed signer"),
        (expired, "which belongs to no allowed signer at the time of the tag"),
        (expired_and_backdated, "the key of 'ada@example.com' is not valid now"),
        (changed, "does not belong to this tag"),
        (followed_by_text, "has text after its signature"),
        (replayed, "has a signature for another tag, 'churn@v9.0.0'"),
    ],
)
def test_no_other_signature_is_accepted(
    signed: Server,
    clone: Repo,
    push: Push,
    keys: dict[str, SshKey],
    make: Callable[[Repo, dict[str, SshKey]], None],
    said: str,
) -> None:
    make(clone, keys)
    result = push("ada", "refs/tags/churn@v1.0.0")

    assert "signed" in result.rules, result.stderr
    assert said in result.stderr
    assert not signed.tags()


@needs_ssh
@pytest.mark.usefixtures("signed")
def test_a_signer_who_is_pushed_along_is_not_allowed_yet(clone: Repo, push: Push, keys: dict[str, SshKey]) -> None:
    clone.git("pull", "--quiet", "--rebase")
    clone.commit({"allowed_signers": keys["foreign"].allowed("ada@example.com")})
    sign_tag(clone, keys["foreign"], "churn@v1.0.0")

    assert push("ada", "--atomic", "main", "refs/tags/churn@v1.0.0").rules == {"signed"}


@needs_ssh
def test_where_the_signers_can_not_be_read_nothing_signed_is_accepted(
    signed: Server, clone: Repo, push: Push, keys: dict[str, SshKey], tmp_path: Path
) -> None:
    signed.commit_on_main({"tagwarden.toml": SIGNED.replace("ref:HEAD:allowed_signers", f"file:{tmp_path}/gone")})
    sign_tag(clone, keys["ada"], "churn@v1.0.0")
    result = push("ada", "refs/tags/churn@v1.0.0")

    assert not result.ok
    assert "signing.allowed-signers" in result.stderr
    assert newest(signed)["outcome"] == "could-not-judge"
