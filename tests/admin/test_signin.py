"""The door for browsers and programs: real users, sessions and tokens before the API of a small desk."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.desk.office import Office

from ringboot.admin.api import build_api
from ringboot.admin.cookie import COOKIE, read_cookie
from ringboot.admin.hosts import Hosts, host_of
from ringboot.admin.signin import HEADERS, SignIn, safe_next
from ringboot.cli.client import Client
from ringboot.cli.exits import Failure
from ringboot.desk.passwords import Cost, Passwords
from ringboot.desk.signins import SignIns
from ringboot.model.user import ADMINISTRATOR, OPERATOR, VIEWER, Caller
from ringboot.store.fleetdb import FleetDb

GOOD = "correct horse battery"
NAME = "phones.example.org"
ROOT = Caller(ADMINISTRATOR, "root")


class Said(NamedTuple):
    """An answer."""

    status: int
    headers: dict[str, str]
    value: Any

    @property
    def code(self) -> Any:
        """Give a problem's code."""
        return self.value.get("code") if isinstance(self.value, dict) else None


class House:
    """The door, who is behind it, and a browser's memory."""

    def __init__(self, office: Office, small: Any) -> None:
        self.ins = small.signins = SignIns(office.core, Passwords(Cost(1, 8, 1)))
        self.people = office.desk
        office.desk.signins = self.ins
        self.app = SignIn(build_api(small), lambda: self.ins, lambda: Hosts((NAME,)))
        self.loop = asyncio.new_event_loop()

    def do(self, work: Any) -> Any:
        """Run a piece of work to its end."""
        return self.loop.run_until_complete(work)

    def add(self, name: str, role: str, *, must_change: bool = False) -> None:
        """Add a user."""
        row = {"name": name, "role": role, "password": GOOD, "must_change": must_change}
        self.do(self.people.add_user(row, "root"))

    def ask(
        self, method: str, path: str, *headers: tuple[str, str], body: Any = None, host: str | None = "127.0.0.1:8666",
        scheme: str = "http", address: str = "127.0.0.1",
    ) -> Said:  # fmt: skip
        """Put one request to the door."""
        path, _, question = path.partition("?")
        data = b"" if body is None else json.dumps(body).encode()
        sent = [(name.lower().encode(), value.encode("utf-8", "surrogateescape")) for name, value in headers]
        if host is not None:
            sent.append((b"host", host.encode("utf-8", "surrogateescape")))
        scope = {
            "type": "http", "http_version": "1.1", "method": method, "path": path, "root_path": "",
            "raw_path": path.encode(), "query_string": question.encode(), "headers": sent, "scheme": scheme,
            "client": (address, 4711), "state": {},
        }  # fmt: skip
        said: Said = self.do(self._ask(scope, data))
        return said

    async def _ask(self, scope: Any, data: bytes) -> Said:
        messages: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": data, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        await self.app(scope, receive, send)
        text = b"".join(each.get("body", b"") for each in messages[1:])
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in messages[0]["headers"]}
        is_json = "json" in headers.get("content-type", "")
        return Said(messages[0]["status"], headers, json.loads(text) if is_json and text else text)

    def sign_in(self, user: str = "anna", **more: Any) -> tuple[tuple[str, str], ...]:
        """Sign in and give the headers that a page of that session sends."""
        said = self.ask("POST", "/api/v1/session", body={"user": user, "password": GOOD}, **more)
        assert said.status == 201, said
        cookie = said.headers["set-cookie"].partition(";")[0]
        return ("Cookie", cookie), ("X-CSRF-Token", said.value["csrf"])

    def token(self, **row: Any) -> tuple[str, str]:
        """Make a token and give the header that shows it."""
        made = self.do(self.people.add_token({"name": "cron", **row}, ROOT))
        return "Authorization", f"Bearer {made['secret']}"


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    FleetDb.open(folder / "fleet.db").close()
    return folder / "fleet.db"


