"""One daemon and one browser for all tests of the pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.whole.browser.eyes import Eyes, chromium
from tests.whole.browser.house import House


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a daemon with phones."""
    made = House(tmp_path_factory.mktemp("browser"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser."""
    with chromium() as started:
        yield started


@pytest.fixture
def eyes(browser: Browser, house: House) -> Iterator[Eyes]:
    """Give a window of who has signed in; its console must stay silent."""
    window = house.window(browser)
    yield window
    window.close()
    assert window.complaints == []
