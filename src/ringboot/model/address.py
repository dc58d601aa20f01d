"""IPv4 and MAC addresses: numbers and bytes on the packet path, text everywhere a person or a database reads."""

from __future__ import annotations

import re

_HEX = re.compile(r"[0-9a-fA-F]+")
_TEXTS = tuple(map(str, range(256)))  # half of the cost, once for every DHCP reply
_OCTET = re.compile(r"\d{1,3}")


def ip_text(number: int) -> str:
    """Write an IPv4 number dotted."""
    texts = _TEXTS
    return f"{texts[number >> 24 & 255]}.{texts[number >> 16 & 255]}.{texts[number >> 8 & 255]}.{texts[number & 255]}"


def ip_number(text: str) -> int:
    """Read a dotted IPv4 address; ValueError says what is wrong with it."""
    parts = text.strip().split(".")
    if len(parts) != 4 or not all(_OCTET.fullmatch(part) and int(part) < 256 for part in parts):
        raise ValueError(f"{text!r} is not an IPv4 address")
    number = 0
    for part in parts:
        number = number << 8 | int(part)
    return number


def ip_wire(number: int) -> bytes:
    """Write an IPv4 number as its four octets."""
    return number.to_bytes(4, "big")


def mac_text(octets: bytes) -> str:
    """Write a hardware address in lower case with colons."""
    return octets.hex(":")


def mac_octets(text: str) -> bytes:
    """Read a MAC in any of the usual spellings; ValueError says what is wrong with it."""
    bare = re.sub(r"[:.\-_\s]", "", text)
    if len(bare) != 12 or not _HEX.fullmatch(bare):
        raise ValueError(f"{text!r} is not a MAC address (six octets, such as 00:08:5d:2e:ec:fb)")
    return bytes.fromhex(bare)


def norm_mac(text: str) -> str:
    """Bring any spelling of a MAC to aa:bb:cc:dd:ee:ff."""
    return mac_text(mac_octets(text))


def prefix_mask(prefix: int) -> int:
    """Give the netmask number of a prefix length."""
    return (0xFFFFFFFF << (32 - prefix)) & 0xFFFFFFFF
