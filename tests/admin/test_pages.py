"""The pages over a real socket, behind the gate: for each role, well formed, and with strangers' words as text."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from starlette.routing import compile_path
from tests.admin import rest_of_pages
from tests.admin.reading import PageReader
from tests.whole.daemon import wait_until

from ringboot.admin.access import ADMINISTRATOR, OPERATOR, ROLES, VIEWER, Peer
from ringboot.admin.pages.changes import COME, GAP, GONE, SAME, changes
from ringboot.admin.pages.drawing import clean, moment_text, pretty, size, span
from ringboot.admin.pages.rates import Rates
from ringboot.admin.pages.site import SECTIONS
from ringboot.admin.signin import SIGN_IN_PAGE
from ringboot.desk.errors import Refused
from ringboot.model.machine import STATES

MAC = "00:00:5e:00:53:0a"
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7 * 7 }}=cmd|' /C calc'!A0\u202eevil"
SHOWN = EVIL.replace("\u202e", "\\u202e")


class Told(NamedTuple):
    """An answer."""

    status: int
    headers: dict[str, str]
    text: str


class Browser:
    """Asks for pages as a browser does, on one connection each."""

    def __init__(self, path: str) -> None:
        self._path = path

    def ask(self, method: str, target: str, body: bytes | None = None, **headers: str) -> Told:
        connection = http.client.HTTPConnection("localhost", timeout=20)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(20)
        connection.sock.connect(self._path)
        try:
            connection.request(method, target, body, headers)
            with connection.getresponse() as response:
                found = {name.lower(): value for name, value in response.headers.items()}
                return Told(response.status, found, response.read().decode())
        finally:
            connection.close()

    def get(self, target: str) -> Told:
        return self.ask("GET", target)

    def submit(self, target: str, fields: list[tuple[str, str]]) -> Told:
        """Send a form as htmx does."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
        return self.ask("POST", target, urlencode(fields).encode(), **kind)


class AnyRole:
    """An access rule that gives everybody one role."""

    owner = 0

    def __init__(self, role: str) -> None:
        self._role = role

    def role(self, _: Peer) -> str:
        return self._role


@pytest.fixture
def browser(server: Any, desk: Any) -> Browser:  # the desk is put in place first
    return Browser(str(server.path))


