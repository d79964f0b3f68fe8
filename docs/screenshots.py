"""Takes the pictures of docs/dashboard.md anew, with Chromium: `.venv/bin/python docs/screenshots.py`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent / "tests"))

from support import Templates, dashboard_scene  # noqa: E402 -- not on the path before
from support.command_line import tagwarden  # noqa: E402
from support.dashboard_browser import Browser  # noqa: E402
from support.environment import hermetic_environment  # noqa: E402


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in ("home", "templates"):
            (folder / name).mkdir()
        os.environ.update(hermetic_environment(folder / "home"))
        scene = dashboard_scene.build(folder, Templates(folder / "templates"))
        places = [str(scene.life.path), str(scene.small.path)]
        ran = tagwarden(folder, "dashboard", *places, "-o", "site", "--title", "Acme models")
        assert ran.status == 0, ran.err
        take(folder / "site")


def take(site: Path) -> None:
    browser = Browser()
    try:
        browser.show_as()
        browser.open((site / "index.html").as_uri())
        browser.picture(DOCS / "dashboard-models.png", height=760)
        (page,) = site.glob("m/churn-*")
        browser.open(page.as_uri())
        browser.picture(DOCS / "dashboard-model.png", height=1180)
        browser.open(f"{page.as_uri()}#made=v1.3.0&from=v1.0.0&to=v1.3.0")
        browser.js("document.getElementById('made').scrollIntoView()")
        browser.picture(DOCS / "dashboard-versions.png", height=1240)
    finally:
        browser.quit()


if __name__ == "__main__":
    main()
