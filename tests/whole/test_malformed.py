"""Packets that brought other servers down, sent to the real socket: each is counted, and the daemon goes on.

The packets are those of tests/dhcp/test_hostile.py, named after the reports; there the codec alone has to bear them.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.dhcp import test_hostile as hostile
from tests.whole.daemon import Daemon, free_port, wait_until

from ringboot.dhcp.message import (
    ACK,
    DECLINE,
    DISCOVER,
    INFORM,
    NAK,
    NAMES,
    OFFER,
    RELEASE,
    REQUEST,
    BadPacket,
    Message,
    decode,
    encode,
    tlv,
)  # fmt: skip
from ringboot.model.address import ip_number
from ringboot.sim.leasing import SOURCE_PORT, Leased, Leasing

CONFIG = """
[server]
data = "DATA"
api_socket = "SOCKET"
[dhcp]
interfaces = ["lo"]
port = PORT
[[dhcp.network]]
name = "loopback"
subnet = "127.0.0.0/8"
pools = ["127.81.1.0-127.81.8.255"]
[tftp]
listen = "off"
[http]
listen = "off"
"""
RELAY = "127.81.0.1"
KINDS = (0, DISCOVER, REQUEST, DECLINE, RELEASE, INFORM, 2, 5, 6, 8, 250)
HEAD = hostile.HEAD._replace(giaddr=ip_number(RELAY), options={})
WHOLE = encode(HEAD._replace(options={53: b"\x01"}))


class Victim:
    """A running daemon, and a socket that sends it anything."""

    def __init__(self, daemon: Daemon, port: int, opened: socket.socket) -> None:
        self.daemon, self.port = daemon, port
        self._socket = opened
        self.pid = daemon.pid("dhcp")

    def send(self, packets: list[bytes]) -> Counter[str]:
        """Send packets, and wait until each is dealt with; gives how often each outcome came up meanwhile."""
        before, handled = self.outcomes(), self._handled()
        for number, data in enumerate(packets, 1):
            self._socket.sendto(data, ("127.0.0.1", self.port))
            if number % 200 == 0:  # as many as the socket holds, or the kernel would drop some
                wait_until(lambda wanted=handled + number: self._handled() >= wanted, "packets to be dealt with")  # type: ignore[misc]
        wait_until(lambda: self._handled() >= handled + len(packets), "all packets to be dealt with")
        assert self._handled() == handled + len(packets)
        return self.outcomes() - before

    def replies(self) -> list[Message]:
        """Give what came back."""
        found: list[Message] = []
        while True:
            try:
                answer = decode(self._socket.recv(65536))
            except BlockingIOError:
                return found
            assert isinstance(answer, Message)
            found.append(answer)

    def outcomes(self) -> Counter[str]:
        """Count the outcomes so far, by reason."""
        rows = self.daemon.get("status")["counters"]
        return Counter({row["labels"]["reason"]: row["value"] for row in rows if row["name"] == "dhcp_outcomes"})

    def _handled(self) -> int:
        rows = self.daemon.get("status")["counters"]
        messages = sum(row["value"] for row in rows if row["name"] == "dhcp_messages")
        return int(messages + self.outcomes()["bad-packet"])

    def is_well(self) -> None:
        """See that a phone gets, renews and gives back an address, and that nothing was started again."""
        phone = Leasing(b"\0\x08\x5d\0\0\x01", RELAY, ("127.0.0.1", self.port), {60: b"AnyPhone"})

        async def live() -> list[Leased]:
            lease = await phone.obtain()
            renewed = await phone.renew(lease)
            await phone.release(renewed)
            return [lease, renewed]

        lease, renewed = asyncio.run(live())
        assert lease.address == renewed.address
        wait_until(lambda: self.daemon.lease(lease.address)["state"] == "released", "the release")
        assert (self.daemon.pid("dhcp"), self.daemon.restarts("dhcp"), self.daemon.restarts("main")) == (self.pid, 0, 0)
        assert "Traceback" not in self.daemon.log.read_text()


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Victim]:
    port = free_port()
    with (
        Daemon(tmp_path, CONFIG.replace("PORT", str(port))) as daemon,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened,
    ):
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        opened.bind((RELAY, 0))
        opened.setblocking(False)
        yield Victim(daemon, port, opened)


BROKEN: dict[str, bytes] = {
    "empty": b"",
    "one octet": b"\x01",
    "header alone": WHOLE[:236],
    "half a cookie": WHOLE[:238],
    "wrong cookie": WHOLE[:236] + b"\x63\x82\x53\x64" + WHOLE[240:],
    "BOOTP without a cookie": WHOLE[:236] + bytes(64),
    "op 0": b"\0" + WHOLE[1:],
    "op 3": b"\3" + WHOLE[1:],
    "hlen 17": WHOLE[:2] + b"\x11" + WHOLE[3:],
    "hlen 255": WHOLE[:2] + b"\xff" + WHOLE[3:],
    "option without a length": WHOLE[:240] + b"\x35\x01\x01\x3d",
    "option past the end": WHOLE[:240] + b"\x35\x01\x01\x3d\xff\x00",
    "option 53 past the end": WHOLE[:240] + b"\x35\x02\x01",
    "lengths that lie": WHOLE[:240] + hostile.BOMBS["lengths that lie"],
    "noise": bytes(range(256)) * 4,
    "only ones": b"\xff" * 300,
    "only zeros": bytes(300),
    "65,507 octets": bytes(65507),
}


def test_no_packet_disturbs_the_daemon_however_malformed(victim: Victim) -> None:
    """One test, because one daemon bears it all."""
    send_what_is_no_packet(victim)
    victim.is_well()
    send_odd_messages_of_every_kind(victim)
    victim.is_well()


def send_what_is_no_packet(victim: Victim) -> None:
    assert {name for name, packet in BROKEN.items() if not isinstance(decode(packet), BadPacket)} == set()

    outcomes = {name: victim.send([packet]) for name, packet in BROKEN.items()}

    assert outcomes == {name: {"bad-packet": 1} for name in BROKEN}
    assert victim.replies() == []


ODD: dict[str, list[dict[int, bytes]]] = {
    "CVE-2019-6472 CVE-2009-1892 client identifiers": [{61: bytes(range(256))[:n]} for n in (0, 1, 2, 127, 254, 255)],
    "CVE-2019-6473 CVE-2025-11232 CVE-2011-2716 host names": [
        dict.fromkeys((12, 15, 60, 66, 77), name) for name in hostile.HOST_NAMES.values()
    ],
    "CVE-2019-6473 CVE-2022-2929 client FQDNs": [{81: fqdn} for fqdn in hostile.FQDNS.values()],
    "CVE-2018-20679 values shorter than their type": [{row.code: b"\xa5" * size} for row, size in hostile.SHORT],
    "CVE-2016-2147 pointers in search lists": [
        {119: search, 141: search, 120: b"\0" + search} for search in hostile.POINTERS.values()
    ],
    "CVE-2017-14493 relay information": [{82: value} for value in hostile.RELAY_INFORMATION.values()],
    "CVE-2017-10985 CVE-2017-10986 sub-options": [
        {code: value * times} for code in (43, 124, 125) for value in hostile.SUB_OPTIONS.values() for times in (1, 3)
    ],
    "sizes, times and addresses": [
        {code: value}
        for code in (50, 51, 54, 55, 57, 118)
        for value in (b"", b"\0", bytes(4), b"\xff" * 4, b"\xff" * 255, bytes(5))
    ],
}


HEADS: dict[str, list[Message]] = {
    "CVE-2011-2748 hardware addresses": [
        *(HEAD._replace(hlen=size, chaddr=bytes(range(1, 17))[:size]) for size in (0, 1, 5, 7, 16)),
        *(HEAD._replace(htype=number) for number in (0, 6, 32, 255)),
        HEAD._replace(chaddr=bytes(6)),
        HEAD._replace(chaddr=b"\xff" * 6),
    ],
    "numbers at their ends": [HEAD._replace(hops=number, secs=65535, flags=65535) for number in (0, 16, 255)],
    "addresses nobody has": [
        *(HEAD._replace(giaddr=address) for address in (0, 1, 0x7F000001, 0xE0000001, 0xFFFFFFFF)),
        *(HEAD._replace(ciaddr=each, yiaddr=each, siaddr=each) for each in (1, 0x7F510101, 0xE0000001, 0xFFFFFFFF)),
    ],
    "a reply": [HEAD._replace(op=2)],
}


def send_odd_messages_of_every_kind(victim: Victim) -> None:
    told = {name: [HEAD._replace(options={82: SOURCE_PORT} | each) for each in rows] for name, rows in ODD.items()}
    for name, messages in (told | HEADS).items():
        packets = [
            encode(each._replace(xid=bytes((0, 0, number % 256, kind)), options={53: bytes((kind,))} | each.options))
            for number, each in enumerate(messages)
            for kind in KINDS
        ]

        outcomes = victim.send(packets)

        assert outcomes.total() == len(packets), name
        assert outcomes.keys().isdisjoint({"bad-packet", "not-decided"}), name
        assert outcomes["offered"] > 0 or name == "a reply", name
        assert {answer.kind for answer in victim.replies()} <= {OFFER, ACK, NAK}
    bombs = [value for name, value in hostile.BOMBS.items() if name != "lengths that lie"]
    outcomes = victim.send([WHOLE[:240] + tlv(53, bytes((kind,))) + bomb[:3850] for bomb in bombs for kind in NAMES])
    assert "not-decided" not in outcomes
