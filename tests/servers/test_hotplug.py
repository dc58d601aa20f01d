"""The DHCP sockets of interfaces that come and go, in a namespace with real links."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ringboot.servers.hotplug import HotPlug
from ringboot.servers.listen import CannotListen, open_dhcp


class Place:
    """A namespace that the thread of a test is in, with `ip` for it and for the one next to it."""

    def __init__(self) -> None:
        self.name = f"rbh-{os.getpid()}"
        self.beside = f"{self.name}-b"

    def ip(self, *words: str) -> None:
        subprocess.run(["ip", "-n", self.name, *words], check=True, capture_output=True)

    def add(self, *words: str) -> None:
        self.ip("link", "add", *words, "name", "v0", "type", "veth")


@pytest.fixture
def place() -> Iterator[Place]:
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    made = Place()
    for name in (made.name, made.beside):
        subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        yield made
    finally:
        for name in (made.name, made.beside):
            subprocess.run(["ip", "netns", "delete", name], check=True)


def within(place: Place, work: Callable[[], None]) -> None:
    """Do something in the namespace, in a thread that ends with it."""
    failed: list[BaseException] = []

    def enter() -> None:
        try:
            with open(f"/run/netns/{place.name}") as handle:
                assert _setns(handle.fileno()) == 0
            work()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    for error in failed:
        raise error


def _setns(fd: int) -> int:
    return int(ctypes.CDLL(None, use_errno=True).setns(fd, 0))


def names(fds: Any) -> list[str]:
    return sorted(fds)


BOTH = ["dhcp:v0", "frame:v0"]


def test_sockets_follow_the_interface(place: Place) -> None:
    def work() -> None:
        plugged = HotPlug(["v0"], 6767)
        try:
            assert (plugged.fds, plugged.look()) == ({}, {})
            place.add()
            assert names(plugged.look()["v0"]) == names(plugged.fds) == BOTH
            assert plugged.look() == {}
            place.ip("link", "set", "v0", "up")
            place.ip("link", "set", "v0", "down")
            assert plugged.look() == {}, "the same interface, the same sockets"
            place.ip("link", "delete", "v0")
            assert plugged.look() == {"v0": {}}
            assert plugged.fds == {}
            place.add()
            plugged.look()
            place.ip("link", "delete", "v0")
            place.add()
            assert names(plugged.look()["v0"]) == BOTH, "another interface, though nobody saw that it was gone"
        finally:
            plugged.close()

    within(place, work)


def test_an_interface_that_comes_back_with_its_index_gets_new_sockets(place: Place) -> None:
    """It was given to a container, say: a UDP socket would go on, a raw socket would not."""

    def work() -> None:
        place.add("index", "777")
        plugged = HotPlug(["v0"], 6767)
        try:
            place.ip("link", "set", "v0", "netns", place.beside)
            command = ["ip", "-n", place.beside, "link", "set", "v0", "netns", place.name]
            subprocess.run(command, check=True)
            assert socket.if_nametoindex("v0") == 777
            assert names(plugged.look()["v0"]) == BOTH
        finally:
            plugged.close()

    within(place, work)


def test_a_port_that_is_in_use_is_told_once_and_taken_when_it_is_free(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        plugged = HotPlug(["v0"], 6767)
        try:
            place.add()
            with open_dhcp("v0", 6767):
                assert plugged.look() == {}
                assert plugged.look() == {}
            assert names(plugged.look()["v0"]) == BOTH
        finally:
            plugged.close()

    within(place, work)
    said = capsys.readouterr()
    assert (said.out + said.err).count("DHCP port 6767 on v0 is in use") == 1


def test_at_the_start_only_an_interface_may_be_missing(place: Place) -> None:
    def work() -> None:
        place.add()
        before = len(os.listdir("/proc/self/fd"))
        with open_dhcp("v0", 6767), pytest.raises(CannotListen, match="in use"):
            HotPlug(["lo", "v0"], 6767)
        assert len(os.listdir("/proc/self/fd")) == before

    within(place, work)
