"""IPv4 and MAC addresses as staticDHCPd's scripts hold them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from functools import total_ordering

AddressLike = object  # what a script has at hand: text, octets, a number, a sequence of numbers, or another address
_OCTET = re.compile(r"[0-9A-Fa-f]{1,2}")


@total_ordering
class IPv4:
    """An address: of "10.0.0.1", its number, its four octets, or the first four of a sequence."""

    __slots__ = ("_number",)

    def __init__(self, address: AddressLike) -> None:
        """ValueError says what is no address."""
        self._number = _number(address)

    @classmethod
    def parseSubnet(cls, subnet: str) -> tuple[IPv4, int]:
        """Read "10.0.0.0/8" as the address and the prefix."""
        address, _, prefix = subnet.partition("/")
        return cls(address.strip()), _prefix(prefix.strip())

    def isSubnetMember(self, address: AddressLike, prefix: object) -> bool:
        """Tell whether this address lies in the subnet of another; `prefix` is a number or a mask."""
        shift = 32 - _prefix(prefix)
        return self._number >> shift == _number(address) >> shift

    def __str__(self) -> str:
        return ".".join(str(octet) for octet in self)

    def __repr__(self) -> str:
        return f"IPv4('{self}')"

    def __int__(self) -> int:
        return self._number

    __index__ = __int__

    def __bytes__(self) -> bytes:
        return self._number.to_bytes(4)

    def __iter__(self) -> Iterator[int]:
        return iter(bytes(self))

    def __len__(self) -> int:
        return 4

    def __getitem__(self, place: int) -> int:
        return bytes(self)[place]

    def __bool__(self) -> bool:
        return self._number != 0

    def __hash__(self) -> int:
        return hash(self._number)

    def __eq__(self, other: object) -> bool:
        try:
            return other is not None and self._number == _number(other)
        except ValueError:
            return False

    def __lt__(self, other: AddressLike) -> bool:
        return self._number < _number(other)


def _number(address: AddressLike) -> int:
    if isinstance(address, IPv4):
        return int(address)
    if isinstance(address, int) and not isinstance(address, bool) and 0 <= address <= 0xFFFFFFFF:
        return address
    if isinstance(address, bytes | bytearray) and len(address) != 4:
        address = bytes(address).decode("ascii", "replace")
    if isinstance(address, str):
        try:
            return int(ipaddress.IPv4Address(address.strip()))
        except ValueError:
            raise ValueError(f"{address!r} is not an IPv4 address") from None
    if isinstance(address, Sequence) and len(address) >= 4:
        try:
            return int.from_bytes(bytes(address[:4]))
        except (TypeError, ValueError):
            pass
    raise ValueError(f"{address!r} is not an IPv4 address")


def _prefix(prefix: object) -> int:
    if isinstance(prefix, str) and prefix.isdecimal():
        prefix = int(prefix)
    if isinstance(prefix, int):
        if 0 <= prefix <= 32:
            return prefix
        raise ValueError(f"{prefix} is not the length of a prefix (0 to 32)")
    return ipaddress.IPv4Network(f"0.0.0.0/{IPv4(prefix)}").prefixlen


@total_ordering
class MAC:
    """A hardware address: of 12 hex digits with any separators, its six octets, or its number."""

    __slots__ = ("_octets",)

    def __init__(self, address: AddressLike) -> None:
        """ValueError says what is no hardware address."""
        self._octets = _octets(address)

    def __str__(self) -> str:
        return self._octets.hex(":")

    def __repr__(self) -> str:
        return f"MAC('{self}')"

    def __int__(self) -> int:
        return int.from_bytes(self._octets)

    __index__ = __int__

    def __bytes__(self) -> bytes:
        return self._octets

    def __iter__(self) -> Iterator[int]:
        return iter(self._octets)

    def __len__(self) -> int:
        return 6

    def __getitem__(self, place: int) -> int:
        return self._octets[place]

    def __bool__(self) -> bool:
        return any(self._octets)

    def __hash__(self) -> int:
        return hash(str(self))  # so that a dictionary of texts knows it

    def __eq__(self, other: object) -> bool:
        try:
            return self._octets == _octets(other)
        except ValueError:
            return False

    def __lt__(self, other: AddressLike) -> bool:
        return self._octets < _octets(other)


def _octets(address: AddressLike) -> bytes:
    if isinstance(address, MAC):
        return bytes(address)
    if isinstance(address, int) and not isinstance(address, bool) and 0 <= address < 1 << 48:
        return address.to_bytes(6)
    if isinstance(address, bytes | bytearray) and len(address) != 6:
        address = bytes(address).decode("ascii", "replace")
    if isinstance(address, str):
        parts = _OCTET.findall(address) if re.search(r"[^0-9A-Fa-f]", address) else re.findall("..", address)
        if len(parts) == 6 and sum(len(part) for part in parts) == sum(map(str.isalnum, address)):
            return bytes(int(part, 16) for part in parts)
    elif isinstance(address, Sequence) and len(address) == 6:
        try:
            return bytes(address)
        except (TypeError, ValueError):
            pass
    raise ValueError(f"{address!r} is not a hardware address of six octets")