@pytest.fixture
def filled(desk: Any) -> Any:
    """Give a desk on which every text that comes from outside is a stranger's."""
    device = {
        "id": "d1", "mac": MAC, "ip": "10.0.0.9", "sn": EVIL, "uuid": EVIL, "vendor": EVIL,
        "model": EVIL, "version": EVIL, "plugin": "p", "config": "c", "configured": False,
        "added": "auto", "description": EVIL, "options": {"note": EVIL}, "association": EVIL, "problem": EVIL,
        "state": "autoprov",
    }  # fmt: skip
    desk.rows_devices = {"d1": device, "d2": {**device, "id": "d2", "mac": None, "plugin": None, "config": None}}
    desk.rows_plugins = {"p": {"id": "p", "installed": True, "version": "1"}}
    desk.rows_configs = {"c": {"id": "c", "raw_config": {"sip_lines": {"1": {"display_name": EVIL}}}}}
    desk.files = {
        ("d1", "a.cfg"): {"path": "a.cfg", "part": "", "template": EVIL, "secret": False, "text": EVIL, "fetched": 1.0},
    }
    file = {"path": EVIL, "template": EVIL, "shared": False, "state": "changed", "text": f"a\n{EVIL}", "served": "a"}
    desk.previewed = {"files": [file], "left": [{"name": EVIL, "why": EVIL}]}
    desk.generations = [
        {"number": 1, "utc": 1.0, "why": EVIL, "held": True, "changed": 1, "served": False, "files": []}
    ]
    desk.explanation = {
        "boot": {"reason": "boot-no-network", "text": EVIL, "help": EVIL},
        "said": {"agents": [EVIL], "asks": [EVIL]},
        "network": {"name": EVIL, "subnet": "10.0.0.0/24", "segment": EVIL},
        "classes": [EVIL],
        "reservations": [{"network": EVIL, "kind": "mac", "value": MAC, "address": "10.0.0.9"}],
        "options": [{"key": "66", "name": EVIL, "value": EVIL, "layer": "brand", "source": EVIL, "not_sent": EVIL}],
        "leases": [
            {"address": "10.0.0.9", "network": EVIL, "state": "bound", "start": 1, "expiry": 9e18, "hostname": EVIL,
             "vendor_class": EVIL},
        ],
        "plugin": {"id": "p", "title": EVIL, "version": EVIL, "folder": EVIL, "why": EVIL},
        "files": [{"path": "a.cfg", "part": "", "template": EVIL, "secret": False, "fetched": 1.0, "current": False}],
        "timeline": [{"utc": 1.0 * place, "stage": "dhcp", "reason": "offered", "text": EVIL} for place in range(3)],
        "dhcp_silent": EVIL,
    }  # fmt: skip
    needs = [
        {"reason": "device-failed", "text": EVIL, "help": EVIL, "kind": "device", "id": "d1", "since": 1.0},
        {"reason": "foreign-server", "text": EVIL, "help": EVIL, "kind": "server", "id": EVIL, "since": None},
    ]
    desk.needs = {"total": 2, "reasons": {}, "items": needs}
    states = {"autoprov": 1, "configured": 2, "failed": 0, "stuck": 0}
    desk.seen = {"devices": 3, "states": states, "brands": [{"brand": EVIL, "devices": 3, **states}]}
    desk.selected = [device]
    desk.model = {"lines": 2, "keys": 3, "known": True, "expansion": 0}
    desk.rows_events = [{"id": 1, "utc": 1.0, "reason": "served", "text": EVIL, "help": "", "mac": MAC, "device": "d1"}]
    desk.rows_pools = [{"network": EVIL, "pool": "10.0.0.1-10.0.0.9", "size": 9, "used": 9, "declined": 1, "free": 0}]
    desk.rows_hooks = [
        {"hook": EVIL, "kind": "answer", "place": EVIL, "filters": EVIL, "calls": 2, "failures": 1, "late": 1,
         "average_ms": 1.5, "slowest_ms": 2.0, "problem": EVIL, "failed_at": 1.0, "traceback": EVIL},
    ]  # fmt: skip
    machine = {key: device[key] for key in ("id", "mac", "ip", "model", "config", "description")}
    desk.rows_machines = [
        {**machine, "id": state, "state": state, "since": 1.0, "who": EVIL, "asked": 1.0} for state in STATES
    ]
    rest_of_pages.fill(desk, EVIL)
    return desk


# Every address of a page, what of it a viewer may not see, and whether a stranger's words stand there.
ADDRESSES: list[tuple[str, str]] = [
    ("/", VIEWER),
    ("/devices", VIEWER),
    ("/devices?text=0a&plugin=p&state=autoprov&vendor=x&sort=-mac&offset=0", VIEWER),
    ("/devices?text=nothing", VIEWER),
    ("/devices/d1", VIEWER),
    ("/devices/d2", VIEWER),
    ("/devices/d1/file?path=a.cfg", VIEWER),
    ("/devices/d1/preview", ADMINISTRATOR),
    ("/devices/d1/history/1", ADMINISTRATOR),
    ("/devices/new", VIEWER),
    ("/devices/import", VIEWER),
    ("/pieces/health", VIEWER),
    *rest_of_pages.ADDRESSES,
    ("/password", VIEWER),
    ("/assign", VIEWER),
    ("/assign/code", VIEWER),
    ("/assign/d1", VIEWER),
    ("/boot", VIEWER),
    ("/scripts", VIEWER),
    ("/scripts/web", ADMINISTRATOR),
    ("/scripts/web/leases?sort=ip", ADMINISTRATOR),
    ("/boot?state=waiting", VIEWER),
]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("address", ADDRESSES, ids=[row[0] for row in ADDRESSES])
def test_every_page_is_drawn_for_whom_it_is(
    address: tuple[str, str], role: str, server: Any, browser: Browser, filled: Any
) -> None:
    target, least = address
    server.access.rule = AnyRole(role)
    told = browser.get(target)
    if ROLES.index(role) < ROLES.index(least):
        # A page around what may not be seen may stand, and says so.
        assert told.status == 403 or "administrators" in told.text
    else:
        assert told.status == 200
    page = PageReader(told.text, whole="/pieces/" not in target and target not in rest_of_pages.PIECES)
    assert page.wrong == []
    assert "script-src" not in told.headers["content-security-policy"]  # which would allow more than the default
    assert "default-src 'self'" in told.headers["content-security-policy"]


