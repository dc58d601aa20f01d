"""What the page of users changes: passwords and tokens are shown once."""

from __future__ import annotations

from typing import Any

import pytest
from tests.admin.reading import PageReader
from tests.admin.rest_of_pages import fill
from tests.admin.test_pages import EVIL, SHOWN, AnyRole, Browser
from tests.admin.visiting import calls, send

from ringboot.desk.errors import Refused


@pytest.fixture
def browser(server: Any, desk: Any) -> Browser:
    return Browser(str(server.path))


def test_a_password_and_a_token_are_shown_once(browser: Browser, desk: Any) -> None:
    told = send(browser, "POST", "/users", name="bob", role="viewer")
    assert told.headers["hx-retarget"] == "#dialog"
    assert "once-only" in told.text
    assert "live-users" in told.headers["hx-trigger"]
    assert calls(desk, "add_user")[0][1] == {"name": "bob", "role": "viewer"}
    assert "once-only" not in browser.get("/users").text
    assert "once-only" in send(browser, "POST", "/users/bob/reset").text
    told = send(browser, "POST", "/tokens", name="watch", role="viewer", scope="/devices", days="30")
    assert "rb_" in told.text
    assert calls(desk, "add_token")[0][1] == {"name": "watch", "role": "viewer", "scope": ["/devices"], "days": 30}
    assert "rb_" not in browser.get("/users").text


def test_what_is_wrong_with_a_user_or_a_token_is_said_in_its_form(browser: Browser, desk: Any) -> None:
    async def refuse(*_: Any) -> dict[str, Any]:
        raise Refused("Not so.", {"name": "must be letters"})

    desk.add_user = desk.add_token = refuse
    for target in ("/users", "/tokens"):
        page = PageReader(send(browser, "POST", target, name=EVIL, role="viewer").text, whole=False)
        assert page.wrong == []
        assert "must be letters" in page.text
        assert SHOWN in page.text


def test_a_user_gets_another_role_and_is_removed(browser: Browser, desk: Any) -> None:
    send(browser, "POST", "/users", name="bob", role="viewer")
    assert "bob is operator now." in send(browser, "POST", "/users/bob/role", role="operator").text
    assert "bob is removed" in send(browser, "POST", "/users/bob/remove").text
    assert desk.rows_users == {}


def test_tokens_and_sessions_are_ended(browser: Browser, desk: Any) -> None:
    fill(desk, "words")
    assert "good for nothing" in send(browser, "POST", "/tokens/t1/remove").text
    assert "The session is ended." in send(browser, "POST", "/sessions/s1/end").text
    assert calls(desk, "remove_token")[0][1] == "t1"
    assert calls(desk, "end_session")[0][1] == "s1"


def test_who_is_no_administrator_sees_no_other_users(server: Any, browser: Browser, desk: Any) -> None:
    fill(desk, "words")
    server.access.rule = AnyRole("operator")
    page = PageReader(browser.get("/users").text)
    assert "New user" not in page.text
    assert not calls(desk, "users")
