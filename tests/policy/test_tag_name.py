"""The grammar of model tags, held against GTO's own parser."""

from __future__ import annotations

import subprocess

import gto.tag
import pytest
from gto.exceptions import InvalidTagName
from hypothesis import given, settings
from hypothesis import strategies as st

from tagwarden.policy.grammar.near_miss import NearMiss
from tagwarden.policy.grammar.tag_name import TagName, parse_tag_name

ACTIONS = {
    "register": "register",
    "deregister": "deregister",
    "assign": "assign",
    "unassign": "unassign",
    "deprecate": "deprecate",
}


def by_gto(tag: str) -> dict[str, object] | None:
    try:
        found = gto.tag.parse_name(tag)
    except InvalidTagName:
        return None
    return {key: getattr(value, "value", value) for key, value in found.items()}


def as_gto(name: TagName) -> dict[str, object]:
    wanted: dict[str, object] = {"name": name.model.replace("=", ":"), "action": ACTIONS[name.kind]}
    if name.version is not None:
        wanted["version"] = str(name.version)
    if name.stage is not None:
        wanted["stage"] = name.stage
    if name.counter is not None:
        wanted["counter"] = int(name.counter)
    return wanted


def git_takes(tag: str) -> bool:
    ref = f"refs/tags/{tag}".encode("utf-8", "surrogateescape")
    if tag.startswith("-") or b"\0" in ref:
        return False
    return subprocess.run(["git", "check-ref-format", ref], check=False).returncode == 0


def is_documented_difference(tag: str) -> bool:
    """GTO reads these, this project does not; docs/gto.md lists them."""
    return (
        not tag.isascii()
        or "@created" in tag
        or tag.endswith("\n")
        or any(len(part) > 250 for part in tag.split("/"))
        or not git_takes(tag)
    )


def assert_same_as_gto(tag: str) -> None:
    ours, theirs = parse_tag_name(tag), by_gto(tag)
    if isinstance(ours, TagName):
        assert theirs == as_gto(ours)
        assert ours.format() == tag
        assert git_takes(tag)
    elif theirs is not None:
        assert is_documented_difference(tag), tag
    elif not tag.startswith("@") and ("@" in tag or "#" in tag):
        assert isinstance(ours, NearMiss)
        assert ours.problem
    else:
        assert ours is None


number = st.sampled_from(["0", "1", "7", "10", "01", "", "99999999999999999999", "new", "٣"])
identifier = st.sampled_from(["rc", "1", "01", "alpha-1", "0", "", "x_y", "-", "é"])
version = st.builds(
    lambda v, numbers, pre, build: (
        v + ".".join(numbers) + ("-" + ".".join(pre) if pre else "") + ("+" + ".".join(build) if build else "")
    ),
    st.sampled_from(["v", "v", "v", "V", ""]),
    st.lists(number, min_size=1, max_size=4),
    st.lists(identifier, max_size=3),
    st.lists(identifier, max_size=2),
)
model = st.one_of(
    st.sampled_from(
        [
            "m",
            "churn",
            "cv=seg",
            "a/b",
            "a//b",
            "-x=m",
            "x.y=m",
            "../x=m",
            "a/=m",
            "M_1",
            "m.v2",
            "",
            "=m",
            "m=",
            "a=b=c",
        ]
    ),
    st.text("abZ019-_/.=:", max_size=8),
)
stage = st.one_of(
    st.sampled_from(["prod", "us-east-1", "prod/eu", "1", "prod-", "a//b", ""]), st.text("aZ9-_/.", max_size=5)
)
counter = st.sampled_from(["", "", "#1", "#007", "#", "#x", "#-1", "#1#2", "#1!", "#99999999999999999999"])
bang = st.sampled_from(["", "", "!", "!!"])
names = st.one_of(
    st.builds(lambda m, v, b, c: f"{m}@{v}{b}{c}", model, version, bang, counter),
    st.builds(lambda m, s, b, c: f"{m}#{s}{b}{c}", model, stage, bang, counter),
    st.builds(
        lambda m, w, c: f"{m}@{w}{c}",
        model,
        st.sampled_from(["deprecated", "created", "latest", "deprecated!"]),
        counter,
    ),
)


