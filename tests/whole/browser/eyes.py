"""A browser for the tests: Debian's Chromium, what its console says, what axe says, and pictures of pages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
WIDE, PHONE = (1360, 900), (360, 740)
LIGHT, DARK = "light", "dark"
GRAVE = ("serious", "critical")
PATIENCE = 20_000  # milliseconds
expect.set_options(timeout=PATIENCE)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser; what it is asked runs on this thread, whose event loop is then taken."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


class Eyes:
    """A window, and everything in it that must not be."""

    def __init__(
        self, browser: Browser, base: str, size: tuple[int, int] = WIDE, scheme: str = LIGHT,
        state: StorageState | None = None,
    ) -> None:  # fmt: skip
        self._context = browser.new_context(
            base_url=base, viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == DARK else "light", reduced_motion="reduce", storage_state=state,
        )  # fmt: skip
        self._context.set_default_timeout(PATIENCE)
        self.page: Page = self._context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")

    def go(self, path: str) -> Page:
        """Go to a page, and wait until htmx has looked through it."""
        self.page.goto(path)
        self.page.wait_for_load_state("load")
        self.page.wait_for_function("() => window.htmx !== undefined")
        return self.page

    def faults(self) -> list[str]:
        """Let axe look at the page; what it finds serious or worse."""
        found = Axe().run(self.page).response["violations"]
        return [
            f"{self.page.url}: {each['id']} ({each['impact']}): {json.dumps(node['target'])} {node['html']:.200}"
            for each in found
            if each["impact"] in GRAVE
            for node in each["nodes"]
        ]

    def overflow(self) -> int:
        """Tell by how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def picture(self, path: Path) -> None:
        """Keep what is seen."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, scale="css")

    def state(self) -> StorageState:
        """Give the cookies, for another window."""
        return self._context.storage_state()

    def close(self) -> None:
        """Close the window."""
        self._context.close()


def aside(work: Any, *arguments: Any) -> Any:
    """Do something that needs an event loop of its own while the browser has this thread's."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(work, *arguments).result()
