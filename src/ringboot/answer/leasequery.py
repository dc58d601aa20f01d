"""LEASEQUERY: relay agents ask who has an address, or which address a client has (RFC 4388).  Nothing changes by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ringboot import reasons
from ringboot.answer.decision import Detail, Reply, Silence
from ringboot.answer.destination import destination
from ringboot.answer.facts import Facts
from ringboot.answer.options import Asker
from ringboot.answer.query import Now, Query
from ringboot.dhcp.leasequery import Holder, leasequery_reply
from ringboot.dhcp.message import LEASEACTIVE, LEASEUNASSIGNED, LEASEUNKNOWN, Message
from ringboot.leases.terms import INFINITE
from ringboot.model import evidence
from ringboot.model.address import ip_text, ip_wire
from ringboot.model.lease import BOUND, Lease
from ringboot.model.site import Block
from ringboot.model.whose import names_of

_LEASE_TIME, _PARAMETERS, _RENEWAL, _REBINDING, _CLIENT_ID, _AGENT = 51, 55, 58, 59, 61, 82
_LAST_TRANSACTION, _ASSOCIATED = 91, 92
_ETHERNET = 1


def leasequery(query: Query, facts: Facts, now: Now) -> Reply | Silence:
    """Tell an allowed requester what it asks for (RFC 4388 6.4)."""
    message = query.message
    requester: Detail = {"requester": ip_text(message.giaddr or query.peer)}
    if not message.giaddr or not all(_is_allowed(facts.site.leasequery, each) for each in (message.giaddr, query.peer)):
        return Silence(reasons.LEASEQUERY_REFUSED, requester)
    client_id = message.options.get(_CLIENT_ID)
    if sum((message.ciaddr != 0, any(message.chaddr), client_id is not None)) != 1 or client_id == b"":
        return Silence(reasons.LEASEQUERY_UNCLEAR, requester)
    server = query.locals[0]
    live = [lease for lease in _asked_for(message, facts) if lease.state == BOUND and lease.expiry > now.utc]
    if live:
        newest = max(live, key=lambda lease: (lease.heard, lease.address))
        holder = Holder(newest.address, newest.key[0] or _ETHERNET, newest.mac)
        options = _told(query, facts, newest, live, now)
        data = leasequery_reply(message, LEASEACTIVE, server, holder, options)
        detail = {**requester, "address": ip_text(newest.address), "network": newest.network}
        return Reply(data, destination(query, LEASEACTIVE, 0), None, reasons.LEASE_TOLD, detail)
    if message.ciaddr and _is_ours(message.ciaddr, facts):
        data = leasequery_reply(message, LEASEUNASSIGNED, server)
        detail = {**requester, "address": ip_text(message.ciaddr)}
        return Reply(data, destination(query, LEASEUNASSIGNED, 0), None, reasons.LEASE_UNASSIGNED, detail)
    data = leasequery_reply(message, LEASEUNKNOWN, server)
    asked = ip_text(message.ciaddr) if message.ciaddr else (client_id or message.chaddr).hex(":")
    return Reply(data, destination(query, LEASEUNKNOWN, 0), None, reasons.LEASE_UNKNOWN, {**requester, "asked": asked})


def _is_allowed(blocks: Iterable[Block], address: int) -> bool:
    return any(block.holds(address) for block in blocks)


def _asked_for(message: Message, facts: Facts) -> list[Lease]:
    """Find the leases that the requester asks about, live or not."""
    table = facts.table
    if message.ciaddr:
        lease = table.of_address(message.ciaddr)
        return [] if lease is None else [lease]
    client_id = message.options.get(_CLIENT_ID)
    if client_id is None:
        return table.of_mac(message.chaddr)
    found = (table.of_client(network, b"\x00" + client_id) for network in facts.nets.by_name)
    return [lease for lease in found if lease is not None]


def _is_ours(address: int, facts: Facts) -> bool:
    """Say whether we are who gives this address."""
    net = facts.nets.at(address)
    return net is not None and (net.place(address).pool is not None or facts.is_reserved(address))


def _told(query: Query, facts: Facts, lease: Lease, live: list[Lease], now: Now) -> dict[int, bytes]:
    """Give what is told of a lease: its times, its client, its relay, and what else option 55 asks for.

    RFC 4388 6.4.2.  What the client said comes before what it was told.
    """
    said = evidence.unpack(lease.evidence)
    wanted = query.message.options.get(_PARAMETERS, b"")
    is_infinite = lease.seconds >= INFINITE
    left = INFINITE if is_infinite else lease.expiry - int(now.utc)
    told = {_LEASE_TIME: _seconds(left)}
    net = facts.nets.by_name.get(lease.network)
    if net is not None and not is_infinite:
        for code, part in ((_RENEWAL, net.row.t1), (_REBINDING, net.row.t2)):
            ahead = lease.heard + int(lease.seconds * part) - int(now.utc)
            if ahead > 0:
                told[code] = _seconds(ahead)
    told[_LAST_TRANSACTION] = _seconds(max(0, int(now.utc) - lease.heard))
    if len(live) > 1 or _ASSOCIATED in wanted:
        told[_ASSOCIATED] = b"".join(ip_wire(each.address) for each in live)
    told.update({code: said[code] for code in (_CLIENT_ID, _AGENT) if code in said})
    configured = {} if net is None else _configured(query, facts, lease, said)
    for code in wanted:
        value = said.get(code, configured.get(code))
        if code and value is not None:
            told.setdefault(code, value)
    return told


def _configured(query: Query, facts: Facts, lease: Lease, said: Mapping[int, bytes]) -> Mapping[int, bytes]:
    """Give the options that the client of a lease gets, without those about time."""
    net = facts.nets.by_name[lease.network]
    reserved = net.reserved_for(names_of(lease.mac, said))
    classes = facts.classes.of(said, lease.mac)
    asker = Asker(classes, reserved, lease.mac, b"", None)
    return facts.options.of(net, net.place(lease.address), facts.server_for(net, query.locals), asker)


def _seconds(number: int) -> bytes:
    return min(number, INFINITE).to_bytes(4, "big")
