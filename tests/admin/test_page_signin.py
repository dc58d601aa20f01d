"""The pages behind the door of the network: sign in, a password of one's own, sign out, with a real session."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from tests.admin.reading import PageReader
from tests.admin.test_signin import GOOD, NAME, House, Said, empty, house  # noqa: F401  two of them are fixtures

from ringboot.admin.api import build_site
from ringboot.admin.hosts import Hosts
from ringboot.admin.pages.signing import next_page
from ringboot.admin.signin import SignIn
from ringboot.model.user import OPERATOR, VIEWER

OWN = "another good password"


class Visitor:
    """A browser before the door, which keeps its cookie."""

    def __init__(self, house: House, desk: Any) -> None:  # noqa: F811
        self._house = house
        house.app = SignIn(build_site(desk), lambda: house.ins, lambda: Hosts((NAME,)))
        self.cookie = ""

    def get(self, path: str, *headers: tuple[str, str]) -> Said:
        """Look at a page."""
        return self._house.ask("GET", path, ("Cookie", self.cookie), *headers)

    def submit(self, path: str, *headers: tuple[str, str], **fields: str) -> Said:
        """Send a form as htmx does."""
        return self.post(path, ("hx-request", "true"), *headers, **fields)

    def post(self, path: str, *headers: tuple[str, str], **fields: str) -> Said:
        """Send a form as a browser does by itself."""
        sent = [*headers, ("cookie", self.cookie), ("host", "127.0.0.1:8666"), ("user-agent", "Tests <1>")]
        scope = {
            "type": "http", "http_version": "1.1", "method": "POST", "path": path, "root_path": "", "query_string": b"",
            "raw_path": path.encode(), "headers": [(name.lower().encode(), value.encode()) for name, value in sent],
            "scheme": "http", "client": ("127.0.0.9", 4711), "state": {},
        }  # fmt: skip
        said: Said = self._house.do(self._house._ask(scope, urlencode(fields).encode()))
        if "set-cookie" in said.headers:
            self.cookie = said.headers["set-cookie"].partition(";")[0]
        return said


@pytest.fixture
def visitor(house: House, desk: Any) -> Visitor:  # noqa: F811
    return Visitor(house, desk)


def read(said: Said) -> PageReader:
    page = PageReader(said.value.decode())
    assert page.wrong == []
    return page


def token(page: PageReader) -> tuple[str, str]:
    """Give what a page's own script sends along with every change."""
    (sent,) = (str(each["hx-headers"]) for each in page.all("body"))
    return "X-CSRF-Token", sent.partition(': "')[2].partition('"')[0]


def test_who_signs_in_gets_where_they_wanted_to(visitor: Visitor, house: House) -> None:  # noqa: F811
    house.add("anna", VIEWER)
    said = visitor.get("/devices?text=x")
    assert (said.status, said.headers["location"]) == (303, "/sign-in?next=%2Fdevices%3Ftext%3Dx")
    page = read(visitor.get("/sign-in?next=%2Fdevices%3Ftext%3Dx"))
    assert {"name": "next", "type": "hidden", "value": "/devices?text=x"} in page.all("input")
    said = visitor.submit("/sign-in", user="anna", password=GOOD, next="/devices?text=x")
    assert said.headers["hx-redirect"] == "/devices?text=x"
    page = read(visitor.get("/devices"))
    assert "anna" in page.text
    assert "hx-post" not in str(page.elements).replace("'hx-post': '/sign-out'", "")  # a viewer changes nothing
    [session] = house.do(house.people.sessions("anna"))
    assert (session["address"], session["agent"]) == ("127.0.0.9", "Tests <1>")
    assert visitor.get("/sign-in?next=/devices").headers["location"] == "/devices"  # who is in goes on


def test_a_wrong_password_leaves_who_came_outside(visitor: Visitor, house: House) -> None:  # noqa: F811
    house.add("anna", VIEWER)
    said = visitor.submit("/sign-in", user="<b>anna</b>", password="wrong words", next="//elsewhere")
    page = read(said)
    assert said.status == 401
    assert "<b>anna</b>" in page.text
    assert "wrong words" not in page.text
    assert visitor.cookie == ""
    assert {"name": "next", "type": "hidden", "value": "/"} in page.all("input")


def test_a_password_that_was_made_must_be_changed_first(visitor: Visitor, house: House) -> None:  # noqa: F811
    house.add("anna", OPERATOR, must_change=True)
    said = visitor.submit("/sign-in", user="anna", password=GOOD, next="/devices")
    assert said.headers["hx-redirect"] == "/sign-in?next=%2Fdevices"
    assert visitor.get("/devices").headers["location"].startswith("/sign-in")
    page = read(visitor.get("/sign-in?next=/devices"))
    assert "Set a password of your own" in page.text
    sent = {"old": GOOD, "next": "/devices"}
    said = visitor.submit("/sign-in", token(page), **sent, password=OWN, again="something else")
    assert (said.status, "The two new passwords differ." in read(said).text) == (422, True)
    said = visitor.submit("/sign-in", token(page), **sent, password="short", again="short")
    assert said.status == 422
    assert OWN not in said.value.decode()
    said = visitor.submit("/sign-in", token(page), **sent, password=OWN, again=OWN)
    assert said.headers["hx-redirect"] == "/devices"
    assert visitor.get("/devices").status == 200


def test_a_change_needs_the_word_of_the_page(visitor: Visitor, house: House) -> None:  # noqa: F811
    house.add("anna", OPERATOR)
    visitor.submit("/sign-in", user="anna", password=GOOD, next="/")
    sent = {"old": GOOD, "password": OWN, "again": OWN, "next": "/"}
    assert visitor.submit("/password", **sent).status == 403
    page = read(visitor.get("/password"))
    assert visitor.post("/password", token(page), **sent).status == 403  # no page of ours sent it
    said = visitor.submit("/password", token(page), **sent)
    assert said.headers["hx-redirect"] == "/"


def test_who_signs_out_is_outside(visitor: Visitor, house: House) -> None:  # noqa: F811
    house.add("anna", OPERATOR)
    visitor.submit("/sign-in", user="anna", password=GOOD, next="/")
    before = visitor.cookie
    page = read(visitor.get("/devices"))
    assert visitor.submit("/sign-out", token(page)).headers["hx-redirect"] == "/sign-in"
    visitor.cookie = before
    assert visitor.get("/devices").status == 303


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/devices?text=x", "/devices?text=x"), ("", "/"), ("//elsewhere.example", "/"), ("https://elsewhere", "/"),
        ("/\\elsewhere", "/"), ("/sign-in", "/"), ("/a\nb", "/"),
    ],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(asked: str, given: str) -> None:
    assert next_page(asked) == given
