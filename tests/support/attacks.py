"""Pushes that try to get past the gate, and what may land of each.

Each line is judged as if Git dropped everything that it may drop: a line's claims
are compared with the refs, and a ref that may not land supports no other.
"""

from __future__ import annotations

from collections.abc import Callable

from .attack_scene import CURRENT, NOTHING, UNKNOWN, Line, Scene, TagOf, branch, creates, deletes, moves
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
# Claims falsely that v1.1.0, the latest version, does not exist yet.
FALSE_CREATION = creates("m@v1.1.0", "c3")
BELOW = creates("m@v1.0.5", "c4")
# Its tag object, for pushes that name it twice.
RELEASED = TagOf("m@v1.2.0", "s2", None)

CLAIMS = (
    Push("a deletion of an existing tag that is claimed not to exist", (deletes("m@v1.1.0", old=NOTHING),)),
    Push("a deletion that claims an unknown object as the old value", (deletes("m@v1.1.0", old=UNKNOWN),)),
    Push("a deletion that claims a commit as the old value", (deletes("m@v1.1.0", old="c1"),)),
    Push("a deletion that claims another tag's object as the old value",
         (Line("refs/tags/m@v1.1.0", REGISTRY[0].new, NOTHING),)),
    Push("a deletion of an assignment with a false old value", (deletes("m#prod#1", old=UNKNOWN),)),
    Push("a deletion of a missing tag that is claimed to exist", (deletes("m@v9.9.9", old="c1"),)),
    Push("an atomic deletion of an existing tag that is claimed not to exist",
         (deletes("m@v1.1.0", old=NOTHING),), capabilities=("atomic",)),
    Push("a deletion in an emergency that is not granted", (deletes("m@v1.1.0", old=NOTHING),),
         config=(("receive.advertisePushOptions", "true"),), options=("tagwarden.emergency=tag-permanent: haste",)),
    Push("a deletion of a packed tag that is claimed not to exist", (deletes("m@v1.1.0", old=NOTHING),),
         prepare=lambda scene: scene.server.git("pack-refs", "--all")),
    Push("a deletion of a tag that is both packed and loose, with a false old value",
         (deletes("m@v1.1.0", old=UNKNOWN),),
         prepare=lambda scene: (scene.server.git("pack-refs", "--all", "--no-prune"))),
    Push("a deletion where Git denies deletions", (deletes("m@v1.1.0", old=NOTHING),),
         config=(("receive.denyDeletes", "true"), ("receive.denyNonFastForwards", "true"))),
    Push("a deletion of a near miss with a false old value", (deletes("m@1.0", old=UNKNOWN),),
         existing=(*REGISTRY, creates("m@1.0", "c3"))),
    Push("a move of a tag that is claimed not to exist", (moves("m@v1.1.0", "c3", old=NOTHING),)),
    Push("a move that claims an unknown object as the old value", (moves("m@v1.1.0", "c3", old=UNKNOWN),)),
    Push("a move with the true old value", (moves("m@v1.1.0", "c3"),)),
    Push("a move from the tag object to its commit", (Line("refs/tags/m@v1.1.0", CURRENT, "c2"),)),
    Push("a move of a missing tag", (creates("m@v1.2.0", "c3", old="c1"),)),
    Push("a deletion, and a creation of the same tag", (deletes("m@v1.1.0"), creates("m@v1.1.0", "c3"))),
    Push("a deletion of a tag that is claimed not to exist, and its creation",
         (deletes("m@v1.1.0", old=NOTHING), creates("m@v1.1.0", "c3"))),
    Push("a creation, and a deletion of the same tag", (NEXT, deletes("m@v1.2.0", old=NOTHING)),
         lands_by_update=landing("m@v1.2.0")),
    Push("a plain tag with a false old value", (Line("refs/tags/nightly", "c1", "c3"), NEXT),
         lands_by_update=landing("m@v1.2.0")),
    Push("a plain tag that exists and is claimed to be new", (creates("nightly", "c3"), NEXT),
         existing=(*REGISTRY, creates("nightly", "c0")), lands_by_update=landing("m@v1.2.0")),
    Push("a deletion of an unassignment with a false old value", (deletes("m#prod!#2", old=UNKNOWN),),
         existing=(*REGISTRY, creates("m#prod!#2", "c1"))),
)  # fmt: skip

