"""The administrator's pages with ten thousand devices: how soon a list is there, and what fifty viewers cost DHCP."""

from __future__ import annotations

import http.client
import socket
import statistics
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.contenders import ringboot
from bench.fleet import PHONES
from bench.measure import drive, running
from bench.tell import wait_for
from bench.wire import Wire
from ringboot.cli.client import Client

LISTED, WATCHED = "pages: a list", "pages: viewers"
COUNT = 10_000
LISTS = (
    "/devices", "/devices?sort=-mac", "/devices?text=6731", "/devices?filter=state%3Dautoprov", "/configs", "/leases",
    "/events", "/",
)  # fmt: skip
TIMES = 20
VIEWERS = 50
PAUSE = 2.0  # seconds between two looks of a page at what is new, as its script has it
STEADY = "500"  # DORAs begun a second

Row = dict[str, Any]


def viewers(wire: Wire, load: Path, seconds: float, count: int = COUNT) -> list[Row]:
    """Ask for lists, then measure DHCP alone and while the first page stands open fifty times."""
    rows: list[Row] = []
    with running(wire, ringboot()) as (_, state):
        door = state / "api.sock"
        api = Client([door])
        api.put("settings", "dhcp_integration", body={"value": True})
        drive(wire, load, ("-m", "renew", "-n", str(count), *PHONES, "-t", "0.1"))
        wait_for(lambda: int(api.get("devices", parameters=[("limit", "1")])["total"]) >= count, f"{count} devices")
        wait_for(lambda: api.get("status")["rendering"] == 0, "the files of all")
        api.close()
        for path in LISTS:
            taken = sorted(_took(door, path) for _ in range(TIMES))
            rows.append({"point": LISTED, "path": path, "ms": statistics.median(taken), "worst_ms": taken[-1]})
        known = ("-m", "dora", "-R", STEADY, "-n", str(count), "-w", "500", *PHONES, "-t", f"{2 * seconds:g}")
        for watching in (0, VIEWERS, 0):
            with Crowd(door, watching) as crowd:
                row = drive(wire, load, known)
            rows.append({"point": WATCHED, "viewers": watching, "looks": crowd.looks, **row})
    return [{"server": "ringboot", "conflicts": 0, "devices": count, **row} for row in rows]


def _took(door: Path, path: str) -> float:
    began = time.monotonic()
    _look(door, path)
    return (time.monotonic() - began) * 1000


def _look(door: Path, path: str) -> None:
    with closing(_connected(door)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
    assert answer.status == 200, (path, answer.status, body[:200])
    assert b"</html>" in body


def _connected(door: Path) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("localhost", timeout=60)
    connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.sock.settimeout(60)
    connection.sock.connect(str(door))
    return connection


class Crowd:
    """People who leave the first page open."""

    def __init__(self, door: Path, count: int) -> None:
        self._door = door
        self._over = threading.Event()
        self._all = [threading.Thread(target=self._watch) for _ in range(count)]
        self._streams: list[http.client.HTTPConnection] = []
        self.looks = 0  # how often one of them read the page

    def __enter__(self) -> Crowd:
        for each in self._all:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for stream in self._streams:
            if stream.sock is not None:
                stream.sock.shutdown(socket.SHUT_RDWR)
        for each in self._all:
            each.join()

    def _watch(self) -> None:
        with closing(_connected(self._door)) as stream:
            self._streams.append(stream)
            stream.request("GET", "/api/v1/events/stream")
            told = stream.getresponse()
            while not self._over.is_set():
                try:
                    if not told.readline():
                        return
                except OSError:
                    return
                _look(self._door, "/")
                self.looks += 1
                self._over.wait(PAUSE)
