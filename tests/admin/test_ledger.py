"""Versions of what is shown, changes that meet another one, and what is written down of each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
from tests.admin.asked import BERT, Said, Site

from ringboot.admin.desk import AuditDesk
from ringboot.admin.exchange import LARGEST
from ringboot.admin.ledger import Ledger
from ringboot.desk.listing import Query
from ringboot.store.errors import StoreFull


@pytest.fixture
def site(desk: Any) -> Site:
    desk.rows_devices = {"d": {"id": "d", "description": "front", "options": {}}}
    desk.rows_configs = {"base": {"id": "base", "raw_config": {"admin_password": "7", "ntp_ip": "10.0.0.1"}}}
    desk.rows_plugins = {"p": {"id": "p", "version": "1"}}
    desk.rows_reservations = [{"network": "lan", "kind": "mac", "value": "m", "address": "10.0.0.9"}]
    return Site(desk)


# Versions


def test_what_is_shown_has_a_version_and_is_not_sent_twice(site: Site) -> None:
    shown = site.ask("GET", "/devices/d")
    version = shown.headers["etag"]
    assert site.ask("GET", "/devices/d").headers["etag"] == version
    for known in (version, f"W/{version}", f'"x", {version}', "*"):
        again = site.ask("GET", "/devices/d", if_none_match=known)
        assert (again.status, again.value, again.headers) == (304, None, {"etag": version})
    site.desk.rows_devices["d"]["ip"] = "10.0.0.7"
    other = site.ask("GET", "/devices/d", if_none_match=version)
    assert (other.status, other.value["ip"]) == (200, "10.0.0.7")
    assert other.headers["etag"] != version


def test_a_change_of_another_version_is_refused_with_the_present_one(site: Site) -> None:
    version = site.ask("GET", "/devices/d").headers["etag"]
    assert site.ask("PATCH", "/devices/d", {"description": "lobby"}, if_match=version).status == 200
    late = site.ask("PATCH", "/devices/d", {"description": "hall"}, if_match=version)
    assert (late.status, late.value["code"]) == (412, "changed-meanwhile")
    assert late.value["current"] == {"id": "d", "description": "lobby", "options": {}}
    assert site.desk.rows_devices["d"]["description"] == "lobby"
    assert site.ask("DELETE", "/devices/d", if_match=version).status == 412
    present = site.ask("GET", "/devices/d").headers["etag"]
    assert site.ask("DELETE", "/devices/d", if_match=f'"other", {present}').status == 204


def test_without_a_version_and_with_any_the_change_is_made(site: Site) -> None:
    assert site.ask("PATCH", "/devices/d", {"description": "a"}).status == 200
    assert site.ask("PATCH", "/devices/d", {"description": "b"}, if_match="*").status == 200


def test_what_is_gone_is_not_there_or_was_removed(site: Site) -> None:
    assert site.ask("PATCH", "/devices/gone", {"ip": None}, if_match='"x"').value["code"] == "not-found"
    late = site.ask("PUT", "/settings/gone", {"value": 1}, if_match='"x"')
    assert (late.status, late.value["code"], late.value["current"]) == (412, "changed-meanwhile", None)


def test_a_list_has_no_version_that_a_change_is_held_to(site: Site) -> None:
    for question, status in (("?network=lan&kind=mac&value=", 400), ("?network=lan&kind=mac&value=m", 204)):
        assert site.ask("DELETE", f"/reservations{question}", if_match='"x"').status == status


def test_an_administrator_may_have_seen_the_secrets(site: Site) -> None:
    plain, masked = (site.ask("GET", f"/configs/base{each}").headers["etag"] for each in ("?secrets=1", ""))
    assert plain != masked
    assert site.ask("PATCH", "/configs/base", {"label": "x"}, BERT, if_match=plain).status == 412
    assert site.ask("PATCH", "/configs/base", {"label": "x"}, if_match=plain).status == 200
    late = site.ask("PATCH", "/configs/base", {"label": "y"}, if_match=plain)
    assert (late.status, late.value["current"]["raw_config"]["admin_password"]) == (412, "***")


def test_of_two_at_once_one_is_too_late(site: Site) -> None:
    change = site.desk.set_device

    async def slowly(*values: Any) -> Any:
        for _ in range(9):
            await asyncio.sleep(0)  # so that the other would have its turn
        return await change(*values)

    site.desk.set_device = slowly
    version = site.ask("GET", "/devices/d").headers["etag"]

    async def both() -> list[Said]:
        asked = (site.asked("PATCH", "/devices/d", {"description": each}, if_match=version) for each in "ab")
        return await asyncio.gather(*asked)

    first, second = asyncio.run(both())
    assert (first.status, second.status) == (200, 412)
    assert second.value["current"]["description"] == "a"


def test_who_may_not_look_is_told_so_and_not_what_is_there(site: Site) -> None:
    site.desk.rows_templates = [{"plugin": "p", "template": "a.tpl", "custom": False, "text": "password"}]
    refused = site.ask("DELETE", "/templates/of/p/a.tpl", caller=BERT, if_match='"x"')
    assert refused.status in (403, 405)
    assert "current" not in refused.value


# The audit


class Case(NamedTuple):
    """A request, and what is written down of it."""

    method: str
    target: str
    body: Any
    status: int
    request: Any
    before: Any
    after: Any


DEVICE = {"id": "d", "description": "front", "options": {}}
RESERVED = {"network": "lan", "kind": "mac", "value": "m"}
CASES = [
    Case("PATCH", "/devices/d", {"description": "x"}, 200, None, DEVICE, {**DEVICE, "description": "x"}),
    Case("DELETE", "/devices/d", None, 204, None, DEVICE, None),
    Case("PUT", "/settings/NAT", {"value": 1}, 200, None,
         {"name": "NAT", "value": 0, "default": 0, "help": "devices behind a router"},
         {"name": "NAT", "value": 1, "default": 0, "help": "devices behind a router"}),
    Case("PATCH", "/configs/base", {"raw_config": {"admin_password": "8"}}, 200, None,
         {"id": "base", "raw_config": {"admin_password": "***", "ntp_ip": "10.0.0.1"}},
         {"id": "base", "raw_config": {"admin_password": "***"}}),
    Case("POST", "/configs", {"id": "n", "raw_config": {"user_password": "9"}}, 201,
         {"id": "n", "raw_config": {"user_password": "***"}}, None,
         {"id": "n", "raw_config": {"user_password": "***"}}),
    Case("POST", "/dns/retry", None, 200, None, None, {"retried": 0}),
    Case("POST", "/devices/d/url", {"renew": True}, 200, {"renew": True}, None,
         {"id": "d", "mac": None, "path": "/s/***/", "http": "http://10.0.0.1:8667/s/***/", "https": None}),
    Case("POST", "/diff", {"path": "/x", "text": "[sip]\npassword = 7\n"}, 200, {"path": "/x", "text": "(3 lines)"},
         None, {"items": []}),
    Case("PUT", "/firmware/p/upload", b"\x00" * 100, 200, {"left_out": "100 octets"}, None,
         {"plugin": "p", "files": ["D10.zip"], "packages": ["fw"]}),
    Case("DELETE", "/reservations?network=lan&kind=mac&value=m", None, 204, RESERVED,
         [{**RESERVED, "address": "10.0.0.9"}], None),
    Case("DELETE", "/reservations?network=lan&kind=mac&value=n", None, 404, {**RESERVED, "value": "n"}, None,
         {"code": "not-found"}),
    Case("DELETE", "/plugins/p?secrets=1", None, 200, None, {"id": "p", "version": "1"}, {"id": "p", "version": "1"}),
    Case("PATCH", "/devices/d", b"{", 400, None, DEVICE, {"code": "bad-body"}),
    Case("PATCH", "/devices/none", {"ip": None}, 404, None, None, {"code": "not-found"}),
    Case("PUT", "/settings/none", {"value": "may be a secret"}, 404, None, None, {"code": "not-found"}),
    Case("POST", "/devices/reconfigure", {"ids": []}, 422, {"ids": []}, None, {"code": "refused"}),
    Case("POST", "/nothing", {}, 404, None, None, {"code": "no-such-route"}),
    Case("POST", "/configs", {"id": "n", "label": "x" * LARGEST}, 201, {"left_out": f"{LARGEST + 24} octets"}, None,
         {"left_out": f"{LARGEST + 24} octets"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[f"{case.method} {case.target} {case.status}" for case in CASES])
def test_a_request_is_written_down_with_what_it_changed(site: Site, case: Case) -> None:
    assert site.ask(case.method, case.target, case.body).status == case.status
    assert len(site.desk.audited) == 1
    row = dict(site.written)
    if case.status >= 400:
        assert row["after"]["detail"]
        row["after"] = {"code": row["after"]["code"]}
    assert row == {
        "who": "anna", "role": "administrator", "via": "session", "method": case.method,
        "path": case.target.partition("?")[0], "status": case.status,
        "request": case.request, "before": case.before, "after": case.after,
    }  # fmt: skip


def test_to_look_is_not_written_down(site: Site) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        site.ask(method, "/devices/d")
    assert site.desk.audited == []


def test_what_is_refused_by_rights_or_version_is_written_down(site: Site) -> None:
    assert site.ask("PUT", "/settings/NAT", {"value": 1}, BERT).status == 403
    assert (site.written["who"], site.written["via"], site.written["status"]) == ("bert", "unix", 403)
    assert site.written["before"]["value"] == 0
    assert site.ask("PATCH", "/devices/d", {"description": "x"}, if_match='"y"').status == 412
    assert (site.written["status"], site.written["before"]) == (412, DEVICE)
    assert "current" not in site.written["after"]


def test_what_fails_by_a_fault_of_ours_is_written_down_and_answered(site: Site) -> None:
    async def spoilt(*_: Any) -> Any:
        raise ZeroDivisionError

    site.desk.set_device = site.desk.add_device = spoilt
    for method, target in (("PATCH", "/devices/d"), ("POST", "/devices")):
        said = site.ask(method, target, {"description": "x"})
        assert (said.status, said.value["code"]) == (500, "failed")
        assert (site.written["method"], site.written["status"]) == (method, 500)
    assert len(site.desk.audited) == 2


def test_what_cannot_be_shown_can_still_be_changed(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    change, rows = site.desk.set_device, site.desk.rows_devices

    async def spoilt(_: str) -> Any:
        raise ZeroDivisionError

    async def changed(*values: Any) -> Any:
        rows["d"]["changed"] = True
        return rows["d"]

    site.desk.device, site.desk.set_device = spoilt, changed
    assert site.ask("PATCH", "/devices/d", {"description": "x"}).status == 200
    assert (site.written["before"], site.written["status"], rows["d"]["changed"]) == (None, 200, True)
    assert change is not None


def test_a_full_disk_takes_nothing_back(site: Site) -> None:
    site.desk.unwritable = StoreFull(Path("fleet.db"))
    assert site.ask("PATCH", "/devices/d", {"description": "x"}).status == 200
    assert site.desk.rows_devices["d"]["description"] == "x"


def test_what_is_answered_is_written_down_first(site: Site) -> None:
    order: list[str] = []
    keep = site.desk.write_down

    async def kept(row: Any) -> None:
        await keep(row)
        order.append("written")

    site.desk.write_down = kept
    real = site.app

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        async def seen(message: Any) -> None:
            order.append(message["type"])
            await send(message)

        await real(scope, receive, seen)

    site.app = watched  # type: ignore[assignment]
    site.ask("PATCH", "/devices/d", {"description": "x"})
    assert order == ["written", "http.response.start", "http.response.body"]


def test_a_stream_is_not_held_back(desk: Any) -> None:
    order: list[str] = []

    async def streaming(scope: Any, _receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
        order.append("first part sent")
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Mapping[str, Any]) -> None:
        order.append(str(message.get("body", message["type"])))

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    for method in ("GET", "POST"):
        order.clear()
        scope: Any = {"type": "http", "method": method, "path": "/x", "headers": [], "query_string": b"", "state": {}}
        asyncio.run(Ledger(streaming, cast(AuditDesk, desk), "")(scope, receive, send))
        assert order[:3] == ["http.response.start", "b'data: 1\\n\\n'", "first part sent"]
    assert (desk.audited[0]["who"], desk.audited[0]["status"]) == ("", 200)


def test_strangers_push_nothing_out(site: Site) -> None:
    """What nobody asks for is refused at the door; what the door lets through, a sign-in, is kept when it succeeds."""
    answers = iter((401, 201))

    async def let_in(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": next(answers), "headers": []})
        await send({"type": "http.response.body", "body": b""})

    ledger = Ledger(let_in, cast(AuditDesk, site.desk), "")
    for _ in range(2):
        scope: Any = {"type": "http", "method": "POST", "path": "/session", "headers": [], "query_string": b""}
        asyncio.run(ledger(scope, _empty, _nowhere))
    assert [(row["status"], row["who"]) for row in site.desk.audited] == [(201, "")]


async def _empty() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _nowhere(_: Any) -> None:
    pass


# Rights


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("POST", "/devices?secrets=1", {"mac": "00:00:5e:00:53:01"}),
        ("PATCH", "/devices/d?secrets=1", {"description": "x"}),
        ("POST", "/configs?secrets=1", {"id": "x"}),
        ("POST", "/configs/autocreate?secrets=1", {}),
        ("PATCH", "/configs/base?secrets=1", {"label": "x"}),
        ("DELETE", "/devices/d?secrets=1", None),
    ],
)
def test_the_right_to_secrets_is_judged_before_anything_is_done(
    site: Site, method: str, target: str, body: Any
) -> None:
    before = json.dumps([site.desk.rows_devices, site.desk.rows_configs])
    assert site.ask(method, target, body, BERT).status == 403
    assert json.dumps([site.desk.rows_devices, site.desk.rows_configs]) == before
    assert "autocreate_config" not in {call[0] for call in site.desk.calls}


# What was written down is read


def test_the_audit_is_a_list_between_two_instants(site: Site) -> None:
    site.ask("PATCH", "/devices/d", {"description": "x"})
    site.ask("POST", "/dns/retry", {}, BERT)
    page = site.ask("GET", "/audit?filter=who%3Danna&since=0.5&until=1700000000&sort=-utc&limit=7").value
    assert (page["total"], page["items"][0]["path"], page["items"][0]["after"]["description"]) == (1, "/devices/d", "x")
    assert site.desk.calls[-1] == (
        "audit", Query((("who", "anna"),), "", "utc", True, 7), 0.5, 1_700_000_000.0,
    )  # fmt: skip
    for question in ("since=yesterday", "until=-1", "since=1e9", "filter=before%3Dx", "after=3"):
        assert site.ask("GET", f"/audit?{question}").value["code"] == "bad-parameter"


def test_a_number_that_is_none_is_a_problem_too(site: Site) -> None:
    said = site.ask("GET", "/syncs/seven")
    assert (said.status, said.value["code"], list(said.value["fields"])) == (422, "refused", ["ident"])
    assert said.headers["content-type"] == "application/problem+json"


def test_a_path_with_a_slash_behind_is_another_one(site: Site) -> None:
    assert site.ask("GET", "/devices/").value["code"] in ("no-such-route", "not-found")
