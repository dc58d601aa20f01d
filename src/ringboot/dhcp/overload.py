"""Options that do not fit: into the fields of the names (RFC 2132 9.3), long values in pieces (RFC 3396)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ringboot.dhcp.rules import BEFORE

FILE, SNAME = 1, 2  # the values of option 52, and 3 for both
_SELF = 3  # octets of option 52
_PIECE = 255  # octets that one piece of a value has at most
_AFTER = {second: first for first, second in BEFORE}


class Laid(NamedTuple):
    """Options by the field in which they stand; the names' fields are full with their end, or empty."""

    options: bytes
    file: bytes
    sname: bytes


@lru_cache(maxsize=512)  # the clients of one network are given the same, and have the same room
def lay(block: bytes, room: int, file: int, sname: int) -> Laid:
    """Lay the options of a block into `room` octets and, if these are too few, fields of `file` and `sname` octets.

    A field of 0 octets is in use and not touched.  What comes first has the first choice; an option that fits nowhere
    is left out as a whole, and the next is tried.  The parts are in the order in which they are read (RFC 3396 5).
    """
    plain = _fill(block, [room])
    if room < _SELF or not (file or sname) or sum(map(len, plain)) == len(block):
        return Laid(plain[0], b"", b"")
    fields = _fill(block, [room - _SELF, file - 1, sname - 1])
    used = (FILE if fields[1] else 0) | (SNAME if fields[2] else 0)
    if not used:
        return Laid(plain[0], b"", b"")
    return Laid(
        bytes((52, 1, used)) + fields[0],
        (fields[1] + b"\xff").ljust(file, b"\0") if fields[1] else b"",
        (fields[2] + b"\xff").ljust(sname, b"\0") if fields[2] else b"",
    )


def _fill(block: bytes, rooms: list[int]) -> list[bytes]:
    fields = [bytearray() for _ in rooms]
    stands = dict[int, int]()  # code -> the last field that holds some of it
    for code, value in _options(block):
        least = stands.get(_AFTER.get(code, 0), 0)
        free = [rooms[place] - len(field) if place >= least else 0 for place, field in enumerate(fields)]
        pieces = _whole(code, value, free) if len(value) <= _PIECE else _pieces(code, value, free)
        for place, piece in pieces:
            fields[place] += piece
            stands[code] = place
    return [bytes(field) for field in fields]


def _whole(code: int, value: bytes, free: list[int]) -> list[tuple[int, bytes]]:
    size = len(value)
    place = next((place for place, left in enumerate(free) if left >= size + 2), None)
    return [] if place is None else [(place, bytes((code, size)) + value)]


def _pieces(code: int, value: bytes, free: list[int]) -> list[tuple[int, bytes]]:
    """Cut a value at the fields' ends and after 255 octets; nothing when there is no room for all of it."""
    pieces = []
    at = 0
    for place, room in enumerate(free):
        left = room
        while left > 2 and at < len(value):
            piece = value[at : at + min(left - 2, _PIECE)]
            pieces.append((place, bytes((code, len(piece))) + piece))
            at += len(piece)
            left -= len(piece) + 2
    return pieces if at == len(value) else []


def _options(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Take a block apart; the pieces of one value stand together and are joined."""
    at = 0
    while at < len(block):
        code, value = block[at], bytearray()
        while at < len(block) and block[at] == code:
            start = at + 2
            at = start + block[at + 1]
            value += block[start:at]
        yield code, bytes(value)
