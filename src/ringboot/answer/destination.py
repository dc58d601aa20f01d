"""Where a reply goes: RFC 2131 4.1, and RFC 8357 for relays that listen on another port."""

from __future__ import annotations

from ringboot.answer.decision import BROADCAST, FRAME, RELAY, UNICAST, To
from ringboot.answer.query import Query
from ringboot.dhcp.message import BROADCAST as BROADCAST_FLAG
from ringboot.dhcp.message import NAK
from ringboot.model.evidence import sub_options

SERVER_PORT = 67
CLIENT_PORT = 68
EVERYBODY = 0xFFFFFFFF

_SOURCE_PORT = 19  # of option 82 (RFC 8357 5.2)
_ETHERNET = 1
_NOBODY = bytes(6)
_new = tuple.__new__  # a third of the cost of calling the class, once for every reply
_TO_EVERYBODY = To(BROADCAST, EVERYBODY, CLIENT_PORT, b"")


def destination(query: Query, kind: int, yiaddr: int) -> To:
    """Say where a reply of this kind goes that gives the client `yiaddr`."""
    message = query.message
    if message.giaddr:
        agent = message.options.get(82)
        told = agent is not None and _SOURCE_PORT in agent and _SOURCE_PORT in sub_options(agent)
        return _new(To, (RELAY, message.giaddr, query.port if told else SERVER_PORT, b""))
    # Who asks at the port of boot servers is answered where it asked from.
    port = query.port if query.pxe else CLIENT_PORT
    everybody = To(BROADCAST, EVERYBODY, port, b"") if query.pxe else _TO_EVERYBODY
    if kind == NAK:
        return everybody
    if message.ciaddr:
        return _new(To, (UNICAST, message.ciaddr, port, b""))
    if message.flags & BROADCAST_FLAG or message.htype != _ETHERNET or message.hlen != 6 or message.chaddr == _NOBODY:
        return everybody
    if not yiaddr:  # it gets none from us
        return everybody
    return _new(To, (FRAME, yiaddr, port, message.chaddr))


def to_itself(query: Query) -> To:
    """Say where the answer to an INFORM goes: to the client's own address (RFC 2131 4.3.5)."""
    return To(UNICAST, query.message.ciaddr, query.port if query.pxe else CLIENT_PORT, b"")
