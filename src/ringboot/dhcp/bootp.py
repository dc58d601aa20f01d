"""A server's message to a BOOTP client: no DHCP option, a name of a file in its field, 300 octets (RFC 1534 2)."""

from __future__ import annotations

from ringboot.dhcp.message import BOOTREPLY, COOKIE, HEADER, LEAST, Message, tlv

_TFTP_SERVER, _BOOT_FILE, _AGENT = 66, 67, 82
_DHCP_ONLY = frozenset({*range(50, 62), _TFTP_SERVER, _BOOT_FILE})  # RFC 2132 9
_ROOM = LEAST - HEADER.size - 1


def bootp_reply(query: Message, *, yiaddr: int, siaddr: int, block: bytes) -> bytes:
    """Write the answer to a BOOTP client.

    `block` is what `reply.block()` made: 66 and 67 go into `sname` and `file`, other DHCP options are left out, and so
    are those that do not fit into 300 octets.  Option 82 comes on top of these; the relay agent takes it away.
    """
    kept, names = b"", {_TFTP_SERVER: b"", _BOOT_FILE: b""}
    for code, value in _joined(block).items():
        if code in names:
            names[code] = value
        elif code not in _DHCP_ONLY and len(kept) + len(value) + 2 <= _ROOM:
            kept += tlv(code, value)
    sname, file = _fit(names[_TFTP_SERVER], 64), _fit(names[_BOOT_FILE], 128)
    head = HEADER.pack(
        BOOTREPLY, query.htype, query.hlen, 0, query.xid, 0, query.flags, query.ciaddr, yiaddr, siaddr, query.giaddr,
        query.chaddr, sname, file, COOKIE,
    )  # fmt: skip
    relay = query.options.get(_AGENT)
    return b"".join((head, kept, b"" if relay is None else tlv(_AGENT, relay), b"\xff")).ljust(LEAST, b"\0")


def _joined(block: bytes) -> dict[int, bytes]:
    """Take a block apart; pieces of one option are put together (RFC 3396)."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(block):
        end = at + 2 + block[at + 1]
        found[block[at]] = found.get(block[at], b"") + block[at + 2 : end]
        at = end
    return found


def _fit(name: bytes, room: int) -> bytes:
    """Give a name that fits with the NUL at its end, else none."""
    return name if len(name) < room else b""
