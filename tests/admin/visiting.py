"""Forms that a page sends, and what came of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.admin.reading import PageReader
from tests.admin.test_pages import Browser, Told

MAC = "00:00:5e:00:53:0a"


def send(browser: Browser, method: str, target: str, **fields: str) -> Told:
    """Send a form as htmx does."""
    kind = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
    return browser.ask(method, target, urlencode(fields).encode(), **kind)


def etag_in(told: Told) -> str:
    """Give the version that the first form of a page is for."""
    return next(str(attrs["value"]) for attrs in PageReader(told.text).all("input") if attrs.get("name") == "etag")


def calls(desk: Any, name: str) -> list[tuple[Any, ...]]:
    """Give what the desk was asked for by one name."""
    return [call for call in desk.calls if call[0] == name]
