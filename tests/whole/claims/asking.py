"""Asking for files by hand, to see every octet of the answer, from any address that the loopback has."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tests.whole.replay.site import HOST

PATIENCE = 20.0  # seconds that an answer may take
RRQ, DATA, ACK, ERROR = 1, 3, 4, 5
NOT_FOUND, UNKNOWN_TID = 1, 5
MISSING = b"\x00\x05\x00\x01File not found\x00"

Peer = tuple[str, int]


def http_answer(port: int, source: str, path: str, agent: str = "", *more: str, method: str = "GET") -> bytes:
    """Give all that a server says to one request, without the time of day."""
    lines = [f"{method} /{path} HTTP/1.1", f"Host: {HOST}:{port}", f"User-Agent: {agent}", *more, "Connection: close"]
    with socket.create_connection((HOST, port), PATIENCE, (source, 0)) as stream:
        stream.sendall("\r\n".join((*lines, "", "")).encode())
        pieces = []
        while piece := stream.recv(65536):
            pieces.append(piece)
    return re.sub(rb"\r\nDate: [^\r]*", b"", b"".join(pieces))


@contextmanager
def datagrams(source: str, port: int = 0) -> Iterator[socket.socket]:
    """Open a socket at an address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.settimeout(PATIENCE)
        opened.bind((source, port))
        yield opened


def ask(opened: socket.socket, port: int, path: str) -> None:
    """Send a request for a file."""
    opened.sendto(RRQ.to_bytes(2, "big") + path.encode() + b"\0octet\0", (HOST, port))


def tftp_answer(port: int, source: str, path: str) -> bytes:
    """Give the first datagram that a request is answered with."""
    with datagrams(source) as opened:
        ask(opened, port, path)
        return opened.recv(2048)


class Block(NamedTuple):
    """One datagram of a transfer, and where it came from."""

    kind: int
    number: int
    data: bytes
    peer: Peer

    @property
    def is_last(self) -> bool:
        """Tell whether nothing comes after it."""
        return self.kind != DATA or len(self.data) < 512

    def acknowledgement(self) -> bytes:
        """Give what asks for the next one."""
        return ACK.to_bytes(2, "big") + self.number.to_bytes(2, "big")


def block(opened: socket.socket) -> Block:
    """Wait for the next datagram."""
    data, peer = opened.recvfrom(2048)
    return Block(int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big"), data[4:], peer)


def rest(opened: socket.socket, first: Block) -> bytes:
    """Read the rest of a transfer whose first block has come."""
    present, body = first, first.data
    while not present.is_last:
        opened.sendto(present.acknowledgement(), present.peer)
        following = block(opened)
        if following.number == present.number + 1:
            body += following.data
            present = following
    opened.sendto(present.acknowledgement(), present.peer)
    return body


def is_silent(opened: socket.socket) -> bool:
    """Tell whether nothing has come."""
    opened.setblocking(False)
    try:
        opened.recv(2048)
    except BlockingIOError:
        return True
    finally:
        opened.settimeout(PATIENCE)
    return False