@pytest.fixture
def house(tmp_path: Path, empty: Path, desk: Any) -> Iterator[House]:
    shutil.copy(empty, tmp_path)
    office = Office(tmp_path)
    made = House(office, desk)
    yield made
    made.loop.close()
    office.db.close()


def test_nobody_comes_in_without_having_signed_in(house: House, desk: Any) -> None:
    for method, path in (("GET", "/api/v1/status"), ("POST", "/api/v1/reload"), ("GET", "/api/v1/nothing")):
        said = house.ask(method, path)
        assert (said.status, said.code, said.headers["www-authenticate"]) == (401, "not-signed-in", "Bearer")
    assert desk.calls == []


def test_a_browser_is_shown_where_to_sign_in_and_comes_back(house: House) -> None:
    said = house.ask("GET", "/devices?filter=state%3Dfailed")
    assert (said.status, said.headers["location"]) == (303, "/sign-in?next=%2Fdevices%3Ffilter%3Dstate%253Dfailed")
    assert house.ask("GET", "/").headers["location"] == "/sign-in"
    piece = house.ask("GET", "/devices", ("HX-Request", "true"))
    assert (piece.status, piece.headers["hx-redirect"]) == (401, "/sign-in")
    assert house.ask("POST", "/devices").status == 401
    assert house.ask("GET", "/metrics").status == 401


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("/devices?x=1", "/devices?x=1"),
        ("//elsewhere", "/"),
        ("/\\elsewhere", "/"),
        ("https://elsewhere", "/"),
        ("", "/"),
        ("/a\nb", "/"),
    ],
)
def test_nobody_is_led_elsewhere(text: str, place: str) -> None:
    assert safe_next(text) == place


def test_a_session_reads_and_with_its_word_writes(house: House, desk: Any) -> None:
    house.add("anna", OPERATOR)
    cookie, csrf = house.sign_in()
    who = house.ask("GET", "/api/v1/session", cookie)
    assert (who.status, who.value["user"], who.value["role"], who.value["csrf"]) == (200, "anna", OPERATOR, csrf[1])
    new = {"mac": "00:00:5e:00:53:01"}
    for headers in ([cookie], [cookie, ("X-CSRF-Token", "")], [cookie, ("X-CSRF-Token", "é")], [cookie, csrf, csrf]):
        assert house.ask("POST", "/api/v1/devices", *headers, body=new).code == "csrf"
    assert desk.calls == []
    assert house.ask("POST", "/api/v1/devices", cookie, csrf, body=new).status == 201
    assert desk.calls == [("add_device", new, "anna")]
    assert house.ask("DELETE", "/api/v1/session", cookie, csrf).status == 204
    assert house.ask("GET", "/api/v1/session", cookie).status == 401


def test_the_audit_names_who_came_in_and_keeps_no_word_of_a_session(house: House, desk: Any) -> None:
    house.add("anna", VIEWER)
    cookie, csrf = house.sign_in()
    assert house.ask("DELETE", "/api/v1/session", cookie, csrf).status == 204
    came, left = desk.audited
    told = ("who", "role", "via", "method", "path", "status")
    assert [came[key] for key in told] == ["anna", VIEWER, "session", "POST", "/session", 201]
    assert [left[key] for key in told] == ["anna", VIEWER, "session", "DELETE", "/session", 204]
    assert left["before"]["csrf"] == came["after"]["csrf"] == "***"
    assert csrf[1] not in str(desk.audited)


def test_the_cookie_is_kept_from_scripts_and_other_sites(house: House) -> None:
    house.add("anna", VIEWER)
    for scheme, secure in (("http", False), ("https", True)):
        said = house.ask("POST", "/api/v1/session", body={"user": "anna", "password": GOOD}, scheme=scheme)
        flags = [part.strip().lower() for part in said.headers["set-cookie"].split(";")[1:]]
        assert {"httponly", "samesite=strict", "path=/"} <= set(flags)
        assert ("secure" in flags) == secure


