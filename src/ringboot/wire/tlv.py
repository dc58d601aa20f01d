"""Values made of numbered values: code, length, octets; and those that stand under an enterprise number (RFC 3925)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ringboot.wire.kind import Kind
from ringboot.wire.kinds import octets_text, value_octets
from ringboot.wire.reader import Malformed, Reader
from ringboot.wire.subs import NO_SUBS, Subs

Pairs = tuple[tuple[int, bytes], ...]

_PART = re.compile(r";\s*(?=\d{1,10}(?:\.\d{1,3})?=)")
_NUMBER = re.compile(r"(\d{1,10})=(.*)", re.DOTALL)
_VENDOR_PART = re.compile(r";\s*(?=\d{1,10}(?:\.[0-9a-z-]{1,40})?=)")
_VENDOR_PAIR = re.compile(r"(\d{1,10})(?:\.([0-9a-z-]{1,40}))?=(.*)", re.DOTALL)
_URL = re.compile(rb"[a-z]{3,6}://")
_PAD, _END = 0, 255


def split(data: bytes, *, ends: bool = False) -> Pairs:
    """Take the pairs apart; with `ends`, 0 is padding and 255 the end; Malformed when one does not fit."""
    return read_pairs(Reader(data), ends=ends)


def read_pairs(reader: Reader, *, ends: bool = False) -> Pairs:
    """Take all that is left apart; what stands behind an end is dropped."""
    pairs = []
    while reader.left:
        code = reader.number(1)
        if ends and code == _END:
            reader.rest()
            break
        if ends and code == _PAD:
            continue
        pairs.append((code, reader.counted()))
    return tuple(pairs)


def join(pairs: Pairs) -> bytes:
    """Put pairs together; ValueError when a code or a value does not fit one octet of code and of length."""
    for code, value in pairs:
        if not 0 <= code < 256 or len(value) > 255:
            raise ValueError(f"sub-option {code} of {len(value)} octets, where 255 is the most of both")
    return b"".join(bytes((code, len(value))) + value for code, value in pairs)


def fitting(values: Mapping[int, bytes], most: int = 255) -> Pairs:
    """Give the pairs by code, without those that have no room in `most` octets."""
    pairs, size = [], 0
    for code, value in sorted(values.items()):
        if size + 2 + len(value) <= most:
            pairs.append((code, value))
            size += 2 + len(value)
    return tuple(pairs)


class Space(Kind[Pairs]):
    """Sub-options; with `ends` the codes 0 and 255 are padding and end, as in option 43 (RFC 2132 8.4).

    `subs` has the names and kinds of those that have one.
    """

    name = "sub-options"

    def __init__(self, example: str = "1=text; 2=hex:00ff", *, ends: bool = False, subs: Subs = NO_SUBS) -> None:
        self.example = example
        self.ends = ends
        self.subs = subs
        self._part = re.compile(rf";\s*(?={subs.word}=)")
        self.pair = re.compile(rf"({subs.word})=(.*)", re.DOTALL)

    def read(self, reader: Reader) -> Pairs:
        at = reader.at
        pairs = read_pairs(reader, ends=self.ends)
        if not pairs:
            raise Malformed(at, "no sub-option")
        return pairs

    def encode(self, value: Pairs) -> bytes:
        return join(value)

    def parse(self, text: str) -> Pairs:
        pairs = tuple(self._pair(part) for part in self._part.split(text.strip()))
        self.encode(pairs)
        return pairs

    def format(self, value: Pairs) -> str:
        return "; ".join(
            f"{self.subs.name(code)}={_quoted(octets, self.subs.text(code, octets), self._part)}"
            for code, octets in value
        )

    def _pair(self, text: str) -> tuple[int, bytes]:
        match = self.pair.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is not a sub-option ({self.example})")
        code = self.subs.code(match[1])
        if code > 255 or (self.ends and code in (_PAD, _END)):
            raise ValueError(f"{code} is not the code of a sub-option")
        return code, self.subs.octets(code, match[2])


class LooseSpace(Kind[Pairs | bytes]):
    """Sub-options, or whatever a brand puts there instead: a bare URL, for one."""

    name = "sub-options or opaque"

    def __init__(self, space: Space) -> None:
        self.space = space
        self.example = space.example

    def read(self, reader: Reader) -> Pairs | bytes:
        data = reader.rest()
        if _URL.match(data):
            return data
        try:
            return self.space.decode(data)
        except Malformed:
            return data

    def encode(self, value: Pairs | bytes) -> bytes:
        return value if isinstance(value, bytes) else self.space.encode(value)

    def parse(self, text: str) -> Pairs | bytes:
        return self.space.parse(text) if self.space.pair.match(text.strip()) else value_octets(text)

    def format(self, value: Pairs | bytes) -> str:
        if not isinstance(value, bytes):
            return self.space.format(value)
        text = octets_text(value)
        return f"text:{text}" if self.space.pair.match(text) else text


class VendorClass(Kind[Pairs]):
    """Enterprise numbers, each with octets of its own (RFC 3925 3)."""

    name = "vendor classes"
    example = "3561=text; 4491=hex:00ff"

    def read(self, reader: Reader) -> Pairs:
        at = reader.at
        pairs = []
        while reader.left:
            pairs.append((reader.number(4), reader.counted()))
        if not pairs:
            raise Malformed(at, "no enterprise number")
        return tuple(pairs)

    def encode(self, value: Pairs) -> bytes:
        return b"".join(_enterprise(number, octets) for number, octets in value)

    def parse(self, text: str) -> Pairs:
        pairs = []
        for part in _PART.split(text.strip()):
            match = _NUMBER.fullmatch(part)
            if not match:
                raise ValueError(f"{part!r} is not an enterprise number with a value ({self.example})")
            pairs.append((int(match[1]), value_octets(match[2])))
        self.encode(tuple(pairs))
        return tuple(pairs)

    def format(self, value: Pairs) -> str:
        return "; ".join(f"{number}={_quoted(octets, octets_text(octets), _PART)}" for number, octets in value)


class VendorOptions(Kind[tuple[tuple[int, Pairs], ...]]):
    """Enterprise numbers, each with sub-options of its own (RFC 3925 4); `vendors` has the names of theirs."""

    name = "vendor options"

    def __init__(
        self, example: str = "3561.1=text; 3561.2=hex:00ff", *, vendors: Mapping[int, Subs] | None = None
    ) -> None:
        self.example = example
        self.vendors = vendors or {}

    def subs_of(self, number: int) -> Subs:
        """Give the names of an enterprise."""
        return self.vendors.get(number, NO_SUBS)

    def read(self, reader: Reader) -> tuple[tuple[int, Pairs], ...]:
        at = reader.at
        vendors = []
        while reader.left:
            number = reader.number(4)
            with reader.part(reader.number(1)) as inner:
                vendors.append((number, read_pairs(inner)))
        if not vendors:
            raise Malformed(at, "no enterprise number")
        return tuple(vendors)

    def encode(self, value: tuple[tuple[int, Pairs], ...]) -> bytes:
        return b"".join(_enterprise(number, join(pairs)) for number, pairs in value)

    def parse(self, text: str) -> tuple[tuple[int, Pairs], ...]:
        vendors: list[tuple[int, Pairs]] = []
        for part in _VENDOR_PART.split(text.strip()):
            match = _VENDOR_PAIR.fullmatch(part)
            if not match or (match[2] is None and match[3]):
                raise ValueError(f"{part!r} is not an enterprise number, a code and a value ({self.example})")
            number = int(match[1])
            pair: Pairs = ()
            if match[2] is not None:
                code = self.subs_of(number).code(match[2])
                pair = ((code, self.subs_of(number).octets(code, match[3])),)
            if pair and vendors and vendors[-1][0] == number and vendors[-1][1]:
                pair = vendors.pop()[1] + pair
            vendors.append((number, pair))
        self.encode(tuple(vendors))
        return tuple(vendors)

    def format(self, value: tuple[tuple[int, Pairs], ...]) -> str:
        return "; ".join(
            self._shown(number, code, octets) if pairs else f"{number}="
            for number, pairs in value
            for code, octets in (pairs or ((0, b""),))
        )

    def _shown(self, number: int, code: int, octets: bytes) -> str:
        subs = self.subs_of(number)
        return f"{number}.{subs.name(code)}={_quoted(octets, subs.text(code, octets), _VENDOR_PART)}"


def _enterprise(number: int, octets: bytes) -> bytes:
    if number > 0xFFFFFFFF or len(octets) > 255:
        raise ValueError(f"enterprise {number} with {len(octets)} octets, where 255 octets are the most")
    return number.to_bytes(4, "big") + bytes((len(octets),)) + octets


def _quoted(octets: bytes, text: str, part: re.Pattern[str]) -> str:
    """Give the text of a value, or its octets where the text would be taken for more than one."""
    return "hex:" + octets.hex() if part.search(text) or text != text.strip() else text
