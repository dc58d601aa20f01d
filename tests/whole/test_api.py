"""The whole API of a running daemon, each route once with something to show; and each answer is as it is described."""

from __future__ import annotations

import http.client
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.whole.daemon import LOOPBACK, free_port, wait_until
from tests.whole.described import Api
from tests.whole.test_admin import Site

from ringboot.catalog import FOLDER

CONFIG = (
    LOOPBACK
    + """\
[https]
listen = "127.0.0.1:{https}"
[[dhcp.network]]
name = "phones"
subnet = "127.79.0.0/16"
pools = ["127.79.1.1-127.79.1.50"]
[[webhook]]
name = "desk"
url = "http://127.0.0.1:1/"
secret_file = "HOOK"
"""
)
MAC = "00:08:5d:17:00:01"
# What needs a vendor's server or a repository: tests/whole/test_firmware.py and test_plugins.py have both.
ELSEWHERE = {
    ("GET", "/scripts/page"),  # test_staticdhcpd.py
    ("GET", "/firmware/{plugin}/packages/{package}"),
    ("POST", "/firmware/{plugin}/install"),
    ("DELETE", "/firmware/{plugin}/packages/{package}"),
    ("PUT", "/firmware/{plugin}/upload"),
    ("POST", "/repository/update"),
    ("POST", "/jobs/{job_id}/resume"),  # test_kills.py
    ("POST", "/registrations"),  # tests/desk/test_registrations.py
    ("POST", "/machines/{device_id}/approve"),  # test_machines.py
    ("POST", "/machines/{device_id}/again"),
}