@given(names)
@settings(max_examples=500, deadline=None)
def test_generated_names_are_read_as_gto_reads_them(tag):
    assert_same_as_gto(tag)


@given(
    st.sampled_from(["churn@v1.2.3", "cv=seg@v0.4.0-rc.1#12", "m@v1.0.0!#2", "m#prod/eu!#3", "a/b@deprecated#1"]),
    st.data(),
)
@settings(max_examples=500, deadline=None)
def test_mutated_names_are_read_as_gto_reads_them(tag, data):
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(tag)))
        length = data.draw(st.integers(0, 2))
        insert = data.draw(st.text("am10.v-+@#!=/_ \nV٣\udcff", max_size=2))
        tag = tag[:place] + insert + tag[place + length :]
    assert_same_as_gto(tag)


ACCEPTED = [
    ("churn@v1.2.0", TagName("churn", "register", (1, 2, 0, (), ()))),
    ("cv=seg@v0.4.0!", TagName("cv=seg", "deregister", (0, 4, 0, (), ()))),
    ("churn#prod#3", TagName("churn", "assign", stage="prod", counter="3")),
    ("churn#prod!#007", TagName("churn", "unassign", stage="prod", counter="007")),
    ("churn@deprecated", TagName("churn", "deprecate")),
    ("m@v1.2.3#5", TagName("m", "register", (1, 2, 3, (), ()), counter="5")),
    ("m#1", TagName("m", "assign", stage="1")),
    ("m#1#1", TagName("m", "assign", stage="1", counter="1")),
]


@pytest.mark.parametrize(("tag", "name"), ACCEPTED, ids=[tag for tag, _ in ACCEPTED])
def test_a_model_tag_is_taken_apart(tag, name):
    assert parse_tag_name(tag) == name


@pytest.mark.parametrize("tag", ["release-2024", "v1.0.0", "nightly", "", "a/b/c", "x=y"])
def test_a_name_without_at_and_hash_is_none_of_our_business(tag):
    assert parse_tag_name(tag) is None


