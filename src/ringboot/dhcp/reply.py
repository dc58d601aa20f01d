"""A server's message, written from the rules and never by changing what the client sent."""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct

from ringboot.dhcp.message import BOOTREPLY, BROADCAST, COOKIE, HEADER, INFORM, LEAST, NAK, OFFER, Message, tlv
from ringboot.dhcp.overload import lay
from ringboot.dhcp.rules import (
    ACK_RULE,
    ASKED_ONLY,
    BEFORE,
    INFORM_RULE,
    NAK_RULE,
    OFFER_RULE,
    PROXY_RULE,
    RESERVED,
    SUPERSEDED,
    Rule,
    allows,
)

# Option 57 and its least value, 576, count the IP and UDP headers (RFC 2131 2: 312 octets of options in 576).
_HEADERS = 28
_SMALL = 576 - _HEADERS
_LARGE = 1500 - _HEADERS
_SNAME_AT, _FILE_AT, _COOKIE_AT = 44, 108, 236

# The header, 53 and 54: the octets every reply begins with; then 51, where there is one.
_pack = Struct(HEADER.format + "3s2sI").pack
_lease = Struct("!2sI").pack
_pack_leased = Struct(HEADER.format + "3s2sI2sI").pack
_TYPE = tuple(bytes((53, 1, kind)) for kind in range(256))
_SERVER = b"\x36\x04"
_CLIENT = tuple(bytes((61, size)) for size in range(256))
_LEASE = b"\x33\x04"


def block(options: Mapping[int, bytes], wanted: bytes = b"") -> bytes:
    """Write options as octets: those in `wanted` (option 55) in its order, then the rest by code.

    Left out: what the rules reserve, what another option makes superfluous (RFC 3442), what must be asked for.
    """
    left_out = ASKED_ONLY - set(wanted)
    left_out |= {code for first, codes in SUPERSEDED.items() if first in options and first in wanted for code in codes}
    order = [code for code in dict.fromkeys(wanted) if code in options]
    order += sorted(options.keys() - set(order))
    order = _sorted(order)
    return b"".join(tlv(code, options[code]) for code in order if code not in RESERVED and code not in left_out)


def in_order(options: Mapping[int, bytes]) -> bytes:
    """Write just these options, in their order, but for one that must stand before another."""
    return b"".join(tlv(code, options[code]) for code in _sorted(list(options)))


def _sorted(order: list[int]) -> list[int]:
    for first, second in BEFORE:
        if first in order and second in order and order.index(first) > order.index(second):
            order.remove(first)
            order.insert(order.index(second), first)
    return order


def reply(
    query: Message,
    kind: int,
    server: int,
    *,
    yiaddr: int = 0,
    siaddr: int = 0,
    lease_time: int | None = None,
    block: bytes = b"",
    file: bytes = b"",
    sname: bytes = b"",
    broadcast: bool | None = None,
    proxy: bool = False,
    bare: bool = False,
) -> bytes:
    """Write the answer to a query: OFFER, ACK or NAK, as the rule for it says (RFC 2131 4.3.1, table 3).

    `block` is what `block()` made; what the client has no room for goes into `file` and `sname` where these are empty
    (RFC 2132 9.3), and whole options are left out, the last first, when that is too little.
    With `proxy` the address is another server's matter: there is none in it, and no time.
    `bare`: it gives no address, and needs no lease time, as those do that only tell a boot file.
    `broadcast` sets or clears the flag, None copies it; a NAK that goes to a relay has it set (RFC 2131 4.3.2).
    ValueError when the rule wants a lease time and there is none, and when `file` or `sname` is too long.
    """
    options = query.options
    rule = OFFER_RULE if kind == OFFER else rule_of(kind, query.kind)
    if proxy:
        rule = PROXY_RULE
    flags = query.flags
    if broadcast is not None:
        flags = flags | BROADCAST if broadcast else flags & ~BROADCAST
    if rule.narrow:
        block, lease_time = _only(rule, block), None
        if not rule.boot:
            siaddr, file, sname = 0, b"", b""
        if kind == NAK and query.giaddr:
            flags |= BROADCAST
    elif lease_time is None and not bare:
        raise ValueError(f"an {rule.name} must carry a lease time")
    if len(file) > 128 or len(sname) > 64:
        raise ValueError(f"file has {len(file)} octets and sname {len(sname)}, where 128 and 64 are room")
    head = _pack(
        BOOTREPLY, query.htype, query.hlen, 0, query.xid, 0, flags, query.ciaddr if rule.ciaddr else 0,
        yiaddr if rule.yiaddr else 0, siaddr, query.giaddr, query.chaddr, sname, file, COOKIE,
        _TYPE[kind], _SERVER, server,
    )  # fmt: skip
    if lease_time is not None:
        head += _lease(_LEASE, lease_time)
    echo = _echo(options, len(head)) if 61 in options or 82 in options else b""
    if len(head) + len(block) + len(echo) >= _SMALL:
        return _fitted(head, block, echo, options, free=rule.boot)
    return b"".join((head, block, echo, b"\xff")).ljust(LEAST, b"\0")