# What needs a browser that signed in: tests/whole/test_signin.py.
SIGNED_IN = {
    ("POST", "/session"),
    ("DELETE", "/session"),
    ("PUT", "/session/password"),
    ("DELETE", "/sessions/{ident}"),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    dhcp = free_port()
    ports = {"dhcp": dhcp, "tftp": free_port(), "http": free_port(), "https": free_port()}
    folder = tmp_path_factory.mktemp("api")
    (folder / "hook.secret").write_text("a word of the webhook's own, long enough\n")
    (folder / "hook.secret").chmod(0o600)
    daemon = Site(folder, CONFIG.format(**ports).replace("HOOK", str(folder / "hook.secret")))
    daemon.port = dhcp
    daemon.start()
    yield daemon
    assert daemon.stop() == 0


@pytest.fixture(scope="module")
def api(site: Site) -> Api:
    return Api(site.socket)


def test_the_daemon_tells_of_itself(api: Api) -> None:
    for path in ("/status", "/top", "/numbers", "/metrics", "/tls", "/openapi.json", "/repository", "/pools", "/dns"):
        assert api.ask("GET", path).status == 200
    assert api.ask("GET", "/pools/history", query={"network": "phones", "step": "15m"}).value["step"] == 900
    assert api.ask("POST", "/dns/retry").value == {"retried": 0}
    bodies: list[Any] = [{}, {"path": "/x", "text": CONFIG.partition("[[webhook]]")[0]}, {"reservations": []}]
    for body in bodies:
        api.ask("POST", "/diff", body)
    assert api.ask("POST", "/reload", {"dry_run": True}).value["dry_run"]


def test_a_receiver_is_told_something(api: Api) -> None:
    assert api.ask("GET", "/webhooks").value["items"][0]["name"] == "desk"
    assert not api.ask("POST", "/webhooks/{name}/test", name="desk").value["taken"], "nobody listens there"


def test_leases_and_reservations(api: Api, site: Site) -> None:
    address = site.obtain("02:00:5e:17:00:01", {12: b"desk", 60: b"Acme"}).address
    wait_until(lambda: api.ask("GET", "/leases").value["items"], "the lease to be listed")
    assert api.ask("GET", "/leases/{address}", address=address).value["hostname"] == "desk"
    assert api.ask("GET", "/leases/misfits").value["total"] == 0
    assert api.ask("POST", "/leases/renew", {"addresses": [address]}).value[0]["address"] == address
    kept = api.ask("POST", "/leases/{address}/reservation", {"hostname": "desk"}, address=address).value
    assert api.ask("GET", "/reservations").value["items"] == [kept]
    key = {name: kept[name] for name in ("network", "kind", "value")}
    assert api.ask("DELETE", "/reservations", query=key).status == 204
    assert api.ask("POST", "/reservations", {**key, "address": address}).status == 201
    rows = [{"row": 2, **key, "value": "02:00:5e:17:00:02", "address": "10.0.0.1"}]
    assert api.ask("POST", "/reservations/import", {"rows": rows}).value["errors"][0]["row"] == 2
    assert api.ask("DELETE", "/leases/{address}", address=address).status == 200


def test_a_device_with_its_files_and_what_is_done_to_both(api: Api) -> None:
    made = api.ask("POST", "/devices", {"mac": MAC, "vendor": "Aastra", "model": "6731i"}).value
    named: dict[str, Any] = {"device_id": made["id"]}
    assert made["configured"], made["problem"]
    shown = api.ask("GET", "/devices/{device_id}", **named)
    changed = {"description": "Reception", "options": {"switchboard": False}}
    assert api.ask("PATCH", "/devices/{device_id}", changed, headers={"If-Match": '"x"'}, **named).status == 412
    assert (
        api.ask("PATCH", "/devices/{device_id}", changed, headers={"If-Match": shown.headers["etag"]}, **named).status
        == 200
    )
    assert api.ask("GET", "/devices", query={"filter": "description=reception"}).value["total"] == 1
    files = api.ask("GET", "/devices/{device_id}/files", **named).value["items"]
    assert api.ask("GET", "/devices/{device_id}/file", query={"path": files[0]["path"]}, **named).value["text"]
    assert api.ask("POST", "/devices/{device_id}/url", {"renew": True}, **named).value["https"]
    assert api.ask("GET", "/devices/{device_id}/preview", **named).value["files"]
    history = api.ask("GET", "/devices/{device_id}/history", **named).value["items"]
    number = history[0]["number"]
    assert api.ask("GET", "/devices/{device_id}/history/{number}", number=number, **named).status == 200
    assert api.ask("POST", "/devices/{device_id}/rollback", {"generation": number}, **named).status == 200
    assert api.ask("POST", "/devices/reconfigure", {"ids": [MAC], "sync": True}).value["sync"]["devices"] == 1
    assert api.ask("GET", "/explain/{mac}", mac=MAC).value["device"]["id"] == made["id"]


def test_jobs_that_let_devices_read_their_files(api: Api) -> None:
    job = api.ask("POST", "/syncs", {"ids": [MAC]}).value["id"]
    assert api.ask("GET", "/syncs").value["total"] == 2
    assert api.ask("GET", "/syncs/{ident}", ident=job).value["devices"] == 1
    assert api.ask("GET", "/syncs/{ident}/devices", ident=job).value["items"][0]["mac"] == MAC
    assert api.ask("POST", "/syncs/{ident}/stop", ident=job).value["state"] in ("stopped", "done")


def test_configs_and_their_codes(api: Api) -> None:
    line = {"number": "101", "username": "u", "password": "s3cret", "proxy_ip": "127.0.0.5", "display_name": "A"}
    raw = {"sip_lines": {"1": line}}
    body = {"id": "c1", "parent_ids": ["base"], "code": "123456", "raw_config": raw}
    assert api.ask("POST", "/configs", body).value["raw_config"]["sip_lines"]["1"]["password"] == "***"
    assert api.ask("GET", "/configs").value["total"] >= 2
    assert api.ask("GET", "/configs/{config_id}", config_id="c1").value["code"] == "123456"
    assert api.ask("GET", "/configs/{config_id}/raw", config_id="c1").value["order"] == ["base", "c1"]
    assert api.ask("PATCH", "/configs/{config_id}", {"label": "Front"}, config_id="c1").value["label"] == "Front"
    assert api.ask("GET", "/configs/{config_id}/devices", config_id="base").value["total"] == 1
    trial = {"changes": {"raw_config": {"ntp_ip": "10.0.0.9"}}, "device": MAC}
    assert api.ask("POST", "/configs/{config_id}/preview", trial, config_id="base").value["files"]["files"]
    made = api.ask("POST", "/configs/autocreate").value["id"]
    assert api.ask("DELETE", "/configs/{config_id}", config_id=made).status == 204
    contact = f"<sip:x@127.0.0.1>;+sip.instance={MAC}"
    said = api.ask("POST", "/provision", {"code": "123456", "contact": contact, "sync": False})
    assert said.status in (200, 409)
    if said.status == 409:  # nobody calls from there yet
        api.ask("PATCH", "/devices/{device_id}", {"ip": "127.0.0.1"}, device_id=MAC)
        assert api.ask("POST", "/provision", {"code": "123456", "address": "127.0.0.1"}).value["config"] == "c1"


def test_plugins_templates_and_firmware(api: Api, tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "aastra", tmp_path / "aastra")
    source = {"source": str(tmp_path / "aastra")}
    made = api.ask("POST", "/plugins", {**source, "id": "aastra-two"})
    assert (made.status, made.value["id"]) == (201, "aastra-two")
    named: dict[str, Any] = {"plugin_id": "aastra-two"}
    assert {"aastra", "aastra-two"} <= {row["id"] for row in api.ask("GET", "/plugins").value["items"]}
    for plugin in ("aastra", "aastra-two", "snom"):  # in use, installed, of the catalog
        assert api.ask("GET", "/plugins/{plugin_id}", plugin_id=plugin).value["id"] == plugin
    assert api.ask("POST", "/plugins/{plugin_id}/reload", **named).status == 200
    assert api.ask("POST", "/plugins/{plugin_id}/upgrade", source, **named).value["before"]
    assert api.ask("GET", "/templates").value["total"] > 2
    copied = api.ask("POST", "/templates/copy", {"plugin": "aastra-two", "template": "base.tpl"}).value
    template: dict[str, Any] = {"plugin": "aastra-two", "name": copied["template"]}
    assert api.ask("GET", "/templates/of/{plugin}/{name}", **template).value["text"] == copied["text"]
    assert api.ask("GET", "/templates/check", query={"plugin": "aastra-two"}).value["items"] == []
    assert api.ask("POST", "/templates/migrate", {"plugin": "aastra-two", "dry_run": True}).status == 200
    api.ask("GET", "/firmware")
    assert api.ask("GET", "/firmware/{plugin}", plugin="aastra").value == {"plugin": "aastra", "doing": None}
    api.ask("POST", "/firmware/{plugin}/upgrade", {}, plugin="aastra")
    for method, path in sorted(ELSEWHERE):
        body: Any = b"x" if path.endswith("upload") else None if method in ("GET", "DELETE") else {"packages": ["none"]}
        assert api.ask(method, path, body, plugin="aastra", package="none", job_id="j", device_id="d").status >= 400


def test_networks_events_and_what_needs_a_person(api: Api) -> None:
    [network] = api.ask("GET", "/networks").value["items"]
    assert api.ask("GET", "/networks/{name}", name="phones").value["size"] == network["size"] == 50
    assert api.ask("GET", "/networks/{name}/addresses", name="phones").value["next"] is None
    assert api.ask("GET", "/classes").value["total"] > 5
    events = api.ask("GET", "/events", query={"reason": "device-added", "mac": MAC}).value["items"]
    assert [row["mac"] for row in events] == [MAC]
    assert api.ask("GET", "/events/stream").value.startswith("retry: ")
    assert api.ask("GET", "/overview").value["devices"] == 1
    assert api.ask("GET", "/attention").status == 200
    assert api.ask("GET", "/machines").value["total"] == 0
    assert api.ask("GET", "/scripts").status == 200
    assert api.ask("GET", "/scripts/page").status == 404, "no conf.py is configured"
    assert api.ask("GET", "/devices", query={"format": "csv"}).value.startswith("id,mac,")


def test_many_devices_at_once_and_lines(api: Api) -> None:
    lines = "mac,description,raw_config.sip_lines.1.username\n00:08:5d:17:00:03,third,103\n"
    assert api.ask("POST", "/devices/import", {"csv": lines, "dry_run": True}).value["items"][0]["does"] == "add"
    made = api.ask("POST", "/devices/import", {"csv": lines}).value["items"][0]
    named: dict[str, Any] = {"device_id": made["id"]}
    assert (
        api.ask("GET", "/devices/{device_id}/raw", **named).value["raw_config"]["sip_lines"]["1"]["username"] == "103"
    )
    line = {"username": "104", "password": "geheim", "proxy_ip": "127.0.0.5"}
    told = api.ask("POST", "/devices/{device_id}/assign", {"lines": [line]}, **named).value
    assert (told["config"]["id"], told["config"]["raw_config"]["sip_lines"]["1"]["password"]) == (made["id"], "***")
    kept = api.ask("POST", "/assign", {"code": "417263", "lines": [line]}).value["config"]["id"]
    assert api.ask("DELETE", "/configs/{config_id}", config_id=kept).status == 204
    assert api.ask("GET", "/models", query={"filter": "plugin=aastra"}).value["total"] > 5
    assert api.ask("GET", "/models/{plugin}/{model}", plugin="aastra", model="6731i").value["known"]
    drafts: dict[str, Any] = {"templates": {"6731i.tpl": "# mine\n"}}
    assert api.ask("POST", "/devices/{device_id}/preview", drafts, **named).value["files"]
    draft = {"plugin": "aastra", "template": "6731i.tpl", "text": "{% if %}"}
    assert api.ask("POST", "/templates/check", draft).value["items"][0]["kind"] == "syntax"
    template: dict[str, Any] = {"plugin": "aastra", "name": "mine.tpl"}
    assert api.ask("PUT", "/templates/of/{plugin}/{name}", {"text": "x"}, **template).value["custom"]
    assert api.ask("DELETE", "/templates/of/{plugin}/{name}", **template).value["kept"]
    chosen = {"action": "delete", "filters": {"description": "third"}}
    assert api.ask("POST", "/devices/bulk", {**chosen, "dry_run": True}).value["devices"] == 1
    job = api.ask("POST", "/devices/bulk", chosen, query={"wait": "false"})
    assert job.status == 202
    ident = job.value["id"]
    assert api.ask("GET", "/jobs/{job_id}/events", job_id=ident).status == 200
    wait_until(lambda: api.ask("GET", "/jobs/{job_id}", job_id=ident).value["ended"], "the job to end")
    assert api.ask("GET", "/jobs/{job_id}", job_id=ident).value["result"]["done"] == 1
    assert api.ask("GET", "/jobs").value["total"] > 1


def test_a_roll_out(api: Api) -> None:
    other = {"mac": "00:08:5d:17:00:02", "vendor": "Aastra", "model": "6731i", "plugin": "aastra"}
    assert api.ask("POST", "/devices", other).status == 201
    move = {"from": "aastra", "to": "aastra-two", "first": 1}
    assert api.ask("POST", "/rollouts", {**move, "dry_run": True}).value["devices"] == 2
    made = api.ask("POST", "/rollouts", move)
    assert made.status == 201
    named: dict[str, Any] = {"rollout_id": made.value["id"]}
    wait_until(lambda: api.ask("GET", "/rollouts/{rollout_id}", **named).value["state"] == "paused", "its first group")
    assert api.ask("GET", "/rollouts").value["total"] == 1
    assert api.ask("GET", "/rollouts/{rollout_id}/devices", **named).value["total"] == 2
    assert api.ask("POST", "/rollouts/{rollout_id}/resume", {"again": False}, **named).status == 200
    wait_until(lambda: api.ask("GET", "/rollouts/{rollout_id}", **named).value["is_over"], "it to be over")
    back = {"from": "aastra-two", "to": "aastra", "first": 1}
    named = {"rollout_id": api.ask("POST", "/rollouts", back).value["id"]}
    assert api.ask("POST", "/rollouts/{rollout_id}/abort", **named).value["state"] == "aborted"


def test_settings_and_what_was_done(api: Api) -> None:
    assert api.ask("GET", "/settings").value["total"] > 3
    shown = api.ask("GET", "/settings/{name}", name="NAT")
    assert api.ask("PUT", "/settings/{name}", {"value": 0}, name="NAT").value == shown.value
    page = api.ask("GET", "/audit", query={"filter": "path=/settings/NAT"}).value
    assert (page["total"], page["items"][0]["method"], page["items"][0]["via"]) == (1, "PUT", "unix")
    again = api.ask("GET", "/settings/{name}", headers={"If-None-Match": shown.headers["etag"]}, name="NAT")
    assert (again.status, again.value) == (304, "")


def test_users_and_tokens(api: Api) -> None:
    made = api.ask("POST", "/users", {"name": "anna", "role": "viewer"}).value
    assert made["password"]
    assert api.ask("GET", "/users").value["total"] == 1
    assert api.ask("PATCH", "/users/{name}", {"role": "operator"}, name="anna").value["role"] == "operator"
    assert api.ask("GET", "/users/{name}", name="anna").value["role"] == "operator"
    assert api.ask("POST", "/users/{name}/reset", name="anna").value["password"] != made["password"]
    assert api.ask("GET", "/session").value["via"] == "unix"
    assert api.ask("GET", "/sessions").value["total"] == 0
    for method, path in sorted(SIGNED_IN):
        body = {"user": "anna", "password": "x"} if method == "POST" else {"old": "x", "password": "y"}
        assert api.ask(method, path, None if method == "DELETE" else body, ident="none").status in (404, 409)
    token = api.ask("POST", "/tokens", {"name": "cron", "scope": ["/devices"], "days": 1.5}).value
    assert api.ask("GET", "/tokens").value["items"][0]["scope"] == ["/devices"]
    assert api.ask("GET", "/tokens/{ident}", ident=token["id"]).value["name"] == "cron"
    assert api.ask("DELETE", "/tokens/{ident}", ident=token["id"]).status == 204
    assert api.ask("DELETE", "/users/{name}", name="anna").status == 204
    told = str(api.ask("GET", "/audit", query={"limit": 100}).value)
    assert not any(secret in told for secret in (made["password"], token["secret"]))


def test_what_is_removed_is_gone_and_written_down(api: Api) -> None:
    assert api.ask("DELETE", "/devices/{device_id}", device_id=MAC).status == 204
    assert api.ask("DELETE", "/plugins/{plugin_id}", plugin_id="aastra-two").value["backup"]
    assert api.ask("GET", "/devices/{device_id}", device_id=MAC).status == 404
    newest = api.ask("GET", "/audit", query={"limit": 2}).value["items"]
    assert [(row["path"], row["before"]["id"]) for row in newest] == [
        ("/plugins/aastra-two", "aastra-two"), (f"/devices/{MAC}", newest[1]["before"]["id"]),
    ]  # fmt: skip
    assert newest[1]["before"]["description"] == "Reception"


def heard(stream: http.client.HTTPResponse, kind: str) -> Any:
    """Read on until there is news of a kind."""
    for line in iter(stream.readline, b""):
        if line == f"event: {kind}\n".encode():
            return json.loads(stream.readline().removeprefix(b"data: "))
    raise AssertionError(f"no {kind}")


def test_fifty_who_watch_hear_what_is_new_and_let_the_daemon_end(api: Api, site: Site) -> None:
    watching = [api.watch("/events/stream") for _ in range(50)]
    for _, stream in watching:
        assert heard(stream, "ready")["status"]["dhcp"]
    made = api.ask("POST", "/devices", {"mac": "00:08:5d:17:00:09"}).value["id"]
    for _, stream in watching:
        assert made in heard(stream, "devices")["items"]
    for connection, stream in watching[10:]:  # who leaves is not told of anything any more
        stream.close()
        connection.close()
    assert api.ask("DELETE", "/devices/{device_id}", device_id=made).status == 204
    assert made in heard(watching[0][1], "devices")["items"]
    assert site.stop() == 0
    for connection, stream in watching[:10]:
        stream.read()  # to its end, which was said
        connection.close()


def test_every_route_has_had_its_turn(api: Api) -> None:
    assert api.operations - api.good - ELSEWHERE - SIGNED_IN == set()
