"""Asks by ARP whether somebody uses an address of our wires, and hears who answers; elsewhere others are to ask."""

from __future__ import annotations

import socket

from ringboot.answer.decision import FAR
from ringboot.servers.dhcp.asked import Asked
from ringboot.servers.dhcp.echo import Pinger
from ringboot.servers.dhcp.frame import arp_heard, arp_probe
from ringboot.servers.dhcp.link import Link

FRAMES_A_TURN = 256


class Prober:
    """The ARP sockets, by interface."""

    def __init__(self, sockets: dict[str, socket.socket], links: dict[str, Link], far: Pinger) -> None:
        """`far` asks about addresses that lie on none of our wires."""
        self._sockets = sockets
        self._far = far
        self._links = links  # shared with who keeps it up to date

    def ask(self, interface: str, address: int) -> Asked:
        """Send one probe; on the interface, or wherever the address is."""
        if interface == FAR:
            return self._far.ask(address)
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

    def heard(self, interface: str) -> dict[int, set[bytes]]:
        """Read a bounded number of frames from an interface; give the addresses that are in use there, and by whom."""
        opened = self._sockets.get(interface)
        link = self._links.get(interface)
        found: dict[int, set[bytes]] = {}
        if opened is None:
            return found
        for _ in range(FRAMES_A_TURN):
            try:
                data = opened.recv(128)
            except OSError:
                break
            heard = arp_heard(data)
            if heard is not None and (link is None or heard.mac != link.mac):
                found.setdefault(heard.address, set()).add(heard.mac)
        return found
