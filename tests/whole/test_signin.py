"""The administrator's door of a daemon: first password, HTTPS, tokens for commands elsewhere, and the two planes."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
from fastapi.routing import iter_route_contexts
from tests.whole.daemon import LOOPBACK, Daemon, free_port

from ringboot.admin.api import build_api
from ringboot.admin.desk import Desk

OWN = "a password of my own"
FILE = "Aastra/aastra.cfg"
MORE = """\
[[dhcp.network]]
name = "phones"
subnet = "127.79.0.0/16"
pools = ["127.79.1.1-127.79.1.50"]
[https]
listen = "127.0.0.1:{https}"
[admin]
listen = "127.0.0.1:{admin}"
tls = true
"""


class Said(NamedTuple):
    """An answer over the wire."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def value(self) -> Any:
        """Give its JSON."""
        return json.loads(self.body)


class Site(Daemon):
    """A daemon with all its doors, whose ports we know."""

    def __init__(self, folder: Path) -> None:
        self.ports = {name: free_port() for name in ("dhcp", "tftp", "http", "https", "admin")}
        super().__init__(folder, (LOOPBACK + MORE).format(**self.ports))
        self.url = f"https://127.0.0.1:{self.ports['admin']}"
        self.ca = folder / "ca.pem"

    def ask(self, door: str, method: str, path: str, body: Any = None, **headers: str) -> Said:
        """Ask one of the doors by HTTP or HTTPS."""
        connection: http.client.HTTPConnection
        if door == "http":
            connection = http.client.HTTPConnection("127.0.0.1", self.ports[door], timeout=20)
        else:
            context = ssl.create_default_context(cafile=self.ca)
            connection = http.client.HTTPSConnection("127.0.0.1", self.ports[door], timeout=20, context=context)
        with closing(connection):
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            with connection.getresponse() as response:
                return Said(response.status, response.headers, response.read())

    def token(self, folder: Path, *options: str) -> Path:
        """Make a token and give the file it lies in."""
        file = folder / "token"
        file.write_text(self.run("token", "add", "test", *options).stdout)
        return file


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("signin"))
    with made:
        made.ca.write_text(made.run("tls", "ca").stdout)
        yield made


def test_the_first_password_stands_in_the_log_once_and_is_good_for_setting_another(site: Site) -> None:
    [first] = re.findall(r'"one_time": "(\S+)"', site.log.read_text())
    kept = [path for path in site.data.rglob("*") if path.is_file() and first.encode() in path.read_bytes()]
    assert kept == []
    said = site.ask("admin", "POST", "/api/v1/session", {"user": "admin", "password": first})
    assert (said.status, said.value["must_change"]) == (201, True)
    cookie = said.headers["Set-Cookie"]
    assert "; Secure" in cookie
    mine = {"Cookie": cookie.partition(";")[0], "X_CSRF_Token": said.value["csrf"]}
    assert site.ask("admin", "GET", "/api/v1/status", **mine).value["code"] == "change-password"
    new = {"old": first, "password": OWN}
    assert site.ask("admin", "PUT", "/api/v1/session/password", new, **mine).status == 200
    status = site.ask("admin", "GET", "/api/v1/status", **mine)
    assert status.value["dhcp"]["connected"]
    assert "default-src 'self'" in status.headers["Content-Security-Policy"]
    [session] = site.json("user", "sessions", "--filter", "user=admin")["items"]
    assert site.json("user", "sign-out", session["id"]) == {"removed": session["id"]}
    assert site.ask("admin", "GET", "/api/v1/status", **mine).status == 401
    made = site.json("user", "reset", "admin")
    assert site.ask("admin", "POST", "/api/v1/session", {"user": "admin", "password": OWN}).status == 401
    again = {"user": "admin", "password": made["password"]}
    assert site.ask("admin", "POST", "/api/v1/session", again).value["must_change"]
    site.kill("main")
    assert site.log.read_text().count("one_time") == 1, "there is a user by now"


