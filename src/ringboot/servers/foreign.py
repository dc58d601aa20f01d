"""Looks for other DHCP servers on a wire: one DISCOVER from this machine, and a few seconds of listening.

Frames are read and written by hand: a UDP socket hears nothing where a DHCP client of this machine has the port.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import secrets
import socket
import struct
from collections.abc import Callable
from typing import NamedTuple

from ringboot.dhcp.foreign import answered_by, offered_by, probe
from ringboot.servers.dhcp.frame import ETH_IP, EVERYBODY, datagram

SERVER_PORT, CLIENT_PORT = 67, 68
_ETHERNET_KINDS = (1, 772)  # ARPHRD_ETHER, ARPHRD_LOOPBACK
_OUTGOING = 4  # PACKET_OUTGOING: what this machine itself sent
_SO_ATTACH_FILTER = 26
_SOL_PACKET, _PACKET_IGNORE_OUTGOING = 263, 23
_LONGEST = 65536
# A classic BPF program: IPv4, UDP, no fragment, to the client's port; all else stays in the kernel.
_FILTER = (
    (0x28, 0, 0, 12), (0x15, 0, 8, ETH_IP), (0x30, 0, 0, 23), (0x15, 0, 6, 17), (0x28, 0, 0, 20),
    (0x45, 4, 0, 0x1FFF), (0xB1, 0, 0, 14), (0x48, 0, 0, 16), (0x15, 0, 1, CLIENT_PORT), (0x06, 0, 0, _LONGEST),
    (0x06, 0, 0, 0),
)  # fmt: skip


class Foreign(NamedTuple):
    """Another DHCP server, and where it answered."""

    server: str
    interface: str


class CannotLook(Exception):
    """Frames cannot be sent on an interface; says why."""


async def find_foreign(interface: str, own: set[str], seconds: float = 3.0) -> list[Foreign]:
    """Give the servers that answer on an interface within some seconds, without our own; CannotLook says why not."""
    with _open(interface) as wire:
        xid = secrets.token_bytes(4)
        _ask(wire, interface, xid)
        found: dict[str, Foreign] = {}
        loop = asyncio.get_running_loop()
        loop.add_reader(wire, _read, wire, interface, xid, own, found)
        try:
            await asyncio.sleep(seconds)
        finally:
            loop.remove_reader(wire)
    return list(found.values())


async def watch(interface: str, seconds: float, found: Callable[[Foreign], None]) -> None:
    """Ask once, and name for some seconds every server that sends an answer, to whomever; CannotLook says why not."""
    with _open(interface) as wire:
        _ask(wire, interface, secrets.token_bytes(4))
        loop = asyncio.get_running_loop()

        def read() -> None:
            try:
                frame, sender = wire.recvfrom(_LONGEST)
            except OSError:
                return  # as below
            header = (frame[14] & 15) * 4
            server = answered_by(frame[14 + header + 8 :], frame[26:30])
            if server is not None and sender[2] != _OUTGOING:
                found(Foreign(server, interface))

        loop.add_reader(wire, read)
        try:
            await asyncio.sleep(seconds)
        finally:
            loop.remove_reader(wire)


def _ask(wire: socket.socket, interface: str, xid: bytes) -> None:
    mac = wire.getsockname()[4]
    frame = datagram(
        probe(mac, xid), to_mac=EVERYBODY, from_mac=mac, to=0xFFFFFFFF, source=0,
        to_port=SERVER_PORT, from_port=CLIENT_PORT,
    )  # fmt: skip
    try:
        wire.send(frame)
    except OSError as error:
        raise CannotLook(f"nothing can be sent on {interface}: {error.strerror}") from None


def _open(interface: str) -> socket.socket:
    wire = None
    try:
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)  # 0: nothing comes in before the filter is there
        _attach(wire)
        with contextlib.suppress(OSError):  # before Linux 4.20 all that we send is handed to us, too
            wire.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
        wire.bind((interface, ETH_IP))
        wire.setblocking(False)
    except OSError as error:
        if wire is not None:
            wire.close()
        why = "that needs root or the right CAP_NET_RAW" if isinstance(error, PermissionError) else error.strerror
        raise CannotLook(f"cannot look for other DHCP servers on {interface}: {why}") from None
    if wire.getsockname()[3] not in _ETHERNET_KINDS:
        wire.close()
        raise CannotLook(f"cannot look for other DHCP servers on {interface}: it is no Ethernet")
    return wire


def _attach(wire: socket.socket) -> None:
    program = array.array("B", b"".join(struct.pack("HBBI", *step) for step in _FILTER))
    address, _ = program.buffer_info()
    wire.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", len(_FILTER), address))


def _read(wire: socket.socket, interface: str, xid: bytes, own: set[str], found: dict[str, Foreign]) -> None:
    try:
        frame, sender = wire.recvfrom(_LONGEST)
    except OSError:
        return  # the interface went down: what was heard until then counts
    if sender[2] == _OUTGOING:
        return
    header = (frame[14] & 15) * 4
    server = offered_by(frame[14 + header + 8 :], xid, frame[26:30])
    if server is not None and server not in own:
        found.setdefault(server, Foreign(server, interface))
