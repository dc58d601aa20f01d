"""The answer to a LEASEQUERY (RFC 4388): what is known of a lease, to a relay agent that asks about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ringboot.dhcp.message import BOOTREPLY, COOKIE, HEADER, LEAST, Message, tlv
from ringboot.dhcp.reply import room_of
from ringboot.dhcp.rules import QUERY_RULES, allows


class Holder(NamedTuple):
    """Who has a lease, as the header says it; `chaddr` is empty when nobody knows."""

    address: int
    htype: int
    chaddr: bytes


def leasequery_reply(
    query: Message, kind: int, server: int, holder: Holder | None = None, options: Mapping[int, bytes] | None = None
) -> bytes:
    """Write LEASEACTIVE with its holder, else LEASEUNASSIGNED or LEASEUNKNOWN with what was asked (RFC 4388 6.4).

    `options` stand in their order; what the requester has no room for is left out, the last first.
    """
    rule = QUERY_RULES[kind]
    about = Holder(query.ciaddr, query.htype, query.chaddr) if holder is None else holder
    head = HEADER.pack(
        BOOTREPLY, about.htype, len(about.chaddr), 0, query.xid, 0, query.flags, about.address, 0, 0, query.giaddr,
        about.chaddr, b"", b"", COOKIE,
    )  # fmt: skip
    data = head + tlv(53, bytes((kind,))) + tlv(54, server.to_bytes(4, "big"))
    room = room_of(query.options) - 1
    for code, value in (options or {}).items():
        if allows(rule, code):
            written = tlv(code, value)
            if len(data) + len(written) > room:
                break
            data += written
    return (data + b"\xff").ljust(LEAST, b"\0")
