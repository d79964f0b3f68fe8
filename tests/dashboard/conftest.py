"""The scene of the dashboard's tests, made once, and a browser that opens its pages from the disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from support import Templates, dashboard_scene
from support.command_line import tagwarden
from support.dashboard_browser import Browser
from support.dashboard_scene import Scene
from support.programs import skip_without


class Site(NamedTuple):
    """A site of the whole scene, in `folder`."""

    folder: Path
    scene: Scene

    def page(self, beginning: str) -> str:
        """The address of the only page whose file begins so, such as `m/churn-`."""
        (found,) = self.folder.glob(f"{beginning}*")
        return found.as_uri()

    @property
    def pages(self) -> list[str]:
        return [file.as_uri() for file in sorted(self.folder.rglob("*.html"))]


@pytest.fixture(scope="session")
def scene(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return dashboard_scene.build(tmp_path_factory.mktemp("scene"), templates)


@pytest.fixture(scope="session")
def site(scene: Scene) -> Site:
    folder = scene.empty.path.parent
    links = ["--link-template", "tag=https://git.example.com/{repository}/tags/{tag}"]
    places = [
        str(repo.path) for repo in (scene.life, scene.small, scene.hostile, scene.empty, scene.governed, scene.abused)
    ]
    ran = tagwarden(folder, "dashboard", *places, "-o", "site", "--title", "Acme's <models>", *links)
    assert ran.status == 0, ran.err
    return Site(folder / "site", scene)


@pytest.fixture(scope="module")  # no longer: other tests look at what children their process has
def one_browser() -> Iterator[Browser]:
    skip_without("chromium", "chromedriver")
    browser = Browser()
    yield browser
    browser.quit()


@pytest.fixture
def browser(one_browser: Browser) -> Iterator[Browser]:
    """A browser at its defaults; a test in which a page complained, or asked for anything but files, fails."""
    one_browser.reset()
    yield one_browser
    assert one_browser.complaints() == []
    assert one_browser.asked_for() == []
