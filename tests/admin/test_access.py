"""Who is let in as what, and what each may do; without a socket, so that one process can be anybody."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from typing import Any

import pytest

from ringboot.admin.access import ADMINISTRATOR, OPERATOR, Access, Peer, access_here, peer_of
from ringboot.admin.api import build_app

ACCESS = Access(owner=900, operators=800)


@pytest.mark.parametrize(
    ("uid", "gids", "role"),
    [
        (0, (0,), ADMINISTRATOR),
        (900, (900,), ADMINISTRATOR),
        (1000, (1000, 800), OPERATOR),
        (1000, (800,), OPERATOR),
        (1000, (1000,), None),
        (1000, (0,), None),
    ],
)
def test_user_and_groups_make_the_role(uid: int, gids: tuple[int, ...], role: str | None) -> None:
    assert ACCESS.role(Peer(1, uid, gids)) == role


def test_without_the_group_there_are_no_operators() -> None:
    assert Access(900, None).role(Peer(1, 1000, (1000, 800))) is None


def test_the_kernel_names_the_other_end() -> None:
    near, far = socket.socketpair(socket.AF_UNIX)
    with near, far:
        peer = peer_of(near)
    assert (peer.pid, peer.uid, peer.gids[0]) == (os.getpid(), os.geteuid(), os.getegid())
    assert set(os.getgroups()) <= set(peer.gids)


def test_the_daemons_user_owns_it_here() -> None:
    assert access_here().owner == os.geteuid()


@pytest.fixture(scope="module")
def app(server: Any) -> Any:
    """Build the application over the desk of the moment."""
    return build_app(server.current, ACCESS)


def ask(app: Any, peer: Peer | None, method: str, target: str, body: Any = None) -> tuple[int, Any]:
    """Put one request to the application as this peer."""
    path, _, question = target.partition("?")
    data = b"" if body is None else json.dumps(body).encode()
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": data, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "method": method, "path": f"/api/v1{path}", "root_path": "",
        "raw_path": path.encode(), "query_string": question.encode(), "headers": [], "scheme": "http",
        "state": {} if peer is None else {"peer": peer},
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    text = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], json.loads(text) if text else None


ROOT, OPERATING, GUEST = Peer(1, 0, (0,)), Peer(1, 1000, (1000, 800)), Peer(1, 1001, (1001,))

# What each may do: root, operator, guest
RIGHTS: list[tuple[Any, ...]] = [
    ("GET", "/status", None, 200, 200, 403),
    ("GET", "/nothing", None, 404, 404, 403),
    ("POST", "/reload", {}, 200, 403, 403),
    ("GET", "/numbers", None, 200, 200, 403),
    ("POST", "/diff", {}, 200, 403, 403),
    ("GET", "/leases/misfits", None, 200, 200, 403),
    ("GET", "/devices", None, 200, 200, 403),
    ("POST", "/devices", {"mac": "00:00:5e:00:53:01"}, 201, 201, 403),
    ("PATCH", "/devices/d", {"ip": "10.0.0.1"}, 200, 200, 403),
    ("POST", "/reservations/import", {"rows": []}, 200, 200, 403),
    ("GET", "/configs/base?secrets=1", None, 200, 403, 403),
    ("GET", "/configs?secrets=1", None, 200, 403, 403),
    ("GET", "/configs/base", None, 200, 200, 403),
    ("GET", "/configs/base/raw", None, 200, 200, 403),
    ("GET", "/configs/base/raw?secrets=1", None, 200, 403, 403),
    ("GET", "/configs/base/devices", None, 200, 200, 403),
    ("POST", "/configs/base/preview", {"changes": {}}, 200, 200, 403),
    ("POST", "/configs/base/preview", {"changes": {}, "device": "d"}, 200, 403, 403),
    ("POST", "/configs/autocreate", {}, 201, 201, 403),
    ("PATCH", "/configs/base", {"label": "x"}, 200, 200, 403),
    ("GET", "/plugins/p", None, 200, 200, 403),
    ("POST", "/plugins", {"source": "p"}, 201, 403, 403),
    ("POST", "/plugins/p/upgrade", {}, 200, 403, 403),
    ("POST", "/plugins/p/reload", {}, 200, 403, 403),
    ("GET", "/repository", None, 200, 200, 403),
    ("POST", "/repository/update", {}, 200, 403, 403),
    ("DELETE", "/plugins/p", None, 200, 403, 403),
    ("GET", "/firmware", None, 200, 200, 403),
    ("GET", "/firmware/p", None, 200, 200, 403),
    ("GET", "/firmware/p/packages/fw", None, 200, 200, 403),
    ("POST", "/firmware/p/install", {"packages": ["fw"]}, 200, 403, 403),
    ("POST", "/firmware/p/upgrade", {}, 200, 403, 403),
    ("DELETE", "/firmware/p/packages/fw", None, 200, 403, 403),
    ("PUT", "/firmware/p/upload", {}, 200, 403, 403),
    ("GET", "/settings/NAT", None, 200, 200, 403),
    ("PUT", "/settings/NAT", {"value": 1}, 200, 403, 403),
    ("POST", "/devices/d/url", {}, 200, 403, 403),
    ("POST", "/devices/d/url", {"renew": True}, 200, 403, 403),
    ("GET", "/tls", None, 200, 200, 403),
    ("GET", "/devices/d/file?path=open.cfg", None, 200, 200, 403),
    ("GET", "/devices/d/file?path=own.cfg", None, 200, 403, 403),
    ("GET", "/templates", None, 200, 200, 403),
    ("GET", "/templates/check", None, 200, 200, 403),
    ("GET", "/templates/of/p/base.tpl", None, 200, 403, 403),
    ("POST", "/templates/copy", {"plugin": "p", "template": "base.tpl"}, 201, 403, 403),
    ("POST", "/templates/migrate", {"plugin": "p"}, 200, 403, 403),
    ("GET", "/devices/d/preview", None, 200, 403, 403),
    ("GET", "/devices/d/history", None, 200, 200, 403),
    ("GET", "/devices/d/history/3", None, 200, 403, 403),
    ("POST", "/devices/d/rollback", {"generation": 3}, 200, 200, 403),
    ("GET", "/audit", None, 200, 403, 403),
    ("GET", "/networks", None, 200, 200, 403),
    ("GET", "/events", None, 200, 200, 403),
    ("GET", "/jobs", None, 200, 200, 403),
    ("GET", "/attention", None, 200, 200, 403),
    ("POST", "/devices/bulk", {"action": "delete", "all": True}, 200, 200, 403),
    ("POST", "/devices/import", {"rows": []}, 200, 200, 403),
    ("PUT", "/templates/of/p/base.tpl", {"text": ""}, 200, 403, 403),
    ("DELETE", "/templates/of/p/base.tpl", None, 200, 403, 403),
    ("POST", "/templates/check", {"plugin": "p", "template": "b.tpl", "text": ""}, 200, 403, 403),
    ("POST", "/devices/d/preview", {"templates": {}}, 200, 403, 403),
    ("GET", "/devices/d/raw", None, 200, 200, 403),
    ("GET", "/devices/d/raw?secrets=1", None, 200, 403, 403),
    ("POST", "/devices/d/assign", {"lines": []}, 200, 200, 403),
]


@pytest.mark.parametrize("row", RIGHTS, ids=[f"{row[0]} {row[1]}" for row in RIGHTS])
def test_each_may_do_what_is_theirs(row: tuple[Any, ...], app: Any, desk: Any) -> None:
    method, target, body, *statuses = row
    desk.rows_devices = {"d": {"id": "d"}}
    desk.rows_configs = {"base": {"id": "base", "raw_config": {"admin_password": "7"}}}
    desk.rows_plugins = {"p": {"id": "p", "version": "1"}}
    desk.rows_templates = [{"plugin": "p", "template": "base.tpl", "custom": False, "text": "x"}]
    desk.rows_firmware = [{"plugin": "p", "id": "fw"}]
    desk.files = {
        ("d", "open.cfg"): {"path": "open.cfg", "text": "x", "secret": False},
        ("d", "own.cfg"): {"path": "own.cfg", "text": "x", "secret": True},
    }
    assert [ask(app, peer, method, target, body)[0] for peer in (ROOT, OPERATING, GUEST)] == statuses


def test_a_refusal_names_the_way_out(app: Any, desk: Any) -> None:
    _, problem = ask(app, GUEST, "GET", "/status")
    assert problem["detail"] == (
        "User 1001 may not use this daemon. Run the command as root or as user 900, or join the group ringboot."
    )
    _, problem = ask(app, OPERATING, "PUT", "/settings/NAT", {"value": 1})
    assert problem["detail"] == "This is for administrators. Run the command as root."


def test_somebody_unknown_is_refused(app: Any, desk: Any) -> None:
    status, problem = ask(app, None, "GET", "/status")
    assert (status, problem["code"]) == (403, "no-access")
    assert desk.calls == []


def test_a_user_without_a_name_is_called_by_number(app: Any, desk: Any) -> None:
    desk.rows_devices = {"d": {"id": "d"}}
    ask(app, Peer(1, 3_999_999, (800,)), "PATCH", "/devices/d", {"ip": "10.0.0.1"})
    assert ("set_device", "d", {"ip": "10.0.0.1"}, "user 3999999") in desk.calls
