"""Pushes that try to get past the gate, and what may land of each.

Each line is judged as if Git dropped everything that it may drop: a line's claims
are compared with the refs, and a ref that may not land supports no other.
"""

from __future__ import annotations

from collections.abc import Callable

from .attack_scene import NOTHING, STANDING, UNKNOWN, Line, Scene, TagOf, branch, creates, deletes, moves
from .pushes import NONE, REGISTRY, Push, landing
from .repositories import Repo

ON_MAIN = '[target]\nbranches = ["main"]\n'
ON_SIDE = '[target]\nbranches = ["side"]\n'
ON_RELEASES = '[target]\nbranches = ["release/*"]\n'
NUMBER_BY_NUMBER = '[rules]\nversion-step = "error"\n'
STEP_BY_STEP = '[stages]\nnames = ["dev", "prod"]\npath = ["dev", "prod"]\n'

# Registers a version on c3; others are valid only if it lands.
NEXT = creates("m@v1.2.0", "c3")
NEXT_IN_PROD = creates("m#prod#2", "c3")
# Claims that v1.1.0, the latest version, does not exist yet.
FICTION = creates("m@v1.1.0", "c3")
BELOW = creates("m@v1.0.5", "c4")
# Its tag object, for pushes that name it twice.
RELEASED = TagOf("m@v1.2.0", "s2", None)

CLAIMS = (
    Push("a deletion of what is said not to be there", (deletes("m@v1.1.0", old=NOTHING),)),
    Push("a deletion of an object that nobody has", (deletes("m@v1.1.0", old=UNKNOWN),)),
    Push("a deletion of another object", (deletes("m@v1.1.0", old="c1"),)),
    Push("a deletion of another tag's object", (Line("refs/tags/m@v1.1.0", REGISTRY[0].new, NOTHING),)),
    Push("a deletion of an assignment", (deletes("m#prod#1", old=UNKNOWN),)),
    Push("a deletion of what is not there, but was", (deletes("m@v9.9.9", old="c1"),)),
    Push("an atomic deletion", (deletes("m@v1.1.0", old=NOTHING),), capabilities=("atomic",)),
    Push("a deletion in an emergency that nobody granted", (deletes("m@v1.1.0", old=NOTHING),),
         config=(("receive.advertisePushOptions", "true"),), options=("tagwarden.emergency=tag-permanent: haste",)),
    Push("a deletion of a packed tag", (deletes("m@v1.1.0", old=NOTHING),),
         prepare=lambda scene: scene.server.git("pack-refs", "--all")),
    Push("a deletion of a tag that is packed and loose", (deletes("m@v1.1.0", old=UNKNOWN),),
         prepare=lambda scene: (scene.server.git("pack-refs", "--all", "--no-prune"))),
    Push("a deletion, where Git is to deny deletions", (deletes("m@v1.1.0", old=NOTHING),),
         config=(("receive.denyDeletes", "true"), ("receive.denyNonFastForwards", "true"))),
    Push("a deletion of a near miss by another object", (deletes("m@1.0", old=UNKNOWN),),
         standing=(*REGISTRY, creates("m@1.0", "c3"))),
    Push("a move from nothing", (moves("m@v1.1.0", "c3", old=NOTHING),)),
    Push("a move from an object that nobody has", (moves("m@v1.1.0", "c3", old=UNKNOWN),)),
    Push("a move that says what stands", (moves("m@v1.1.0", "c3"),)),
    Push("a move to the bare commit", (Line("refs/tags/m@v1.1.0", STANDING, "c2"),)),
    Push("a move of what is not there", (creates("m@v1.2.0", "c3", old="c1"),)),
    Push("a deletion, and a creation in its place", (deletes("m@v1.1.0"), creates("m@v1.1.0", "c3"))),
    Push("a deletion of nothing, and a creation in its place",
         (deletes("m@v1.1.0", old=NOTHING), creates("m@v1.1.0", "c3"))),
    Push("a creation, and its deletion", (NEXT, deletes("m@v1.2.0", old=NOTHING)),
         lands_by_update=landing("m@v1.2.0")),
    Push("a plain tag that is said to be elsewhere", (Line("refs/tags/nightly", "c1", "c3"), NEXT),
         lands_by_update=landing("m@v1.2.0")),
    Push("a plain tag that is said to be new, but stands", (creates("nightly", "c3"), NEXT),
         standing=(*REGISTRY, creates("nightly", "c0")), lands_by_update=landing("m@v1.2.0")),
    Push("an unassignment that is taken back", (deletes("m#prod!#2", old=UNKNOWN),),
         standing=(*REGISTRY, creates("m#prod!#2", "c1"))),
)  # fmt: skip

