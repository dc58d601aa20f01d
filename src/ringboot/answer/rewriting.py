"""A reply as the answer hooks made it: what is theirs is taken over, what the protocol needs is written anew."""

from __future__ import annotations

from ringboot import reasons
from ringboot.answer.case import Case
from ringboot.answer.decision import Detail, Reply, Silence
from ringboot.answer.destination import destination
from ringboot.answer.server import override_of
from ringboot.answer.timers import with_timers
from ringboot.dhcp.bootp import bootp_reply
from ringboot.dhcp.message import INFORM, NAK, REQUEST, BadPacket, Message, decode, tlv
from ringboot.dhcp.reply import block as write_block
from ringboot.dhcp.reply import in_order, reply
from ringboot.leases.terms import INFINITE
from ringboot.model.address import ip_text
from ringboot.model.lease import LeaseChange

_KIND, _SERVER, _LEASE_TIME, _MESSAGE, _RENEWAL, _REBINDING, _TFTP, _FILE = 53, 54, 51, 56, 58, 59, 66, 67
# What no hook writes: what the server alone knows, and what only clients say.
_OURS = frozenset({0, 50, 51, 52, 53, 54, 55, 57, 61, 80, 82, 118, 255})
_KEPT = (80, 118)  # ours, as they stand in the reply


def rewrite(case: Case, ours: Reply, octets: bytes, origin: str) -> Reply | Silence:
    """Take over options, siaddr, sname, file, and a NAK, from a reply that hooks wrote.

    An address is a reservation's business: only none at all may stand in the place of ours.
    """
    before, after = decode(ours.data), decode(octets)
    assert not isinstance(before, BadPacket)
    detail = {**ours.detail, "origin": origin}
    if isinstance(after, BadPacket):
        return Silence(reasons.SCRIPT_UNUSABLE, {**detail, "why": f"{after.why} (at octet {after.offset})"})
    if after.kind == NAK != before.kind:
        return _nak(case, ours, after, detail)
    if after.kind != before.kind:
        return Silence(reasons.SCRIPT_UNUSABLE, {**detail, "why": "only a NAK may take the place of another message"})
    if after.yiaddr not in (0, before.yiaddr):
        wrote = ip_text(after.yiaddr)
        return Silence(reasons.SCRIPT_CHANGED_ADDRESS, {**detail, "address": ip_text(before.yiaddr), "wrote": wrote})
    try:
        return _written(case, ours, before, after)
    except ValueError as error:
        return Silence(reasons.SCRIPT_UNUSABLE, {**detail, "why": str(error)})


def _written(case: Case, ours: Reply, before: Message, after: Message) -> Reply:
    query = case.query.message
    options = {code: value for code, value in after.options.items() if code not in _OURS}
    server = _number(after.options.get(_SERVER)) or _number(before.options.get(_SERVER))
    if not before.kind:
        names = {_TFTP: after.sname, _FILE: after.file}
        block = b"".join(tlv(code, value) for code, value in {**options, **names}.items() if value)
        return ours._replace(data=bootp_reply(query, yiaddr=after.yiaddr, siaddr=after.siaddr, block=block))
    told = _number(before.options.get(_LEASE_TIME))
    wanted = _number(after.options.get(_LEASE_TIME)) or told
    is_bare = not after.yiaddr and bool(before.yiaddr)
    change = None if is_bare else ours.change
    if wanted != told:
        options = _with_timers(case, ours, before, options, wanted)
        if isinstance(change, LeaseChange):
            change = change._replace(expiry=change.expiry - told + wanted)
    lease_time: int | None = wanted if told else None
    if is_bare and _LEASE_TIME not in after.options:
        lease_time = None
    is_beside = not told and before.kind != NAK and query.kind != INFORM  # the address is another server's matter
    kept = b"".join(tlv(code, before.options[code]) for code in _KEPT if code in before.options)
    data = reply(
        query, before.kind, server, yiaddr=after.yiaddr, siaddr=after.siaddr, lease_time=lease_time,
        block=kept + in_order(options), file=after.file, sname=after.sname, bare=is_bare,
        proxy=is_beside,
    )  # fmt: skip
    return ours._replace(data=data, change=change)


def _with_timers(case: Case, ours: Reply, before: Message, options: dict[int, bytes], seconds: int) -> dict[int, bytes]:
    """Fit T1 and T2 to another lease time, unless a hook set them."""
    net = case.facts.nets.by_name.get(str(ours.detail.get("network")))
    if net is None or any(options.get(code) != before.options.get(code) for code in (_RENEWAL, _REBINDING)):
        return options
    rest = {code: value for code, value in options.items() if code not in (_RENEWAL, _REBINDING)}
    return dict(with_timers(rest, net.row, None if seconds == INFINITE else seconds))


def _nak(case: Case, ours: Reply, after: Message, detail: Detail) -> Reply | Silence:
    query = case.query
    why = after.options.get(_MESSAGE, b"")
    if query.message.kind != REQUEST:
        return Silence(reasons.SCRIPT_REFUSED, detail)  # what asks for no address is not refused one
    net = case.facts.nets.by_name[str(ours.detail["network"])]
    server = override_of(query.message) or case.facts.server_for(net, query.locals)
    data = reply(query.message, NAK, server, block=write_block({_MESSAGE: why[:255]} if why else {}))
    return Reply(data, destination(query, NAK, 0), None, reasons.NAK_SCRIPT, detail)


def _number(value: bytes | None) -> int:
    return int.from_bytes(value, "big") if value is not None and len(value) == 4 else 0