@pytest.mark.parametrize(
    ("header", "let"),
    [
        (("Origin", "http://127.0.0.1:8666"), True),
        (("Origin", "https://127.0.0.1:8666"), True),
        (("Origin", "http://127.0.0.1"), False),
        (("Origin", "http://evil.example"), False),
        (("Origin", "null"), False),
        (("Sec-Fetch-Site", "same-origin"), True),
        (("Sec-Fetch-Site", "none"), True),
        (("Sec-Fetch-Site", "same-site"), False),
        (("Sec-Fetch-Site", "cross-site"), False),
    ],
)
def test_a_page_of_another_site_writes_nothing(house: House, header: tuple[str, str], let: bool) -> None:
    house.add("anna", OPERATOR)
    cookie, csrf = house.sign_in()
    new = {"mac": "00:00:5e:00:53:01"}
    said = house.ask("POST", "/api/v1/devices", cookie, csrf, header, body=new)
    assert (said.status, said.code) == ((201, None) if let else (403, "other-origin"))
    said = house.ask("POST", "/api/v1/session", header, body={"user": "anna", "password": GOOD})
    assert (said.status, said.code) == ((201, None) if let else (403, "other-origin"))


@pytest.mark.parametrize(
    ("host", "good"),
    [
        ("127.0.0.1:8666", True), ("localhost", True), ("10.0.0.2:8666", True), ("[::1]:8666", True), (NAME, True),
        (NAME.upper() + ":443", True), (NAME + ".", True), ("evil.example", False), (f"{NAME}.evil.example", False),
        ("127.0.0.1.evil.example", False), ("", False), ("127.0.0.1:x", False), ("a b", False), ("[1]", False),
    ],
)  # fmt: skip
def test_a_name_that_a_stranger_made_is_not_ours(house: House, host: str, good: bool) -> None:
    said = house.ask("GET", "/api/v1/status", host=host)
    assert said.code == ("not-signed-in" if good else "wrong-host")


def test_without_a_host_or_with_two_nobody_is_let_in(house: House) -> None:
    assert house.ask("GET", "/sign-in", host=None).status == 421
    assert house.ask("GET", "/sign-in", ("Host", "localhost")).status == 421


def test_what_must_be_changed_is_changed_first(house: House) -> None:
    house.add("anna", ADMINISTRATOR, must_change=True)
    cookie, csrf = house.sign_in()
    said = house.ask("GET", "/api/v1/status", cookie)
    assert (said.status, said.code) == (403, "change-password")
    assert house.ask("GET", "/devices", cookie).headers["location"] == "/sign-in?next=%2Fdevices"
    assert house.ask("GET", "/api/v1/session", cookie).value["must_change"] is True
    new = {"old": GOOD, "password": "a password of my own"}
    assert house.ask("PUT", "/api/v1/session/password", cookie, body=new).code == "csrf"
    wrong = house.ask("PUT", "/api/v1/session/password", cookie, csrf, body=new | {"old": "wrong"})
    assert wrong.value["fields"] == {"old": "is not your password"}
    weak = house.ask("PUT", "/api/v1/session/password", cookie, csrf, body=new | {"password": "weak"})
    assert list(weak.value["fields"]) == ["password"]
    assert house.ask("PUT", "/api/v1/session/password", cookie, csrf, body=new).value["must_change"] is False
    assert house.ask("GET", "/api/v1/status", cookie).status == 200


def test_wrong_passwords_come_to_an_end(house: House) -> None:
    house.add("anna", VIEWER)
    told = [
        house.ask("POST", "/api/v1/session", body={"user": name, "password": "wrong"})
        for name in ("anna", "nobody")
        for _ in range(6)
    ]
    assert [each.status for each in told] == 2 * [*5 * [401], 429]
    assert told[5].headers["retry-after"] == "900"
    assert told[0].value == told[6].value
    assert told[5].value == told[11].value
    assert house.ask("POST", "/api/v1/session", body={"user": "anna", "password": GOOD}).status == 429
    house.sign_in(address="10.0.0.5")