FICTIONS = (
    Push("a fiction over the latest version, and one below it", (FICTION, BELOW)),
    Push("one below, and the fiction after it", (BELOW, FICTION)),
    Push("an atomic fiction", (FICTION, BELOW), capabilities=("atomic",)),
    Push("a fiction that moves a version from its commit", (FICTION, creates("m@v1.2.0", "c2"))),
    Push("a fiction that makes room for a twin", (FICTION, creates("m@v1.1.0#7", "c4"))),
    Push("a fiction that deletes the latest", (deletes("m@v1.1.0", old=UNKNOWN), BELOW)),
    Push("an honest deletion that makes room", (deletes("m@v1.1.0"), BELOW)),
    Push("a fiction that supports an assignment", (FICTION, NEXT_IN_PROD)),
    Push("a move of nothing that supports an assignment", (creates("m@v1.2.0", "c3", old="c1"), NEXT_IN_PROD)),
    Push("what stays as it never was",
         (Line("refs/tags/m@v1.2.0", TagOf("m@v1.2.0", "c3", None), TagOf("m@v1.2.0", "c3", None)), NEXT_IN_PROD)),
    Push("a registration without its object", (Line("refs/tags/m@v1.2.0", NOTHING, UNKNOWN), NEXT_IN_PROD)),
    Push("a fiction in a stage that the next one needs",
         (creates("m#dev#1", "c2"), creates("m#prod#2", "c2")), policy=STEP_BY_STEP,
         standing=(*REGISTRY, creates("m#dev#1", "c1"))),
    Push("a version without its history, and the next one",
         (creates("m@v1.2.0", "no-parent"), creates("m@v1.3.0", "c4")), policy=NUMBER_BY_NUMBER),
    Push("a version from which the history is cut off, and the next one",
         (creates("m@v1.2.0", "c6"), creates("m@v1.3.0", "c4")), policy=NUMBER_BY_NUMBER, shallow=("c6",)),
    Push("one ref twice, the first of them counting",
         (NEXT, creates("m@v1.2.0", "c4"), creates("m#prod#2", "c4")), lands_by_update=landing("m@v1.2.0"),
         lands_at_once=NONE),
    Push("one ref twice, the same both times", (NEXT, NEXT), lands_by_update=landing("m@v1.2.0"), lands_at_once=NONE),
    Push("a version of a folder's name, which Git drops",
         (creates("k/m@v1.0.0", "c3"), creates("k/m#prod#1", "c3")), standing=(*REGISTRY, creates("k", "c0"))),
    Push("a folder of a version's name, which Git drops",
         (creates("n@v1.0.0", "c3"), creates("n#prod#1", "c3")), standing=(*REGISTRY, creates("n@v1.0.0/x", "c0"))),
    Push("a deletion that makes room for a folder",
         (deletes("k"), creates("k/m@v1.0.0", "c3"), creates("k/m#prod#1", "c3")),
         standing=(*REGISTRY, creates("k", "c0")), lands_by_update=landing("k", "k/m@v1.0.0", "k/m#prod#1"),
         lands_at_once=landing("k", "k/m@v1.0.0")),
    Push("a folder and a file of one push",
         (creates("k", "c0"), creates("k/m@v1.0.0", "c3"), creates("k/m#prod#1", "c3")),
         lands_by_update=landing("k"), lands_at_once=landing("k/m@v1.0.0"),
         without={"k": landing("k/m@v1.0.0", "k/m#prod#1")}),
    Push("a second version on a commit", (creates("m@v1.2.0", "c2"),)),
    Push("a model of another case", (creates("M@v1.0.0", "c3"), creates("M#prod#1", "c3"))),
    Push("a tag object of another name", (creates("m@v1.2.0", "c3", holds="m@v1.0.0"), NEXT_IN_PROD)),
    Push("a replacement of an object", (Line(f"refs/replace/{'1' * 40}", NOTHING, "c1"),)),
)  # fmt: skip