FALSE_SUPPORT = (
    Push("a false creation of the latest version, and a version below it", (FALSE_CREATION, BELOW)),
    Push("a version below the latest, and then the false creation of the latest", (BELOW, FALSE_CREATION)),
    Push("an atomic false creation of the latest version, and a version below it",
         (FALSE_CREATION, BELOW), capabilities=("atomic",)),
    Push("a false creation of a version, and another version on its commit",
         (FALSE_CREATION, creates("m@v1.2.0", "c2"))),
    Push("a false creation of a version, and its twin with a counter", (FALSE_CREATION, creates("m@v1.1.0#7", "c4"))),
    Push("a deletion of the latest version with a false old value, and a version below it",
         (deletes("m@v1.1.0", old=UNKNOWN), BELOW)),
    Push("a deletion of the latest version, and a version below it", (deletes("m@v1.1.0"), BELOW)),
    Push("a false creation of a version, and an assignment", (FALSE_CREATION, NEXT_IN_PROD)),
    Push("a move of a missing version, and its assignment", (creates("m@v1.2.0", "c3", old="c1"), NEXT_IN_PROD)),
    Push("a missing version that is claimed to exist and stay, and its assignment",
         (Line("refs/tags/m@v1.2.0", TagOf("m@v1.2.0", "c3", None), TagOf("m@v1.2.0", "c3", None)), NEXT_IN_PROD)),
    Push("a registration whose object is missing, and its assignment",
         (Line("refs/tags/m@v1.2.0", NOTHING, UNKNOWN), NEXT_IN_PROD)),
    Push("a false creation of an assignment that the next stage requires",
         (creates("m#dev#1", "c2"), creates("m#prod#2", "c2")), policy=STEP_BY_STEP,
         existing=(*REGISTRY, creates("m#dev#1", "c1"))),
    Push("a version on a commit whose parent is missing, and the next version",
         (creates("m@v1.2.0", "no-parent"), creates("m@v1.3.0", "c4")), policy=NUMBER_BY_NUMBER),
    Push("a version at the boundary of a shallow clone, and the next version",
         (creates("m@v1.2.0", "c6"), creates("m@v1.3.0", "c4")), policy=NUMBER_BY_NUMBER, shallow=("c6",)),
    Push("a version twice on different commits, and an assignment on the second",
         (NEXT, creates("m@v1.2.0", "c4"), creates("m#prod#2", "c4")), lands_by_update=landing("m@v1.2.0"),
         lands_at_once=NONE),
    Push("a version twice on the same commit", (NEXT, NEXT), lands_by_update=landing("m@v1.2.0"), lands_at_once=NONE),
    Push("a version in a folder that exists as a tag, so that Git drops it",
         (creates("k/m@v1.0.0", "c3"), creates("k/m#prod#1", "c3")), existing=(*REGISTRY, creates("k", "c0"))),
    Push("a version that exists as a folder of tags, so that Git drops it",
         (creates("n@v1.0.0", "c3"), creates("n#prod#1", "c3")), existing=(*REGISTRY, creates("n@v1.0.0/x", "c0"))),
    Push("a deletion of a tag, and tags in a folder of its name",
         (deletes("k"), creates("k/m@v1.0.0", "c3"), creates("k/m#prod#1", "c3")),
         existing=(*REGISTRY, creates("k", "c0")), lands_by_update=landing("k", "k/m@v1.0.0", "k/m#prod#1"),
         lands_at_once=landing("k", "k/m@v1.0.0")),
    Push("a tag, and tags in a folder of its name",
         (creates("k", "c0"), creates("k/m@v1.0.0", "c3"), creates("k/m#prod#1", "c3")),
         lands_by_update=landing("k"), lands_at_once=landing("k/m@v1.0.0"),
         without={"k": landing("k/m@v1.0.0", "k/m#prod#1")}),
    Push("a second version on a commit", (creates("m@v1.2.0", "c2"),)),
    Push("a model that differs from another only in case", (creates("M@v1.0.0", "c3"), creates("M#prod#1", "c3"))),
    Push("a tag object with another name in it", (creates("m@v1.2.0", "c3", holds="m@v1.0.0"), NEXT_IN_PROD)),
    Push("a version of a model that begins like a full name", (creates("refs/tags/m@v1.0.0", "c3"),)),
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
    Push("an existing branch that is claimed to be new", (branch("main", "c5", old=NOTHING), creates("m@v1.2.0", "c5")),
         policy=ON_MAIN),
    Push("a branch that claims an unknown object as the old value",
         (branch("main", "c5", old=UNKNOWN), creates("m@v1.2.0", "c5")), policy=ON_MAIN),
    Push("a branch with an outdated old value", (branch("main", "c5", old="c3"), creates("m@v1.2.0", "c5")),
         policy=ON_MAIN),
    Push("a branch that is rewound where Git denies that",
         (branch("main", "s2"), creates("m@v1.2.0", "s2")), policy=ON_MAIN,
         config=(("receive.denyNonFastForwards", "true"),)),
    Push("a branch that is rewound", (branch("main", "s2"), creates("m@v1.2.0", "s2")),
         policy=ON_MAIN, lands_by_update=landing("heads/main", "m@v1.2.0"), lands_at_once=landing("heads/main")),
    Push("a branch that is hidden from pushes", (branch("main", "c5"), creates("m@v1.2.0", "c5")), policy=ON_MAIN,
         config=(("receive.hideRefs", "refs/heads/main"),)),
    Push("a branch that is hidden from pushes and fetches",
         (branch("main", "c5"), creates("m@v1.2.0", "c5")), policy=ON_MAIN,
         config=(("transfer.hideRefs", "refs/heads"),)),
    Push("a branch that is hidden, shown and hidden again",
         (branch("main", "c5"), creates("m@v1.2.0", "c5")), policy=ON_MAIN,
         config=(("receive.hideRefs", "refs"), ("receive.hideRefs", "!refs/heads"),
                 ("receive.hideRefs", "^refs/heads/main"))),
    Push("a branch that is checked out in another work tree", (branch("side", "s2"), creates("m@v1.2.0", "s2")),
         policy=ON_SIDE, prepare=lambda scene: scene.server.git("worktree", "add", "--quiet", "work", "side")),
    Push("a branch that is being bisected in another work tree", (branch("side", "s2"), creates("m@v1.2.0", "s2")),
         policy=ON_SIDE, prepare=_bisected),
    Push("a branch whose tree is missing", (branch("main", "no-tree"), creates("m@v1.2.0", "c5")), policy=ON_MAIN),
    Push("a branch whose parent is missing",
         (branch("main", "no-parent"), creates("m@v1.2.0", "no-parent")), policy=ON_MAIN),
    Push("a branch twice, to different commits",
         (branch("side", "s1"), branch("side", "c5"), creates("m@v1.2.0", "c5")), policy=ON_SIDE,
         lands_by_update=landing("heads/side", "m@v1.2.0"), lands_at_once=NONE),
    Push("a branch that is deleted and created again",
         (branch("side", NOTHING), branch("side", "s2", old=NOTHING), creates("m@v1.2.0", "s2")), policy=ON_SIDE,
         lands_by_update=landing("heads/side", "m@v1.2.0"), lands_at_once=landing("heads/side")),
    Push("a branch in a folder that exists as a branch, so that Git drops it",
         (branch("main/x", "c5", old=NOTHING), creates("m@v1.2.0", "c5")),
         policy='[target]\nbranches = ["main", "main/*"]\n'),
    Push("a new branch on a tag object",
         (Line("refs/heads/release/2", NOTHING, RELEASED), Line("refs/tags/m@v1.2.0", NOTHING, RELEASED)),
         policy=ON_RELEASES),
    Push("a branch that is moved to a tag object",
         (Line("refs/heads/side", CURRENT, RELEASED), Line("refs/tags/m@v1.2.0", NOTHING, RELEASED)), policy=ON_SIDE),
    Push("a branch with too many characters in one part of its name",
         (branch(f"release/{'2' * 251}", "s2", old=NOTHING), creates("m@v1.2.0", "s2")), policy=ON_RELEASES),
    Push("a branch with too many bytes in one part of its name",
         (branch(f"release/{'ü' * 126}", "s2", old=NOTHING), creates("m@v1.2.0", "s2")), policy=ON_RELEASES),
    Push("a branch with a name that is too long in all",
         (branch(f"release/{'/'.join(['2' * 200] * 21)}", "s2", old=NOTHING), creates("m@v1.2.0", "s2")),
         policy=ON_RELEASES),
    Push("a branch of a shallow clone whose boundary is above the version",
         (branch("release/2", "c6", old=NOTHING), creates("m@v1.2.0", "c5")), policy=ON_RELEASES, shallow=("c6",)),
    Push("a branch that Git hands over to the proc-receive hook",
         (branch("release/2", "s2", old=NOTHING), creates("m@v1.2.0", "s2")), policy=ON_RELEASES,
         config=(("receive.procReceiveRefs", "am:refs/heads/release"),)),
    Push("a new branch that a work tree has checked out before it exists",
         (branch("release/2", "s2", old=NOTHING), creates("m@v1.2.0", "s2")),
         policy=ON_RELEASES, prepare=_point_head_at_unborn_branch),
    Push("a branch that another push moves in the meantime",
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
        "deleted, and claimed not to exist": branch("policy", NOTHING, old=NOTHING),
        "deleted, with an unknown object as the old value": branch("policy", NOTHING, old=UNKNOWN),
        "deleted, with a false old value": branch("policy", NOTHING, old="c1"),
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
    Push("a deletion in a namespace with a false old value",
         (deletes("m@v1.1.0", old=NOTHING),), env=(("GIT_NAMESPACE", "ns"),),
         prepare=_in_a_namespace),
    Push("a false creation of the latest version in a namespace, and a version below it",
         (FALSE_CREATION, BELOW), env=(("GIT_NAMESPACE", "ns"),), prepare=_in_a_namespace),
    Push("a version beside a tag whose object is missing", (NEXT,),
         prepare=lambda scene: scene.server.raw_ref("refs/tags/m@v1.3.0", scene.id(UNKNOWN))),
    Push("a version beside a tag whose file contains no id", (NEXT,), prepare=_broken),
    Push("a version at the boundary of a shallow clone", (creates("m@v1.2.0", "s2"), creates("m#prod#2", "s2")),
         shallow=("s2",), prepare=lambda scene: scene.server.git("update-ref", "-d", "refs/heads/side")),
    Push("a version on a commit whose parent is missing",
         (creates("m@v1.2.0", "no-parent"), creates("m#prod#2", "no-parent"))),
    Push("a registration that another push makes in the meantime",
         (NEXT, NEXT_IN_PROD), meanwhile=_version_made_meanwhile,
         lands=landing("m@v1.2.0")),
    Push("a version below one that another push creates in the meantime", (creates("m@v1.1.5", "c3"),),
         meanwhile=_version_made_meanwhile, lands=landing("m@v1.2.0")),
)  # fmt: skip

ATTACKS = (*CLAIMS, *FALSE_SUPPORT, *OPEN_TO_BRANCHES, *ON_THE_POLICY, *HIDDEN, *ATOMIC, *MALFORMED, *SURROUNDINGS)

# These damage the file of a ref, or are about packed refs.
NEED_FILES = tuple(push for push in ATTACKS if "packed" in push.name or push.name.startswith("a version beside a tag"))