@pytest.mark.parametrize("target", [row[0] for row in ADDRESSES])
def test_what_strangers_say_is_text_everywhere(target: str, browser: Browser, filled: Any) -> None:
    told = browser.get(target)
    page = PageReader(told.text, whole=False)
    assert all("src" in script for script in page.all("script"))
    assert "49" not in page.all("title").__repr__()
    assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
    assert not page.all("img")
    assert "\u202e" not in told.text
    assert "style" not in {name for _, attrs in page.elements for name in attrs}  # the policy would refuse it


@pytest.mark.parametrize(
    "target",
    ["/", "/devices", "/devices/d1", "/devices/d1/file?path=a.cfg", "/devices/d1/preview", "/assign", "/assign/d1"],
)
def test_strangers_words_can_be_read(target: str, browser: Browser, filled: Any) -> None:
    assert SHOWN in PageReader(browser.get(target).text, whole=False).text


@pytest.mark.parametrize(
    ("target", "line"),
    [("/", "/"), ("/devices/d1", "/devices"), ("/rollouts/1", "/jobs"), ("/syncs/1", "/jobs"), ("/jobs/1", "/jobs"),
     ("/assign/d1", "/assign"), ("/plugins/p", "/plugins"), ("/users", "/users"), ("/password", None)],
)  # fmt: skip
def test_the_navigation_shows_where_one_is(target: str, line: str | None, browser: Browser, filled: Any) -> None:
    page = PageReader(browser.get(target).text)
    here = [attrs["href"] for attrs in page.all("a") if attrs.get("aria-current")]
    assert here == ([] if line is None else [line])


def test_every_way_of_every_section_is_tried() -> None:
    tried = {target.partition("?")[0] for target, _ in ADDRESSES}
    for section in SECTIONS:
        for way in section.ways:
            pattern = compile_path(way.path)[0]
            if way.path == SIGN_IN_PAGE:  # for those who are not known yet: test_page_signin.py
                continue
            assert way.method != "GET" or any(map(pattern.fullmatch, tried)), f"add {way.path} to ADDRESSES"


@pytest.mark.parametrize(
    ("target", "offered"),
    [
        ("/devices", ["/devices/sure", "/devices/new", "/devices/import"]),
        ("/devices/d1", ["/devices/d1/do", "/devices/d1/edit", "/devices/sure"]),
    ],
)
def test_what_a_viewer_may_not_do_is_not_offered(
    target: str, offered: list[str], server: Any, browser: Browser, filled: Any
) -> None:
    server.access.rule = AnyRole(OPERATOR)
    page = browser.get(target).text
    assert all(f'"{each}"' in page for each in offered)
    server.access.rule = AnyRole(VIEWER)
    page = browser.get(target).text
    assert not any(f'"{each}"' in page for each in offered)
    assert "hx-post" not in page


# What is wrong is said


def test_a_page_that_is_not_there(browser: Browser) -> None:
    told = browser.get("/nothing/of/that")
    assert (told.status, PageReader(told.text).wrong) == (404, [])
    assert "Nothing lies at this address." in told.text
    assert browser.get("/static/nothing.js").status == 404


