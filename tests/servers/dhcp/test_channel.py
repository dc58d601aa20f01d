from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ringboot.servers.dhcp import channel as module
from ringboot.servers.dhcp.channel import Channel


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dhcp.sock"


@pytest.fixture
def channel(path: Path) -> Iterator[Channel]:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen()
    opened = Channel(listener)
    yield opened
    opened.close()


class Main:
    """Main's end."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(10)
        self.socket.connect(str(path))
        self._stream = self.socket.makefile("rb")

    def say(self, frame: Any) -> None:
        data = json.dumps(frame).encode()
        self.socket.sendall(len(data).to_bytes(4, "big") + data)

    def hear(self) -> Any:
        size = int.from_bytes(self._stream.read(4), "big")
        return json.loads(self._stream.read(size)) if size else None

    def close(self) -> None:
        self._stream.close()
        self.socket.close()


@pytest.fixture
def main(path: Path, channel: Channel) -> Iterator[Main]:
    opened = Main(path)
    assert channel.accept()
    yield opened
    opened.close()


def test_frames_go_both_ways(channel: Channel, main: Main) -> None:
    main.say({"t": "reread"})
    main.say({"t": "ask", "id": 1})
    assert [frame["t"] for frame in channel.frames()] == ["reread", "ask"]

    assert channel.send({"t": "hello", "seq": 3})
    assert main.hear() == {"t": "hello", "seq": 3}


def test_a_frame_may_come_in_pieces(channel: Channel, main: Main) -> None:
    data = json.dumps({"t": "row", "row": {"mac": "00:08:5d:2e:ec:fb"}}).encode()
    framed = len(data).to_bytes(4, "big") + data
    found = []
    for octet in framed:
        main.socket.sendall(bytes((octet,)))
        found += list(channel.frames())
    assert [frame["t"] for frame in found] == ["row"]


def test_the_newest_connection_wins(path: Path, channel: Channel, main: Main) -> None:
    newer = Main(path)
    assert channel.accept()

    assert main.hear() is None, "the older one was ended"
    channel.send({"t": "hello"})
    assert newer.hear() == {"t": "hello"}
    newer.close()


def test_without_a_connection_nothing_is_queued(channel: Channel) -> None:
    assert not channel.send({"t": "journal", "seq": 1})
    assert channel.backlog == 0
    assert not channel.accept()
    assert list(channel.frames()) == []


def test_a_main_that_does_not_read_costs_bounded_memory(channel: Channel, main: Main) -> None:
    big = {"t": "answer", "data": "x" * 100_000}
    sent = 0
    while channel.send(big):
        sent += 1
        assert sent < 1000
    assert channel.backlog <= module.ROOM

    for _ in range(sent):
        assert main.hear() == big
        channel.flush()
    assert channel.send({"t": "journal", "seq": 1}), "there is room again"
    assert main.hear() == {"t": "journal", "seq": 1}


@pytest.mark.parametrize(
    "octets",
    [
        (1 << 31).to_bytes(4, "big"),
        (5).to_bytes(4, "big") + b"hello",
        (2).to_bytes(4, "big") + b"[]",
        (40_000).to_bytes(4, "big") + b"[" * 40_000,
    ],
    ids=["too long", "not JSON", "not an object", "nested without end"],
)
def test_a_connection_that_breaks_the_rules_is_ended(channel: Channel, main: Main, octets: bytes) -> None:
    main.socket.sendall(octets)
    for _ in range(10):
        assert list(channel.frames()) == []
    assert channel.connection is None
    assert main.hear() is None


def test_an_ended_connection_is_noticed(channel: Channel, main: Main) -> None:
    main.close()

    assert list(channel.frames()) == []
    assert channel.connection is None
    assert not channel.send({"t": "hello"})
