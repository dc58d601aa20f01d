"""The same clients in a place of every kind: what the contract test asks."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ringboot.model.address import ip_number
from ringboot.model.site import Network
from ringboot.scripts.sources.definition import Site

KNOWN, GUEST, STRANGER = "00:00:5e:00:53:01", "00:00:5e:00:53:02", "00:00:5e:00:53:99"
NETWORKS = tuple(
    Network(name, ip_number(subnet), 24, segment)
    for name, subnet, segment in (
        ("lan", "10.0.0.0", "floor1"),
        ("guests", "10.0.1.0", "floor1"),
        ("far", "10.9.0.0", "elsewhere"),
    )
)
SITE = Site(NETWORKS)

SCHEMA = """
CREATE TABLE {prefix}subnets (
    subnet VARCHAR(18) NOT NULL, serial INT NOT NULL, lease_time INT, gateway TEXT, subnet_mask TEXT,
    broadcast_address TEXT, ntp_servers TEXT, domain_name_servers TEXT, domain_name TEXT, vlan INT,
    PRIMARY KEY (subnet, serial)
);
CREATE TABLE {prefix}maps (
    mac VARCHAR(17) NOT NULL PRIMARY KEY, ip VARCHAR(15) NOT NULL, hostname TEXT, subnet VARCHAR(18) NOT NULL,
    serial INT NOT NULL, room TEXT
);
"""
ROWS = f"""
INSERT INTO {{prefix}}subnets VALUES
    ('main', 0, 7200, '10.0.0.1', '255.255.255.0', '10.0.0.255',
     '10.0.0.3, 10.0.0.4', '10.0.0.53', 'lan.example.org', 7);
INSERT INTO {{prefix}}maps VALUES ('{KNOWN}', '10.0.0.9', 'lobby', 'main', 0, 'A 12');
"""
OPTIONS = {
    "1": "255.255.255.0", "3": "10.0.0.1", "6": "10.0.0.53", "15": "lan.example.org", "28": "10.0.0.255",
    "42": "10.0.0.3, 10.0.0.4",
}  # fmt: skip
INI_TEXT = f"""\
; a site
[main|0]
lease-time: 7200
gateway: 10.0.0.1
subnet-mask = 255.255.255.0
broadcast-address: 10.0.0.255
ntp-servers: 10.0.0.3, 10.0.0.4
domain-name-servers: 10.0.0.53
domain-name: "lan.example.org"
i:vlan = 7

[{KNOWN.replace(":", "-").upper()}]
ip: 10.0.0.9
hostname: lobby
subnet: main
serial: 0
s:room: A 12
"""
DEFINITION: dict[str, object] = {
    "ip": "10.0.0.9", "hostname": "lobby", "subnet": "main", "serial": 0, "lease_time": 7200, "gateway": "10.0.0.1",
    "subnet_mask": "255.255.255.0", "broadcast_address": "10.0.0.255", "ntp_servers": ["10.0.0.3", "10.0.0.4"],
    "domain_name_servers": ["10.0.0.53"], "domain_name": "lan.example.org",
    "extra": {"maps.room": "A 12", "subnets.vlan": 7},
}  # fmt: skip


def make_tables(path: Path, prefix: str = "") -> None:
    with sqlite3.connect(path) as database:
        database.executescript((SCHEMA + ROWS).format(prefix=prefix))
    database.close()


def execute(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as database:
        database.execute(statement)
    database.close()


class Service:
    """A web service of the test's: what it answers is `answers`, by MAC; `asked` is what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, object] = {KNOWN: DEFINITION}
        self.asked: list[dict[str, Any]] = []
        self.connections = 0
        self.status = 200
        self.raw: bytes | None = None
        self.hold: threading.Event | None = None  # an answer waits for it
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                service.connections += 1

            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(json.loads(data), "POST")

            def do_GET(self) -> None:
                _, _, query = self.path.partition("?")
                self.answer(dict(pair.split("=") for pair in query.split("&")), "GET")

            def answer(self, said: dict[str, Any], method: str) -> None:
                service.asked.append({**said, "method": method, "headers": dict(self.headers)})
                if service.hold is not None:
                    service.hold.wait(20)
                mac = str(said.get("mac") or said.get("hw", "")).replace("%3A", ":")
                data = service.raw if service.raw is not None else json.dumps(service.answers.get(mac)).encode()
                self.send_response(service.status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/lookup"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        if self.hold is not None:
            self.hold.set()
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def a_service() -> Iterator[Service]:
    service = Service()
    try:
        yield service
    finally:
        service.close()


FUNCTION_TEXT = f"""
def lookup(client):
    return {DEFINITION!r} if client.mac == {KNOWN!r} else None
"""
