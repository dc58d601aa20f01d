"""Conversations with the API about networks, events, jobs, selections, tables, drafts and lines."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any

import pytest

from ringboot.desk.listing import Query
from ringboot.desk.sheet import SheetLine
from ringboot.fleet.books import EventFilter

MAC = "00:00:5e:00:53:01"


class Talk:
    """Asks the server; gives status, headers and text."""

    def __init__(self, server: Any) -> None:
        self._path = str(server.path)

    def raw(self, method: str, target: str, body: Any = None, **headers: str) -> tuple[int, Any, str]:
        connection = http.client.HTTPConnection("localhost", timeout=20)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(20)
        connection.sock.connect(self._path)
        try:
            data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
            connection.request(method, f"/api/v1{target}", data, headers)
            with connection.getresponse() as response:
                return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    def ask(self, method: str, target: str, body: Any = None) -> tuple[int, Any]:
        status, _, text = self.raw(method, target, body)
        return status, json.loads(text) if text else None


@pytest.fixture
def talk(server: Any, desk: Any) -> Talk:  # the desk is put in place first
    return Talk(server)


def test_networks_and_their_addresses(talk: Talk, desk: Any) -> None:
    desk.rows_networks = [{"name": name, "free": free} for name, free in (("a", 5), ("b", 3))]
    status, page = talk.ask("GET", "/networks?sort=free")
    assert (status, [row["name"] for row in page["items"]]) == (200, ["b", "a"])
    assert talk.ask("GET", "/networks/b") == (200, {"name": "b", "free": 3})
    assert talk.ask("GET", "/networks/c")[0] == 404
    assert talk.ask("GET", "/networks/a/addresses?first=10.0.0.9&limit=7")[0] == 200
    assert desk.calls[-1] == ("network_addresses", "a", "10.0.0.9", 7)
    status, problem = talk.ask("GET", "/networks/a/addresses?first=ten")
    assert (status, list(problem["fields"])) == (400, ["first"])


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("", EventFilter()),
        (
            "reason=served&mac=00005E005301&device=d&address=10.0.0.1&since=5&until=7.5",
            EventFilter("served", None, MAC, "d", "10.0.0.1", 5.0, 7.5),
        ),
        ("stage=file", EventFilter(stage="file")),
    ],
)
def test_events_are_asked_for_by_what_is_wanted(talk: Talk, desk: Any, question: str, wanted: EventFilter) -> None:
    assert talk.ask("GET", f"/events?{question}")[0] == 200
    assert desk.calls[-1] == ("events", wanted, None, 100)


@pytest.mark.parametrize(
    ("question", "field"), [("mac=x", "mac"), ("since=soon", "since"), ("until=-1", "until"), ("colour=red", "colour")]
)
def test_a_wrong_question_about_events_is_refused(talk: Talk, question: str, field: str) -> None:
    status, problem = talk.ask("GET", f"/events?{question}")
    assert (status, list(problem["fields"])) == (400, [field])


def test_what_is_new_comes_as_server_sent_events_without_secrets(talk: Talk, desk: Any) -> None:
    desk.news = [("ready", {}), ("", None), ("events", {"items": [{"detail": {"admin_password": "x"}}]})]
    status, headers, text = talk.raw("GET", "/events/stream")
    assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert text == (
        "retry: 2000\n\n"
        "event: ready\ndata: {}\n\n"
        ": still here\n\n"
        'event: events\ndata: {"items": [{"detail": {"admin_password": "***"}}]}\n\n'
    )


# Jobs


@pytest.mark.parametrize(
    ("method", "target", "body", "kind"),
    [
        ("POST", "/devices/reconfigure", {"all": True}, "reconfigure"),
        ("POST", "/plugins", {"source": "p"}, "plugin-install"),
        ("POST", "/firmware/p/install", {"packages": ["fw"]}, "firmware-install"),
        ("POST", "/firmware/p/upgrade", {}, "firmware-upgrade"),
        ("POST", "/repository/update", {}, "repository-update"),
        ("POST", "/devices/bulk", {"action": "delete", "all": True}, "bulk-delete"),
        ("POST", "/devices/import", {"rows": []}, "import"),
    ],
)
def test_long_work_is_a_job_and_nobody_has_to_wait(
    talk: Talk, desk: Any, method: str, target: str, body: Any, kind: str
) -> None:
    status, made = talk.ask(method, target, body)
    assert status in (200, 201)
    [row] = talk.ask("GET", "/jobs")[1]["items"]
    assert (row["kind"], row["state"], row["result"]) == (kind, "done", made)
    status, job = talk.ask(method, f"{target}?wait=false", body)
    assert (status, job["kind"], job["ended"]) == (202, kind, None)
    status, found = talk.ask("GET", f"/jobs/{job['id']}")
    assert (status, found["id"]) == (200, job["id"])
    status, _, text = talk.raw("GET", f"/jobs/{job['id']}/events")
    assert (status, job["id"] in text) == (200, True)
    assert talk.ask(method, f"{target}?wait=perhaps", body)[0] == 400
    assert talk.ask("GET", "/jobs/none")[0] == 404
    assert talk.ask("GET", "/jobs/none/events")[0] == 404


# Tables


def test_a_list_comes_as_csv_where_that_is_asked_for(talk: Talk, desk: Any) -> None:
    rows = {
        "a": {"id": "a", "description": "=1+1", "vendor": "+x", "options": {"admin_password": "geheim", "k": "@v"}},
        "b": {"id": "b", "description": "-x", "vendor": "\tx", "options": {}},
    }
    desk.rows_devices = rows
    wanted = "id,description,vendor,options.admin_password,options.k\na,'=1+1,'+x,***,'@v\nb,'-x,'\tx,,\n"
    for target, headers in (
        ("/devices?format=csv", {}), ("/devices", {"Accept": "text/csv"}),
        ("/devices", {"Accept": "text/csv, application/json;q=0.5"}),
    ):  # fmt: skip
        status, told, text = talk.raw("GET", target, None, **headers)
        assert (status, told["content-type"].partition(";")[0], text) == (200, "text/csv", wanted)
        assert told["content-disposition"] == 'attachment; filename="devices.csv"'
    assert talk.raw("GET", "/devices?format=csv&filter=id%3Db&limit=1")[2].count("\n") == 2
    assert talk.ask("GET", "/devices?format=json")[1]["total"] == 2
    assert talk.ask("GET", "/devices?format=xml")[0] == 400
    for target in ("/leases", "/events", "/reservations"):
        assert talk.raw("GET", f"{target}?format=csv")[1]["content-type"].startswith("text/csv")


def test_devices_come_as_a_table(talk: Talk, desk: Any) -> None:
    text = "mac,description\n00:00:5e:00:53:01,'=x\n"
    line = SheetLine(2, {"mac": MAC, "description": "=x"})
    assert talk.ask("POST", "/devices/import", {"csv": text, "dry_run": True})[0] == 200
    assert desk.calls[-1][:3] == ("import_devices", [line], True)
    status, _, _ = talk.raw("POST", "/devices/import?dry_run=true", text, **{"Content-Type": "text/csv"})
    assert (status, desk.calls[-1][:3]) == (200, ("import_devices", [line], True))
    status, told = talk.ask("POST", "/devices/import", {"csv": "a,a\n"})
    assert (status, told["errors"]) == (200, [{"row": 1, "field": "", "error": "has twice: a"}])
    masked = {"rows": [{"options.admin_password": "***"}]}
    unclear: tuple[Any, ...] = ({}, {"csv": 5}, {"rows": [], "csv": ""}, {"rows": {}}, masked)
    for wrong in unclear:
        assert talk.ask("POST", "/devices/import", wrong)[0] == 422, wrong
    assert talk.raw("POST", "/devices/import?dry_run=x", text, **{"Content-Type": "text/csv"})[0] == 400


def test_reservations_are_read_back_as_they_were_written(talk: Talk, desk: Any) -> None:
    rows: list[dict[str, Any]] = [
        {
            "network": "lan",
            "kind": "mac",
            "value": MAC,
            "address": "10.0.0.8",
            "hostname": None,
            "options": {"66": "=x"},
        },
        {"network": "lan", "kind": "mac", "value": MAC, "address": "10.0.0.9", "hostname": "h", "options": {}},
    ]
    desk.rows_reservations = list(rows)
    text = talk.raw("GET", "/reservations?format=csv")[2]
    desk.rows_reservations.clear()
    for wanted in (text, text.replace("options.66", "option:66")):
        status, told = talk.ask("POST", "/reservations/import", {"csv": wanted})
        assert (status, told["added"], told["errors"]) == (200, 2, [])
        given = desk.calls[-1][1]
        assert [row | {"row": None} for row in given] == [
            {"row": None} | {key: value for key, value in row.items() if value} for row in rows
        ]


# Selections


@pytest.mark.parametrize(
    ("body", "call"),
    [
        ({"action": "reconfigure", "ids": ["a"]}, ("reconfigure", ["a"], Query(), {})),
        ({"action": "synchronize", "all": True}, ("synchronize", None, Query(), {})),
        (
            {"action": "move", "to": "q", "filters": {"state": "stuck"}, "sync": True},
            ("move", None, Query((("state", "stuck"),)), {"plugin": "q", "sync": True}),
        ),
        ({"action": "delete", "text": "old"}, ("delete", None, Query(text="old"), {})),
        ({"action": "set", "ids": ["a"], "changes": {"config": "c"}}, ("set", ["a"], Query(), {"config": "c"})),
    ],
)
def test_one_thing_is_done_with_many_devices(talk: Talk, desk: Any, body: Any, call: tuple[Any, ...]) -> None:
    status, told = talk.ask("POST", "/devices/bulk", body | {"dry_run": True})
    assert (status, told["dry_run"], told["devices"]) == (200, True, 2)
    assert desk.calls[-1] == ("chosen_devices", call[1], call[2])
    assert talk.ask("POST", "/devices/bulk", body)[0] == 200
    assert desk.calls[-1][:-1] == ("bulk", *call)


@pytest.mark.parametrize(
    "body",
    [
        {"ids": ["a"]},
        {"action": "burn", "ids": ["a"]},
        {"action": "delete"},
        {"action": "delete", "ids": []},
        {"action": "delete", "ids": ["a"], "all": True},
        {"action": "delete", "filters": {"colour": "red"}},
        {"action": "move", "all": True},
        {"action": "set", "all": True},
        {"action": "set", "all": True, "changes": {}},
        {"action": "set", "all": True, "changes": {"options": {"admin_password": "***"}}},
        {"action": "delete", "all": True, "to": "p"},
        {"action": "delete", "all": True, "changes": {"config": "c"}},
    ],
)
def test_an_unclear_selection_is_refused(talk: Talk, desk: Any, body: Any) -> None:
    assert talk.ask("POST", "/devices/bulk", body)[0] == 422
    assert not desk.calls


# Drafts and lines


def test_drafts_are_checked_tried_and_written(talk: Talk, desk: Any) -> None:
    asked: list[tuple[str, str, Any]] = [
        ("PUT", "/templates/of/p/a/b.tpl", {"text": ""}),
        ("DELETE", "/templates/of/p/a/b.tpl", None),
        ("POST", "/templates/check", {"plugin": "p", "template": "b.tpl", "text": "x"}),
        ("POST", "/devices/d/preview", {"templates": {"b.tpl": "x"}, "plugin": "p"}),
    ]
    assert [talk.ask(*each)[0] for each in asked] == [200] * 4
    done = [call for call in desk.calls if call[0] != "template"]  # which the audit looks at
    assert [call[0] for call in done] == ["put_template", "remove_template", "check_draft", "try_templates"]
    assert done[0][1:4] == ("p", "a/b.tpl", "")
    for method, target, body in (("PUT", asked[0][1], {}), ("POST", asked[3][1], {"templates": {"b": 1}})):
        assert talk.ask(method, target, body)[0] == 422


def test_a_line_is_assigned_and_its_secrets_are_masked(talk: Talk, desk: Any) -> None:
    line, key = {"username": "101"}, {"type": "park"}
    status, told = talk.ask("POST", "/devices/d/assign", {"lines": [line], "keys": {"3": key}})
    assert (status, told["sync"], told["config"]["raw_config"]["sip_lines"]["1"]["password"]) == (200, None, "***")
    assert desk.calls[-1][:3] == ("assign", "d", {"lines": {"1": line}, "keys": {"3": key}})
    status, told = talk.ask("POST", "/assign", {"device": "d", "lines": {"1": line}, "sync": True})
    assert (status, told["sync"]) == (200, 1)
    assert talk.ask("POST", "/assign", {"code": "417263", "lines": [line]})[0] == 200
    assert talk.ask("GET", "/devices/d/raw")[1]["raw_config"] == {"admin_password": "***"}
    assert talk.ask("GET", "/models/p/M%201")[1]["model"] == "M 1"
    assert talk.ask("GET", "/models/p/IP2061%2F2N%20Verso")[1]["model"] == "IP2061/2N Verso"


@pytest.mark.parametrize(
    "body",
    [
        {"lines": [{"password": "***"}]},
        {"lines": "x"},
        {"lines": ["x"]},
        {"keys": {"1": "x"}},
        {"raw_config": []},
        {"parents": "base"},
        {"colour": "red"},
        {"device": "d"},
    ],
)
def test_an_unclear_line_is_refused(talk: Talk, desk: Any, body: Any) -> None:
    assert talk.ask("POST", "/devices/d/assign", body)[0] == 422
    assert not desk.calls


def test_a_line_is_for_somebody(talk: Talk) -> None:
    assert talk.ask("POST", "/assign", {"lines": []})[0] == 422