def _point_head_at_unborn_branch(scene: Scene) -> None:
    scene.server.git("config", "core.bare", "false")
    scene.server.git("symbolic-ref", "HEAD", "refs/heads/release/2")


def _bisected(scene: Scene) -> None:
    """Have a work tree without a branch, which still needs `side`."""
    scene.server.git("worktree", "add", "--quiet", "work", "side")
    work = Repo(scene.server.path / "work")
    work.git("bisect", "start")
    work.git("checkout", "--quiet", "--detach")


OPEN_TO_BRANCHES = (
    Push("a branch that is said to be new", (branch("main", "c5", old=NOTHING), creates("m@v1.2.0", "c5")),
         policy=ON_MAIN),
    Push("a branch from an object that nobody has",
         (branch("main", "c5", old=UNKNOWN), creates("m@v1.2.0", "c5")), policy=ON_MAIN),
    Push("a branch from where it was once", (branch("main", "c5", old="c3"), creates("m@v1.2.0", "c5")),
         policy=ON_MAIN),
    Push("a branch that Git will not wind to another line",
         (branch("main", "s2"), creates("m@v1.2.0", "s2")), policy=ON_MAIN,
         config=(("receive.denyNonFastForwards", "true"),)),
    Push("a branch that is wound to another line", (branch("main", "s2"), creates("m@v1.2.0", "s2")),
         policy=ON_MAIN, lands_by_update=landing("heads/main", "m@v1.2.0"), lands_at_once=landing("heads/main")),
    Push("a hidden branch", (branch("main", "c5"), creates("m@v1.2.0", "c5")), policy=ON_MAIN,
         config=(("receive.hideRefs", "refs/heads/main"),)),
    Push("a branch that is hidden from all", (branch("main", "c5"), creates("m@v1.2.0", "c5")), policy=ON_MAIN,
         config=(("transfer.hideRefs", "refs/heads"),)),
    Push("a branch that is hidden, shown and hidden again",
         (branch("main", "c5"), creates("m@v1.2.0", "c5")), policy=ON_MAIN,
         config=(("receive.hideRefs", "refs"), ("receive.hideRefs", "!refs/heads"),
                 ("receive.hideRefs", "^refs/heads/main"))),
    Push("a branch that is checked out elsewhere", (branch("side", "s2"), creates("m@v1.2.0", "s2")),
         policy=ON_SIDE, prepare=lambda scene: scene.server.git("worktree", "add", "--quiet", "work", "side")),
    Push("a branch that is bisected elsewhere", (branch("side", "s2"), creates("m@v1.2.0", "s2")),
         policy=ON_SIDE, prepare=_bisected),
    Push("a branch whose tree is missing", (branch("main", "no-tree"), creates("m@v1.2.0", "c5")), policy=ON_MAIN),
    Push("a branch whose parent is missing",
         (branch("main", "no-parent"), creates("m@v1.2.0", "no-parent")), policy=ON_MAIN),
    Push("a branch twice", (branch("side", "s1"), branch("side", "c5"), creates("m@v1.2.0", "c5")), policy=ON_SIDE,
         lands_by_update=landing("heads/side", "m@v1.2.0"), lands_at_once=NONE),
    Push("a branch that is deleted and made anew",
         (branch("side", NOTHING), branch("side", "s2", old=NOTHING), creates("m@v1.2.0", "s2")), policy=ON_SIDE,
         lands_by_update=landing("heads/side", "m@v1.2.0"), lands_at_once=landing("heads/side")),
    Push("a branch below another, which Git drops",
         (branch("main/x", "c5", old=NOTHING), creates("m@v1.2.0", "c5")),
         policy='[target]\nbranches = ["main", "main/*"]\n'),
    Push("a new branch that is a tag object",
         (Line("refs/heads/release/2", NOTHING, RELEASED), Line("refs/tags/m@v1.2.0", NOTHING, RELEASED)),
         policy=ON_RELEASES),
    Push("a branch that is moved on to a tag object",
         (Line("refs/heads/side", STANDING, RELEASED), Line("refs/tags/m@v1.2.0", NOTHING, RELEASED)), policy=ON_SIDE),
    Push("a branch with a name that is too long for a file",
         (branch(f"release/{'2' * 251}", "s2", old=NOTHING), creates("m@v1.2.0", "s2")), policy=ON_RELEASES),
    Push("a branch with a name that is too long in bytes",
         (branch(f"release/{'ü' * 126}", "s2", old=NOTHING), creates("m@v1.2.0", "s2")), policy=ON_RELEASES),
    Push("a branch with a name that is too long for a path",
         (branch(f"release/{'/'.join(['2' * 200] * 21)}", "s2", old=NOTHING), creates("m@v1.2.0", "s2")),
         policy=ON_RELEASES),
    Push("a branch from which the history is cut off above the version",
         (branch("release/2", "c6", old=NOTHING), creates("m@v1.2.0", "c5")), policy=ON_RELEASES, shallow=("c6",)),
    Push("a branch that Git hands over to a hook",
         (branch("release/2", "s2", old=NOTHING), creates("m@v1.2.0", "s2")), policy=ON_RELEASES,
         config=(("receive.procReceiveRefs", "am:refs/heads/release"),)),
    Push("a new branch that a work tree is on", (branch("release/2", "s2", old=NOTHING), creates("m@v1.2.0", "s2")),
         policy=ON_RELEASES, prepare=_point_head_at_unborn_branch),
    Push("a branch that another push moves meanwhile",
         (branch("main", "c5"), creates("m@v1.2.0", "c5")), policy=ON_MAIN,
         meanwhile=lambda scene: scene.server.git("update-ref", "refs/heads/main", scene.id("c3")),
         lands=landing("heads/main"), beside=landing("heads/main")),
)  # fmt: skip