def test_a_device_that_is_not_there(browser: Browser) -> None:
    told = browser.get("/devices/nobody")
    assert told.status == 404
    assert "There is no device nobody." in told.text


def test_a_piece_that_fails_stands_where_messages_do(browser: Browser, desk: Any) -> None:
    desk.rows_devices = {"d1": {"id": "d1", "mac": MAC}}
    desk.fail = Refused("The plugin is broken.")
    told = browser.submit("/devices/d1/do", [("deed", "reconfigure")])
    assert (told.status, told.headers["hx-retarget"]) == (409, "#said")
    assert "The plugin is broken." in told.text
    assert "<html" not in told.text


def test_a_failure_is_no_traceback(browser: Browser, desk: Any) -> None:
    desk.fail = RuntimeError("secret words of the inside")
    told = browser.get("/devices")
    assert told.status == 500
    assert "secret words" not in told.text
    assert PageReader(told.text).wrong == []


def test_another_sites_form_is_refused(browser: Browser, filled: Any) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    told = browser.ask("POST", "/devices/do", b"deed=delete&ids=d1", **kind)
    assert told.status == 403
    assert "d1" in filled.rows_devices


def test_a_form_that_cannot_be_read(browser: Browser) -> None:
    told = browser.ask("POST", "/devices/sure", b"\xff=%", **{"HX-Request": "true"})
    assert told.status == 400
    assert "could not be read" in told.text


def test_what_is_down_is_named(server: Any, browser: Browser, desk: Any) -> None:
    rows = [
        {"name": "dhcp", "pid": None, "last_end": "signal SIGKILL"},
        {"name": "tftp", "pid": None, "last_end": "exit 1"},
    ]

    async def status() -> dict[str, Any]:
        return {"dhcp": {"connected": False}, "processes": rows, "workers": [{"name": "render-2", "pid": None}],
                "broken_plugins": ["p: line 3"], "held_back": 1}  # fmt: skip

    desk.status = status
    reader = PageReader(_fresh_piece(browser), whole=False)
    assert "dhcp does not answer as it should." in reader.text
    assert "tftp does not answer as it should." in reader.text
    assert "It ended: exit 1." in reader.text
    assert "render-2 does not answer as it should." in reader.text
    assert "p: line 3" in reader.text
    assert "Devices are noticed late" in reader.text


def _fresh_piece(browser: Browser) -> str:
    """Ask until what others were told a moment ago is over."""
    import time

    until = time.monotonic() + 20
    while time.monotonic() < until:
        text = browser.get("/pieces/health").text
        if "dhcp" in text:
            return text
        time.sleep(0.05)
    raise AssertionError(text)


# Devices


def test_the_list_asks_the_api_for_what_the_address_says(browser: Browser, filled: Any) -> None:
    filled.rows_devices = {
        f"d{place}": {**filled.rows_devices["d1"], "id": f"d{place}", "description": f"phone {place}"}
        for place in range(120)
    }
    page = browser.get("/devices?plugin=p&sort=-id&offset=50").text
    assert "51 to 100 of 120" in page
    assert "phone 69" in page
    assert "phone 70" not in page
    assert 'href="/devices?plugin=p&amp;sort=-id&amp;offset=100"' in page
    assert 'href="/devices?plugin=p&amp;sort=-id"' in page  # back to the first page
    assert 'href="/devices?plugin=p&amp;sort=id"' not in page  # of a column that the page does not show
    assert 'aria-sort="descending"' not in page


def test_several_are_asked_about_before_anything_is_done(browser: Browser, filled: Any) -> None:
    page = PageReader(browser.submit("/devices/sure", [("deed", "delete"), ("ids", "d1"), ("ids", "d2")]).text, False)
    assert page.wrong == []
    assert "2 devices" in page.text
    assert [each["value"] for each in page.all("input") if each["name"] == "ids"] == ["d1", "d2"]
    assert [call[:2] for call in filled.calls if call[0] in ("bulk", "chosen_devices")] == [
        ("chosen_devices", ["d1", "d2"])
    ]


