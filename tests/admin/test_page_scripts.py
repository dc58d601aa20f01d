"""Pages of scripts: shown, and kept from doing anything."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from tests.admin.test_pages import Browser


@pytest.fixture
def browser(server: Any, desk: Any) -> Browser:
    return Browser(str(server.path))


def framed(text: str) -> dict[str, Any]:
    return {"status": 200, "type": "text/html", "data": base64.b64encode(text.encode()).decode(), "framed": True}


def test_a_document_stands_in_a_frame_that_may_do_nothing(browser: Browser, desk: Any) -> None:
    desk.shown_page = framed('<p title="x">leases</p><script>alert(1)</script>')
    told = browser.get("/scripts/web/dynamic/leases?sort=ip")
    assert desk.calls[-1] == ("script_page", "/dynamic/leases", "sort=ip")
    assert "<script>alert" not in told.text
    assert 'sandbox width="100%" height="800" srcdoc="&lt;p title=&#34;x&#34;&gt;leases&lt;/p&gt;' in told.text
    assert '<a href="/scripts/web/a%20b/c">&lt;b&gt;leases</a>' in told.text


@pytest.mark.parametrize(
    ("said", "sent"),
    [("text/csv", "text/csv"), ("text/html", "text/html"), ("x\r\nset-cookie: a=b", "application/octet-stream")],
)
def test_other_content_is_sent_without_any_right(browser: Browser, desk: Any, said: str, sent: str) -> None:
    desk.shown_page = {"status": 200, "type": said, "data": base64.b64encode(b"ip,mac\n").decode(), "framed": False}
    told = browser.get("/scripts/web/leases.csv")
    assert told.text == "ip,mac\n"
    assert told.headers["content-type"].partition(";")[0] == sent
    assert told.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
