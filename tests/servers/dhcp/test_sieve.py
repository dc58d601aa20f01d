"""The filter for DISCOVERs: what it drops, how much, and how it finds its measure and goes away again."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.dhcp.message import DISCOVER, REQUEST, Message, encode
from ringboot.host.start import Start
from ringboot.leases.table import Table
from ringboot.model.address import ip_number
from ringboot.model.site import Network, Pool, Site
from ringboot.servers.dhcp.link import Link
from ringboot.servers.dhcp.loop import Loop
from ringboot.servers.dhcp.port import Arrivals, Port
from ringboot.servers.dhcp.sieve import LEAST, WINDOW, Sieve, dropped, sift
from ringboot.servers.dhcp.turns import KEPT
from ringboot.servers.listen import open_dhcp
from ringboot.store.journal import Journal

Send = Callable[[bytes], int]


def message(kind: int, number: int = 0) -> bytes:
    mac = b"\0\x08\x5d" + number.to_bytes(3, "big")
    giaddr = ip_number("127.7.0.2")
    return encode(
        Message(1, 1, 6, 1, number.to_bytes(4, "big"), 0, 0, 0, 0, 0, giaddr, mac, b"", b"", {53: bytes((kind,))})
    )


@pytest.fixture
def udp() -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.setblocking(False)
        yield opened


@pytest.fixture
def send(udp: socket.socket) -> Iterator[Send]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as client:
        client.connect(udp.getsockname())
        yield client.send


def heard(udp: socket.socket) -> list[bytes]:
    """Take all that came; on the loopback it is there when `send` returns."""
    found = []
    while True:
        try:
            found.append(udp.recv(2048))
        except BlockingIOError:
            return found


def test_it_drops_discovers_and_nothing_else(udp: socket.socket, send: Send) -> None:
    discover = message(DISCOVER)
    others = [
        message(REQUEST),
        discover[:240] + b"\x3d\x02\x00\x01" + discover[240:],  # the kind is not what it says first
        discover[:240] + b"\x35",
        discover[:240],
        b"short",
        b"",
    ]
    sift(udp, 0.0)
    for each in (discover, *others, discover):
        send(each)
    assert heard(udp) == others
    assert dropped(udp) == 2
    sift(udp, 1.0)
    send(discover)
    assert heard(udp) == [discover]


def test_a_share_of_them_passes_by_chance(udp: socket.socket, send: Send) -> None:
    sift(udp, 0.25)
    passed = 0
    for _ in range(100):
        for number in range(20):
            send(message(DISCOVER, number))
        passed += len(heard(udp))
    assert 300 < passed < 700, "500, with a standard deviation of 19"
    assert dropped(udp) == 2000 - passed


def test_the_filter_of_a_dhcp_that_was_killed_is_taken_away(udp: socket.socket, send: Send) -> None:
    sift(udp, 0.0)
    port = Port("lo", {"lo": Link("lo", b"", False, (ip_number("127.0.0.1"),))}, 67)
    port.plug(udp.dup(), None)  # as the supervisor hands it to the next one
    with closing(port.udp or udp):
        send(message(DISCOVER))
        arrivals = Arrivals()
        port.receive(arrivals)
    assert len(arrivals.later) == 1


def crowd(sieve: Sieve, offered: float, room: float, windows: int, steady: float = 0.0) -> float:
    """Let so many DISCOVERs a window come for so much room, and give the time after these windows."""
    for _ in range(windows):
        came = round(offered * sieve.share)
        sieve.note(came, max(0, came - round(room)), steady)
        steady += WINDOW
        if steady >= sieve.due:
            sieve.look(steady)
    return steady


@given(st.integers(100, 5_000), st.floats(1.2, 100))
def test_it_lets_through_what_can_be_answered_and_some_then_all_again(room: int, times: float) -> None:
    sieve = Sieve()
    steady = crowd(sieve, room * times, room, 20)
    assert 1.0 <= sieve.share * times < 1.4 or (sieve.share == 1.0 and times < 1.4)
    crowd(sieve, room / 2, room, 30, steady)
    assert (sieve.share, sieve.due) == (1.0, float("inf"))


def test_it_is_not_there_while_there_is_room() -> None:
    sieve = Sieve()
    crowd(sieve, 1000, 1000, 100)
    assert (sieve.share, sieve.due) == (1.0, float("inf"))


def test_it_never_closes() -> None:
    sieve = Sieve()
    crowd(sieve, 10_000, 0, 100)
    assert sieve.share == LEAST


def test_a_loop_that_is_crowded_puts_it_up_and_takes_it_away_after_the_rush(tmp_path: Path) -> None:
    with closing(open_dhcp("lo", 0)) as opened, closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as client:
        client.connect(("127.0.0.1", opened.getsockname()[1]))
        start = Start(data=str(tmp_path), fds={"dhcp:lo": opened.dup().detach()}, dhcp_port=opened.getsockname()[1])
        loop = Loop(start, Journal.open(tmp_path / "leases"), Table())
        try:
            pool = Pool(ip_number("127.7.1.0"), ip_number("127.7.8.255"))
            network = Network("here", ip_number("127.7.0.0"), 16, "here", pools=(pool,))
            loop._door.facts.replace_site(Site(revision=1, networks=(network,), probe=False, scan=False))
            numbers = iter(range(300 * KEPT))  # when they end, it is never put up
            while loop._sieve.share == 1.0:
                for _ in range(KEPT):
                    client.send(message(DISCOVER, next(numbers)))
                loop.turn()
            assert loop._door.crowded
            before = loop._interfaces.ports["lo"].dropped()
            for _ in range(KEPT):
                client.send(message(DISCOVER, next(numbers)))
            assert loop._interfaces.ports["lo"].dropped() > before
            while loop._sieve.share < 1.0 or loop._door.has_waiting:
                loop.turn()  # waits for its messages or the next look
            before = loop._interfaces.ports["lo"].dropped()
            for each in range(20):
                client.send(message(DISCOVER, each))
            assert loop._interfaces.ports["lo"].dropped() == before
        finally:
            loop.close()
