"""The dhcp process on an Ethernet: ARP finds who uses an address, a frame reaches a client that has none."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ringboot.dhcp.message import ACK, DISCOVER, OFFER, REQUEST, BadPacket, Message, decode, encode
from ringboot.host.start import Start, to_environment
from ringboot.model import codec
from ringboot.model.address import ip_number, ip_text, ip_wire
from ringboot.model.site import SITE_VERSION, Site, Snapshot
from ringboot.servers.dhcp.frame import checksum, datagram
from ringboot.servers.listen import open_dhcp, open_frames
from ringboot.store.journal_reader import JournalReader

pytestmark = [pytest.mark.root, pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")]

ETH_IP = 0x0800
EVERYBODY = b"\xff" * 6


class Heard:
    """A frame with a DHCP reply in it."""

    def __init__(self, frame: bytes) -> None:
        self.to_mac = frame[:6]
        self.to, self.source = (ip_text(int.from_bytes(frame[at : at + 4], "big")) for at in (30, 26))
        self.ports = struct.unpack("!HH", frame[34:38])
        (size,) = struct.unpack("!H", frame[38:40])
        pseudo = frame[26:34] + b"\0\x11" + frame[38:40]
        self.is_whole = checksum(frame[14:34]) in (0, 0xFFFF) and checksum(pseudo + frame[34 : 34 + size]) in (
            0,
            0xFFFF,
        )
        message = decode(frame[42 : 34 + size])
        assert not isinstance(message, BadPacket)
        self.message = message


class Client:
    """A machine without an address: it sends and hears frames."""

    def __init__(self, opened: socket.socket, mac: bytes) -> None:
        self.mac = mac
        self._socket = opened
        self._socket.settimeout(20)
        self._xid = 0

    def send(self, kind: int, options: dict[int, bytes] | None = None, flags: int = 0) -> bytes:
        self._xid += 1
        message = Message(
            op=1, htype=1, hlen=6, hops=0, xid=self._xid.to_bytes(4, "big"), secs=0, flags=flags, ciaddr=0, yiaddr=0,
            siaddr=0, giaddr=0, chaddr=self.mac, sname=b"", file=b"",
            options={**({53: bytes((kind,))} if kind else {}), **(options or {})},
        )  # fmt: skip
        data = encode(message)
        frame = datagram(data, to_mac=EVERYBODY, from_mac=self.mac, to=0xFFFFFFFF, source=0, to_port=67, from_port=68)
        self._socket.send(frame)
        return message.xid

    def hear(self, xid: bytes) -> Heard:
        while True:
            frame = self._socket.recv(2048)
            if frame[12:14] == b"\x08\x00" and frame[23] == 17 and frame[36:38] == b"\0\x44":
                heard = Heard(frame)
                if heard.message.xid == xid:
                    return heard

    def exchange(self, kind: int, options: dict[int, bytes] | None = None, flags: int = 0) -> Heard:
        return self.hear(self.send(kind, options, flags))


@pytest.fixture
def server(tmp_path: Path, namespaces: Any, site: Site) -> Iterator[subprocess.Popen[bytes]]:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "site.json").write_bytes(codec.encode(Snapshot(SITE_VERSION, 0, site)))
    udp = namespaces.inside(namespaces.server, lambda: open_dhcp("s0", 67))
    frames = namespaces.inside(namespaces.server, lambda: open_frames("s0"))
    fds = {"dhcp:s0": udp.fileno(), "frame:s0": frames.fileno()}
    process = subprocess.Popen(
        ["ip", "netns", "exec", namespaces.server, sys.executable, "-m", "ringboot.servers.dhcp"],
        env={**os.environ, **to_environment(Start(data=str(tmp_path), fds=fds))},
        pass_fds=tuple(fds.values()),
        stderr=subprocess.PIPE,
    )
    udp.close()
    frames.close()
    assert process.stderr is not None
    line = b""
    while b"ready" not in line:
        line = process.stderr.readline()
        assert line, "it ended before it was ready"
    yield process
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)


@pytest.fixture
def client(namespaces: Any) -> Iterator[Client]:
    def make() -> tuple[socket.socket, bytes]:
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_IP))
        opened.bind(("c0", ETH_IP))
        return opened, opened.getsockname()[4]

    opened, mac = namespaces.inside(namespaces.client, make)
    yield Client(opened, mac)
    opened.close()


@pytest.mark.usefixtures("server")
def test_a_client_without_an_address_is_reached_by_a_frame_of_its_own(client: Client) -> None:
    offer = client.exchange(DISCOVER)

    assert offer.message.kind == OFFER
    assert offer.to_mac == client.mac
    assert (offer.to, offer.source, offer.ports) == ("10.0.0.10", "10.0.0.1", (67, 68))
    assert offer.is_whole
    ack = client.exchange(REQUEST, {50: ip_wire(offer.message.yiaddr), 54: offer.message.options[54]})
    assert (ack.message.kind, ack.to_mac) == (ACK, client.mac)


@pytest.mark.usefixtures("server")
def test_a_client_that_cannot_take_unicast_is_answered_by_broadcast(client: Client) -> None:
    offer = client.exchange(DISCOVER, flags=0x8000)

    assert offer.to_mac == EVERYBODY
    assert offer.to == "255.255.255.255"


def test_a_bootp_client_gets_its_address_with_one_message(
    tmp_path: Path, server: subprocess.Popen[bytes], client: Client
) -> None:
    reply = client.exchange(0)

    assert reply.message.options.keys() == {1}
    assert (reply.to_mac, reply.to, reply.source) == (client.mac, "10.0.0.10", "10.0.0.1")
    assert ip_text(reply.message.yiaddr) == "10.0.0.10"
    with closing(JournalReader(tmp_path / "leases")) as reader:
        ((_, change),) = reader.read(0, 10)
    assert (change.kind, change.mac, change.expiry - change.start >= 0xFFFFFFFF) == ("bound", client.mac, True)


@pytest.mark.usefixtures("server")
def test_an_address_that_somebody_uses_is_found_out_and_left_alone(
    tmp_path: Path, namespaces: Any, client: Client
) -> None:
    namespaces.ip("-n", namespaces.client, "addr", "add", "10.0.0.10/32", "dev", "c0")

    offer = client.exchange(DISCOVER)

    assert ip_text(offer.message.yiaddr) == "10.0.0.11"
    with closing(JournalReader(tmp_path / "leases")) as reader:
        ((_, change),) = reader.read(0, 10)
    assert (change.kind, change.address) == ("declined", ip_number("10.0.0.10"))


def test_an_interface_that_gets_another_address_answers_from_it(
    server: subprocess.Popen[bytes], namespaces: Any, client: Client
) -> None:
    assert client.exchange(DISCOVER).message.options[54] == bytes((10, 0, 0, 1))
    namespaces.ip("-n", namespaces.server, "addr", "add", "10.0.0.2/24", "dev", "s0")
    namespaces.ip("-n", namespaces.server, "addr", "del", "10.0.0.1/24", "dev", "s0")
    namespaces.ip("-n", namespaces.server, "addr", "replace", "10.0.0.2/24", "dev", "s0")
    assert server.stderr is not None
    while b"addresses=10.0.0.2 " not in server.stderr.readline():
        pass

    assert client.exchange(DISCOVER).message.options[54] == bytes((10, 0, 0, 2))
