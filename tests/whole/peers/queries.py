"""Queries that a DHCP server may meet, above fifty, one row each: who asks, through which relay, for what."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from ringboot.dhcp.message import DISCOVER, INFORM, REQUEST, Message
from ringboot.model.address import ip_number

FULL = (1, 3, 6, 7, 12, 15, 17, 26, 28, 40, 42, 43, 51, 58, 59, 66, 67, 119, 224, 225, 226, 240)
SOME = (1, 3, 6, 15)
BRANCH, TOWN = "10.20.0.1", "10.30.0.1"
PORT = b"\x01\x05port7\x02\x06switch"
PHONE = b"AcmeTelephone 7"
RESERVED, BY_ID, LAB = "00005e005310", "01aabbccddee", "00005e005340"


RENEWS, REBINDS = "renews", "rebinds"  # RFC 2131 4.3.6: by unicast to the server; by broadcast
BROADCAST = 0x8000


class Row(NamedTuple):
    """A query; the client asks by DISCOVER, or takes the address first and then asks again, or extends its lease."""

    name: str
    mac: str = ""  # hex; a client of its own when empty
    kind: int = DISCOVER
    relay: str = ""
    wants: tuple[int, ...] = FULL
    says: Mapping[int, bytes] = MappingProxyType({})
    own: str = ""  # ciaddr
    take: bool = False  # DISCOVER, and then REQUEST what is offered: the ACK counts
    again: bool = False  # and the same DISCOVER once more
    extends: str = ""  # RENEWS or REBINDS what was taken
    any_pool: bool = False  # which pool of its network it gets is each server's choice


def _ip(text: str) -> bytes:
    return ip_number(text).to_bytes(4, "big")


ROWS = (
    Row("stranger asks for all"),
    Row("stranger asks for some", wants=SOME),
    Row("stranger asks for one", wants=(6,)),
    Row("stranger asks for the vendor's", wants=(43, 60, 66)),
    Row("stranger with an identifier", says={61: b"\x01\x02\x00\x00\x00\x09\x09"}),
    Row("stranger with an opaque identifier", says={61: b"\xff\x00\x01\x02\x03\x04\x05"}),
    Row("stranger with a name", says={12: b"desk-7"}),
    Row("stranger wants an address of the first pool", says={50: _ip("10.9.0.110")}),
    Row("stranger wants an address of the second pool", says={50: _ip("10.9.0.150")}),
    Row("stranger wants an address outside of the pools", says={50: _ip("10.9.0.90")}, any_pool=True),
    Row("stranger wants a reserved address", says={50: _ip("10.9.0.20")}, any_pool=True),
    Row("stranger wants an address of another network", says={50: _ip("10.20.0.60")}, any_pool=True),
    Row("stranger takes what is offered", take=True),
    Row("stranger takes what is offered, of the second pool", says={50: _ip("10.9.0.151")}, take=True),
    Row("stranger takes it and asks again", take=True, again=True),
    Row("stranger asks for a short lease", says={51: (60).to_bytes(4, "big")}),
    Row("stranger asks for a lease between the bounds", says={51: (1200).to_bytes(4, "big")}),
    Row("stranger asks for a long lease", says={51: (500_000).to_bytes(4, "big")}),
    Row("reserved client asks", RESERVED),
    Row("reserved client asks for some", RESERVED, wants=SOME),
    Row("reserved client with an identifier", RESERVED, says={61: b"\x01\x00\x00\x5e\x00\x53\x10"}),
    Row("reserved client wants another address", RESERVED, says={50: _ip("10.9.0.110")}),
    Row("reserved client takes its address", RESERVED, take=True),
    Row("reserved client by its identifier", says={61: bytes.fromhex(BY_ID)}),
    Row("reserved client by its identifier takes it", says={61: bytes.fromhex(BY_ID)}, take=True),
    Row("reserved phone", RESERVED, says={60: PHONE}),
    Row("phone asks for all", says={60: PHONE}),
    Row("phone asks for some", says={60: PHONE}, wants=(1, 43, 66)),
    Row("phone takes what is offered", says={60: PHONE}, take=True),
    Row("phone behind the relay", says={60: PHONE}, relay=BRANCH),
    Row("nearly a phone", says={60: b"AcmeTelepho"}),
    Row("UEFI for x64", says={93: b"\x00\x07"}),
    Row("UEFI for EBC", says={93: b"\x00\x09"}),
    Row("BIOS", says={93: b"\x00\x00"}),
    Row("lab machine", LAB, says={60: b"lab"}),
    Row("lab machine of another make", says={60: b"lab"}),
    Row("lab machine that says something else", LAB, says={60: b"desk"}),
    Row("client behind the relay", relay=BRANCH),
    Row("client behind the relay with its port", relay=BRANCH, says={82: PORT}),
    Row("client behind the relay takes what is offered", relay=BRANCH, says={82: PORT}, take=True),
    Row("client behind the relay with an identifier", relay=BRANCH, says={61: b"\xff\x01\x02\x03"}),
    Row("reserved client behind another relay", RESERVED, relay=BRANCH),
    Row("shared network, first subnet", relay=TOWN, says={50: _ip("10.30.0.2")}),
    Row("shared network, second subnet", relay=TOWN, says={50: _ip("10.31.0.50")}),
    Row("shared network, second subnet, taken", relay=TOWN, says={50: _ip("10.31.0.51")}, take=True),
    Row("a relay of no network", relay="10.30.9.9"),
    Row("client with an address asks for options", kind=INFORM, own="10.9.0.77"),
    Row("phone with an address asks for options", kind=INFORM, own="10.9.0.77", says={60: PHONE}),
    Row("client renews", take=True, extends=RENEWS),
    Row("client renews and asks for some", take=True, extends=RENEWS, wants=SOME),
    Row("client renews and asks for a short lease", take=True, extends=RENEWS, says={51: (60).to_bytes(4, "big")}),
    Row("client with an identifier renews", take=True, extends=RENEWS, says={61: b"\xff\x00\x01\x02\x03\x04\x07"}),
    Row("phone renews", take=True, extends=RENEWS, says={60: PHONE}),
    Row("reserved client renews", RESERVED, take=True, extends=RENEWS),
    Row("reserved client by its identifier renews", take=True, extends=RENEWS, says={61: bytes.fromhex(BY_ID)}),
    Row("client behind the relay renews", relay=BRANCH, says={82: PORT}, take=True, extends=RENEWS),
    Row("client renews what was never given", kind=REQUEST, own="10.9.0.199"),
    Row("client rebinds", take=True, extends=REBINDS),
    Row("phone rebinds", take=True, extends=REBINDS, says={60: PHONE}),
    Row("reserved client rebinds", RESERVED, take=True, extends=REBINDS),
    Row("client behind the relay rebinds", relay=BRANCH, says={82: PORT}, take=True, extends=REBINDS),
    Row("client rebinds an address of elsewhere", kind=REQUEST, own="192.168.7.7"),
    Row("client comes back with an address of elsewhere", kind=REQUEST, says={50: _ip("192.168.7.7")}),
    Row("client comes back with one of another network", kind=REQUEST, relay=BRANCH, says={50: _ip("10.9.0.99")}),
)  # fmt: skip


def query(row: Row, number: int) -> Message:
    """Write a row's first query; each row is a client of its own, unless it says who asks.

    On the floor, where there are two pools, whoever names no address wants one of the second.
    """
    mac = bytes.fromhex(row.mac) if row.mac else bytes((2, 0, 0, 1, 0, number))
    options = {53: bytes((row.kind,)), **row.says}
    if row.kind == DISCOVER and not row.relay:
        options.setdefault(50, _ip(f"10.9.0.{128 + number}"))
    if row.wants:
        options[55] = bytes(row.wants)
    relay, own = (ip_number(each) if each else 0 for each in (row.relay, row.own))
    return Message(
        1, 1, 6, 1 if relay else 0, bytes((7, 7, row.kind, number)), 0, 0 if relay else 0x8000, own, 0, 0, relay, mac,
        b"", b"", options,
    )  # fmt: skip


def extension(row: Row, first: Message, address: int) -> Message:
    """Write what the client of a row says when it wants to keep its address (RFC 2131 4.3.2)."""
    options = {code: value for code, value in first.options.items() if code not in (50, 54)} | {53: bytes((REQUEST,))}
    alone = first._replace(xid=first.xid[2:] + first.xid[:2], ciaddr=address, options=options)
    if row.extends == REBINDS:
        return alone
    return alone._replace(hops=0, flags=0, giaddr=0, options={code: options[code] for code in options if code != 82})


def goes_to_the_server_alone(message: Message) -> bool:
    """Tell a renewal from a rebinding, which asks for a broadcast here."""
    is_own = bool(message.ciaddr and not message.giaddr and not message.flags & BROADCAST)
    return is_own and message.kind == REQUEST
