"""Asks by ARP whether somebody uses an address, and hears who answers."""

from __future__ import annotations

import socket
from enum import Enum

from ringboot.servers.dhcp.frame import arp_heard, arp_probe
from ringboot.servers.dhcp.link import Link

FRAMES_A_TURN = 256


class Asked(Enum):
    """What became of a probe."""

    SENT = "sent"
    NOBODY_CAN_ANSWER = "nobody can answer"  # the interface knows no ARP: an address there is free unless leased
    CANNOT_ASK = "cannot ask"


class Prober:
    """The ARP sockets, by interface."""

    def __init__(self, sockets: dict[str, socket.socket], links: dict[str, Link]) -> None:
        self._sockets = sockets
        self._links = links  # shared with who keeps it up to date

    def ask(self, interface: str, address: int) -> Asked:
        """Send one probe."""
        link = self._links.get(interface)
        if link is not None and not link.arp:
            return Asked.NOBODY_CAN_ANSWER
        opened = self._sockets.get(interface)
        if link is None or opened is None:
            return Asked.CANNOT_ASK
        try:
            opened.send(arp_probe(link.mac, address))
        except OSError:
            return Asked.CANNOT_ASK
        return Asked.SENT

    def heard(self, interface: str) -> set[int]:
        """Read a bounded number of frames from an interface, and give the addresses that somebody has there."""
        opened = self._sockets.get(interface)
        link = self._links.get(interface)
        found: set[int] = set()
        if opened is None:
            return found
        for _ in range(FRAMES_A_TURN):
            try:
                data = opened.recv(128)
            except OSError:
                break
            heard = arp_heard(data)
            if heard is not None and (link is None or heard.mac != link.mac):
                found.add(heard.address)
        return found
