"""The kinds of value that protocols share: addresses, numbers, text, lists and records of them."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from typing import Any, NamedTuple

from ringboot.wire.kind import Kind, V, hex_octets, items, plain_text
from ringboot.wire.reader import Malformed, Reader

_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_DIGITS = re.compile(r"-?\d{1,12}|0[xX][0-9a-fA-F]{1,8}", re.ASCII)
_URI = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]+", re.ASCII | re.IGNORECASE)  # RFC 3986 3: a scheme, and what it leads to


class Ip(Kind[int]):
    """One IPv4 address."""

    name = "ip"
    example = "10.0.0.1"

    def read(self, reader: Reader) -> int:
        return reader.number(4)

    def encode(self, value: int) -> bytes:
        return _number(value, 4)

    def parse(self, text: str) -> int:
        parts = text.strip().split(".")
        if len(parts) != 4 or not all(p.isascii() and p.isdigit() and len(p) < 4 and int(p) < 256 for p in parts):
            raise ValueError(f"{text.strip()!r} is not an IPv4 address")
        return int.from_bytes(bytes(map(int, parts)), "big")

    def format(self, value: int) -> str:
        return ".".join(map(str, value.to_bytes(4, "big")))


class Ip6(Kind[bytes]):
    """One IPv6 address, 16 octets."""

    name = "ip6"
    example = "2001:db8::1"

    def read(self, reader: Reader) -> bytes:
        return reader.take(16)

    def encode(self, value: bytes) -> bytes:
        return value

    def parse(self, text: str) -> bytes:
        try:
            return IPv6Address(text.strip()).packed
        except ValueError:
            raise ValueError(f"{text.strip()!r} is not an IPv6 address") from None

    def format(self, value: bytes) -> str:
        return str(IPv6Address(value))


class Number(Kind[int]):
    """A number of 1, 2 or 4 octets; decimal or 0x in text."""

    def __init__(self, size: int, example: str, *, signed: bool = False) -> None:
        self.size = size
        self.signed = signed
        self.name = f"{'s' if signed else 'u'}{size * 8}"
        self.example = example
        self.least = -(1 << size * 8 - 1) if signed else 0
        self.most = (1 << size * 8 - signed) - 1

    def read(self, reader: Reader) -> int:
        return int.from_bytes(reader.take(self.size), "big", signed=self.signed)

    def encode(self, value: int) -> bytes:
        return _number(value, self.size, signed=self.signed)

    def parse(self, text: str) -> int:
        text = text.strip()
        if not _DIGITS.fullmatch(text):
            raise ValueError(f"{text!r} is not a number")
        value = int(text, 16 if text[:2] in ("0x", "0X") else 10)
        if not self.least <= value <= self.most:
            raise ValueError(f"{value} is not in the range {self.least} to {self.most}")
        return value

    def format(self, value: int) -> str:
        return str(value)


class Bool(Kind[bool]):
    """One octet, 0 or 1."""

    name = "bool"
    example = "true"

    def read(self, reader: Reader) -> bool:
        value = reader.number(1)
        if value > 1:
            raise Malformed(reader.at - 1, f"{value} is neither true nor false")
        return value == 1

    def encode(self, value: bool) -> bytes:
        return b"\1" if value else b"\0"

    def parse(self, text: str) -> bool:
        value = _WORDS.get(text.strip().lower())
        if value is None:
            raise ValueError(f"{text.strip()!r} is neither true nor false")
        return value

    def format(self, value: bool) -> str:
        return "true" if value else "false"


class Text(Kind[str]):
    """Text without a NUL at its end; the NULs that some senders put there are dropped (RFC 2132 2)."""

    name = "text"
    example = "http://10.0.0.1:8667"

    def __init__(self, *, least: int = 1) -> None:
        self.least = least

    def read(self, reader: Reader) -> str:
        at = reader.at
        text = plain_text(reader.rest().rstrip(b"\0"), at)
        if len(text) < self.least:
            raise Malformed(at, "no text")
        return text

    def encode(self, value: str) -> bytes:
        return value.encode()

    def parse(self, text: str) -> str:
        if len(text) < self.least:
            raise ValueError("the text is empty")
        if not text.isprintable():
            raise ValueError(f"{text!r} holds control characters; octets are written hex:..")
        return text

    def format(self, value: str) -> str:
        return value


class Uri(Text):
    """A URI (RFC 3986): ASCII without blanks, a scheme before the first colon."""

    name = "uri"
    example = "https://portal.example.org/api"

    def read(self, reader: Reader) -> str:
        at = reader.at
        text = super().read(reader)
        if not _URI.fullmatch(text):
            raise Malformed(at, "no URI")
        return text

    def parse(self, text: str) -> str:
        text = super().parse(text)
        if not _URI.fullmatch(text):
            raise ValueError(f"{text!r} is not a URI, such as {self.example}")
        return text


class Opaque(Kind[bytes]):
    """Octets that are nobody's business: shown as text when they are printable ASCII, else as hex:.."""

    name = "opaque"

    def __init__(self, example: str = "any text", *, shown: bool = True) -> None:
        self.example = example
        self.shown = shown
        self.name = "opaque" if shown else "octets"

    def read(self, reader: Reader) -> bytes:
        return reader.rest()

    def encode(self, value: bytes) -> bytes:
        return value

    def parse(self, text: str) -> bytes:
        return value_octets(text)

    def format(self, value: bytes) -> str:
        return octets_text(value) if self.shown else "hex:" + value.hex()


