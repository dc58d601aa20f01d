"""What a service manager is told, over a real socket."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringboot.host.notice import READY, Notice


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.setblocking(False)
        yield sock


def heard(manager: socket.socket) -> list[str]:
    found = []
    try:
        while True:
            found.append(manager.recv(4096).decode())
    except BlockingIOError:
        return found


def test_who_started_us_hears_us_and_our_children_cannot_speak_for_us(manager: socket.socket) -> None:
    environment = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "4000000", "WATCHDOG_PID": str(os.getpid())}
    notice = Notice(environment)
    assert environment == {}
    notice.tell(READY, "STATUS=well")
    for now in (10.0, 11.9, 12.0, 13.0, 14.5):
        notice.alive(now)
    assert heard(manager) == ["READY=1\nSTATUS=well", *["WATCHDOG=1"] * 3]


@pytest.mark.parametrize("more", [{}, {"WATCHDOG_USEC": "x"}, {"WATCHDOG_USEC": "9", "WATCHDOG_PID": "1"}])
def test_nothing_is_said_that_nobody_wants(manager: socket.socket, more: dict[str, str]) -> None:
    notice = Notice({"NOTIFY_SOCKET": manager.getsockname(), **more})
    notice.alive(1e9)
    assert heard(manager) == []
    Notice({}).tell(READY)
    Notice({"NOTIFY_SOCKET": "@nobody-listens"}).tell(READY)
