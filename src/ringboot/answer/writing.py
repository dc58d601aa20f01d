"""A reply as octets and where it goes: what OFFER, ACK and NAK have in common."""

from __future__ import annotations

from ringboot.answer.case import Case
from ringboot.answer.client import SUBNET_SELECTION, selection
from ringboot.answer.decision import Detail, Reply
from ringboot.answer.destination import destination
from ringboot.answer.limits import pool_text
from ringboot.answer.netboot import boot
from ringboot.answer.network import Net
from ringboot.answer.nonce import introduce
from ringboot.answer.options import Asker
from ringboot.answer.query import Query
from ringboot.answer.said import said
from ringboot.answer.server import override_of
from ringboot.answer.times import short_time, time_of
from ringboot.dhcp.forcerenew import CAPABLE
from ringboot.dhcp.fqdn import CLIENT_FQDN, fqdn_option, name_of
from ringboot.dhcp.message import ACK, NAK
from ringboot.dhcp.reply import block as write_block
from ringboot.dhcp.reply import reply
from ringboot.leases import change
from ringboot.leases.offers import Offer
from ringboot.model import evidence
from ringboot.model.address import ip_text
from ringboot.model.lease import BOUND, Lease, LeaseChange
from ringboot.reasons import ACKNOWLEDGED_SHORT, RENEWED, RENEWED_SHORT, Reason, tell

_new = tuple.__new__  # a third of the cost of calling the class, once for every reply

_PARAMETERS, _MESSAGE, _AGENT = 55, 56, 82


def gives(case: Case, net: Net, address: int, code: int) -> bool:
    """Say whether this client asks for an option and gets it with this address."""
    query, client, facts, _ = case
    wanted = query.message.options.get(_PARAMETERS, b"")
    if code not in wanted:
        return False
    reserved = client.reserved_in(net)
    asker = Asker(facts.classes.of(said(query, facts), client.mac), reserved, client.mac, wanted, None)
    return code in facts.options.of(net, net.place(address), facts.server_for(net, query.locals), asker)


def option_block(case: Case, net: Net, address: int, server: int, seconds: int | None = None) -> bytes:
    """Write the options that this client gets with this address, and a lease of so many seconds."""
    query, client, facts, _ = case
    options = query.message.options
    place = net.place(address)
    classes = facts.classes.of(said(query, facts), client.mac)
    wanted = options.get(_PARAMETERS, b"")
    reserved = client.reserved
    if reserved is None:
        written = facts.options.written.get((place.number, classes, server, wanted, seconds))
        if written is not None:
            return written
    else:
        reserved = client.reserved_in(net)
    return facts.options.write(net, place, server, Asker(classes, reserved, client.mac, wanted, seconds))


def grant(case: Case, net: Net, address: int, lease: Lease | None, *, reason: Reason, lead: bytes = b"") -> Reply:
    """Write the ACK of an address with the change that gives it; `lease` is the client's own of it, if it had one."""
    full = time_of(case, net)
    seconds, scarce = short_time(net, address, case.facts, case.now.utc, full)
    row = lease_row(case, net, address, lease, seconds)
    if CAPABLE in case.query.message.options:
        row, told = introduce(case, row, fresh=reason is not RENEWED)
        lead += told
    given = give(case, net, address, kind=ACK, seconds=seconds, change=row, reason=reason, lead=lead)
    if scarce is None:
        return given
    cut = RENEWED_SHORT if reason is RENEWED else ACKNOWLEDGED_SHORT
    return given._replace(reason=cut, detail={**given.detail, "pool": pool_text(scarce), "seconds": seconds})


def lease_row(case: Case, net: Net, address: int, lease: Lease | None, seconds: int) -> LeaseChange:
    """Give the change by which the client has this address for so many seconds; `lease` as in `grant`."""
    query, client, _, now = case
    said = evidence_of(query, lease)
    same = lease is not None and lease.key == client.key and lease.network == net.name
    if lease is not None and same and lease.state == BOUND and lease.expiry > now.utc:
        return change.renew(lease, client.mac, seconds=seconds, evidence=said, utc=now.utc)
    return change.bind(net.name, address, client.key, client.mac, seconds=seconds, evidence=said, utc=now.utc)


def give(
    case: Case,
    net: Net,
    address: int,
    *,
    kind: int,
    seconds: int,
    change: LeaseChange | Offer | None,
    reason: Reason,
    lead: bytes = b"",
) -> Reply:
    """Write an OFFER or an ACK of an address; `lead` is options as octets that stand before the configured ones."""
    query = case.query
    server = case.facts.server_for(net, query.locals)
    if CLIENT_FQDN in query.message.options and net.row.ddns_domain:
        lead += told_name(case, net, address)
    lead += echo_of(case)
    detail: Detail = {"address": ip_text(address), "network": net.name}
    booted = boot(case, net, address, server, seconds)
    name = override_of(query.message) or server
    if booted is None:
        block = lead + option_block(case, net, address, server, seconds)
        data = reply(query.message, kind, name, yiaddr=address, lease_time=seconds, block=block)
    else:
        _, siaddr, sname, file, more = booted
        data = reply(
            query.message, kind, name, yiaddr=address, siaddr=siaddr, lease_time=seconds, block=lead + booted.block,
            file=file, sname=sname,
        )  # fmt: skip
        detail = {**detail, **more}
    return _new(Reply, (data, destination(query, kind, address), change, reason, detail))


def told_name(case: Case, net: Net, address: int) -> bytes:
    """Write option 81 with the name that the client has with an address of this network."""
    query, client, facts, _ = case
    options = query.message.options
    mine = client.reserved_in(net)
    name = mine.row.name_at(ip_text(address)) if mine else ""
    return fqdn_option(options, name_of(net.row.ddns_domain or "", name, options), updates=facts.site.dns)


def echo_of(case: Case) -> bytes:
    """Write the subnet selection that was obeyed (RFC 3011 2), if there was one."""
    message = case.query.message
    chosen = message.options.get(SUBNET_SELECTION)
    if chosen is None or selection(message, case.facts) is not chosen:
        return b""
    return bytes((SUBNET_SELECTION, len(chosen))) + chosen


def refuse(case: Case, net: Net, reason: Reason, detail: Detail) -> Reply:
    """Write a NAK that says why (option 56)."""
    query = case.query
    why = tell(reason.id, detail).encode()[:255]
    server = case.facts.server_for(net, query.locals)
    data = reply(query.message, NAK, override_of(query.message) or server, block=write_block({_MESSAGE: why}))
    return Reply(data, destination(query, NAK, 0), None, reason, detail)


def evidence_of(query: Query, lease: Lease | None) -> bytes:
    """Pack what the client says of itself; unchanged evidence is the lease's own object.

    A renewal by unicast passes no relay: what the relay said before stays true (RFC 3046 2.2).
    """
    message = query.message
    packed = evidence.pack(message.options, message.giaddr)
    if lease is None:
        return packed
    if packed == lease.evidence:
        return lease.evidence
    before = evidence.bare(lease.evidence)
    if packed != before and not message.giaddr and before[:1] == b"\0":
        relayed = evidence.unpack(lease.evidence)
        agent = {_AGENT: relayed[_AGENT]} if _AGENT in relayed else {}
        packed = evidence.pack({**message.options, **agent}, int.from_bytes(relayed[evidence.GIADDR], "big"))
    if packed == before:
        return lease.evidence
    return evidence.with_nonce(packed, evidence.nonce_of(lease.evidence), evidence.xid_of(lease.evidence))