def _policy_branch(scene: Scene) -> None:
    """Put the policy on a branch of its own."""
    scene.server.commit_on_main({"tagwarden.toml": '[rules]\nversion-step = "error"\n'})
    scene.server.git("update-ref", "refs/heads/policy", "refs/heads/main")
    scene.configure([("tagwarden.policy", "ref:refs/heads/policy:tagwarden.toml")])


ON_THE_POLICY = tuple(
    Push(f"the policy's branch, {name}", (line,), prepare=_policy_branch)
    for name, line in {
        "deleted as if it were not there": branch("policy", NOTHING, old=NOTHING),
        "deleted from an object that nobody has": branch("policy", NOTHING, old=UNKNOWN),
        "deleted from where it is not": branch("policy", NOTHING, old="c1"),
        "deleted": branch("policy", NOTHING),
    }.items()
)

HIDDEN = tuple(
    Push(f"a hidden registration ({setting} = {', '.join(values)})", (NEXT, NEXT_IN_PROD),
         config=tuple((setting, value) for value in values))
    for setting, values in (
        ("receive.hideRefs", ("refs/tags/m@v1.2.0",)),
        ("transfer.hideRefs", ("refs/tags/m@v1.2.0",)),
        ("receive.hideRefs", ("refs/tags",)),
        ("transfer.hideRefs", ("refs", "!refs/tags", "refs/tags/m@v1.2.0")),
        ("receive.hideRefs", ("^refs/tags/m@v1.2.0",)),
        ("receive.hideRefs", ("!refs/tags", "refs/tags/m@v1.2.0/")),
    )
)  # fmt: skip

# A line that Git rejects before its hooks run does not make an atomic push fail (builtin/receive-pack.c,
# `execute_commands_atomic` skips it).
ATOMIC = (
    Push("an atomic push of a hidden registration", (NEXT, NEXT_IN_PROD), capabilities=("atomic",),
         config=(("receive.hideRefs", "refs/tags/m@v1.2.0"),)),
    Push("an atomic push of a hidden branch", (branch("main", "c5"), creates("m@v1.2.0", "c5")), policy=ON_MAIN,
         capabilities=("atomic",), config=(("receive.hideRefs", "refs/heads/main"),)),
    Push("an atomic push of a branch whose tree is missing", (branch("main", "no-tree"), creates("m@v1.2.0", "c5")),
         policy=ON_MAIN, capabilities=("atomic",)),
)  # fmt: skip