def test_commands_work_from_elsewhere_by_a_token(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = site.token(tmp_path, "--role", "operator", "--scope", "/devices", "--scope", "/status")
    away = ("--url", site.url, "--token-file", str(token), "--ca-file", str(site.ca))
    made = site.json("device", "add", "--mac", "00:08:5d:13:00:01", *away)
    assert site.json("device", "show", made["id"])["mac"] == "00:08:5d:13:00:01"
    assert site.run("shell", *away, "-c", "devices.count()").stdout == "1\n"
    refused = site.run("config", "list", *away, check=False)
    assert (refused.returncode, "opens /devices, /status and nothing else" in refused.stderr) == (1, True)
    strangers = site.run("status", "--url", site.url, "--token-file", str(token), check=False)
    assert (strangers.returncode, "--ca-file" in strangers.stderr) == (4, True)
    nobody = site.run("status", "--url", f"https://127.0.0.1:{free_port()}", *away[2:], check=False)
    assert (nobody.returncode, "No daemon answers at https://127.0.0.1:" in nobody.stderr) == (4, True)
    monkeypatch.setenv("RINGBOOT_TOKEN", token.read_text().strip())
    assert site.run("status", "--url", site.url, "--ca-file", str(site.ca)).returncode == 0
    monkeypatch.setenv("RINGBOOT_TOKEN", "rb_" + "x" * 43)
    wrong = site.run("status", "--url", site.url, "--ca-file", str(site.ca), check=False)
    assert (wrong.returncode, "This token is not known" in wrong.stderr) == (1, True)
    monkeypatch.delenv("RINGBOOT_TOKEN")
    without = site.run("status", "--url", site.url, check=False)
    assert (without.returncode, "There is no token" in without.stderr) == (2, True)
    strange = site.run("status", "--url", "ftp://x", check=False)
    assert (strange.returncode, "ftp://x is no address of a daemon" in strange.stderr) == (2, True)
    viewer = site.token(tmp_path, "--role", "viewer")
    denied = site.run("device", "remove", made["id"], *away[:2], "--token-file", str(viewer), *away[4:], check=False)
    assert (denied.returncode, "This is for operators" in denied.stderr) == (1, True)
    site.run("device", "remove", made["id"])
    for row in site.json("token", "list")["items"]:
        assert site.json("token", "remove", row["id"]) == {"removed": row["id"]}
    gone = site.run("status", *away[:2], "--token-file", str(viewer), *away[4:], check=False)
    assert (gone.returncode, "This token is not known" in gone.stderr) == (1, True)


def test_names_are_taken_up_by_a_reload_and_stand_in_the_certificate(site: Site) -> None:
    name = "phones.example.org"
    assert site.ask("admin", "GET", "/sign-in", Host=name).status == 421
    before = site.config.read_text()
    site.config.write_text(before.replace("[admin]\n", f'[admin]\nnames = ["{name}"]\n'))
    site.run("reload")
    assert site.ask("admin", "GET", "/sign-in", Host=name).status != 421
    shown = site.json("tls", "show")
    assert name in shown["admin_certificate"]["names"]
    assert (shown["admin"], shown["problem"]) == (f"127.0.0.1:{site.ports['admin']}", "")
    context = ssl.create_default_context(cafile=site.ca)
    with socket.create_connection(("127.0.0.1", site.ports["admin"]), 20) as raw:
        context.wrap_socket(raw, server_hostname=name).close()
    site.config.write_text(before)
    site.run("reload")


# The two planes

ROUTES = [str(route.path) for route in iter_route_contexts(build_api(cast(Desk, None)).routes)]
ADMIN_PATHS = sorted(
    {re.sub(r"\{[^}]*\}", "1", path) for path in ROUTES}
    | {"/api/v1/openapi.json", "/", "/sign-in", "/devices", "/static/app.js", "/metrics", "/healthz", "/readyz"}
)


def asked_by_tftp(site: Site, path: str) -> bytes:
    """Ask for a file by TFTP and give the first answer."""
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(20)
        client.sendto(b"\0\1" + path.encode() + b"\0octet\0", ("127.0.0.1", site.ports["tftp"]))
        return client.recv(2000)


def test_devices_doors_know_no_path_of_the_administrator(site: Site, tmp_path: Path) -> None:
    shown = {"Authorization": f"Bearer {site.token(tmp_path).read_text().strip()}"}
    missing = {door: site.ask(door, "GET", "/nothing/of/that/name.cfg") for door in ("http", "https")}
    absent = asked_by_tftp(site, "nothing/of/that/name.cfg")
    assert absent[:4] == b"\0\5\0\1"
    for path in ADMIN_PATHS:
        for door, said in missing.items():
            for headers in ({}, shown):
                got = site.ask(door, "GET", path, **headers)
                assert (got.status, got.body) == (404, said.body), (door, path)
        for name in {path, path.lstrip("/")} - {""}:
            assert asked_by_tftp(site, name) == absent, name


def test_the_administrators_door_knows_no_path_of_a_device(site: Site, tmp_path: Path) -> None:
    shown = {"Authorization": f"Bearer {site.token(tmp_path).read_text().strip()}"}
    site.run("device", "add", "--mac", "00:08:5d:13:00:02", "--vendor", "Aastra", "--model", "6731i")
    url = site.json("device", "url", "00:08:5d:13:00:02")
    files = [row["path"] for row in site.json("device", "files", "00:08:5d:13:00:02")["items"]]
    assert files
    secret = url["path"].rstrip("/")
    assert site.ask("http", "GET", f"/{FILE}", User_Agent="Aastra6731i MAC:00-08-5D-13-00-02 V:3.3.1-SIP").status == 200
    for path in (FILE, *files, f"{secret}/{files[0]}".lstrip("/"), "tftpboot", "../fleet.db", "s/x/y"):
        got = site.ask("admin", "GET", f"/{path}", **shown)
        assert got.status == 404, path
        assert b"sip" not in got.body
    site.run("device", "remove", "00:08:5d:13:00:02")
