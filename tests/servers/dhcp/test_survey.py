"""The dhcp process with scripts that ask about its wire: hundreds of hosts found at once, leased, and kept."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ringboot.host.start import Start, to_environment
from ringboot.model import codec
from ringboot.model.address import ip_number, ip_text, ip_wire
from ringboot.model.scripting import Hello
from ringboot.model.site import SITE_VERSION, Network, Site, Snapshot
from ringboot.servers.dhcp.consulting import SOCKET
from ringboot.servers.listen import open_dhcp, open_frames
from ringboot.store.journal_reader import JournalReader

pytestmark = [pytest.mark.root, pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")]

ETH_ARP = 0x0806
HOSTS = {ip_number("10.0.0.0") + n: bytes((2, 0, 0, 1, n >> 8, n & 255)) for n in range(8, 1000, 8)}


class Hosts:
    """Machines on a wire: each answers ARP for its address."""

    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened
        self._socket.settimeout(0.2)
        self._over = False
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        while not self._over:
            try:
                frame = self._socket.recv(128)
            except TimeoutError:
                continue
            asker, address = frame[22:28], int.from_bytes(frame[38:42], "big")
            mac = HOSTS.get(address)
            if mac is not None and frame[20:22] == b"\0\1":
                answer = b"\0\1\x08\0\6\4\0\2" + mac + ip_wire(address) + asker + frame[28:32]
                self._socket.send(asker + mac + b"\x08\6" + answer)

    def close(self) -> None:
        self._over = True
        self._thread.join()
        self._socket.close()


class Scripts:
    """The other end of dhcp's line to scripts."""

    def __init__(self, path: Path) -> None:
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        self._listener.settimeout(30)

    def meet(self) -> None:
        self._line, _ = self._listener.accept()
        self._line.settimeout(30)
        assert self.hear("role")["who"] == "dhcp"
        self.say({"t": "hello", "hello": codec.to_plain(Hello(1))})

    def say(self, frame: dict[str, Any]) -> None:
        data = json.dumps(frame).encode()
        self._line.sendall(len(data).to_bytes(4, "big") + data)

    def hear(self, kind: str) -> dict[str, Any]:
        while True:
            size = int.from_bytes(self._line.recv(4, socket.MSG_WAITALL), "big")
            frame: dict[str, Any] = json.loads(self._line.recv(size, socket.MSG_WAITALL))
            if frame["t"] == kind:
                return frame

    def close(self) -> None:
        self._line.close()
        self._listener.close()


@pytest.fixture
def scripts(tmp_path: Path, namespaces: Any) -> Iterator[Scripts]:
    """Run dhcp, as scripts would find it; `namespaces` has the wire."""
    network = Network("lan", ip_number("10.0.0.0"), 16, "floor")
    site = replace(Site(revision=1, networks=(network,)), scripts=True)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "site.json").write_bytes(codec.encode(Snapshot(SITE_VERSION, 0, site)))
    line = Scripts(tmp_path / "run" / SOCKET)
    opened, frames = namespaces.inside(namespaces.server, lambda: (open_dhcp("s0", 67), open_frames("s0")))
    namespaces.ip("-n", namespaces.server, "addr", "replace", "10.0.0.1/16", "dev", "s0")
    fds = {"dhcp:s0": opened.fileno(), "frame:s0": frames.fileno()}
    start = Start(data=str(tmp_path), config=None, fds=fds, interfaces=("s0",), dhcp_port=67)
    process = subprocess.Popen(
        ["ip", "netns", "exec", namespaces.server, sys.executable, "-m", "ringboot.servers.dhcp"],
        env={**os.environ, **to_environment(start)}, pass_fds=tuple(fds.values()),
    )  # fmt: skip
    opened.close()
    frames.close()
    line.meet()
    yield line
    line.close()
    process.send_signal(signal.SIGTERM)
    process.wait(20)


@pytest.fixture
def hosts(namespaces: Any) -> Iterator[Hosts]:
    def make() -> socket.socket:
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_ARP))
        opened.bind(("c0", ETH_ARP))
        return opened

    made = Hosts(namespaces.inside(namespaces.client, make))
    yield made
    made.close()


@pytest.mark.usefixtures("hosts")
def test_those_who_answer_are_found_and_leased_and_nobody_else(scripts: Scripts, tmp_path: Path) -> None:
    addresses = [ip_text(ip_number("10.0.0.0") + n) for n in range(2, 1000)]
    scripts.say({"t": "scan", "id": 7, "addresses": addresses, "seconds": 0.5})
    told = scripts.hear("scanned")
    assert told == {
        "t": "scanned", "id": 7, "cannot": "", "hits": {ip_text(each): mac.hex(":") for each, mac in HOSTS.items()}
    }  # fmt: skip
    rows = [
        {"network": "lan", "address": address, "mac": mac, "seconds": 600, "hostname": ""}
        for address, mac in told["hits"].items()
    ]
    scripts.say({"t": "seed", "id": 8, "rows": [*rows, {**rows[0], "address": "10.9.0.1"}]})
    assert scripts.hear("seeded") == {
        "t": "seeded", "id": 8, "refused": {"10.9.0.1": "lies in no network called lan"}
    }  # fmt: skip
    with closing(JournalReader(tmp_path / "leases")) as reader:
        changes = [change for _, change in reader.read(0, 1000)]
    assert {change.address: change.mac for change in changes} == HOSTS
