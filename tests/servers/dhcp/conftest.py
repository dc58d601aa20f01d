"""What the tests of the dhcp process share: messages, a small site, and namespaces of their own."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from ringboot.answer.query import Query
from ringboot.dhcp.message import Message
from ringboot.model.address import ip_number
from ringboot.model.site import Network, Pool, Site

_numbers = count()


def _message(
    kind: int, mac: bytes, giaddr: str = "0.0.0.0", options: dict[int, bytes] | None = None, **fields: Any
) -> Message:
    blank: dict[str, Any] = {
        "op": 1, "htype": 1, "hlen": len(mac), "hops": 0, "xid": next(_numbers).to_bytes(4, "big"), "secs": 0,
        "flags": 0, "ciaddr": 0, "yiaddr": 0, "siaddr": 0, "giaddr": ip_number(giaddr), "chaddr": mac,
        "sname": b"", "file": b"", "options": {53: bytes((kind,)), **(options or {})},
    }  # fmt: skip
    return Message(**{**blank, **fields})


@pytest.fixture
def message() -> Callable[..., Message]:
    """Give a function that makes a client's message."""
    return _message


@pytest.fixture
def query() -> Callable[..., Query]:
    """Give a function that makes a message as it came to 10.0.0.1 on eth0."""

    def make(kind: int, mac: bytes, unicast: bool = False, interface: str = "eth0", **fields: Any) -> Query:
        message = _message(kind, mac, **fields)
        return Query(message, interface, (ip_number("10.0.0.1"),), message.ciaddr, 68, unicast)

    return make


@pytest.fixture
def site() -> Site:
    """Give a site with one network, 10.0.0.0/24, and a pool of ten addresses from .10 up."""
    pool = Pool(ip_number("10.0.0.10"), ip_number("10.0.0.19"))
    network = Network("phones", ip_number("10.0.0.0"), 24, "floor", pools=(pool,), lease_time=600, bootp=True)
    return Site(revision=1, networks=(network,), question_deadline=0.3)


_libc = ctypes.CDLL(None, use_errno=True)


class Namespaces:
    """Two network namespaces joined by a wire: "s" with interface s0 at 10.0.0.1/24, "c" with c0 without an address."""

    def __init__(self, name: str) -> None:
        self.server, self.client = f"{name}-s", f"{name}-c"

    def ip(self, *arguments: str) -> None:
        subprocess.run(["ip", *arguments], check=True, capture_output=True)

    def build(self) -> None:
        for name in (self.server, self.client):
            self.ip("netns", "add", name)
            self.ip("-n", name, "link", "set", "lo", "up")
        self.ip("link", "add", "s0", "netns", self.server, "type", "veth", "peer", "name", "c0", "netns", self.client)
        self.ip("-n", self.server, "addr", "add", "10.0.0.1/24", "dev", "s0")
        self.ip("-n", self.server, "link", "set", "s0", "up")
        self.ip("-n", self.client, "link", "set", "c0", "up")

    def destroy(self) -> None:
        for name in (self.server, self.client):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)

    def inside(self, namespace: str, make: Callable[[], Any]) -> Any:
        """Run a function in a namespace, in a thread that ends with it; the sockets it opens stay there."""
        result: list[Any] = []
        handle = os.open(f"/run/netns/{namespace}", os.O_RDONLY)

        def work() -> None:
            try:
                assert _libc.setns(handle, 0) == 0, os.strerror(ctypes.get_errno())
                result.append(make())
            except BaseException as error:
                result.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        os.close(handle)
        if isinstance(result[0], BaseException):
            raise result[0]
        return result[0]


@pytest.fixture
def namespaces() -> Iterator[Namespaces]:
    """Give two namespaces on a wire, with names of their own."""
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    made = Namespaces(f"rbt-{os.getpid()}-{next(_numbers)}")
    try:
        made.build()
        yield made
    finally:
        made.destroy()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Give two connected sockets."""
    ends = socket.socketpair()
    for end in ends:
        end.settimeout(10)
    yield ends
    for end in ends:
        end.close()
