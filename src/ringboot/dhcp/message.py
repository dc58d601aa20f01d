"""A DHCPv4 message: its octets to a value and back.  Nothing is judged here but whether the octets can be read."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)
FORCERENEW = 9  # RFC 3203 4
LEASEQUERY, LEASEUNASSIGNED, LEASEUNKNOWN, LEASEACTIVE = range(10, 14)  # RFC 4388 6.1
NAMES: dict[int, str] = {
    DISCOVER: "DISCOVER",
    OFFER: "OFFER",
    REQUEST: "REQUEST",
    DECLINE: "DECLINE",
    ACK: "ACK",
    NAK: "NAK",
    RELEASE: "RELEASE",
    INFORM: "INFORM",
    FORCERENEW: "FORCERENEW",
    LEASEQUERY: "LEASEQUERY",
    LEASEUNASSIGNED: "LEASEUNASSIGNED",
    LEASEUNKNOWN: "LEASEUNKNOWN",
    LEASEACTIVE: "LEASEACTIVE",
}

BOOTREQUEST, BOOTREPLY = 1, 2
BROADCAST = 0x8000  # the one flag that has a meaning (RFC 2131 figure 2)
COOKIE = b"\x63\x82\x53\x63"
LEAST = 300  # shorter ones are thrown away by some relays and clients (RFC 1542 2.1)
MOST = 4096  # no client has that much to say; it bounds what one packet may cost

HEADER = Struct("!4B4s2H4I16s64s128s4s")
_FIRST = HEADER.size  # 240, where the options begin
_SNAME_AT, _FILE_AT = 44, 108
_OVERLOADS = (1, 2, 3)  # option 52: options stand in file, in sname, in both (RFC 2132 9.3)
_unpack = HEADER.unpack_from
KINDS: dict[bytes | None, int] = {bytes((kind,)): kind for kind in range(256)}  # option 53 as it stands in a message
_new = tuple.__new__  # a third of the cost of calling the class
_NO_SNAME = bytes(64)
_NO_FILE = bytes(128)


class BadPacket(NamedTuple):
    """Octets that are no DHCP message, and where that shows."""

    offset: int
    why: str


class Message(NamedTuple):
    """A message as it was sent; `chaddr` has exactly `hlen` octets, repeated options are joined."""

    op: int
    htype: int
    hlen: int
    hops: int
    xid: bytes
    secs: int
    flags: int
    ciaddr: int
    yiaddr: int
    siaddr: int
    giaddr: int
    chaddr: bytes
    sname: bytes  # without the NULs at its end, like `file`
    file: bytes
    options: dict[int, bytes]

    @property
    def kind(self) -> int:
        """Give the message type (option 53), 0 when there is none that can be read."""
        return KINDS.get(self.options.get(53), 0)


def decode(data: bytes) -> Message | BadPacket:
    """Read a message; whatever the octets are, the result is a value (RFC 2131 2, RFC 3396 5)."""
    size = len(data)
    if not _FIRST <= size <= MOST:
        return BadPacket(min(size, MOST), f"{size} octets, where {_FIRST} to {MOST} make a message")
    op, htype, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr, sname, file, cookie = _unpack(data)
    if cookie != COOKIE or not 0 < op < 3 or hlen > 16:
        return _bad_header(op, hlen)
    options: dict[int, bytes] = {}
    at = start = _FIRST
    try:  # the end option is tolerated to be missing, and asking for it once per option would cost a tenth of the time
        while (code := data[at]) != 255:
            if code:
                start = at + 2
                at = start + data[at + 1]
                if code in options:
                    options[code] += data[start:at]
                else:
                    options[code] = data[start:at]
            else:
                at += 1
    except IndexError:
        if at != size:
            return _bad_option(data, at, start)
    if 52 in options:
        return _overloaded(data, options)
    return _new(
        Message,
        (
            op, htype, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr[:hlen],
            b"" if sname == _NO_SNAME else sname.rstrip(b"\0"),
            b"" if file == _NO_FILE else file.rstrip(b"\0"),
            options,
        ),
    )  # fmt: skip


def _overloaded(data: bytes, options: dict[int, bytes]) -> Message | BadPacket:
    """Read the options in `file`, then those in `sname`, as option 52 says; what it does not know it says in vain.

    The message is as if all options had stood in one place: 52 is gone then, and the fields are empty (RFC 3396 5).
    """
    op, htype, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr, sname, file, _ = _unpack(data)
    said = options[52]
    where = said[0] if len(said) == 1 and said[0] in _OVERLOADS else 0
    for bit, first, field in ((1, _FILE_AT, file), (2, _SNAME_AT, sname)):
        if where & bit:
            bad = _read_field(field, first, options)
            if bad is not None:
                return bad
    if where:
        del options[52]
    return Message(
        op, htype, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr[:hlen],
        b"" if where & 2 else sname.rstrip(b"\0"), b"" if where & 1 else file.rstrip(b"\0"), options,
    )  # fmt: skip


def _read_field(field: bytes, first: int, options: dict[int, bytes]) -> BadPacket | None:
    at = 0
    while at < len(field) and field[at] != 255:
        code = field[at]
        if not code:
            at += 1
            continue
        start = at + 2
        end = start + field[at + 1] if start <= len(field) else start
        if end > len(field):
            return BadPacket(first + at, f"option {code} leaves the field that option 52 says it stands in")
        options[code] = options.get(code, b"") + field[start:end]
        at = end
    return None


def _bad_header(op: int, hlen: int) -> BadPacket:
    if op not in (BOOTREQUEST, BOOTREPLY):
        return BadPacket(0, f"op is {op}, neither a request nor a reply")
    if hlen > 16:
        return BadPacket(2, f"a hardware address of {hlen} octets, where 16 are room")
    return BadPacket(236, "the magic cookie is missing")


def _bad_option(data: bytes, at: int, start: int) -> BadPacket:
    if at < len(data):
        return BadPacket(at, f"option {data[at]} has no length")
    return BadPacket(start - 2, f"option {data[start - 2]} of {at - start} octets goes {at - len(data)} past the end")


def encode(message: Message) -> bytes:
    """Write any message: option 53 first, long values in pieces (RFC 3396); ValueError when that is impossible."""
    parts = [
        HEADER.pack(
            message.op, message.htype, message.hlen, message.hops, message.xid, message.secs, message.flags,
            message.ciaddr, message.yiaddr, message.siaddr, message.giaddr,
            _field("chaddr", message.chaddr, 16), _field("sname", message.sname, 64), _field("file", message.file, 128),
            COOKIE,
        )
    ]  # fmt: skip
    options = message.options
    if 53 in options:
        parts.append(tlv(53, options[53]))
    parts += [tlv(code, value) for code, value in options.items() if code != 53]
    parts.append(b"\xff")
    return b"".join(parts).ljust(LEAST, b"\0")


def tlv(code: int, value: bytes) -> bytes:
    """Write one option, in as many pieces as it needs (RFC 3396 6)."""
    if not 0 < code < 255:
        raise ValueError(f"option {code} cannot carry a value")
    if len(value) < 256:
        return bytes((code, len(value))) + value
    pieces = [value[at : at + 255] for at in range(0, len(value), 255)]
    return b"".join(bytes((code, len(piece))) + piece for piece in pieces)


def _field(name: str, value: bytes, room: int) -> bytes:
    if len(value) > room:
        raise ValueError(f"{name} has {len(value)} octets, where {room} are room")
    return value