NEAR_MISSES = [
    ("m@0.0.1", "the 'v' at the beginning is missing", "m@v0.0.1"),
    ("m@v1.0", "the patch number is missing", "m@v1.0.0"),
    ("m@v1.0.new", "'new' is not a valid patch number", None),
    ("m@V1.0.0", "capital 'V'", "m@v1.0.0"),
    ("m@2024-01-01", "the 'v' at the beginning is missing", None),
    ("m@20240101", "the 'v' at the beginning is missing", None),
    ("m@v1", "the minor and patch numbers are missing", "m@v1.0.0"),
    ("m@v01.0.0", "the major number '01' has a leading zero", "m@v1.0.0"),
    ("m@v1.0.0-01", "the pre-release number '01' has a leading zero", None),
    ("m@v1.0.0-", "the pre-release is empty", None),
    ("m@v1.0.0-a..b", "has an empty identifier", None),
    ("m@v1.0.0+", "the build metadata is empty", None),
    ("m@v1.2.3.4", "4 numbers", None),
    ("m@", "the version is missing", None),
    ("m@latest", "is a query, not a version", None),
    ("m@created", "makes every GTO command fail", None),
    ("m@deprecate", "'@deprecate' is not known; a deprecation is spelled '@deprecated'", None),
    ("m@deprecated!", "there is no '@deprecated!'", None),
    ("m@v1.0.0#2!", "must come before the counter: '!#2'", "m@v1.0.0!#2"),
    ("m@v1.0.0!!", "more than one '!'", None),
    ("m@v1.0.0#", "the counter is missing", None),
    ("m@v1.0.0#x1-", "the counter 'x1-' is not a number", None),
    ("m@v1.0.0#prod", "a stage or a version, not both", None),
    ("m#prod@v1.0.0", "a stage or a version, not both", None),
    ("mymodel@1.2.3#staging", "the 'v' at the beginning is missing", None),
    ("m#", "the stage is missing", None),
    ("m#prod.eu", "a dot in the stage", None),
    ("m#-prod", "begins or ends with '-'", None),
    ("m#prod#x", "the counter 'x' is not a number", None),
    ("model.v2@v1.0.0", "a dot in the model's name", None),
    ("my model@v1.0.0", "contains a space", None),
    ("a=b=c@v1.0.0", "more than one '='", None),
    ("=m@v1.0.0", "the folder before '=' is missing", None),
    ("cv=@v1.0.0", "the model's name is missing", None),
    ("#prod", "the model's name is missing", None),
    ("m_@v1.0.0", "begins or ends with '_'", None),
    ("-x=m@v1.0.0", "Git can't keep a tag that begins with", None),
    ("../x=m@v1.0.0", "Git can't keep a tag that begins with", None),
    ("a//b@v1.0.0", "contains '//'", None),
    ("refs/tags/m@v1.0.0", "the model 'refs/tags/m' begins with 'refs/tags/'", None),
    ("refs/tags/a=m#prod", "the model 'refs/tags/a=m' begins with 'refs/tags/'", None),
    ("m@v1٣.0.0", "not ASCII", None),
    ("m\udcff@v1.0.0", "not ASCII", None),
    ("m@v1.0.0-x.lock", "'.lock'", None),
    ("x" * 260 + "@v1.0.0", "longer than 250 bytes", None),
    ("m@v" + "1" * 300 + ".0.0", "more than 255 digits", None),
]


@pytest.mark.parametrize(
    ("tag", "problem", "suggestion"),
    NEAR_MISSES,
    ids=[tag[:30].encode("ascii", "replace").decode() for tag, _, _ in NEAR_MISSES],
)
def test_a_near_miss_says_exactly_what_is_wrong(tag, problem, suggestion):
    miss = parse_tag_name(tag)
    assert isinstance(miss, NearMiss)
    assert problem in miss.problem
    assert miss.suggestion == suggestion


@pytest.mark.parametrize(
    ("tag", "problem"),
    [
        ("mm/" * 40 + "x" * 2000 + "@v1.0.0", "it has 2127 characters; a model tag has at most 1000"),
        ("m/" * 49 + "x#prod", "it has 50 parts between slashes; a model tag has at most 20"),
        ("m" * 2000 + "#prod", "it has 2005 characters; a model tag has at most 1000"),
    ],
)
def test_an_endless_name_is_turned_down_for_its_size_and_not_looked_at(tag: str, problem: str) -> None:
    name = parse_tag_name(tag)
    assert isinstance(name, NearMiss)
    assert name.problem == problem
    assert name.suggestion is None


@pytest.mark.parametrize("tag", ["a/" * 19 + "m@v1.0.0", "/".join(["f" * 180] * 5) + "=m@v1.0.0"])
def test_a_long_name_that_git_can_keep_is_a_model_tag(tag: str) -> None:
    assert isinstance(parse_tag_name(tag), TagName)


def test_an_endless_name_without_a_mark_is_no_model_tag() -> None:
    assert parse_tag_name("x" * 64_000) is None


@pytest.mark.parametrize("end", ["x", "x@v1.0.0", "x#prod"])
@pytest.mark.parametrize("beginning", ["", "@"])
def test_a_name_in_so_many_folders_that_gto_finds_no_tags_is_a_near_miss(beginning: str, end: str) -> None:
    name = parse_tag_name(beginning + "x/" * 50 + end)
    assert isinstance(name, NearMiss)
    assert name.problem.startswith("it has 51 parts between slashes, and beside a tag with more than 50, GTO may find")
    assert (parse_tag_name(beginning + "x/" * 49 + end) is None) == (beginning == "@" or end == "x")
