"""A DHCP client on the loopback that asks once and hears what comes; it is its own relay (RFC 8357)."""

from __future__ import annotations

import select
import socket

from tests.whole.daemon import CEILING, Daemon, wait_until

from ringboot.dhcp import message as wire
from ringboot.dhcp.message import ACK, DISCOVER, OFFER, REQUEST, Message
from ringboot.model.address import ip_number, ip_text, ip_wire, mac_octets

RELAY = "127.70.0.1"
_PORT = b"\x13\x00"  # answer to the port that this came from


class Asker:
    """One client, by its MAC."""

    def __init__(self, daemon: Daemon, mac: str, port: int) -> None:
        self.daemon = daemon
        self.mac = mac
        self._server = ("127.0.0.1", port)
        self._count = 0

    def say(self, kind: int, options: dict[int, bytes], wait: bool = True) -> Message | None:
        """Send one message; gives its answer."""
        self._count += 1
        xid = (int(self.mac.replace(":", "")[-6:], 16) << 8 | self._count).to_bytes(4, "big")
        message = Message(
            1, 1, 6, 1, xid, 0, 0, 0, 0, 0, ip_number(RELAY), mac_octets(self.mac), b"", b"",
            {53: bytes((kind,)), **options, 82: _PORT},
        )  # fmt: skip
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
            here.bind((RELAY, 0))
            here.sendto(wire.encode(message), self._server)
            if not wait:
                return None
            ready, _, _ = select.select([here], [], [], CEILING)
            assert ready, f"{self.mac}: no answer to {wire.NAMES[kind]}; {self.daemon.log.read_text()[-2000:]}"
            answer = wire.decode(here.recv(2048))
        assert isinstance(answer, Message)
        return answer

    def obtain(self) -> Message:
        """Go through the four messages; gives the ACK."""
        offer = self.say(DISCOVER, {})
        assert offer is not None
        assert offer.kind == OFFER
        answer = self.say(REQUEST, {50: ip_wire(offer.yiaddr), 54: offer.options[54]})
        assert answer is not None
        assert answer.kind == ACK, ip_text(offer.yiaddr)
        return answer

    def is_left_alone(self, reason: str) -> None:
        """Send one DISCOVER, and wait until it is decided for that reason."""
        before = counted(self.daemon, reason)
        self.say(DISCOVER, {}, wait=False)
        wait_until(lambda: counted(self.daemon, reason) > before, f"{reason} for {self.mac}", say=self._log)

    def _log(self) -> str:
        return self.daemon.log.read_text()[-3000:]


def counted(daemon: Daemon, reason: str) -> int:
    """Count the messages that were decided for a reason."""
    rows = daemon.get("status")["counters"]
    return sum(int(row["value"]) for row in rows if row["labels"].get("reason") == reason)
