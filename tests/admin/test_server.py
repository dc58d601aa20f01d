"""The door as a socket: slow heads and too many connections end, and others go on."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ringboot.admin import server
from ringboot.admin.server import ApiServer

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """Answer without reading the body."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"hi"})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Give the port of a server that soon loses patience, and lets in two from an address."""
    monkeypatch.setattr(server, "SLOWEST_HEAD", 0.2)
    monkeypatch.setattr(server, "OF_ONE_ADDRESS", 2)
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)
    ready, end = threading.Event(), threading.Event()

    async def serve() -> None:
        running = ApiServer(hello, listening)
        await running.start()
        ready.set()
        await asyncio.to_thread(end.wait)
        await running.stop()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(20)
    yield listening.getsockname()[1]
    end.set()
    thread.join()


def connect(port: int, address: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 20, source_address=(address, 0))


def answered(connection: socket.socket) -> bool:
    """Read a whole answer."""
    said = b""
    while not said.endswith(b"\r\n\r\nhi"):
        said += (more := connection.recv(1000))
        if not more:
            return False
    return True


def is_over(connection: socket.socket) -> bool:
    """Wait for the end; a time-out says that it does not come."""
    try:
        return connection.recv(100) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("said", [b"", b"GET / HT", REQUEST[:-2], b"GET / HTTP/1.1\r\nX: " + b"x" * 100])
def test_whoever_does_not_come_to_the_point_is_hung_up_on(port: int, said: bytes) -> None:
    with connect(port) as slow:
        slow.sendall(said)
        assert is_over(slow)


def test_the_second_head_must_come_to_the_point_too(port: int) -> None:
    with connect(port) as slow:
        slow.sendall(REQUEST)
        assert answered(slow)
        slow.sendall(REQUEST[:20])
        assert is_over(slow)


def test_a_body_that_nobody_wants_is_not_waited_for(port: int) -> None:
    with connect(port) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
        assert answered(slow)
        slow.sendall(b"drop by drop")
        assert is_over(slow)


def test_one_address_does_not_take_all_connections(port: int) -> None:
    with connect(port) as first, connect(port) as second:
        for each in (first, second):
            each.sendall(REQUEST)
            assert answered(each)
        with connect(port) as third:
            assert is_over(third)
        with connect(port, "127.0.0.2") as other:
            other.sendall(REQUEST)
            assert answered(other)
