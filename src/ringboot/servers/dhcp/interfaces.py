"""The interfaces as the dhcp process has them: their sockets, what the kernel says of them, and whether they serve.

The supervisor opens the sockets and hands them over: at the start, and again when an interface was deleted and made
anew, or came later.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ringboot.model.address import ip_number, ip_text
from ringboot.servers.dhcp.link import Link, look
from ringboot.servers.dhcp.port import Port

SERVED = "served"
# Every other state, and what is to be said of it.
NOT_SERVED: dict[str, str] = {
    "missing": "it is not there",
    "down": "it is down",
    "no-socket": "its DHCP port is not open",
    "no-address": "it has no IPv4 address",
}
_LONGEST = 4096  # octets of a message from the supervisor
_MOST = 2  # sockets of one interface


class Now(NamedTuple):
    """How it stands with an interface; `addresses` as text."""

    interface: str
    state: str
    addresses: str


class Plugged(NamedTuple):
    """A message of the supervisor: an interface and its sockets, by "dhcp", "frame" and "pxe"; none when it is gone."""

    interface: str
    sockets: dict[str, socket.socket]


class Interfaces:
    """All interfaces that the configuration names, also those that are not there."""

    def __init__(self, names: Iterable[str], own_port: int, pxe_port: int = 0) -> None:
        self.links: dict[str, Link] = {}
        self.frames: dict[str, socket.socket] = {}
        self.ports = {name: Port(name, self.links, own_port, pxe_port) for name in dict.fromkeys(names)}
        self._now: dict[str, Now] = {}

    def plug(self, name: str, sockets: Mapping[str, socket.socket]) -> None:
        """Take the sockets of an interface in place of those before."""
        frames = sockets.get("frame")
        self.frames.pop(name, None)
        if frames is not None:
            self.frames[name] = frames
        self.ports[name].plug(sockets.get("dhcp"), frames, sockets.get("pxe"))

    def look(self) -> list[tuple[Now | None, Now]]:
        """Ask the kernel; give what is different, before (None: the first look) and now."""
        changed = []
        for name, port in self.ports.items():
            link = look(name)
            if link is None:
                self.links.pop(name, None)
            else:
                self.links[name] = link
            now, before = Now(name, _state(link, port), link.text if link else "none"), self._now.get(name)
            if now != before:
                self._now[name] = now
                changed.append((before, now))
        return changed

    def way_to(self, address: int) -> tuple[Port, tuple[int, ...]] | None:
        """Find the interface by which the kernel sends to an address, with our addresses there; None: none of ours."""
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.connect((ip_text(address), 68))  # sends nothing
                ours = ip_number(probe.getsockname()[0])
        except OSError:
            return None
        for name, link in self.links.items():
            if ours in link.locals and self.ports[name].udp is not None:
                return self.ports[name], link.locals
        return None

    def rows(self) -> list[dict[str, Any]]:
        """Give a row for each interface, as it was at the last look."""
        return [now._asdict() for now in self._now.values()]


def _state(link: Link | None, port: Port) -> str:
    if link is None:
        return "missing"
    if not link.up:
        return "down"
    if port.ifindex != link.ifindex:
        return "no-socket"  # or one of an interface that had this name before
    return SERVED if link.locals else "no-address"


def receive(plug: socket.socket) -> Plugged | None:
    """Read what the supervisor hands over; None when it is gone."""
    data, fds, _, _ = socket.recv_fds(plug, _LONGEST, _MOST)
    if not data:
        return None
    message = json.loads(data)
    names = [name.partition(":")[0] for name in message["names"]]
    sockets = {name: socket.socket(fileno=fd) for name, fd in zip(names, fds, strict=True)}
    return Plugged(message["interface"], sockets)
