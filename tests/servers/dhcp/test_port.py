"""From which of our addresses a reply leaves."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from ringboot.answer.decision import RELAY, To
from ringboot.dhcp.message import DISCOVER, OFFER, Message
from ringboot.dhcp.reply import reply
from ringboot.model.address import ip_number
from ringboot.servers.dhcp.link import Link
from ringboot.servers.dhcp.port import Port

OURS = tuple(map(ip_number, ("127.0.0.1", "127.0.0.2")))
ASKED = Message(1, 1, 6, 0, b"xidx", 0, 0, 0, 0, 0, OURS[0], b"\0\x08\x5d\0\0\1", b"", b"", {53: bytes((DISCOVER,))})


@pytest.mark.parametrize(
    ("named", "source"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.2", "127.0.0.2"),
        ("10.5.0.1", "127.0.0.1"),  # a relay agent that stands in for us (RFC 5107)
    ],
)
def test_a_reply_leaves_from_the_address_that_it_names_if_that_is_ours(named: str, source: str) -> None:
    data = reply(ASKED, OFFER, ip_number(named), yiaddr=1, lease_time=60)
    with (
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as udp,
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as relay,
    ):
        udp.bind(("0.0.0.0", 0))
        relay.bind(("127.0.0.1", 0))
        relay.settimeout(20)
        port = Port("lo", {"lo": Link("lo", b"", False, OURS)}, 67)
        port.plug(udp, None)
        assert port.send(data, To(RELAY, ip_number("127.0.0.1"), relay.getsockname()[1], b""))
        heard, (host, _) = relay.recvfrom(2048)
    assert (heard, host) == (data, source)