# Git drops each of these because of its name. The pre-receive hook then also refuses the valid line beside it;
# Git does not call the update hook for such a name.
MALFORMED = tuple(
    Push(f"a ref called {ref!a}", (Line(ref, NOTHING, TagOf("m@v1.3.0", "c4", None)), NEXT),
         lands_by_update=landing("m@v1.2.0"))
    for ref in (
        b"m@v1.3.0", b"HEAD", b".have", b"refs/.have", b"refs/tags//m@v1.3.0", b"refs/tags/m@v1.3.0/",
        b"refs/tags/m@v1.3.0.lock", b"refs/tags/m@v1..3", b"refs/tags/m@v1.3.0\r", b"refs/tags/m@v1.3.0\t",
        b"refs/tags/m@v1.3.0 ", b" refs/tags/m@v1.3.0", b"refs/tags/m@v1.3.0\x7f", b"refs/tags/m@{1}", b"refs/tags/.m",
        b"refs/tags/m@v1.3.0^", b"refs/tags/m@v1.3.0~1", b"refs/tags/m:seg@v1.0.0", b"refs/tags/m?", b"refs/tags/*",
        b"refs/tags/../heads/main", b"refs/tags/m@v1.3.0\nrefs/tags/k",
    )
)  # fmt: skip


def _stands_for(ref: str, target: str) -> Callable[[Scene], object]:
    """Makes `ref` symbolic, which no push can do."""
    return lambda scene: scene.server.git("symbolic-ref", ref, target)


def _in_a_namespace(scene: Scene) -> None:
    """Copy the existing refs to the namespace `ns` (gitnamespaces(7))."""
    for ref, oid in scene.refs().items():
        scene.server.git("update-ref", f"refs/namespaces/ns/{ref}", oid)


def _broken(scene: Scene) -> None:
    (scene.server.git_dir / "refs" / "tags" / "m@v1.3.0").write_text("no id at all\n")


def _version_made_meanwhile(scene: Scene) -> None:
    answer = scene.push([creates("m@v1.2.0", "c4")])
    made = b"refs/tags/m@v1.2.0"
    assert answer.landed == {made} - scene.dropped(), answer.told


SURROUNDINGS = (
    Push("a deletion through a symbolic tag", (deletes("newest"),),
         prepare=_stands_for("refs/tags/newest", "refs/tags/m@v1.1.0")),
    Push("a move through a symbolic tag", (moves("newest", "c3"),),
         prepare=_stands_for("refs/tags/newest", "refs/tags/m@v1.1.0")),
    Push("a creation through a symbolic tag", (creates("next", "c2", holds="m@v0.9.0"),),
         prepare=_stands_for("refs/tags/next", "refs/tags/m@v0.9.0")),
    Push("a deletion through a symbolic branch", (branch("newest", NOTHING),),
         prepare=_stands_for("refs/heads/newest", "refs/tags/m@v1.1.0")),
    Push("a move through a symbolic branch", (branch("newest", "c3"),),
         prepare=_stands_for("refs/heads/newest", "refs/tags/m@v1.1.0")),
    Push("a deletion in a namespace", (deletes("m@v1.1.0", old=NOTHING),), env=(("GIT_NAMESPACE", "ns"),),
         prepare=_in_a_namespace),
    Push("a fiction in a namespace", (FICTION, BELOW), env=(("GIT_NAMESPACE", "ns"),), prepare=_in_a_namespace),
    Push("a version beside a tag whose object is missing", (NEXT,),
         prepare=lambda scene: scene.server.raw_ref("refs/tags/m@v1.3.0", scene.id(UNKNOWN))),
    Push("a version beside a tag that holds no id", (NEXT,), prepare=_broken),
    Push("a version from which the history is cut off", (creates("m@v1.2.0", "s2"), creates("m#prod#2", "s2")),
         shallow=("s2",), prepare=lambda scene: scene.server.git("update-ref", "-d", "refs/heads/side")),
    Push("a version on a commit whose parent is missing",
         (creates("m@v1.2.0", "no-parent"), creates("m#prod#2", "no-parent"))),
    Push("a registration that another push makes meanwhile", (NEXT, NEXT_IN_PROD), meanwhile=_version_made_meanwhile,
         lands=landing("m@v1.2.0")),
    Push("a version below one that another push makes meanwhile", (creates("m@v1.1.5", "c3"),),
         meanwhile=_version_made_meanwhile, lands=landing("m@v1.2.0")),
)  # fmt: skip

ATTACKS = (*CLAIMS, *FICTIONS, *OPEN_TO_BRANCHES, *ON_THE_POLICY, *HIDDEN, *ATOMIC, *MALFORMED, *SURROUNDINGS)

# These damage the file of a ref, or are about packed refs.
NEED_FILES = tuple(push for push in ATTACKS if "packed" in push.name or push.name.startswith("a version beside a tag"))
