"""A short look at the pages in a real browser; test_browser.py walks through all of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.whole.browser.eyes import CHROMIUM
from tests.whole.browser.house import ASSIGNED, House
from tests.whole.replay.site import colons


@pytest.mark.long
@pytest.mark.skipif(CHROMIUM is None, reason="not installed (tests/install-clients): chromium")
def test_somebody_signs_in_and_looks_around(house: House, browser: Browser) -> None:
    eyes = house.window(browser)  # which signs in for the first time
    page = eyes.go("/")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.get_by_role("navigation", name="Pages", exact=True).get_by_role("link", name="Devices").click()
    expect(page.get_by_role("heading", name="Devices")).to_be_visible()
    page.get_by_role("link", name=colons(ASSIGNED)).click()
    expect(page.get_by_role("heading", name="Boot")).to_be_visible()
    assert eyes.overflow() == 0
    eyes.close()
    assert eyes.complaints == []
