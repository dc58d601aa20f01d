"""A client's message in octets through a conf.py, and the reply in octets: as dhcp asks, writes and asks again."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from ringboot.compat.staticdhcpd.site import Site
from ringboot.compat.staticdhcpd.world import Outside
from ringboot.dhcp import message, options, reply
from ringboot.dhcp.message import BadPacket, Message
from ringboot.model.scripting import RESERVATION_OF, SCRIPT, Asked, Told

SITES = Path(__file__).parent / "sites"
SERVER = "10.0.0.1"


def number(address: str) -> int:
    return int(ipaddress.IPv4Address(address))


def site(name: str, outside: Outside | None = None) -> Site:
    return Site.of(SITES / name / "conf.py", outside)


def octets(
    kind: int,
    mac: str = "aa:00:00:00:00:05",
    said: dict[str, str] | None = None,
    *,
    ciaddr: str = "0.0.0.0",
    giaddr: str = "0.0.0.0",
    xid: bytes = b"abcd",
) -> bytes:
    """Write what a client sends; `said` are options by key in text form."""
    chaddr = bytes.fromhex(mac.replace(":", ""))
    sent = {53: bytes((kind,)), **options.build(said or {})}
    header = (1, 1, 6, 0, xid, 0, 0, number(ciaddr), 0, 0, number(giaddr), chaddr, b"", b"")
    return message.encode(Message(*header, sent))


def ask(
    at: Site, octets: bytes, *, port: int = 67, unicast: bool = False, known: bool = False, lease: str = ""
) -> Told:
    """Ask what a message brings its client."""
    return at.asked(Asked(1, RESERVATION_OF, (0,), "eth0", (SERVER,), "", port, unicast, "lan", known, octets, lease))


def talk(at: Site, octets: bytes, *, port: int = 67, unicast: bool = False) -> Message | Told:
    """Give the reply to a message, or what was told when there is none."""
    told = ask(at, octets, port=port, unicast=unicast)
    if told.given is None:
        return told
    query = read(octets)
    given = told.given
    kind = message.OFFER if query.kind == message.DISCOVER else message.ACK
    asked = query.options.get(55, b"")
    times = {str(code): str(time) for code, time in ((58, given.t1), (59, given.t2)) if time is not None}
    named = given.options | times | ({"12": given.hostname} if given.hostname else {})
    said = {
        code: value
        for code, value in options.build(named).items()
        if not asked or code in asked or code in (1, 3, 58, 59)
    }
    written = reply.reply(
        query, kind, number(SERVER), yiaddr=number(given.address), lease_time=given.lease_time or 3600,
        block=reply.block(said, asked),
    )  # fmt: skip
    after = at.asked(
        Asked(2, SCRIPT, (0,), "eth0", (SERVER,), "", port, unicast, "lan", False, octets, "", given, written)
    )
    if after.drop or after.failed:
        return after
    return read(after.reply or written)


def read(octets: bytes) -> Message:
    found = message.decode(octets)
    assert not isinstance(found, BadPacket), found
    return found
