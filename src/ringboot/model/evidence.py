"""What a DHCP client said of itself, packed into one run of octets: code, two octets of length, value."""

from __future__ import annotations

from collections.abc import Mapping

KEPT = (12, 43, 55, 60, 61, 77, 82, 93, 97, 125)  # the options that travel with a lease change
GIADDR = 0  # the relay's address travels under the pad code, which no client can send


def pack(options: Mapping[int, bytes], giaddr: int = 0) -> bytes:
    """Pack the kept options, in a fixed order so that equal evidence is equal bytes."""
    parts = [giaddr.to_bytes(4, "big").join((b"\x00\x00\x04", b""))] if giaddr else []
    for code in KEPT:
        value = options.get(code)
        if value is not None:
            parts.append(bytes((code, len(value) >> 8, len(value) & 255)) + value)
    return b"".join(parts)


def unpack(packed: bytes) -> dict[int, bytes]:
    """Give the options back; a truncated tail is left out."""
    options: dict[int, bytes] = {}
    place = 0
    while place + 3 <= len(packed):
        code, size = packed[place], packed[place + 1] << 8 | packed[place + 2]
        if place + 3 + size > len(packed):
            break
        options[code] = packed[place + 3 : place + 3 + size]
        place += 3 + size
    return options