def leased(  # noqa: PLR0917  by position, because keywords cost a tenth of it
    query: Message, kind: int, server: int, yiaddr: int, seconds: int, block: bytes
) -> bytes:
    """Write an OFFER, or an ACK to a REQUEST, without boot fields: the same octets as `reply`, for half its cost."""
    _, htype, hlen, _, xid, _, flags, ciaddr, _, _, giaddr, chaddr, _, _, options = query
    head = _pack_leased(
        BOOTREPLY, htype, hlen, 0, xid, 0, flags, 0 if kind == OFFER else ciaddr, yiaddr, 0, giaddr, chaddr, b"", b"",
        COOKIE, _TYPE[kind], _SERVER, server, _LEASE, seconds,
    )  # fmt: skip
    if 82 in options:
        echo = _echo(options, len(head))
    else:
        client = options.get(61)
        if client is None:
            echo = b""
        else:
            echo = _CLIENT[len(client)] + client if len(client) < 256 else _echo(options, len(head))
    if len(head) + len(block) + len(echo) >= _SMALL:
        return _fitted(head, block, echo, options, free=True)
    return b"".join((head, block, echo, b"\xff")).ljust(LEAST, b"\0")


def rule_of(kind: int, query_kind: int) -> Rule:
    """Give the rule for a reply of this kind to a query of that kind."""
    if kind == OFFER:
        return OFFER_RULE
    if kind == NAK:
        return NAK_RULE
    return INFORM_RULE if query_kind == INFORM else ACK_RULE


def _echo(options: dict[int, bytes], head: int) -> bytes:
    """Give back 61 (RFC 6842) and, last, 82 (RFC 3046 2.2), octet by octet."""
    client = options.get(61)
    relay = options.get(82)
    echo = b"" if client is None else tlv(61, client)
    if head + len(echo) >= room_of(options):
        echo = b""  # the client itself could not read it
    if relay is None:
        return echo
    both = echo + tlv(82, relay)
    return both if head + len(both) < _LARGE else echo


def room_of(options: dict[int, bytes]) -> int:
    """Tell how many octets of UDP payload the client takes (RFC 2132 9.10)."""
    asked = options.get(57, b"")
    if len(asked) != 2:
        return _SMALL
    return max(_SMALL, min(int.from_bytes(asked, "big") - _HEADERS, _LARGE))


def _fitted(head: bytes, block: bytes, echo: bytes, options: dict[int, bytes], *, free: bool) -> bytes:
    """Put a reply together that may be too big; with `free` the empty fields of the names may take options.

    What is echoed stays among the options: no relay agent looks for option 82 elsewhere.
    """
    room = room_of(options) - len(head) - len(echo) - 1
    sname, file = head[_SNAME_AT:_FILE_AT], head[_FILE_AT:_COOKIE_AT]
    laid = lay(block, room, len(file) if free and not any(file) else 0, len(sname) if free and not any(sname) else 0)
    head = head[:_SNAME_AT] + (laid.sname or sname) + (laid.file or file) + head[_COOKIE_AT:]
    return b"".join((head, laid.options, echo, b"\xff")).ljust(LEAST, b"\0")


def _only(rule: Rule, block: bytes) -> bytes:
    kept, at = b"", 0
    while at < len(block):
        end = at + 2 + block[at + 1]
        kept += block[at:end] if allows(rule, block[at]) else b""
        at = end
    return kept
