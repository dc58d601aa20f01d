"""Domain names on the wire: labels, pointers that only lead back, and what is built of them (RFC 1035 3.1, 4.1.4)."""

from __future__ import annotations

from typing import NamedTuple

from ringboot.wire.kind import Kind, items, plain_text
from ringboot.wire.kinds import IPS
from ringboot.wire.reader import Malformed, Reader

_MOST = 255  # octets of one name (RFC 1035 2.3.4)
_ALL = 4096  # octets that the names of one value may unfold to
_REFUSED = frozenset(b'.,;\\"')


def read_name(reader: Reader) -> str:
    """Read one name; a pointer must lead to a place before everything it has led to, so that no chain has an end."""
    labels: list[str] = []
    size, at, bound = 1, reader.at, reader.at
    jumped = False
    while True:
        if at >= reader.end:
            raise Malformed(at, "a name without its end")
        head = reader.data[at]
        if head >= 0xC0:
            if at + 2 > reader.end:
                raise Malformed(at, "half a pointer")
            target = (head & 0x3F) << 8 | reader.data[at + 1]
            if not jumped:
                reader.at = at + 2
                jumped = True
            if target >= bound:
                raise Malformed(at, "a pointer that does not lead back")
            at = bound = target
            continue
        if head >= 0x40:
            raise Malformed(at, f"a label of type {head >> 6}")
        if head == 0:
            if not jumped:
                reader.at = at + 1
            return ".".join(labels) or "."
        label = reader.data[at + 1 : min(at + 1 + head, reader.end)]
        if len(label) != head:
            raise Malformed(at, f"a label of {head} octets, {len(label)} are there")
        size += 1 + head
        if size > _MOST:
            raise Malformed(at, f"a name above {_MOST} octets")
        labels.append(_label(label, at + 1))
        at += 1 + head


def write_name(name: str) -> bytes:
    """Write one name without pointers; ValueError when it is not one."""
    return b"".join(bytes((len(label),)) + label for label in _labels(name)) + b"\0"


def check_name(name: str) -> str:
    """Give the name without a dot at its end; ValueError when it cannot be written."""
    _labels(name)
    return name.removesuffix(".") or "."


def _label(label: bytes, at: int) -> str:
    if not all(0x20 < octet < 0x7F and octet not in _REFUSED for octet in label):
        raise Malformed(at, "a label with characters that no name has")
    return label.decode("ascii")


def _labels(name: str) -> list[bytes]:
    if not name or not name.isascii():
        raise ValueError(f"{name!r} is not a domain name" + (" (write it in its ASCII form, xn--..)" if name else ""))
    labels = name.removesuffix(".").encode().split(b".") if name != "." else []
    for label in labels:
        if not 0 < len(label) < 64:
            raise ValueError(f"{name!r} has a label of {len(label)} characters, where 1 to 63 make one")
        _label(label, 0)
    if sum(map(len, labels)) + len(labels) + 1 > _MOST:
        raise ValueError(f"{name!r} is longer than {_MOST} octets")
    return labels


class Names(Kind[tuple[str, ...]]):
    """Domain names, one after the other; written with pointers when the RFC of the option wants them."""

    name = "names"

    def __init__(self, *, pointers: bool = False, most: int | None = None) -> None:
        self.pointers = pointers
        self.most = most
        self.name = "name" if most == 1 else "names"
        self.example = "example.org" if most == 1 else "example.org, lab.example.org"

    def read(self, reader: Reader) -> tuple[str, ...]:
        at = reader.at
        # Offsets in pointers count from the first octet of the names, wherever they stand in the option.
        inner = Reader(reader.rest())
        names: list[str] = []
        unfolded = 0
        try:
            while inner.left:
                names.append(read_name(inner))
                unfolded += len(names[-1])
                if unfolded > _ALL:
                    raise Malformed(inner.at, f"names that unfold to more than {_ALL} octets")
        except Malformed as bad:
            raise Malformed(at + bad.offset, bad.why) from None
        fault = self._fault(len(names))
        if fault:
            raise Malformed(at, fault)
        return tuple(names)

    def encode(self, value: tuple[str, ...]) -> bytes:
        if not self.pointers:
            return b"".join(map(write_name, value))
        out = bytearray()
        known: dict[tuple[bytes, ...], int] = {}
        for name in value:
            labels = tuple(_labels(name))
            while labels and labels not in known:
                if len(out) < 0x4000:
                    known[labels] = len(out)
                out += bytes((len(labels[0]),)) + labels[0]
                labels = labels[1:]
            out += (0xC000 | known[labels]).to_bytes(2, "big") if labels else b"\0"
        return bytes(out)

    def parse(self, text: str) -> tuple[str, ...]:
        names = tuple(map(check_name, items(text)))
        fault = self._fault(len(names))
        if fault:
            raise ValueError(fault)
        return names

    def format(self, value: tuple[str, ...]) -> str:
        return ", ".join(value)

    def _fault(self, count: int) -> str:
        if not count:
            return "no name"
        if self.most is not None and count > self.most:
            return f"{count} names, where {self.most} is the most"
        return ""


