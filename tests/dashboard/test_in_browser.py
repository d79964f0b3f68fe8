"""The site as its readers have it: in a browser, opened from the disk."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from support.command_line import tagwarden
from support.dashboard_browser import PHONE, Browser
from support.dashboard_scene import BIDI, IMAGE, LONG, SCRIPT, SCRIPTS_OF_THE_WORLD, TEMPLATE

if TYPE_CHECKING:
    from conftest import Site

# A server or a browser of its own: `.ci/run` starts these, `make test` does not.
pytestmark = pytest.mark.ci

KINDS = (
    "index.html", "repositories.html", "rules.html", "m/churn-", "m/old-score-", "m/model0-", "r/fraud-models-",
    "r/hostile-", "r/ranking-", "r/abused-",
)  # fmt: skip


def home(site: Site) -> str:
    return site.page("index.html")


def models(browser: Browser) -> list[str]:
    return browser.texts("#models tbody th a")


def test_the_home_page_shows_every_model_with_what_its_stages_hold(browser: Browser, site: Site) -> None:
    browser.open(home(site))

    assert len(models(browser)) == 13
    row = next(one for one in browser.texts("#models tbody tr") if one.startswith("churn"))
    assert "v1.4.0" in row
    assert "v1.2.0\nsince 2026-03-03" in row
    assert "v1.3.0 taken out of prod\n2026-03-03 by Grace Hopper" in row
    assert browser.text("#count") == "13 models."


def test_the_rows_that_the_script_makes_are_those_that_stand_in_the_page(browser: Browser, site: Site) -> None:
    rows = "return [...document.querySelectorAll('#models tbody tr')].map(row => row.innerHTML.replace(/\\n/g, ''))"
    browser.open(home(site))
    made = browser.js(rows + ".map(text => text.replace(/&quot;/g, '\"'))")
    browser.without_scripts()
    browser.open(home(site))

    assert made == [text.replace("&quot;", '"') for text in browser.js(rows)]


def test_typing_filters_and_the_address_keeps_what_was_typed(browser: Browser, site: Site) -> None:
    browser.open(home(site))
    browser.press("/")
    assert browser.focused() == "q"
    browser.press("v1.4 GRACE")

    assert models(browser) == ["churn"]
    assert browser.text("#count") == "1 of 13 models."
    browser.reload()
    assert models(browser) == ["churn"]


def test_filters_by_stage_repository_and_health(browser: Browser, site: Site) -> None:
    browser.open(home(site))
    browser.choose("[name=stage]", "=dev")
    assert models(browser) == ["churn"]
    browser.choose("[name=stage]", "")
    browser.choose("[name=repo]", "=fraud-models")
    assert models(browser) == ["old-score", "fraud:ring-detector", "churn"]
    browser.choose("[name=repo]", "")
    browser.choose("[name=health]", "errors")
    assert models(browser) == ["segmentation"]
    assert browser.address.endswith("#health=errors")
    browser.click("button[type=reset]")
    browser.js("return new Promise(done => setTimeout(done, 20))")
    assert len(models(browser)) == 13
    assert "=" not in browser.address


def test_every_column_sorts_in_both_directions(browser: Browser, site: Site) -> None:
    browser.open(home(site) + "#repo=%3Dfraud-models")
    expected = {"Model": "churn", "Latest": "fraud:ring-detector", "Last event": "churn"}
    for number, label in enumerate(browser.texts("#models thead button")):
        browser.click("#models thead button", number)
        first = models(browser)
        browser.click("#models thead button", number)
        assert models(browser) == first[::-1] or len({*browser.texts(f"td[data-label='{label}']")}) < 3
        if label in expected:
            assert first[0] == expected[label]
    assert "sort=-health" in browser.address


def test_a_model_page_says_what_a_stage_holds_and_why(browser: Browser, site: Site) -> None:
    browser.open(site.page("m/churn-"))
    card = next(text for text in browser.texts(".cards article") if text.startswith("prod"))

    assert "v1.2.0\n\nSince 2026-03-03 08:00 · " in card
    assert "Assigned by Grace Hopper on 2026-02-01 08:00, churn#prod#6\n\nBetter on week 3" in card
    assert "Fell back from v1.3.0, assigned 2026-02-13 08:00 by Grace Hopper; taken out 2026-03-03 08:00" in card
    assert "churn#prod!#11: “False positives doubled overnight”" in card


def test_from_what_a_stage_holds_a_link_leads_to_what_changed(browser: Browser, site: Site) -> None:
    browser.open(site.page("m/churn-"))
    assert browser.texts(".cards article > p:last-child a") == [
        "What changed since v1.3.0", "What changed since v1.3.0",
    ]  # fmt: skip
    browser.click(".cards article > p:last-child a", 1)
    browser.js("return new Promise(done => setTimeout(done, 20))")

    assert browser.address.endswith("#from=v1.3.0&to=v1.2.0")
    rows = {row.split("|")[0]: row for row in browser.texts("#comparison tbody tr")}
    assert rows["test.loss"] == "test.loss|0.35|0.37|+0.02 (worse)"


def test_tags_link_to_the_host(browser: Browser, site: Site) -> None:
    browser.open(site.page("m/churn-"))

    links = browser.js("return [...document.querySelectorAll('#intervals a')].map(link => link.href)")
    assert "https://git.example.com/fraud-models/tags/churn%23prod%236" in links


def test_two_versions_are_put_side_by_side(browser: Browser, site: Site) -> None:
    browser.open(site.page("m/churn-") + "#from=v1.0.0&to=v1.3.0")
    rows = {row.split("|")[0]: row for row in browser.texts("#comparison tbody tr")}
    assert rows["AUC"] == "AUC|0.861|0.902|+0.041"
    assert rows["Dataset"] == "Dataset|transactions-1|transactions-4|changed"
    assert rows["By"] == "By|Grace Hopper|Grace Hopper|"
    assert rows["test.loss"] == "test.loss|0.41|0.35|-0.06"
    assert rows["commits"] == "commits|\u2013|+3 -0|"
    assert rows["learning_rate"] == "learning_rate|0.1|0.025|-0.075"
    assert "trees" not in rows
    browser.click("#swap")
    assert "#from=v1.3.0&to=v1.0.0" in browser.address
    assert "-0.041" in browser.text("#comparison")


def test_the_comparison_has_every_line_that_diff_prints(browser: Browser, site: Site) -> None:
    versions = ("v1.0.0", "v1.2.0", "v1.4.0", "v2.0.0-rc.1")
    for old, new in ((one, other) for one in versions for other in versions if one != other):
        ran = tagwarden(site.scene.life.path, "diff", f"churn@{old}", f"churn@{new}", "--format", "markdown")
        told = [re.findall(r"(?<= )(?:`([^`]*)`|-)(?= \|)", line) for line in ran.out.splitlines()[2:]]
        browser.open(site.page("m/churn-") + f"#from={old}&to={new}")
        shown = {tuple(row.split("|")[:3]) for row in browser.texts("#comparison .differs")}
        for _, name, before, after, _ in told:
            short = 7 if name == "commit" else None
            line = (name, before[:short] or "\u2013", after[:short] or "\u2013")
            assert line in shown or (line[0], "\u2013", "\u2013") in shown, (old, new, line)


def test_what_a_version_is_made_of_is_chosen_and_a_link(browser: Browser, site: Site) -> None:
    browser.open(site.page("m/churn-") + "#made=v1.1.0")
    (shown,) = browser.texts("#making details")
    ran = tagwarden(site.scene.life.path, "show", "churn@v1.1.0", "--json")
    held = json.loads(ran.out)
    assert held["artifact"]["digests"][0] in shown
    assert "models/churn.pkl" in shown
    for piece in (*held["data"], *held["code"]):
        assert f"{piece['path']}\t{piece['digests'][0]}" in shown
    for stated in (held["dvc_command"], *held["metrics"], *held["params"]):
        assert f"{stated['name']}\t{stated['value']}" in shown
    browser.choose("[name=made]", "v1.4.0")
    assert "transactions-5" in browser.text("#making details")
    assert "#made=v1.4.0" in browser.address


def test_approvals_and_what_waits_for_them_are_shown(browser: Browser, site: Site) -> None:
    browser.open(site.page("r/ranking-"))
    waiting = browser.text("#proposals + .findings")
    assert "waiting ranking#prod#2 of ranking" in waiting
    assert "prod would hold v1.1.0 instead of v1.0.0." in waiting
    assert "Approved by grace@x" in waiting
    assert "Needs 1 more of @ml (has grace@x)" in waiting
    browser.click("#models + .wide a")
    card = browser.text(".cards article")
    assert "Approved by grace@x, 2026-01-06 09:00 (approvals.require[1], 2 of @ml): Looked at it" in card
    assert "Approved by lin@x" in card
    assert "1 proposal waits for approvals" in browser.text(".lead")


def test_the_drop_down_leads_to_a_version(browser: Browser, site: Site) -> None:
    browser.open(site.page("m/churn-"))
    browser.choose("#jump select", "v1.1.0")

    assert browser.address.endswith("#v1.1.0")
    assert browser.text("tr:target th") == "v1.1.0"


def test_as_of_a_day_it_shows_what_the_registry_resolved_then(browser: Browser, site: Site) -> None:
    server = site.scene.life.path
    browser.open(site.page("m/churn-"))
    for day in ("2026-01-04", "2026-01-05", "2026-01-19", "2026-01-20", "2026-03-03"):
        browser.choose("[name=day]", day)
        assert browser.address.endswith(f"#at={day}")
        shown = dict(one.split() for one in browser.texts("#stood span"))
        for query, what in (("@latest", "@latest"), ("#dev", "dev"), ("#staging", "staging"), ("#prod", "prod")):
            ran = tagwarden(server, "resolve", f"churn{query}", "--at", day)
            assert shown.get(what) == (ran.out.strip() or None)
    browser.open(site.page("m/churn-") + "#at=2026-01-20")
    assert "prod v1.1.0" in browser.texts("#stood span")


def test_the_drawing_shows_every_interval_and_leads_to_a_day(browser: Browser, site: Site) -> None:
    browser.open(site.page("m/churn-"))
    assert browser.texts(".lanes > b") == ["@latest", "dev", "staging", "prod"]
    assert len(browser.all(".lane span")) == len(browser.texts("#intervals tbody tr")) == 17
    browser.js(
        "const lane = document.querySelector('.lane'); const box = lane.getBoundingClientRect();"
        "lane.dispatchEvent(new MouseEvent('click', {bubbles: true, clientX: box.left + 1, clientY: box.top + 1}))"
    )
    assert browser.address.endswith("#at=2026-01-05")
    assert browser.texts("#stood span") == ["@latest v1.0.0"]
    assert len(browser.texts("#intervals tbody tr")) == 1


def test_tables_of_a_page_sort(browser: Browser, site: Site) -> None:
    browser.open(site.page("m/churn-"))
    browser.click("#table-of-versions thead button")
    assert browser.texts("#table-of-versions tbody th")[:2] == ["v1.0.0", "v1.1.0"]
    browser.click("#table-of-versions thead button")
    assert browser.texts("#table-of-versions tbody th")[:2] == ["v2.0.0-rc.1", "v1.4.0"]


def test_numbers_in_trailers_are_plotted(browser: Browser, site: Site) -> None:
    browser.open(site.page("m/churn-"))

    assert [plot.get_attribute("aria-label") for plot in browser.all(".plot svg")] == [
        "test.loss from 0.41 (v1.0.0) to 0.33 (v2.0.0-rc.1)",
        "AUC from 0.861 (v1.0.0) to 0.921 (v2.0.0-rc.1)",
    ]
    assert len(browser.all(".plot circle")) == 12


def test_a_repository_page_has_policy_findings_and_push_log(browser: Browser, site: Site) -> None:
    browser.open(site.page("r/fraud-models-"))
    assert 'versions.order|"major"|file' in browser.texts(".plain tbody tr")
    assert "The push log is intact: its hash chain covers 2 lines." in browser.texts(".checks li")
    refused = browser.texts("#main section:last-of-type .wide tbody tr")[0]
    assert "refused" in refused
    assert "version-order version v1.0.1 of 'churn' is not above v1.4.0" in refused
    browser.open(site.page("r/vision-"))
    assert "Fix: git tag -d segmentation@v1.1.0" in browser.text(".findings")


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_wrong_and_no_page_is_wider_than_a_phone(browser: Browser, site: Site, kind: str) -> None:
    browser.open(site.page(kind))
    assert browser.violations() == []
    browser.show_as(scheme="dark")
    assert browser.violations("color-contrast") == []
    browser.show_as(width=PHONE)
    assert browser.js("return document.documentElement.scrollWidth") <= PHONE


def test_dark_and_light_follow_the_system(browser: Browser, site: Site) -> None:
    background = "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]"
    browser.open(home(site))
    assert browser.js(background) > 200
    browser.show_as(scheme="dark")
    assert browser.js(background) < 60


def test_without_scripts_all_is_there_to_read_and_nothing_that_does_not_work(browser: Browser, site: Site) -> None:
    browser.without_scripts()
    browser.open(home(site))
    assert len(models(browser)) == 13
    assert browser.texts("#filters") == []
    browser.open(site.page("m/churn-"))
    assert len(browser.texts("#table-of-versions tbody tr")) == 6
    assert len(browser.texts("#intervals tbody tr")) == 17
    assert browser.texts("form") == []


def test_in_print_there_are_no_controls(browser: Browser, site: Site) -> None:
    browser.open(site.page("m/churn-"))
    browser.show_as(media="print", scheme="dark")

    assert browser.texts("form, .copy button, #jump, .toc") == []
    assert browser.js("return getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_what_hostile_pushers_wrote_is_shown_as_text(browser: Browser, site: Site) -> None:
    for number, wanted in enumerate((SCRIPT, IMAGE, TEMPLATE, None, SCRIPTS_OF_THE_WORLD, LONG[:200])):
        browser.open(site.page(f"m/model{number}-"))
        text = browser.js("return document.body.textContent")
        assert wanted is None or wanted in text
        assert "owned" not in browser.title
        browser.choose("[name=all]", "on")
        browser.click("[name=all]")
        assert "owned" not in browser.title
        assert browser.js("return document.querySelectorAll('img, main script').length") == 0
    browser.open(site.page("r/abused-"))
    assert browser.js("return document.querySelectorAll('img, main script').length") == 0
    assert SCRIPT in browser.text("#proposals + .findings")
    browser.open(site.page("r/hostile-"))
    assert "<script>alert(1)</script>@v1.0.0" in browser.text(".findings")


def test_no_page_holds_a_character_that_turns_text_around(site: Site) -> None:
    for file in (file for end in ("html", "js") for file in site.folder.rglob(f"*.{end}")):
        assert not {*BIDI} & {"\u202e", "\u202c", "\u2066", "\u2069"} & {*file.read_text()}, file
    assert "\\u202egnp.exe" in next(site.folder.glob("m/model3-*")).read_text()


def test_every_link_leads_somewhere(site: Site) -> None:
    for file in site.folder.rglob("*.html"):
        text = file.read_text()
        ids = {*re.findall(r'id="?([^" >]+)', text)}
        for link in re.findall(r'href="([^"]+)"', text):
            path, _, fragment = link.partition("#")
            if link.startswith("https://"):
                continue
            assert not path or (file.parent / path).exists(), (file, link)
            if not path and "=" not in fragment:
                assert fragment in ids, (file, link)