@pytest.mark.parametrize("deed", ["reconfigure", "synchronize", "move", "delete"])
def test_what_is_done_with_several(deed: str, browser: Browser, filled: Any) -> None:
    fields = [("deed", deed), ("ids", "d1"), ("to", "q")]
    told = browser.submit("/devices/do", fields)
    assert (told.status, told.headers["hx-retarget"]) == (200, "#said")
    assert "2 of 2 devices" in told.text
    assert "live-devices" in told.headers["hx-trigger"]
    (call,) = (call for call in filled.calls if call[0] == "bulk")
    assert call[1:3] == (deed, ["d1"])
    assert call[4] == ({"plugin": "q"} if deed == "move" else {})


def test_those_that_it_could_not_be_done_with_are_named(browser: Browser, filled: Any) -> None:
    filled.undone = [{"id": "d1", "mac": MAC, "problem": EVIL}]
    told = browser.submit("/devices/do", [("deed", "reconfigure"), ("ids", "d1")])
    assert f"{MAC}: {SHOWN}" in PageReader(told.text, False).text
    assert "1 of 2 devices" in told.text


def test_all_that_a_search_finds_are_meant(browser: Browser, filled: Any) -> None:
    fields = [("deed", "delete"), ("all_found", "1"), ("text", "x"), ("state", "stuck"), ("ids", "d2")]
    asked = PageReader(browser.submit("/devices/sure", fields).text, False)
    again = [(str(each["name"]), str(each["value"])) for each in asked.all("input") if each["type"] == "hidden"]
    assert sorted(again) == sorted(fields[:4])
    told = browser.submit("/devices/do", again)
    (job,) = filled.work.all()
    assert told.headers["hx-redirect"] == f"/jobs/{job['id']}"
    wait_until(lambda: all(job["ended"] for job in filled.work.all()), "the job to end")
    (call,) = (call for call in filled.calls if call[0] == "bulk")
    assert (call[2], call[3].filters, call[3].text) == (None, (("state", "stuck"),), "x")


def test_one_that_was_deleted_leaves_its_page(browser: Browser, filled: Any) -> None:
    told = browser.submit("/devices/do", [("deed", "delete"), ("ids", "d1"), ("one", "1")])
    assert told.headers["hx-redirect"] == "/devices"


def test_a_device_is_added(browser: Browser, desk: Any) -> None:
    told = browser.submit("/devices/new", [("mac", MAC), ("model", " M1 "), ("vendor", "")])
    assert told.headers["hx-redirect"] == "/devices/made"
    assert ("add_device", {"mac": MAC, "model": "M1"}) in [call[:2] for call in desk.calls]
    desk.fail = Refused("Not so.", {"mac": "is no MAC address"})
    told = browser.submit("/devices/new", [("mac", "zz"), ("model", EVIL)])
    assert told.status == 422
    page = PageReader(told.text)
    assert page.wrong == []
    assert "is no MAC address" in page.text
    assert SHOWN in page.text  # what was written is not lost


# Device


def test_the_layer_that_set_a_secret_is_shown_and_the_secret_is_not(browser: Browser, filled: Any) -> None:
    filled.rows_configs = {"c": {"id": "c", "raw_config": {"admin_password": "hidden words"}}}
    page = PageReader(browser.get("/devices/d1").text)
    assert "hidden words" not in page.text
    row = " ".join(page.texts).partition("admin_password")[2].split()
    assert row[:2] == ["***", "c"]