class Nothing(Kind[bytes]):
    """No octets at all: the option says what it says by being there."""

    name = "flag"
    example = "true"

    def read(self, reader: Reader) -> bytes:
        return reader.take(0)

    def encode(self, value: bytes) -> bytes:
        return value

    def parse(self, text: str) -> bytes:
        if text.strip().lower() not in ("", "true"):
            raise ValueError(f"{text.strip()!r}: it is switched on by true, and off by not being there")
        return b""

    def format(self, value: bytes) -> str:
        return octets_text(value) or "true"


class Many(Kind[tuple[V, ...]]):
    """Values of one kind, one after the other; `step` of them belong together."""

    def __init__(self, item: Kind[V], name: str, example: str, *, least: int = 1, step: int = 1) -> None:
        self.item = item
        self.name = name
        self.example = example
        self.least = least
        self.step = step

    def read(self, reader: Reader) -> tuple[V, ...]:
        at = reader.at
        values = []
        while reader.left:
            values.append(self.item.read(reader))
        fault = self._fault(len(values))
        if fault:
            raise Malformed(at, fault)
        return tuple(values)

    def encode(self, value: tuple[V, ...]) -> bytes:
        return b"".join(map(self.item.encode, value))

    def parse(self, text: str) -> tuple[V, ...]:
        values = tuple(map(self.item.parse, items(text))) if text.strip() else ()
        fault = self._fault(len(values))
        if fault:
            raise ValueError(fault)
        return values

    def format(self, value: tuple[V, ...]) -> str:
        texts = [self.item.format(one) for one in value]
        return ", ".join(" ".join(texts[at : at + self.step]) for at in range(0, len(texts), self.step))

    def _fault(self, count: int) -> str:
        if count < self.least:
            return "the list is empty"
        if count % self.step:
            return f"{count} values, where groups of {self.step} are needed"
        return ""


class Record(Kind[tuple[Any, ...]]):
    """Values of several kinds; in text they stand with blanks between them, and the last takes what is left."""

    def __init__(self, name: str, *fields: Kind[Any], example: str = "") -> None:
        self.name = name
        self.fields = fields
        self.example = example or " ".join(field.example for field in fields)

    def read(self, reader: Reader) -> tuple[Any, ...]:
        values = tuple(field.read(reader) for field in self.fields)
        last = values[-1]
        if isinstance(last, str) and last != last.strip():
            raise Malformed(reader.at - 1, "text with blanks around it")  # the text form could not show them
        return values

    def encode(self, value: tuple[Any, ...]) -> bytes:
        return b"".join(field.encode(one) for field, one in zip(self.fields, value, strict=True))

    def parse(self, text: str) -> tuple[Any, ...]:
        words = text.strip().split(None, len(self.fields) - 1)
        words += [""] * (len(self.fields) - len(words))
        return tuple(field.parse(word) for field, word in zip(self.fields, words, strict=True))

    def format(self, value: tuple[Any, ...]) -> str:
        return " ".join(field.format(one) for field, one in zip(self.fields, value, strict=True)).rstrip()


