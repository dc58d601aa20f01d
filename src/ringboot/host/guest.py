"""The inside of a tenant process: its limits, the handshake, and one request after another until the daemon goes.

Frames on the socket are four octets of length, big-endian, and the body; an answer's body begins with one octet that
says how it went.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
from collections.abc import Callable
from typing import NamedTuple

VARIABLE = "RINGBOOT_TENANT"
HELLO = b"hello"
DONE, FAILED = b"\x00", b"\x01"
LARGEST = 32 * 1024 * 1024  # octets of a frame


class Limits(NamedTuple):
    """What a tenant may use."""

    memory: int = 512 * 1024 * 1024  # octets of address space
    seconds: float = 10.0  # for one request
    niceness: int = 15


def settings(descriptor: int, limits: Limits) -> str:
    """Write what the process finds in its environment."""
    return json.dumps([descriptor, *limits])


def serve(answer: Callable[[bytes], bytes]) -> int:
    """Obey the limits in the environment and answer requests; returns when the daemon closes the socket."""
    descriptor, *rest = json.loads(os.environ.pop(VARIABLE))
    limits = Limits(*rest)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the daemon, which then closes us
    os.nice(limits.niceness)
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with socket.socket(fileno=descriptor) as daemon:
        _send(daemon, HELLO)
        while (request := _receive(daemon)) is not None:
            # The daemon kills us at the limit; should it be dead itself, SIGALRM ends an endless request.
            signal.setitimer(signal.ITIMER_REAL, limits.seconds * 2)
            try:
                reply = DONE + answer(request)
            except MemoryError:
                reply = FAILED + b"it needed too much memory"
            signal.setitimer(signal.ITIMER_REAL, 0)
            _send(daemon, reply)
    return 0


def _send(daemon: socket.socket, body: bytes) -> None:
    daemon.sendall(len(body).to_bytes(4, "big") + body)


def _receive(daemon: socket.socket) -> bytes | None:
    head = _exactly(daemon, 4)
    return None if head is None else _exactly(daemon, int.from_bytes(head, "big"))


def _exactly(daemon: socket.socket, size: int) -> bytes | None:
    if size > LARGEST:
        return None
    parts, left = [], size
    while left:
        try:
            part = daemon.recv(min(left, 1 << 20))
        except ConnectionError:
            return None
        if not part:
            return None
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