def test_a_device_is_changed_only_where_it_was(browser: Browser, filled: Any) -> None:
    device = filled.rows_devices["d1"]
    fields = [(key, device[key]) for key in ("plugin", "config", "vendor", "model", "version")]
    fields += [("description", "Reception"), ("options", json.dumps({"new": 1})), ("etag", "")]
    told = browser.submit("/devices/d1/edit", fields)
    assert told.headers["hx-redirect"] == "/devices/d1"
    changes = next(call[2] for call in filled.calls if call[0] == "set_device")
    assert changes == {"description": "Reception", "options": {"new": 1, "note": None}}


def test_two_people_change_one_device(browser: Browser, filled: Any) -> None:
    page = PageReader(browser.get("/devices/d1").text)
    (etag,) = (str(each["value"]) for each in page.all("input") if each.get("name") == "etag")
    assert etag
    device = filled.rows_devices["d1"]
    fields = [(key, device[key]) for key in ("plugin", "config", "vendor", "model", "version")]
    options = pretty(device["options"]).replace("\n", "\r\n")  # as browsers send lines
    fields += [("options", options), ("description", "mine"), ("etag", etag)]
    filled.rows_devices["d1"] = {**device, "description": "theirs"}  # somebody else was faster
    told = browser.submit("/devices/d1/edit", fields)
    page = PageReader(told.text)
    assert (told.status, page.wrong) == (412, [])
    assert "Somebody else changed this meanwhile." in page.text
    assert "theirs" in page.texts
    assert "mine" in page.text
    assert page.text.count("Saved meanwhile:") == 1
    (newer,) = (str(each["value"]) for each in page.all("input") if each.get("name") == "etag")
    told = browser.submit("/devices/d1/edit", [*fields[:-1], ("etag", newer)])
    assert (told.headers.get("hx-redirect"), filled.rows_devices["d1"]["description"]) == ("/devices/d1", "mine")


def test_options_that_are_no_json_are_said_at_their_field(browser: Browser, filled: Any) -> None:
    told = browser.submit("/devices/d1/edit", [("options", "{"), ("description", "kept words")])
    page = PageReader(told.text)
    assert (told.status, page.wrong) == (422, [])
    assert "must be JSON" in page.text
    assert "kept words" in page.text
    assert not any(call[0] == "set_device" for call in filled.calls)


def test_a_file_is_put_back(browser: Browser, filled: Any) -> None:
    told = browser.submit("/devices/d1/history/1/rollback", [])
    assert told.headers["hx-redirect"] == "/devices/d1#files"
    assert any(call[:3] == ("rollback", "d1", 1) for call in filled.calls)


# Assign


def test_the_form_has_as_many_lines_and_keys_as_the_model(browser: Browser, filled: Any) -> None:
    page = PageReader(browser.get("/assign/d1").text)
    names = [str(each.get("name")) for each in page.all("input") + page.all("select")]
    assert {name.split(".")[1] for name in names if name.startswith("lines.")} == {"1", "2"}
    assert {name.split(".")[1] for name in names if name.startswith("keys.")} == {"1", "2", "3"}
    filled.model = {"lines": None, "keys": None, "known": False, "expansion": None}
    page = PageReader(browser.get("/assign/d1").text)
    assert "is not known" in page.text
    assert any(each.get("name") == "lines.2.username" for each in page.all("input"))


def test_a_line_is_given_to_a_device_and_what_the_form_lacks_stays(browser: Browser, filled: Any) -> None:
    filled.rows_configs["c"]["raw_config"] = {
        "sip_lines": {"1": {"username": "old", "password": "kept", "dtmf_mode": "SIP-INFO", "number": "7"}},
        "funckeys": {"1": {"type": "blf", "value": "1"}, "2": {"type": "blf", "value": "2", "line": 2}},
    }
    page = PageReader(browser.get("/assign/d1").text)
    assert "kept" not in page.text
    fields = [("lines.1.username", " u1 "), ("lines.1.password", ""), ("lines.1.number", ""), ("label", "Ann")]
    fields += [("lines.2.username", ""), ("keys.1.type", ""), ("keys.1.value", "1"), ("sync", "1")]
    fields += [("keys.2.type", "speeddial"), ("keys.2.value", "22")]
    told = browser.submit("/assign/d1", fields)
    assert told.headers["hx-redirect"] == "/devices/d1"
    (call,) = (call for call in filled.calls if call[0] == "assign")
    assert call[1:3] == ("d1", {
        "config": "c", "label": "Ann",
        "lines": {"1": {"username": "u1", "dtmf_mode": "SIP-INFO"}},
        "keys": {"2": {"type": "speeddial", "value": "22", "line": 2}},
    })  # fmt: skip
    assert ("synchronize", ["d1"]) in [each[:2] for each in filled.calls]


