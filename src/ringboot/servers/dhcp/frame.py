"""Ethernet frames written by hand: DHCP to a client that has no address yet, and ARP."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

ETH_IP = 0x0800
ETH_ARP = 0x0806
EVERYBODY = b"\xff" * 6

_ETHERNET = Struct("!6s6sH")
_IP = Struct("!BBHHHBBHII")
_PSEUDO = Struct("!IIBBH")
_UDP = Struct("!HHHH")
_ARP = Struct("!6s6sHHHBBH6sI6sI")
_PROTOCOL_UDP = 17
_HOPS = 64
_DONT_FRAGMENT = 0x4000


class Heard(NamedTuple):
    """Who spoke in an ARP frame."""

    address: int
    mac: bytes


def checksum(data: bytes) -> int:
    """Give the Internet checksum (RFC 1071): the sum modulo 65535 is what folding the carries comes to."""
    if len(data) % 2:
        data += b"\0"
    return 65535 - int.from_bytes(data, "big") % 65535


def datagram(
    payload: bytes, *, to_mac: bytes, from_mac: bytes, to: int, source: int, to_port: int, from_port: int
) -> bytes:
    """Wrap a payload in UDP, IPv4 and Ethernet."""
    size = _UDP.size + len(payload)
    pseudo = _PSEUDO.pack(source, to, 0, _PROTOCOL_UDP, size)
    udp_sum = checksum(pseudo + _UDP.pack(from_port, to_port, size, 0) + payload)
    header = (0x45, 0, _IP.size + size, 0, _DONT_FRAGMENT, _HOPS, _PROTOCOL_UDP)
    ip_sum = checksum(_IP.pack(*header, 0, source, to))
    return b"".join(
        (
            _ETHERNET.pack(to_mac, from_mac, ETH_IP),
            _IP.pack(*header, ip_sum, source, to),
            _UDP.pack(from_port, to_port, size, udp_sum or 0xFFFF),  # 0 would say "not computed" (RFC 768)
            payload,
        )
    )


def arp_probe(mac: bytes, address: int) -> bytes:
    """Ask who has an address without claiming one (RFC 5227 1.1: the sender's address is 0)."""
    return _ARP.pack(EVERYBODY, mac, ETH_ARP, 1, ETH_IP, 6, 4, 1, mac, 0, bytes(6), address)


def arp_heard(data: bytes) -> Heard | None:
    """Read who speaks in an ARP frame, request or reply; None when it is not one, or does not say."""
    if len(data) < _ARP.size:
        return None
    _, _, kind, hardware, protocol, hlen, plen, operation, mac, address, _, _ = _ARP.unpack_from(data)
    if (kind, hardware, protocol, hlen, plen) != (ETH_ARP, 1, ETH_IP, 6, 4) or operation not in (1, 2) or not address:
        return None
    return Heard(address, mac)