class Route(NamedTuple):
    """One destination and the router that leads there."""

    network: int
    prefix: int
    router: int


class Routes(Kind[tuple[Route, ...]]):
    """Classless static routes: width, the octets of the network that count, router (RFC 3442)."""

    name = "routes"
    example = "10.1.0.0/16 via 10.0.0.254, default via 10.0.0.1"

    def read(self, reader: Reader) -> tuple[Route, ...]:
        at = reader.at
        routes = []
        while reader.left:
            prefix = reader.number(1)
            if prefix > 32:
                raise Malformed(reader.at - 1, f"a prefix of {prefix} bits")
            network = int.from_bytes(reader.take((prefix + 7) // 8).ljust(4, b"\0"), "big")
            routes.append(Route(network & _mask(prefix), prefix, reader.number(4)))
        if not routes:
            raise Malformed(at, "the list is empty")
        return tuple(routes)

    def encode(self, value: tuple[Route, ...]) -> bytes:
        return b"".join(
            bytes((prefix,)) + network.to_bytes(4, "big")[: (prefix + 7) // 8] + router.to_bytes(4, "big")
            for network, prefix, router in value
        )

    def parse(self, text: str) -> tuple[Route, ...]:
        return tuple(_route(part) for part in text.split(","))

    def format(self, value: tuple[Route, ...]) -> str:
        return ", ".join(
            f"{f'{IP.format(network)}/{prefix}' if prefix else 'default'} via {IP.format(router)}"
            for network, prefix, router in value
        )


def _route(text: str) -> Route:
    words = text.split()
    if len(words) == 3 and words[1] == "via":
        del words[1]
    if len(words) != 2:
        raise ValueError(f"{text.strip()!r} is not a route (10.1.0.0/16 via 10.0.0.254)")
    address, _, bits = ("0.0.0.0/0" if words[0] == "default" else words[0]).partition("/")
    if not (bits.isascii() and bits.isdigit() and int(bits) <= 32):
        raise ValueError(f"{words[0]!r} is not a network (10.1.0.0/16)")
    network, prefix = IP.parse(address), int(bits)
    if network & ~_mask(prefix):
        raise ValueError(f"{words[0]!r} has bits set behind its prefix")
    return Route(network, prefix, IP.parse(words[1]))


def _mask(prefix: int) -> int:
    return 0xFFFFFFFF << 32 - prefix & 0xFFFFFFFF


def _number(value: int, size: int, *, signed: bool = False) -> bytes:
    try:
        return value.to_bytes(size, "big", signed=signed)
    except OverflowError:
        raise ValueError(f"{value} does not fit into {size} octets") from None


IP = Ip()
IPS = Many(IP, "ips", "10.0.0.1, 10.0.0.2")
U8 = Number(1, "64")
U16 = Number(2, "1500")
U32 = Number(4, "3600")
TEXT = Text()
OPAQUE = Opaque()

# A text that begins with one of these is what it says; "text:" lets a text begin with such a word.
PREFIXES: dict[str, Kind[Any]] = {"text": Text(least=0), "ip": IPS, "u8": U8, "u16": U16, "u32": U32}


def prefixed(text: str) -> bytes | None:
    """Read hex:.. text:.. ip:.. u8:.. u16:.. u32:..; None when the text begins otherwise."""
    word, colon, rest = text.partition(":")
    if not colon:
        return None
    if word == "hex":
        return hex_octets(rest)
    kind = PREFIXES.get(word)
    return None if kind is None else kind.encode(kind.parse(rest))


def value_octets(text: str) -> bytes:
    """Read a value of no known kind: what a prefix says, else the text itself."""
    octets = prefixed(text)
    return text.encode() if octets is None else octets


def octets_text(octets: bytes) -> str:
    """Write a value of no known kind so that `value_octets` gives it back."""
    if not all(0x20 <= octet < 0x7F for octet in octets) or octets != octets.strip():
        return "hex:" + octets.hex()
    return shielded(octets.decode("ascii"))


def shielded(text: str) -> str:
    """Write text: before a text that would be read as something else."""
    word, colon, _ = text.partition(":")
    return f"text:{text}" if colon and (word == "hex" or word in PREFIXES) else text
