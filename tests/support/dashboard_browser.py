"""Headless Chromium, with the questions that tests ask about pages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import axe_core_python
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

AXE = Path(axe_core_python.__file__).with_name("axe.min.js")
DESKTOP, PHONE = 1280, 390
SECONDS_TO_LOAD = 30


class Browser:
    """One Chromium. `js` runs a function's body in the page and returns what it returns."""

    def __init__(self) -> None:
        options = Options()
        options.binary_location = shutil.which("chromium") or ""
        for argument in (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-dev-shm-usage",
        ):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self._driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))

    def quit(self) -> None:
        self._driver.quit()

    def reset(self) -> None:
        self.show_as()
        self._driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        self._driver.get("about:blank")
        self.complaints()
        self.asked_for()

    def show_as(self, *, width: int = DESKTOP, scheme: str = "light", media: str = "") -> None:
        wanted = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in wanted.items()]
        self._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def picture(self, file: Path, *, height: int) -> None:
        """Save a picture of a window of this height."""
        size = {"width": DESKTOP, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self._driver.save_screenshot(str(file))

    def without_scripts(self) -> None:
        self._driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})

    def open(self, address: str) -> None:
        self._driver.get("about:blank")  # else another fragment is no new page
        self._driver.get(address)
        # The load of the page before may have ended that wait, before the scripts of this one have run.
        WebDriverWait(self._driver, SECONDS_TO_LOAD).until(
            lambda _: self.js("return document.readyState") == "complete"
        )

    def reload(self) -> None:
        self._driver.refresh()

    @property
    def address(self) -> str:
        return self._driver.current_url

    @property
    def title(self) -> str:
        return self._driver.title

    def js(self, body: str, *arguments: object) -> Any:
        return self._driver.execute_script(body, *arguments)

    def all(self, selector: str) -> list[WebElement]:
        return self._driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        (found,) = self.all(selector)
        return found

    def text(self, selector: str) -> str:
        (found,) = self.texts(selector)
        return found

    def texts(self, selector: str) -> list[str]:
        """The text of each visible element; for a table's row its cells, separated by `|`."""
        found: list[str] = self.js(
            "const read = one => one.tagName === 'TR' ? [...one.cells].map(read).join('|') : one.innerText.trim();"
            "return [...document.querySelectorAll(arguments[0])].filter(one => one.checkVisibility()).map(read);",
            selector,
        )
        return found

    def click(self, selector: str, number: int = 0) -> None:
        self.js("document.querySelectorAll(arguments[0])[arguments[1]].click()", selector, number)

    def choose(self, selector: str, value: str) -> None:
        """Set a field like a user, so that its listeners are called."""
        self.js(
            "const field = document.querySelector(arguments[0]); field.value = arguments[1];"
            "field.dispatchEvent(new Event('input', {bubbles: true}));"
            "field.dispatchEvent(new Event('change', {bubbles: true}));",
            selector,
            value,
        )

    def press(self, keys: str) -> None:
        self._driver.switch_to.active_element.send_keys(keys)

    def focused(self) -> str:
        found: str = self.js("return document.activeElement.name || document.activeElement.textContent")
        return found

    def violations(self, *rules: str) -> list[str]:
        """The violations that axe-core finds on the page, including best practices; with `rules`, only of these."""
        if not self.js("return typeof axe !== 'undefined'"):
            self.js(AXE.read_text())
        found = self._driver.execute_async_script(
            "const [rules, done] = arguments; const only = rules.length ? {runOnly: rules} : {};"
            "axe.run(document, {resultTypes: ['violations'], ...only}).then(done)",
            list(rules),
        )
        return [
            f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes']][:3]}" for one in found["violations"]
        ]

    def complaints(self) -> list[str]:
        """The messages on the console since the last call."""
        return [entry["message"] for entry in self._driver.get_log("browser")]

    def asked_for(self) -> list[str]:
        """The addresses requested by pages since the last call, except for files."""
        messages = [json.loads(entry["message"])["message"] for entry in self._driver.get_log("performance")]
        asked = [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]
        return [url for url in asked if not url.startswith(("file:", "about:", "data:"))]