def test_what_is_wrong_with_a_line_stands_at_its_field(browser: Browser, filled: Any) -> None:
    filled.rows_configs = {"c": {"id": "c", "raw_config": {}}}

    async def refuse(*_: Any) -> Any:
        raise Refused("Not so.", {"raw_config.sip_lines.1.proxy_ip": "must be an address or a host name"})

    filled.assign = refuse
    told = browser.submit("/assign/d1", [("lines.1.proxy_ip", "a b"), ("lines.1.display_name", EVIL)])
    page = PageReader(told.text)
    assert (told.status, page.wrong) == (422, [])
    assert "must be an address or a host name" in page.text
    assert SHOWN in page.text


def test_a_line_waits_for_whoever_dials_its_code(browser: Browser, desk: Any) -> None:
    page = PageReader(browser.get("/assign/code").text)
    (code,) = (each["value"] for each in page.all("input") if each.get("name") == "code")
    assert code is not None
    assert len(code) == 6
    assert code.isdecimal()
    told = browser.submit("/assign/code", [("code", code), ("lines.1.username", "u")])
    assert f"Whoever dials {code}" in told.text
    (call,) = (call for call in desk.calls if call[0] == "assign")
    assert call[1:3] == (None, {"code": code, "lines": {"1": {"username": "u"}}, "keys": {}})


# What pages are made of


def test_what_differs_between_two_texts() -> None:
    before = "\n".join(f"line {place}" for place in range(20))
    after = before.replace("line 10", "line ten")
    found = changes(before, after)
    assert [line.kind for line in found] == [GAP, *[SAME] * 3, GONE, COME, *[SAME] * 3, GAP]
    gone, come = found[4], found[5]
    assert (gone.before, gone.after, gone.text) == (11, None, "line 10")
    assert (come.before, come.after, come.text) == (None, 11, "line ten")
    assert found[0].text == "7 equal lines"
    assert changes("a", "a") == []
    assert [line.kind for line in changes(None, "a\nb")] == [COME, COME]


def test_rates_are_what_counters_grew_by() -> None:
    rates = Rates()
    top = {"seconds": 10.0, "messages": {"DISCOVER": 100}, "files": [{"count": 5}], "renders": {}}
    rates.note(top)
    later = {"seconds": 12.0, "messages": {"DISCOVER": 130, "REQUEST": 10}, "files": [{"count": 5}], "renders": {}}
    assert [pace.now for pace in rates.note(later)] == [20.0, 0.0, 0.0]
    assert [pace.now for pace in rates.note(later)] == [20.0, 0.0, 0.0]  # the same answer again
    for second in range(13, 18):
        found = rates.note({**later, "seconds": float(second), "messages": {"DISCOVER": 140 + second}})
    assert found[0].line.startswith("M0.0 ")
    assert rates.note({**later, "seconds": 20.0, "messages": {}})[0].now == 0.0  # dhcp was started again


def test_values_as_people_read_them() -> None:
    assert clean("a\x00b\u202ec\nd\r") == "a\\x00b\\u202ec\nd"
    assert clean("\ud800") == "\ufffd"
    assert clean(None) == ""
    assert span(90061) == "1 d 1 h"
    assert span(0) == "0 s"
    assert size(1536) == "1.5 KiB"
    assert moment_text(1e18) == "never"