class SipServers(Kind[tuple[int, ...] | tuple[str, ...]]):
    """SIP servers: a leading 0 and names, or a leading 1 and addresses (RFC 3361 3)."""

    name = "sip-servers"
    example = "10.0.0.1, 10.0.0.2"

    def read(self, reader: Reader) -> tuple[int, ...] | tuple[str, ...]:
        at = reader.at
        encoding = reader.number(1)
        if encoding == 1:
            return IPS.read(reader)
        if encoding:
            raise Malformed(at, f"encoding {encoding}")
        names = NAMES.read(reader)
        if all(map(_is_address, names)):
            raise Malformed(at, "addresses written as names")
        return names

    def encode(self, value: tuple[int, ...] | tuple[str, ...]) -> bytes:
        names = tuple(one for one in value if isinstance(one, str))
        if names:
            return b"\0" + NAMES.encode(names)
        return b"\1" + IPS.encode(tuple(one for one in value if isinstance(one, int)))

    def parse(self, text: str) -> tuple[int, ...] | tuple[str, ...]:
        if all(map(_is_address, items(text))):
            return IPS.parse(text)
        return NAMES.parse(text)

    def format(self, value: tuple[int, ...] | tuple[str, ...]) -> str:
        return ", ".join(one if isinstance(one, str) else IPS.item.format(one) for one in value)


class Fqdn(NamedTuple):
    """What a client says of its name (RFC 4702 2): flag bits 1 S, 2 O, 4 E, 8 N; a full name ends in a dot."""

    flags: int
    rcode1: int
    rcode2: int
    name: str


class ClientFqdn(Kind[Fqdn]):
    """A client's name: labels when flag E is set, else ASCII (RFC 4702 2.3)."""

    name = "fqdn"
    example = "5 0 0 phone.example.org."

    def read(self, reader: Reader) -> Fqdn:
        flags, rcode1, rcode2 = reader.number(1), reader.number(1), reader.number(1)
        at = reader.at
        if not flags & 4:
            text = plain_text(reader.rest().rstrip(b"\0"), at)
            if text != text.strip():
                raise Malformed(at, "a name with blanks around it")
            return Fqdn(flags, rcode1, rcode2, text)
        labels: list[str] = []
        while reader.left:
            label = reader.counted()
            if len(label) > 63:
                raise Malformed(at, f"a label of {len(label)} octets")
            if not label:
                return Fqdn(flags, rcode1, rcode2, ".".join((*labels, "")) or ".")
            labels.append(_label(label, at))
            if reader.at - at > _MOST:
                raise Malformed(at, f"a name above {_MOST} octets")
        return Fqdn(flags, rcode1, rcode2, ".".join(labels))

    def encode(self, value: Fqdn) -> bytes:
        head = bytes(value[:3])
        if not value.flags & 4:
            return head + value.name.encode()
        if not value.name:
            return head
        octets = write_name(value.name)
        return head + (octets if value.name.endswith(".") else octets[:-1])

    def parse(self, text: str) -> Fqdn:
        words = text.strip().split(None, 3)
        if len(words) < 3 or not all(word.isascii() and word.isdigit() and int(word) < 256 for word in words[:3]):
            raise ValueError(f"{text.strip()!r} does not begin with flags and two result codes ({self.example})")
        value = Fqdn(int(words[0]), int(words[1]), int(words[2]), words[3] if len(words) > 3 else "")
        self.encode(value)
        return value

    def format(self, value: Fqdn) -> str:
        return f"{value.flags} {value.rcode1} {value.rcode2} {value.name}".rstrip()


def _is_address(text: str) -> bool:
    try:
        IPS.item.parse(text)
    except ValueError:
        return False
    return True


NAMES = Names()
NAME = Names(most=1)
SEARCH = Names(pointers=True)
