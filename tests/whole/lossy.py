"""A bad line to a TFTP server: a relay that loses some datagrams, and delivers others twice.

It stands in the client's place towards the server, and in the server's towards the client, with a transfer id of its
own on each side. What it does is fixed by a seed, and how much it loses is bounded, so a test ends.
"""

from __future__ import annotations

import contextlib
import random
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.whole.lab import inside

UNHARMED = 3  # datagrams at the start: clients ask again after five seconds only, and atftp dies of a second OACK
Address = tuple[str, int]


@dataclass
class Line:
    """What may happen on the way, and what did; `lose` and `double` are shares of all datagrams."""

    lose: float
    double: float
    most: int  # losses in one transfer
    seed: int = 1
    lost: int = 0
    doubled: int = 0


@dataclass
class _Transfer:
    client: Address
    server: Address  # its port changes with the first answer
    near: socket.socket  # to the client
    far: socket.socket  # to the server
    chance: random.Random
    passed: int = 0
    lost: int = 0


@dataclass
class Relay:
    """Relay what comes to its port."""

    line: Line
    server: Address
    _open: list[socket.socket] = field(default_factory=list)
    _transfers: dict[Address, _Transfer] = field(default_factory=dict)
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def __post_init__(self) -> None:
        """Open the port, in the namespace of whoever calls."""
        self._awake, self._wake = socket.socketpair()
        self._listening = self._socket("127.0.0.1")
        self.port: int = self._listening.getsockname()[1]
        self._selector.register(self._awake, selectors.EVENT_READ, None)
        self._selector.register(self._listening, selectors.EVENT_READ, self._begin)

    def _socket(self, address: str) -> socket.socket:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind((address, 0))
        opened.setblocking(False)
        self._open.append(opened)
        return opened

    def run(self) -> None:
        """Relay until told to stop."""
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    return
                with contextlib.suppress(OSError):  # somebody is gone already
                    key.data()

    def stop(self) -> None:
        """Make `run` return."""
        self._wake.send(b".")

    def close(self) -> None:
        """Close all sockets."""
        self._selector.close()
        for each in (*self._open, self._awake, self._wake):
            each.close()

    def _begin(self) -> None:
        data, client = self._listening.recvfrom(70000)
        transfer = self._transfers.get(client)
        if transfer is None:
            near, far = self._socket("127.0.0.1"), self._socket("0.0.0.0")
            chance = random.Random(self.line.seed + len(self._transfers))
            transfer = self._transfers[client] = _Transfer(client, self.server, near, far, chance)
            self._selector.register(near, selectors.EVENT_READ, lambda: self._forth(transfer))
            self._selector.register(far, selectors.EVENT_READ, lambda: self._back(transfer))
        self._pass(transfer, transfer.far, data, self.server)

    def _forth(self, transfer: _Transfer) -> None:
        data, _ = transfer.near.recvfrom(70000)
        self._pass(transfer, transfer.far, data, transfer.server)

    def _back(self, transfer: _Transfer) -> None:
        data, transfer.server = transfer.far.recvfrom(70000)
        self._pass(transfer, transfer.near, data, transfer.client)

    def _pass(self, transfer: _Transfer, sock: socket.socket, data: bytes, to: Address) -> None:
        line, chance = self.line, transfer.chance.random()
        transfer.passed += 1
        if transfer.passed > UNHARMED:
            if chance < line.lose and transfer.lost < line.most:
                transfer.lost += 1
                line.lost += 1
                return
            if chance > 1 - line.double:
                line.doubled += 1
                sock.sendto(data, to)
        sock.sendto(data, to)


@contextmanager
def relayed(namespace: str, server: Address, line: Line) -> Iterator[int]:
    """Run a relay in a namespace; gives its port on 127.0.0.1 there."""
    relay = inside(namespace, lambda: Relay(line, server))
    # The thread that makes the sockets of a transfer has to be in the namespace as well.
    thread = threading.Thread(target=inside, args=(namespace, relay.run))
    thread.start()
    try:
        yield relay.port
    finally:
        relay.stop()
        thread.join()
        relay.close()
