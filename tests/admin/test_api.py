"""Conversations with the API over a real unix socket: what is answered, and how what is wrong is said."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ringboot.admin.access import Access
from ringboot.desk.errors import Busy, DeskError, NotFound, Refused
from ringboot.desk.listing import Query
from ringboot.store.errors import StoreFailed, StoreFull

DEVICES: dict[str, dict[str, Any]] = {
    "a": {"id": "a", "mac": "00:00:5e:00:53:0a", "ip": "10.0.0.9", "model": "M2", "configured": True, "options": {}},
    "b": {"id": "b", "mac": "00:00:5e:00:53:0b", "ip": "10.0.0.10", "model": "M2", "configured": False, "options": {}},
    "c": {"id": "c", "mac": None, "ip": None, "model": "M1", "configured": True, "options": {"admin_password": "x"}},
}


class Talk:
    """One connection to the server."""

    def __init__(self, server: Any) -> None:
        self._path = str(server.path)

    def ask(self, method: str, target: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("localhost", timeout=20)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(20)
        connection.sock.connect(self._path)
        try:
            connection.request(method, f"/api/v1{target}", body, headers)
            with connection.getresponse() as response:
                text = response.read()
                if response.status >= 400:
                    assert response.headers["content-type"] == "application/problem+json"
                return response.status, json.loads(text) if text else None
        finally:
            connection.close()

    def send(self, method: str, target: str, value: Any) -> tuple[int, Any]:
        return self.ask(method, target, json.dumps(value).encode())


@pytest.fixture
def talk(server: Any, desk: Any) -> Talk:  # the desk is put in place first
    return Talk(server)


# What the desk is asked beside, so that the audit knows what was there before and after
LOOKS = {"device", "config", "plugin", "setting", "reservations", "firmware_package"}

# Lists


@pytest.mark.parametrize(
    ("question", "total", "ids"),
    [
        ("", 3, "abc"),
        ("?limit=2", 3, "ab"),
        ("?limit=2&offset=2", 3, "c"),
        ("?sort=ip", 3, "abc"),
        ("?sort=-ip", 3, "cba"),
        ("?sort=model", 3, "cab"),
        ("?filter=model%3DM2", 2, "ab"),
        ("?filter=model%3Dm2&filter=configured%3Dfalse", 1, "b"),
        ("?filter=mac%3D", 1, "c"),
        ("?text=53:0B", 1, "b"),
        ("?text=nothing", 0, ""),
    ],
)
def test_a_list_is_filtered_sorted_and_cut(talk: Talk, desk: Any, question: str, total: int, ids: str) -> None:
    desk.rows_devices = DEVICES
    status, page = talk.ask("GET", f"/devices{question}")
    assert (status, page["total"]) == (200, total)
    assert "".join(row["id"] for row in page["items"]) == ids


@pytest.mark.parametrize(
    ("question", "detail"),
    [
        ("?sort=options", "'options' cannot be sorted by: there are id, mac, ip"),
        ("?filter=model", "'model' is no filter here: write key=value with one of id, mac, ip"),
        ("?filter=options%3Dx", "'options=x' is no filter here"),
        ("?limit=0", "limit must be a number from 1 to 1000, not '0'."),
        ("?limit=1001", "limit must be a number from 1 to 1000, not '1001'."),
        ("?offset=-1", "offset must be a number from 0 to 1099511627776, not '-1'."),
        ("?offset=%D9%A3", "offset must be a number"),
        ("?page=2", "Unknown parameter 'page': there are filter, text, sort, limit, offset, secrets, format."),
    ],
)
def test_a_wrong_question_is_refused_with_what_is_possible(talk: Talk, question: str, detail: str) -> None:
    status, problem = talk.ask("GET", f"/devices{question}")
    assert (status, problem["code"]) == (400, "bad-parameter")
    assert problem["detail"].startswith(detail)
    assert list(problem["fields"]) == [question[1:].partition("=")[0]]


def test_leases_are_read_on_by_a_cursor(talk: Talk, desk: Any) -> None:
    desk.rows_leases = [{"address": f"10.0.0.{place}", "network": "lan"} for place in range(5)]
    status, page = talk.ask("GET", "/leases?limit=2&after=2&network=lan&text=x")
    assert (status, page["next"], page["total"]) == (200, 4, 5)
    assert desk.calls == [("leases", 2, 2, "lan", "x")]


# What is wrong with a request


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"[" * 20000, 400, "The body is nested deeper than 32 levels."),
        (b'{"a":' * 20000, 400, "The body is nested deeper than 32 levels."),
        (b'{"a":' * 33 + b"1" + b"}" * 33, 400, "The body is nested deeper than 32 levels."),
        (
            b"{",
            400,
            "The body is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1).",
        ),
        (b"", 400, "The body is not JSON: Expecting value: line 1 column 1 (char 0)."),
        (b"\xff", 400, "The body is not JSON: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte."),
        (b"[]", 400, "The body must be a JSON object."),
        (b'{"a": NaN}', 400, "The body is not JSON: NaN is no JSON number."),
        (b'{"a": "\\ud800"}', 400, "The body holds half of a character (a lone surrogate)."),
        (b'{"a": ' + b"9" * 5000 + b"}", 400, "The body is not JSON: Exceeds the limit"),
        (b'{"a": "' + b"x" * (8 << 20) + b'"}', 413, "The body is larger than 8388608 octets. Send it in parts."),
    ],
    ids=[
        "deep list",
        "deep object",
        "33 levels",
        "cut off",
        "empty",
        "latin",
        "list",
        "NaN",
        "half",
        "digits",
        "large",
    ],
)
def test_a_body_that_cannot_be_used_is_refused(talk: Talk, desk: Any, body: bytes, status: int, detail: str) -> None:
    found, problem = talk.ask("POST", "/devices", body)
    assert (found, problem["detail"][: len(detail)]) == (status, detail)
    assert desk.calls == []


def test_a_large_body_that_is_good_is_read(talk: Talk, desk: Any) -> None:
    status, made = talk.send("POST", "/devices", {"description": "x" * 100_000})
    assert (status, len(made["description"])) == (201, 100_000)


@pytest.mark.parametrize(
    ("method", "target", "body", "status", "code", "fields"),
    [
        ("GET", "/nothing", None, 404, "no-such-route", {}),
        ("PUT", "/devices", {}, 405, "no-such-method", {}),
        ("GET", "/devices/x", None, 404, "not-found", {}),
        ("GET", "/explain/xyz", None, 422, "refused", {"mac"}),
        ("GET", "/leases/10.0.0.999", None, 422, "refused", {"address"}),
        ("POST", "/leases/renew", {"addresses": ["10.0.0.999"]}, 422, "refused", {"address"}),
        ("POST", "/leases/renew", {"addresses": "10.0.0.9"}, 422, "refused", {"addresses"}),
        ("POST", "/leases/renew", {"addresses": ["10.0.0.9"] * 1001}, 422, "refused", {"addresses"}),
        ("DELETE", "/leases/10.0.0.9", None, 404, "not-found", {}),
        ("GET", "/templates/of/p/none.tpl", None, 404, "not-found", {}),
        ("GET", "/templates/check?plugins=p", None, 400, "bad-parameter", {"plugins"}),
        ("POST", "/templates/copy", {"plugin": "p"}, 422, "refused", {"template"}),
        ("POST", "/templates/migrate", {"plugin": "p", "templates": "x"}, 422, "refused", {"templates"}),
        ("POST", "/templates/migrate", {"plugin": "p", "resolved": True}, 422, "refused", {"templates"}),
        ("POST", "/devices/x/rollback", {"generation": "3"}, 422, "refused", {"generation"}),
        ("GET", "/devices/x/history/-3", None, 404, "not-found", {}),
        ("POST", "/leases/10.0.0.9/reservation", {}, 404, "not-found", {}),
        ("POST", "/leases/10.0.0.9/reservation", {"mac": "x"}, 422, "unknown-keys", {"mac"}),
        ("POST", "/leases/10.0.0.9/reservation", {"kind": 7}, 422, "refused", {"kind"}),
        ("POST", "/reservations", {"network": "lan", "colour": "red"}, 422, "unknown-keys", {"colour"}),
        ("POST", "/reservations", {"address": "192.0.2.1"}, 422, "refused", {"address"}),
        ("DELETE", "/reservations?network=lan", None, 400, "bad-parameter", {"kind", "value"}),
        ("POST", "/reservations/import", {"rows": 3}, 422, "refused", {"rows"}),
        ("POST", "/reservations/import", {"rows": [], "dry_run": "no"}, 422, "refused", {"dry_run"}),
        ("POST", "/devices/reconfigure", {}, 422, "refused", {}),
        ("POST", "/devices/reconfigure", {"ids": [1]}, 422, "refused", {}),
        ("POST", "/devices/reconfigure", {"ids": ["a"], "all": True}, 422, "refused", {}),
        ("GET", "/devices/a/file", None, 400, "bad-parameter", {"path"}),
        ("POST", "/plugins", {}, 422, "refused", {"source"}),
        ("POST", "/plugins", {"source": "x", "id": 3}, 422, "refused", {"id"}),
        ("POST", "/plugins/p/upgrade", {"source": 3}, 422, "refused", {"source"}),
        ("POST", "/plugins/p/upgrade", {"form": "x"}, 422, "unknown-keys", {"form"}),
        ("POST", "/firmware/p/install", {}, 422, "refused", {"packages"}),
        ("POST", "/firmware/p/install", {"packages": "fw"}, 422, "refused", {"packages"}),
        ("POST", "/firmware/p/upgrade", {"packages": [1]}, 422, "refused", {"packages"}),
        ("POST", "/firmware/p/upgrade", {"all": True}, 422, "unknown-keys", {"all"}),
        ("PUT", "/settings/NAT", {}, 422, "refused", {"value"}),
        ("PUT", "/settings/NAT", {"value": 1, "more": 2}, 422, "unknown-keys", {"more"}),
        ("PUT", "/settings/NAT", {"value": "busy"}, 503, "busy", {}),
    ],
)
def test_what_is_wrong_is_said_with_a_code_and_the_places(
    talk: Talk, method: str, target: str, body: Any, status: int, code: str, fields: Any
) -> None:
    found, problem = talk.ask(method, target) if body is None else talk.send(method, target, body)
    assert (found, problem["status"], problem["code"], set(problem["fields"])) == (status, status, code, set(fields))
    assert problem["detail"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refused("No."), 409, "refused"),
        (Refused("No.", {"a": "b"}), 422, "refused"),
        (Refused("No.", code="configuration"), 409, "configuration"),
        (NotFound("Not there."), 404, "not-found"),
        (Busy("Later."), 503, "busy"),
        (DeskError("Failed."), 500, "failed"),
        (ZeroDivisionError("a secret"), 500, "failed"),
        (StoreFull(Path("fleet.db")), 507, "failed"),
        (StoreFailed(Path("fleet.db"), "disk I/O error"), 500, "failed"),
    ],
)
def test_what_the_desk_raises_becomes_an_answer(
    talk: Talk, desk: Any, error: Exception, status: int, code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    desk.fail = error
    found, problem = talk.ask("GET", "/status")
    assert (found, problem["code"]) == (status, code)
    assert "secret" not in problem["detail"]


# Who may do what


def test_root_and_the_daemons_user_are_administrators_and_named(talk: Talk, desk: Any) -> None:
    import pwd

    talk.send("PUT", "/settings/NAT", {"value": 1})
    assert ("set_setting", "NAT", 1, pwd.getpwuid(os.geteuid()).pw_name) in desk.calls


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_the_kernel_says_who_connects(talk: Talk, server: Any) -> None:
    script = (
        "import os, socket, sys; path, user, *groups = sys.argv[1:]; user = int(user);"
        "os.setgroups([int(each) for each in groups]); os.setgid(user); os.setuid(user);"
        "s = socket.socket(socket.AF_UNIX); s.connect(path); s.sendall(b'GET /api/v1/status HTTP/1.0\\r\\n\\r\\n');"
        "print(s.makefile('rb').read().decode())"
    )

    def status_as(user: int, groups: list[int]) -> str:
        words = [sys.executable, "-c", script, str(server.path), str(user), *map(str, groups)]
        return subprocess.run(words, capture_output=True, text=True, check=True, timeout=30).stdout

    server.access.rule = Access(owner=4321, operators=5555)
    assert status_as(4321, []).startswith("HTTP/1.1 200")
    assert status_as(4322, [5555]).startswith("HTTP/1.1 200")
    refused = status_as(4322, [])
    assert refused.startswith("HTTP/1.1 403")
    assert "Run the command as root or as user 4321, or join the group ringboot." in refused


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_user_who_only_connects_keeps_nobody_out(talk: Talk, server: Any) -> None:
    script = (
        "import os, socket, sys; os.setgroups([]); os.setgid(4322); os.setuid(4322); held = [];\n"
        "for _ in range(300):\n"
        "  s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); held.append(s)\n"
        "print('ready', flush=True); sys.stdin.read()"
    )
    words = [sys.executable, "-c", script, str(server.path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as stranger:
        assert stranger.stdout is not None
        assert stranger.stdout.readline() == "ready\n"
        assert talk.ask("GET", "/status")[0] == 200
        stranger.communicate()


# Secrets


def test_passwords_are_masked_unless_an_administrator_asks(talk: Talk, desk: Any) -> None:
    desk.rows_configs = {
        "base": {
            "id": "base",
            "raw_config": {"admin_password": "7", "sip_lines": {"1": {"username": "u", "password": "8"}}, "X_key": "k"},
        }
    }
    desk.rows_devices = DEVICES
    _, config = talk.ask("GET", "/configs/base")
    assert config["raw_config"] == {
        "admin_password": "***",
        "sip_lines": {"1": {"username": "u", "password": "***"}},
        "X_key": "k",
    }
    assert talk.ask("GET", "/configs")[1]["items"] == [config]
    assert talk.ask("GET", "/configs/base/raw")[1]["raw_config"] == config["raw_config"]
    assert talk.send("POST", "/configs/autocreate", {})[1]["raw_config"] == {"admin_password": "***"}
    assert talk.ask("GET", "/devices/c")[1]["options"] == {"admin_password": "***"}
    _, plain = talk.ask("GET", "/configs/base?secrets=1")
    assert plain["raw_config"]["sip_lines"]["1"]["password"] == "8"


def test_a_mask_is_no_password(talk: Talk, desk: Any) -> None:
    desk.rows_configs = {"base": {"id": "base", "raw_config": {"admin_password": "7"}}}
    status, problem = talk.send("PATCH", "/configs/base", {"raw_config": {"sip_lines": {"1": {"password": "***"}}}})
    assert (status, list(problem["fields"])) == (422, ["raw_config.sip_lines.1.password"])
    assert {call[0] for call in desk.calls} == {"config"}, "it is only looked at"


def test_a_file_is_shown_plain(talk: Talk, desk: Any) -> None:
    desk.files[("a", "x y.cfg")] = {"path": "x y.cfg", "text": "password: 7", "secret": True}
    assert talk.ask("GET", "/devices/a/file?path=x+y.cfg") == (200, desk.files[("a", "x y.cfg")])


# The rest of the way, once


def test_the_desk_is_asked_what_the_route_says(talk: Talk, desk: Any) -> None:
    desk.rows_devices = {"a": dict(DEVICES["a"])}
    desk.rows_configs = {"base": {"id": "base"}}
    desk.rows_plugins = {"p": {"id": "p", "version": "1"}}
    conversation = [
        ("POST", "/reload", {}, 200),
        ("POST", "/reload", {"dry_run": True}, 200),
        ("POST", "/reload", {"dry_run": "yes"}, 422),
        ("POST", "/diff", {}, 200),
        ("POST", "/diff", {"path": "/x", "text": "[dhcp]"}, 200),
        ("POST", "/diff", {"path": "/x"}, 422),
        ("POST", "/diff", {"reservations": [{}]}, 200),
        ("POST", "/diff", {"reservations": [1]}, 422),
        ("GET", "/leases/misfits?limit=7", None, 200),
        ("GET", "/explain/00-00-5E-00-53-0A", None, 200),
        ("POST", "/reservations", {"network": "lan", "kind": "mac", "value": "m", "address": "10.0.0.1"}, 201),
        ("DELETE", "/reservations?network=lan&kind=mac&value=m", None, 204),
        ("PATCH", "/devices/a", {"ip": None}, 200),
        ("POST", "/devices/reconfigure", {"plugin": "p"}, 200),
        ("GET", "/devices/a/files", None, 200),
        ("DELETE", "/devices/a", None, 204),
        ("POST", "/configs", {"id": "new"}, 201),
        ("DELETE", "/configs/base", None, 204),
        ("POST", "/plugins", {"source": "/src/p"}, 201),
        ("POST", "/plugins/p/upgrade", {"source": "/src/p"}, 200),
        ("POST", "/repository/update", {}, 200),
        ("DELETE", "/plugins/p", None, 200),
        ("POST", "/firmware/p/install", {"packages": ["fw", "lang"]}, 200),
        ("POST", "/firmware/p/upgrade", {}, 200),
        ("DELETE", "/firmware/p/packages/fw", None, 200),
        ("GET", "/settings/NAT", None, 200),
    ]
    for method, target, body, status in conversation:
        found, _ = talk.ask(method, target) if body is None else talk.send(method, target, body)
        assert (method, target, found) == (method, target, status)
    calls = [call for call in desk.calls if call[0] not in LOOKS]
    who = calls[9][3]
    assert calls == [
        ("reload", False),
        ("reload", True),
        ("diff", None, None),
        ("diff", "/x", "[dhcp]"),
        ("diff_reservations", [{}]),
        ("misfits", 7),
        ("explain", "00:00:5e:00:53:0a"),
        ("add_reservation", conversation[10][2]),
        ("remove_reservation", "lan", "mac", "m"),
        ("set_device", "a", {"ip": None}, who),
        ("reconfigure", None, "p", who),
        ("device_files", "a"),
        ("remove_device", "a", who),
        ("add_config", {"id": "new"}, who),
        ("remove_config", "base", who),
        ("install_plugin", "/src/p", None, who),
        ("upgrade_plugin", "p", "/src/p", who),
        ("update_repository",),
        ("uninstall_plugin", "p", who),
        ("install_firmware", "p", ["fw", "lang"], who),
        ("upgrade_firmware", "p", None, who),
        ("uninstall_firmware", "p", "fw", who),
    ]
    assert ("setting", "NAT") in desk.calls


def test_a_page_is_asked_for_as_a_query(talk: Talk, desk: Any) -> None:
    talk.ask("GET", "/configs?filter=role%3Dautocreate&text=a&sort=-id&limit=7&offset=3")
    assert desk.calls == [("configs", Query((("role", "autocreate"),), "a", "id", True, 7, 3))]


# Whom a config reaches


def test_a_change_of_a_config_is_foreseen_without_its_secrets(talk: Talk, desk: Any) -> None:
    desk.rows_configs = {"c": {"id": "c", "raw_config": {}}}
    desk.rows_devices = {"a": {"id": "a", "mac": None, "config": "c"}, "b": {"id": "b", "config": "other"}}
    status, page = talk.ask("GET", "/configs/c/devices?filter=config%3Dc")
    assert (status, page["total"], page["items"][0]["id"]) == (200, 1, "a")
    values = {"admin_password": "new", "locale": "fr_FR"}
    desk.foreseen_devices = [{"id": "a", "before": {"admin_password": "old", "locale": None}, "after": values}]
    desk.previewed = {"files": [{"path": "a.cfg", "text": "password new"}]}
    changes = {"raw_config": {"locale": "fr_FR"}}
    status, found = talk.send("POST", "/configs/c/preview", {"changes": changes, "device": "a"})
    assert (status, found["reached"], found["changed"]) == (200, 2, 1)
    assert found["items"][0]["after"] == {"admin_password": "***", "locale": "fr_FR"}
    assert found["items"][0]["before"] == {"admin_password": "***", "locale": None}
    assert found["files"]["files"][0]["text"] == "password new"
    assert desk.calls[-1] == ("foresee_config", "c", changes, "a")


@pytest.mark.parametrize("body", [{"changes": []}, {"device": ""}, {"device": 1}, {"other": 1}])
def test_a_preview_of_something_else_is_refused(talk: Talk, desk: Any, body: dict[str, Any]) -> None:
    status, _ = talk.send("POST", "/configs/c/preview", body)
    assert status == 422
    assert not desk.calls
