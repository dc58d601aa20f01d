"""What the kernel says of an interface: its addresses, its hardware address, whether it speaks ARP.

Addresses are read by ioctl (SIOCGIFCONF lists all of IPv4, each interface's primary one first) and again when the
kernel announces a change over netlink; no packet ever waits for that.
"""

from __future__ import annotations

import array
import fcntl
import socket
import struct
from typing import NamedTuple

from ringboot.model.address import ip_text

_SIOCGIFCONF = 0x8912
_SIOCGIFFLAGS = 0x8913
_SIOCGIFHWADDR = 0x8927
_IFF_UP = 0x1
_IFF_LOOPBACK = 0x8
_IFF_NOARP = 0x80
_ARPHRD_ETHER = 1
_NAME = 16
_IFREQ = _NAME + (24 if struct.calcsize("P") == 8 else 16)
_RTMGRP_LINK = 0x1
_RTMGRP_IPV4_IFADDR = 0x10


class Link(NamedTuple):
    """An interface as it is now."""

    name: str
    mac: bytes  # empty when it has none of six octets
    arp: bool  # False: nobody on it answers ARP, because nobody needs to (loopback, point to point)
    locals: tuple[int, ...]  # our addresses there, the primary one first
    up: bool = True
    ifindex: int = 0  # which changes when it is deleted and made again

    @property
    def text(self) -> str:
        """Write the addresses."""
        return ", ".join(map(ip_text, self.locals)) or "none"


def look(name: str) -> Link | None:
    """Read an interface; None when there is none of that name."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        request = struct.pack(f"{_NAME}s{_IFREQ - _NAME}x", name.encode())
        try:
            (flags,) = struct.unpack_from("H", fcntl.ioctl(handle, _SIOCGIFFLAGS, request), _NAME)
            hardware = fcntl.ioctl(handle, _SIOCGIFHWADDR, request)
            index = socket.if_nametoindex(name)
        except OSError:
            return None
        (kind,) = struct.unpack_from("H", hardware, _NAME)
        mac = hardware[_NAME + 2 : _NAME + 8] if kind == _ARPHRD_ETHER else b""
        arp = bool(mac) and not flags & (_IFF_NOARP | _IFF_LOOPBACK)
        return Link(name, mac, arp, _addresses(handle, name), bool(flags & _IFF_UP), index)


def _addresses(handle: socket.socket, name: str) -> tuple[int, ...]:
    room = 64 * _IFREQ
    while True:
        buffer = array.array("B", bytes(room))
        answer = fcntl.ioctl(handle, _SIOCGIFCONF, struct.pack("iP", room, buffer.buffer_info()[0]))
        (size,) = struct.unpack_from("i", answer)
        if size < room:
            break
        room *= 4
    found: list[int] = []
    for place in range(0, size, _IFREQ):
        row = buffer[place : place + _IFREQ].tobytes()
        label = row[:_NAME].split(b"\0", 1)[0].decode(errors="replace").partition(":")[0]
        if label == name:
            found.append(int.from_bytes(row[_NAME + 4 : _NAME + 8], "big"))
    return tuple(dict.fromkeys(found))


def changes() -> socket.socket | None:
    """Open a socket that becomes readable when an interface or an address changes; None where that is not possible."""
    try:
        opened = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        opened.bind((0, _RTMGRP_LINK | _RTMGRP_IPV4_IFADDR))
    except OSError:
        return None
    opened.setblocking(False)
    return opened