def test_a_token_lets_in_without_cookie_and_word(house: House, desk: Any) -> None:
    token = house.token(role=OPERATOR)
    assert house.ask("POST", "/api/v1/devices", token, body={"mac": "00:00:5e:00:53:01"}).status == 201
    assert desk.calls[0][2] == "cron"
    assert house.ask("POST", "/api/v1/reload", token, body={}).code == "administrators-only"


def test_a_token_opens_its_scope_and_nothing_else(house: House) -> None:
    token = house.token(scope=["/devices", "/status"])
    assert house.ask("GET", "/api/v1/devices", token).status == 200
    assert house.ask("GET", "/api/v1/status", token).status == 200
    for path in ("/api/v1/configs", "/api/v1/devicesx", "/api/v1/tokens", "/", "/devices", "/metrics", "/api/v1"):
        assert house.ask("GET", path, token).code == "out-of-scope", path
    assert house.ask("GET", "/metrics", house.token(scope=["/metrics"])).code != "out-of-scope"


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer ", "Bearer rb_nobody", "Basic YTpi", "rb_x", "Bearer rb_é", "Bearer a b"]
)
def test_a_token_that_is_none_is_told(house: House, shown: str) -> None:
    said = house.ask("GET", "/api/v1/status", ("Authorization", shown))
    assert (said.status, said.code) == (401, "bad-token")
    assert "invalid_token" in said.headers["www-authenticate"]


def test_every_answer_tells_the_browser_what_it_may_not_do(house: House) -> None:
    house.add("anna", VIEWER)
    cookie, _ = house.sign_in()
    asked = [house.ask("GET", "/"), house.ask("GET", "/api/v1/status"), house.ask("GET", "/api/v1/status", cookie)]
    for said in asked:
        assert {name.decode(): value.decode() for name, value in HEADERS}.items() <= said.headers.items()
    policy = asked[0].headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_over_the_unix_socket_nobody_signs_in(house: House, server: Any) -> None:
    client = Client([server.path])
    assert client.get("session")["via"] == "unix"
    with pytest.raises(Failure, match="known already"):
        client.post("session", body={"user": "anna", "password": GOOD})
    with pytest.raises(Failure, match="no session to end"):
        client.delete("session")
    client.close()


ANYTHING = st.text(max_size=80) | st.binary(max_size=80).map(lambda data: data.decode("utf-8", "surrogateescape"))
COOKIES = st.lists(
    st.sampled_from([COOKIE, "=", ";", ", ", '"', "a" * 43, "x", "é", "\x00"]) | st.text(max_size=5), max_size=8
).map("".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    host=ANYTHING,
    shown=ANYTHING,
    cookie=COOKIES,
    origin=ANYTHING,
    csrf=ANYTHING,
    method=st.sampled_from(["GET", "POST"]),
)
def test_no_header_ends_in_a_traceback(
    house: House, host: str, shown: str, cookie: str, origin: str, csrf: str, method: str
) -> None:
    more = (("Cookie", cookie), ("Origin", origin), ("X-CSRF-Token", csrf))
    for said in (
        house.ask(method, "/api/v1/status", *more, host=host),
        house.ask(method, "/api/v1/status", *more),
        house.ask(method, "/api/v1/status", *more, ("Authorization", shown)),
        house.ask(method, "/api/v1/status", *more, ("Authorization", f"Bearer {shown}")),
    ):
        assert said.status in (401, 403, 421)


@given(st.text())
def test_a_cookie_is_one_of_ours_or_none(text: str) -> None:
    found = read_cookie(text)
    assert found is None or f"{COOKIE}={found}" in text


@given(st.from_regex(r"[A-Za-z0-9]{43}", fullmatch=True), st.text().filter(lambda text: COOKIE not in text))
def test_a_cookie_is_found_among_others(word: str, other: str) -> None:
    assert read_cookie(f"{other}; {COOKIE}={word}; x=y") == word


@given(st.text())
def test_a_host_is_a_name_or_none(text: str) -> None:
    found = host_of(text)
    assert found is None or found in text.lower()
