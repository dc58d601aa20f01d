"""Is there another DHCP server?  The question as a DISCOVER, and who the answers are from."""

from __future__ import annotations

from ringboot.dhcp.message import ACK, BROADCAST, DISCOVER, NAK, OFFER, BadPacket, Message, decode, encode
from ringboot.dhcp.options import format_value

# An identifier of our own (RFC 2132 9.14, type 0): a server that knows this machine keeps its lease apart from this.
CLIENT_ID = b"\x00ringboot-looks-around"
_ANSWERS = frozenset({OFFER, ACK, NAK})
_WANTED = bytes((1, 3, 6))


def probe(mac: bytes, xid: bytes) -> bytes:
    """Build the DISCOVER; nothing of what is offered will be taken, so the servers forget it (RFC 2131 3.1)."""
    return encode(
        Message(
            op=1, htype=1, hlen=6, hops=0, xid=xid, secs=0, flags=BROADCAST, ciaddr=0, yiaddr=0, siaddr=0, giaddr=0,
            chaddr=mac, sname=b"", file=b"", options={53: bytes((DISCOVER,)), 55: _WANTED, 61: CLIENT_ID},
        )
    )  # fmt: skip


def offered_by(data: bytes, xid: bytes, source: bytes) -> str | None:
    """Give the server that this packet is an offer of, or None when it does not answer our question."""
    message = decode(data)
    if isinstance(message, BadPacket) or message.op != 2 or message.xid != xid or message.kind != OFFER:
        return None
    named = message.options.get(54, b"")
    return format_value(54, named if len(named) == 4 else source)


def answered_by(data: bytes, source: bytes) -> str | None:
    """Give the server that this packet is an answer of, to whomever, or None when it is none."""
    message = decode(data)
    if isinstance(message, BadPacket) or message.op != 2 or message.kind not in _ANSWERS:
        return None
    named = message.options.get(54, b"")
    return format_value(54, named if len(named) == 4 else source)
