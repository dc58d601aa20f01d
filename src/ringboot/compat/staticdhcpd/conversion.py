"""Lists of octets and what they mean, to and fro, under staticDHCPd's names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ringboot.compat.staticdhcpd.addresses import AddressLike, IPv4
from ringboot.compat.staticdhcpd.text import Text


def listToIP(octets: Sequence[int]) -> IPv4:
    """Read four octets as an address."""
    return IPv4(list(octets))


def listToIPs(octets: Sequence[int]) -> list[IPv4]:
    """Read octets as addresses, four each; ValueError when some are left over."""
    return [IPv4(four) for four in _cut(octets, 4)]


def ipToList(address: AddressLike) -> list[int]:
    """Write an address as four octets."""
    return list(IPv4(address))


def ipsToList(addresses: AddressLike) -> list[int]:
    """Write addresses, "10.0.0.1, 10.0.0.2" or a sequence, as octets."""
    return [octet for address in addresses_of(addresses) for octet in address]


def listToInt(octets: Sequence[int]) -> int:
    """Read two octets as a number."""
    return int.from_bytes(bytes(octets))


def listToInts(octets: Sequence[int]) -> list[int]:
    """Read octets as numbers, two each."""
    return [int.from_bytes(bytes(pair)) for pair in _cut(octets, 2)]


def listToLong(octets: Sequence[int]) -> int:
    """Read four octets as a number."""
    return int.from_bytes(bytes(octets))


def listToLongs(octets: Sequence[int]) -> list[int]:
    """Read octets as numbers, four each."""
    return [int.from_bytes(bytes(four)) for four in _cut(octets, 4)]


def intToList(number: int) -> list[int]:
    """Write a number as two octets."""
    return list(_octets(number, 2))


def intsToList(numbers: Iterable[int] | int) -> list[int]:
    """Write numbers as two octets each."""
    return [octet for number in _each(numbers) for octet in _octets(number, 2)]


def longToList(number: int) -> list[int]:
    """Write a number as four octets."""
    return list(_octets(number, 4))


def longsToList(numbers: Iterable[int] | int) -> list[int]:
    """Write numbers as four octets each."""
    return [octet for number in _each(numbers) for octet in _octets(number, 4)]


def strToList(text: str | bytes) -> list[int]:
    """Write a text as octets."""
    return list(octets_of(text))


def strToPaddedList(text: str | bytes, length: int) -> list[int]:
    """Write a text as so many octets: cut, or filled up with zeros."""
    return list(octets_of(text)[:length].ljust(length, b"\0"))


def listToStr(octets: Sequence[int]) -> Text:
    """Read octets as a text."""
    return Text(bytes(octets))


def octets_of(text: str | bytes) -> bytes:
    """Give the octets of a text: those it came in, where it came in octets."""
    if isinstance(text, Text):
        return text.octets
    return text.encode() if isinstance(text, str) else bytes(text)


def addresses_of(addresses: AddressLike) -> list[IPv4]:
    """Read a text with commas, a sequence or set of addresses, their octets in a row, or one address."""
    if isinstance(addresses, str | bytes) and (isinstance(addresses, str) or not _raw(addresses)):
        return [IPv4(part.strip()) for part in Text(octets_of(addresses)).split(",") if part.strip()]
    if isinstance(addresses, IPv4 | int):
        return [IPv4(addresses)]
    if not isinstance(addresses, Iterable):
        raise ValueError(f"{addresses!r} are no IPv4 addresses")
    found = list(addresses)
    if found and all(isinstance(each, int) and 0 <= each < 256 for each in found):
        return listToIPs(found)
    return [IPv4(each) for each in found]


def _raw(octets: bytes) -> bool:
    return len(octets) % 4 == 0 and any(octet not in b"0123456789., " for octet in octets)


def _cut(octets: Sequence[int], size: int) -> list[list[int]]:
    if len(octets) % size:
        raise ValueError(f"{len(octets)} octets cannot be cut into pieces of {size}")
    return [list(octets[at : at + size]) for at in range(0, len(octets), size)]


def _octets(number: int, size: int) -> bytes:
    try:
        return int(number).to_bytes(size)
    except OverflowError:
        raise ValueError(f"{number} does not fit into {size} octets") from None


def _each(numbers: Iterable[int] | int) -> Iterable[int]:
    return (numbers,) if isinstance(numbers, int) else numbers


PUBLIC = (
    listToIP, listToIPs, ipToList, ipsToList, listToInt, listToInts, listToLong, listToLongs, intToList, intsToList,
    longToList, longsToList, strToList, strToPaddedList, listToStr,
)  # fmt: skip
