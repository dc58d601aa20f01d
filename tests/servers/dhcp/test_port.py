"""From which of our addresses a reply leaves."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from select import select

import pytest
from tests.whole.daemon import wait_until

from ringboot.answer.decision import RELAY, To
from ringboot.dhcp.message import DISCOVER, INFORM, OFFER, REQUEST, Message, encode
from ringboot.dhcp.reply import reply
from ringboot.model.address import ip_number
from ringboot.servers.dhcp.link import Link
from ringboot.servers.dhcp.port import Arrivals, Port
from ringboot.servers.listen import open_dhcp

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


def is_stamped(port: Port, udp: socket.socket, client: socket.socket, here: tuple[str, int]) -> bool:
    """Say whether the kernel stamps already, which it begins to do a moment after the first socket asked for it."""
    client.sendto(encode(ASKED), here)
    assert select([udp], [], [], 20)[0]
    arrivals = Arrivals()
    port.receive(arrivals, too_old=time.time())
    return bool(arrivals.late)


def test_what_waited_too_long_in_the_socket_is_late_unless_it_is_a_renewal() -> None:
    """The stamps are the kernel's: what is sent before and after a moment."""
    with (
        closing(open_dhcp("lo", 0)) as udp,
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as client,
    ):
        here = ("127.0.0.1", udp.getsockname()[1])
        port = Port("lo", {"lo": Link("lo", b"", False, OURS)}, 67)
        port.plug(udp.dup(), None)
        wait_until(lambda: is_stamped(port, udp, client, here), "the kernel to stamp what it takes")
        renewal = ASKED._replace(ciaddr=OURS[0], options={53: bytes((REQUEST,))})
        inform = ASKED._replace(ciaddr=OURS[0], options={53: bytes((INFORM,))})
        for each in (ASKED, renewal, inform, ASKED._replace(options={53: bytes((REQUEST,))})):
            client.sendto(encode(each), here)
        arrivals = Arrivals()
        assert select([udp], [], [], 20)[0]
        between = time.time()
        client.sendto(encode(ASKED), here)
        while len(arrivals) < 5:
            assert select([udp], [], [], 20)[0]
            port.receive(arrivals, too_old=between)
        port.plug(None, None)
    assert [each.message.kind for each in arrivals.late] == [DISCOVER, REQUEST]
    assert [len(arrivals.renewals), len(arrivals.middle), len(arrivals.later)] == [1, 1, 1]
    assert arrivals.renewals[0].unicast, "the stamp stands before the address"
