"""TFTP packets as values, to and from bytes (RFC 1350 5, RFC 2347).

Broken input is a value, `BadPacket`, never an exception. Text is latin-1, so that every octet survives.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from struct import Struct
from typing import NamedTuple

MAX_REQUEST = 1472  # RFC 2347 says 512; what fits into one Ethernet frame is read
MAX_OPTIONS = 32
MAX_ERROR_TEXT = 200

NOT_DEFINED, NOT_FOUND, ACCESS_VIOLATION, DISK_FULL, ILLEGAL, UNKNOWN_TID, EXISTS, NO_USER, BAD_OPTIONS = range(9)


class RRQ(NamedTuple):
    """Ask to read a file; `options` keep the spelling and order of the client."""

    path: str
    mode: str = "octet"
    options: Mapping[str, str] = {}


class WRQ(NamedTuple):
    """Ask to write a file."""

    path: str
    mode: str = "octet"
    options: Mapping[str, str] = {}


class DATA(NamedTuple):
    """One block of a file; shorter than the block size means the last one."""

    block: int
    data: bytes


class ACK(NamedTuple):
    """All blocks up to this one have arrived."""

    block: int


class ERROR(NamedTuple):
    """The end of a transfer, or a refusal; it is never answered."""

    code: int
    text: str


class OACK(NamedTuple):
    """The options that the server agrees to (RFC 2347)."""

    options: Mapping[str, str]


class BadPacket(NamedTuple):
    """Not a TFTP packet; `request` says that somebody wanted a file and can be told so."""

    offset: int
    why: str
    request: bool = False


Packet = RRQ | WRQ | DATA | ACK | ERROR | OACK

HEADER = 4  # octets before those of the file in DATA
_DATA = partial(Struct("!HH").pack, 3)

OPCODES: dict[type, int] = {RRQ: 1, WRQ: 2, DATA: 3, ACK: 4, ERROR: 5, OACK: 6}


def encode(packet: Packet) -> bytes:
    """Write a packet; block numbers wrap at 65536."""
    if isinstance(packet, DATA):
        return b"\x00\x03" + (packet.block & 0xFFFF).to_bytes(2, "big") + packet.data
    if isinstance(packet, ACK):
        return b"\x00\x04" + (packet.block & 0xFFFF).to_bytes(2, "big")
    if isinstance(packet, ERROR):
        return b"\x00\x05" + packet.code.to_bytes(2, "big") + _texts(packet.text)
    if isinstance(packet, OACK):
        return b"\x00\x06" + _pairs(packet.options)
    return OPCODES[type(packet)].to_bytes(2, "big") + _texts(packet.path, packet.mode) + _pairs(packet.options)


def blocks(first: int, data: bytes, blksize: int, count: int) -> bytes:
    """Write so many DATA packets behind each other: all but the last have `blksize` octets and so the same length."""
    if count == 1:
        return _DATA(first & 0xFFFF) + data
    parts: list[bytes] = []
    for place in range(count):
        parts += (_DATA((first + place) & 0xFFFF), data[place * blksize : (place + 1) * blksize])
    return b"".join(parts)


def _texts(*texts: str) -> bytes:
    return b"".join(text.encode("latin-1") + b"\x00" for text in texts)


def _pairs(options: Mapping[str, str]) -> bytes:
    return b"".join(_texts(name, value) for name, value in options.items())


def decode(data: bytes) -> Packet | BadPacket:
    """Read a packet, or say where it is broken."""
    if len(data) < 4:
        return BadPacket(len(data), "shorter than any packet")
    opcode = int.from_bytes(data[:2], "big")
    if opcode == 4:
        return ACK(int.from_bytes(data[2:4], "big"))  # what follows is ignored: some clients pad
    if opcode == 3:
        return DATA(int.from_bytes(data[2:4], "big"), data[4:])
    if opcode == 5:
        text = data[4 : 4 + MAX_ERROR_TEXT].split(b"\x00", 1)[0].decode("latin-1")
        return ERROR(int.from_bytes(data[2:4], "big"), text)
    if opcode in (1, 2):
        return _request(data, opcode)
    if opcode == 6:
        options = _options(data, 2)
        return options if isinstance(options, BadPacket) else OACK(options)
    return BadPacket(0, f"unknown operation {opcode}")


def _request(data: bytes, opcode: int) -> RRQ | WRQ | BadPacket:
    if len(data) > MAX_REQUEST:
        return BadPacket(MAX_REQUEST, "request too long", request=True)
    end_path = data.find(b"\x00", 2)
    if end_path < 0:
        return BadPacket(2, "the file name does not end", request=True)
    if end_path == 2:
        return BadPacket(2, "no file name", request=True)
    end_mode = data.find(b"\x00", end_path + 1)
    if end_mode < 0:
        return BadPacket(end_path + 1, "the mode does not end", request=True)
    options = _options(data, end_mode + 1)
    if isinstance(options, BadPacket):
        return options._replace(request=True)
    kind = RRQ if opcode == 1 else WRQ
    return kind(data[2:end_path].decode("latin-1"), data[end_path + 1 : end_mode].decode("latin-1"), options)


def _options(data: bytes, offset: int) -> dict[str, str] | BadPacket:
    """Read name and value pairs up to the end; of a name given twice the first counts (RFC 2347: only once)."""
    options: dict[str, str] = {}
    seen: set[str] = set()
    while data[offset:].strip(b"\x00"):  # zero octets at the end are padding
        if len(seen) == MAX_OPTIONS:
            return BadPacket(offset, f"more than {MAX_OPTIONS} options")
        end_name = data.find(b"\x00", offset)
        end_value = data.find(b"\x00", end_name + 1) if end_name >= 0 else -1
        if end_value < 0:
            return BadPacket(offset, "an option does not end")
        name = data[offset:end_name].decode("latin-1")
        if name.lower() not in seen:
            seen.add(name.lower())
            options[name] = data[end_name + 1 : end_value].decode("latin-1")
        offset = end_value + 1
    return options
