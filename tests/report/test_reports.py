"""What a pipeline or a job's summary shows of a verdict, however hostile the names and messages are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from support import Repo
from support.command_line import tagwarden
from tagwarden.policy.verdict import Finding, Verdict
from tagwarden.report import gitlab, markdown
from tagwarden.report.escape import escape

HOSTILE = [
    "<script>alert(1)</script>",
    "``` | a | b |\n# heading\n[x](http://evil) ![](http://evil/p.png)",
    "@octocat fixes #1, org/repo#2 and a@b.example www.evil.example https://evil.example",
    "&lt;b&gt; &#64;octocat \\`x\\` `",
    "::error::x\r\n::set-output name=a::b",
    "\x1b[31mred\u202egnp.exe\udcff",
    " `` ",
]
TEXTS = st.text(st.characters(codec=None, exclude_categories=()) | st.sampled_from("`*_[]()<>!&@#|\\~-+=.:\n "))


def finding(message: str, *, ref: str | None = "refs/tags/churn@v1.0.0", rule: str = "version-order") -> Finding:
    return Finding(rule, "error", ref, "churn", message, "versions.order", f"git tag -d {message}")


def verdict(*findings: Finding, notes: tuple[str, ...] = ()) -> Verdict:
    return Verdict(not findings, "enforce", "built-in", None, findings, 1, notes)


def inline(token: Token) -> list[Token]:
    return [child for child in token.children or [] if child.content != "<!-- -->"]


def rendered(text: str) -> list[Token]:
    """The parts of a line of Markdown as a host reads it, without the empty comments that part names."""
    (paragraph,) = (token for token in MarkdownIt().parse(text) if token.type == "inline")
    return inline(paragraph)


class TestMarkdown:
    @given(TEXTS.filter(str.strip))
    @example(HOSTILE[0]).via("HTML")
    @example(HOSTILE[1]).via("blocks")
    @example(HOSTILE[2]).via("mentions")
    @example(HOSTILE[3]).via("entities")
    def test_a_sentence_is_read_as_the_text_that_it_is(self, text: str) -> None:
        parts = rendered("x" + markdown.prose(text) + "x")

        assert {part.type for part in parts} <= {"text", "text_special"}
        assert "".join(part.content for part in parts) == "x" + escape(text) + "x"

    @given(TEXTS.filter(lambda text: bool(text.strip(" "))))
    @example(HOSTILE[3]).via("backticks")
    @example(HOSTILE[6]).via("backticks and blanks at the ends")
    def test_a_name_is_read_as_the_code_that_it_is(self, text: str) -> None:
        (part,) = rendered(markdown.code(text))

        assert (part.type, part.content) == ("code_inline", escape(text))

    @pytest.mark.parametrize("text", HOSTILE)
    def test_no_name_is_left_for_a_host_to_link(self, text: str) -> None:
        lines = markdown.lines_of(verdict(finding(text, ref=f"refs/tags/{text}"), notes=(text,)))

        tokens = [token for token in MarkdownIt().parse("\n".join(lines)) if token.type == "inline"]
        pieces = [child for token in tokens for child in token.children or []]
        assert {piece.type for piece in pieces} <= {
            "text", "text_special", "code_inline", "html_inline", "strong_open", "strong_close"
        }  # fmt: skip
        assert {piece.content for piece in pieces if piece.type == "html_inline"} <= {"<!-- -->"}
        assert not any(mark in piece.content[:-1] for piece in pieces if piece.type == "text" for mark in "@#")

    def test_it_says_what_text_says(self) -> None:
        report = "\n".join(markdown.lines_of(verdict(finding("too low"))))

        assert report.startswith("**tagwarden: refused:** 1 error in 1 tag; policy\\: built-in")
        assert "\n- `churn@v1.0.0`\n  - **error** `version-order` too low\n    - why: " in report
        assert report.endswith("    - policy key: `versions.order`\n    - fix: `git tag -d too low`")

    def test_a_finding_with_a_reason_of_its_own_is_explained_by_that(self) -> None:
        report = markdown.lines_of(verdict(finding("too low")._replace(why="it is *so*.")))

        assert "    - why: it is \\*so\\*\\." in report

    def test_of_many_alike_it_shows_some_and_counts_the_rest(self) -> None:
        report = markdown.lines_of(verdict(*[finding("too low")] * 25))

        assert sum("too low" in line for line in report) == 40
        assert "- 5 more like this: `version-order`" in report


class TestGitLab:
    def test_an_entry_has_the_keys_that_gitlab_documents(self) -> None:
        (entry,) = json.loads(gitlab.lines_of(verdict(finding("too low")))[0])

        assert entry.pop("fingerprint")
        assert entry == {
            "description": "churn@v1.0.0: too low Fix: git tag -d too low",
            "check_name": "version-order",
            "severity": "major",
            "location": {"path": "tagwarden.toml", "lines": {"begin": 1}},
        }

    def test_nothing_found_is_an_empty_report(self) -> None:
        assert gitlab.lines_of(verdict()) == ["[]"]

    def test_a_fingerprint_is_one_findings_alone_and_outlives_its_sentence(self) -> None:
        found = [finding("below v1"), finding("below v1"), finding("x", ref="refs/tags/\udcff"), finding("x", ref=None)]
        before, after = (
            [entry["fingerprint"] for entry in json.loads(gitlab.lines_of(verdict(*findings))[0])]
            for findings in (found, [one._replace(message="below v2") for one in found])
        )

        assert len(set(before)) == 4
        assert before == after

    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_text_is_escaped(self, text: str) -> None:
        (line,) = gitlab.lines_of(verdict(finding(text, ref=f"refs/tags/{text}")))

        assert line.isascii()
        assert json.loads(line)[0]["description"].isprintable()


@pytest.mark.parametrize("command", ["check", "audit"])
def test_every_command_that_judges_prints_them_and_nothing_else(repo: Repo, command: str) -> None:
    repo.lightweight("churn@v1.0.0")

    found = tagwarden(repo.path, command, "--format", "gitlab")
    told = tagwarden(repo.path, command, "--format", "markdown")

    assert (found.status, told.status) == (1, 1)
    assert [entry["check_name"] for entry in json.loads(found.out)] == ["annotated"]
    assert told.out.startswith("**tagwarden: refused:**")
    assert "- `churn@v1.0.0`" in told.out.splitlines()


def test_a_report_that_can_not_be_made_is_none(tmp_path: Path) -> None:
    ran = tagwarden(tmp_path, "audit", "--format", "gitlab")

    assert (ran.status, ran.out) == (3, "")
