"""Whether two servers answered alike: the kind of answer, the reservation or pool, the lease, options by octets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from tests.whole.peers.queries import ROWS, Row, extension, query
from tests.whole.peers.wire import Ask

from ringboot.compat.importers.imported import Imported
from ringboot.compat.importers.networks import network_of
from ringboot.dhcp.message import ACK, NAK, NAMES, OFFER, REQUEST, Message
from ringboot.dhcp.options import format_value
from ringboot.model.address import ip_text
from ringboot.wire.tlv import join, split

MASK, TIME, T1, T2 = 1, 51, 58, 59
JUST_BEFORE = 30  # seconds
NAMES_WITHIN = (119,)  # which may be compressed (RFC 3397)
TEXTS = (66, 67)  # which dnsmasq ends with a NUL
VENDOR = 43
POOLS = (7,)  # what the pools of the floor differ in


class Answer(NamedTuple):
    """What counts of an answer."""

    kind: str
    where: str  # the reservation or the pool of the address
    options: dict[int, bytes]


SILENCE = Answer("nothing", "", {})
Excused = int | str | tuple[str, int]  # an option, a row whose pool or silence differs, an option of a row
Answers = dict[str, Answer]


def answers(ask: Ask, found: Imported) -> Answers:
    """Ask everything, and give the answers by the names of the rows."""
    return {row.name: _answer(ask, row, number, found) for number, row in enumerate(ROWS, 1)}


def _answer(ask: Ask, row: Row, number: int, found: Imported) -> Answer:
    first = query(row, number)
    reply = ask(first)
    if row.take and reply is not None and reply.kind == OFFER:
        chosen = {50: reply.yiaddr.to_bytes(4, "big"), 54: reply.options[54], 53: bytes((REQUEST,))}
        reply = ask(first._replace(options=first.options | chosen, xid=first.xid[::-1]))
        if row.again:
            reply = ask(first)
        if row.extends and reply is not None and reply.kind == ACK:
            reply = ask(extension(row, first, reply.yiaddr))
    return SILENCE if reply is None else Answer(NAMES[reply.kind], _where(reply, found), _told(reply))


def _told(reply: Message) -> dict[int, bytes]:
    """Leave out the text that explains a NAK, which is each server's own."""
    return {code: value for code, value in reply.options.items() if code not in (53, 56)}


def _where(reply: Message, found: Imported) -> str:
    if not reply.yiaddr:
        return ""
    network = network_of(found.networks, reply.yiaddr)
    assert network is not None, ip_text(reply.yiaddr)
    if any(row.address == ip_text(reply.yiaddr) for row in found.reservations):
        return f"reserved {ip_text(reply.yiaddr)}"
    pool = next((each for each in network.pools if each.first <= reply.yiaddr <= each.last), None)
    return "outside" if pool is None else f"{ip_text(pool.first)}-{ip_text(pool.last)}"


def differences(theirs: Answers, ours: Answers, excused: Collection[Excused] = ()) -> dict[str, str]:
    """Say how the answers differ, by row; `excused` is what may.

    What is sent unasked, the mask, and T1 and T2 of ours are no difference, nor is how the same is spelt.  Kea may
    answer a renewal that comes at once with what is left of the lease.
    """
    found = {row.name: _difference(theirs[row.name], ours[row.name], row, excused) for row in ROWS}
    return {name: text for name, text in found.items() if text}


def _difference(one: Answer, other: Answer, row: Row, excused: Collection[Excused]) -> str:
    any_pool = row.any_pool or row.name in excused
    if one == SILENCE and other.kind == NAMES[NAK] and row.name in excused:
        return ""
    if one.kind != other.kind or (one.where != other.where and not any_pool):
        return f"{one.kind} {one.where} | {other.kind} {other.where}"
    wrong = [
        f"{code}: {_hex(one.options, code)} | {_hex(other.options, code)}"
        for code in sorted(one.options.keys() | other.options.keys())
        if _read(one.options, code) != _read(other.options, code)
        and not (code not in one.options and (code not in row.wants or code in (MASK, T1, T2)))
        and not (code in POOLS and any_pool)
        and not (code == TIME and row.extends and _is_left_of(one.options, other.options))
        and code not in excused
        and (row.name, code) not in excused
    ]
    return ", ".join(wrong)


def _is_left_of(one: Mapping[int, bytes], other: Mapping[int, bytes]) -> bool:
    """Tell whether theirs is what is left of a lease that was given just before."""
    given, left = (int.from_bytes(each.get(TIME, b""), "big") for each in (other, one))
    return 0 < left <= given <= left + JUST_BEFORE


def _read(options: Mapping[int, bytes], code: int) -> bytes | str | None:
    """Read what has several spellings: compressed names, sub-options in any order, text with a NUL behind it."""
    value = options.get(code)
    if value is None:
        return None
    if code in NAMES_WITHIN:
        return format_value(code, value)
    if code == VENDOR:
        return join(tuple(sorted(split(value, ends=True))))
    return value.rstrip(b"\0") if code in TEXTS else value


def _hex(options: Mapping[int, bytes], code: int) -> str:
    return options[code].hex() if code in options else "-"
