"""The short way of the messages that make up nearly all traffic: an ordinary client's DISCOVER and REQUEST.

Ordinary is: Ethernet, no reservation, one network to be served from, an address that is its own by lease or by offer,
or that nobody ever had.  What this says of such a message is what the long way says, which a test holds it to with
conversations of many clients; of any other message it says nothing.  It costs a third of the long way.
"""

from __future__ import annotations

from struct import Struct

from ringboot import reasons
from ringboot.answer.client import link_of
from ringboot.answer.decision import RELAY, Detail, Reply, To
from ringboot.answer.destination import SERVER_PORT, destination
from ringboot.answer.facts import Facts
from ringboot.answer.limits import scarce_pool
from ringboot.answer.machine import machine_key
from ringboot.answer.network import Net
from ringboot.answer.query import Now, Query
from ringboot.answer.server import override_of
from ringboot.answer.times import lease_time
from ringboot.answer.writing import evidence_of
from ringboot.dhcp.forcerenew import CAPABLE
from ringboot.dhcp.fqdn import CLIENT_FQDN
from ringboot.dhcp.message import ACK, DISCOVER, OFFER
from ringboot.dhcp.reply import leased
from ringboot.leases.change import bind, renew
from ringboot.leases.offers import Offer
from ringboot.leases.terms import OFFER_HOLD
from ringboot.model.address import ip_text
from ringboot.model.lease import BOUND, SEEDED, LeaseChange
from ringboot.model.whose import names_of
from ringboot.reasons import Reason

_ETHERNET, _MAC_OCTETS = 1, 6
_REQUESTED, _LEASE_TIME, _SERVER, _PARAMETERS, _CLIENT_ID = 50, 51, 54, 55, 61
_RAPID_COMMIT, _AGENT, _SUBNET = 80, 82, 118

_number = Struct("!I").unpack
_NONE_CLOSED: frozenset[int] = frozenset()
_new = tuple.__new__  # a third of the cost of calling the class


def short(query: Query, kind: int, facts: Facts, now: Now) -> Reply | None:
    """Decide about an ordinary DISCOVER or REQUEST; None for any other message."""
    message = query.message
    _, htype, _, _, _, _, _, ciaddr, _, _, giaddr, mac, _, _, options = message
    if htype != _ETHERNET or len(mac) != _MAC_OCTETS or (_SUBNET in options and facts.site.subnet_selection):
        return None
    if _AGENT in options:
        if override_of(message):
            return None
    elif facts.reads_relay and ciaddr and not giaddr:
        return None  # what the relay said before may count
    link = facts.nets.of_relay(giaddr) if giaddr and _AGENT not in options else link_of(query, facts)
    if link is None or link.row.proxy or query.pxe:
        return None
    client_id = options.get(_CLIENT_ID)
    if facts.reservations and link.reserved_on_wire(names_of(mac, options)):
        return None
    nets = link.for_known if facts.is_known(mac, client_id) else link.for_unknown
    if len(nets) != 1:
        return None
    # As model.lease.client_key
    own = None if link.ignores_ids or client_id is None or len(client_id) < 2 else client_id
    key = b"\x01" + mac if own is None else b"\x00" + own
    if facts.boots.rows:
        key = machine_key(message, key, link, facts, now.utc)
    if kind == DISCOVER:
        return _discover(query, facts, now, nets[0], key)
    return _request(query, facts, now, nets[0], key)


def _discover(query: Query, facts: Facts, now: Now, net: Net, key: bytes) -> Reply | None:
    message = query.message
    options, table, name = message.options, facts.table, net.name
    if _RAPID_COMMIT in options and net.row.rapid_commit:
        return None
    utc, steady = now
    if table.offer_of(name, key, steady) is not None:
        return None
    lease = table.of_client(name, key)
    if lease is None and table.of_client(name, SEEDED + message.chaddr) is not None:
        return None
    change: Offer | None = None
    if lease is not None:
        address = lease.address
        if lease.state != BOUND or lease.expiry <= utc or table.offered(address, steady) is not None:
            return None
    elif (
        _REQUESTED in options
        or (facts.site.probe and (facts.site.probe_relayed or not message.giaddr or message.ciaddr))
        or net.is_limited
        or not table.may_hold(name, utc, steady)
    ):
        return None
    else:
        closed = net.closed_to(facts.classes.of(options, message.chaddr)) if net.is_gated else _NONE_CLOSED
        found = table.free(name, utc, steady, closed)
        if found is None or table.of_address(found) is not None:
            return None
        address = found
        change = _new(Offer, (name, address, key, steady + OFFER_HOLD, True))
    if net.row.scarce_lease_time is not None and scarce_pool(net, address, facts, utc) is not None:
        return None
    return _give(query, facts, net, address, _seconds(query, facts, net), OFFER, change, reasons.OFFERED)


def _request(query: Query, facts: Facts, now: Now, net: Net, key: bytes) -> Reply | None:
    _, _, _, _, _, _, _, ciaddr, _, _, _, mac, _, _, options = query.message
    if CAPABLE in options and facts.site.forcerenew:
        return None
    table, (utc, steady) = facts.table, now
    chosen = options.get(_SERVER)
    if chosen is not None:
        asked = options.get(_REQUESTED)
        if asked is None or len(asked) != 4 or len(chosen) != 4 or _number(chosen)[0] not in query.locals:
            return None
        (address,) = _number(asked)
        reason = reasons.ACKNOWLEDGED
    else:
        address = ciaddr
        reason = reasons.RENEWED
    if not address or facts.nets.at(address) is not net:
        return None
    if net.row.scarce_lease_time is not None and scarce_pool(net, address, facts, utc) is not None:
        return None
    lease = table.of_address(address)
    offer = table.offered(address, steady)
    change: LeaseChange
    seconds = _seconds(query, facts, net)
    said = evidence_of(query, lease)
    if lease is None:
        if chosen is None or offer is None or offer.key != key or net.is_limited:
            return None
        change = bind(net.name, address, key, mac, seconds=seconds, evidence=said, utc=utc)
    else:
        if lease.key != key or lease.network != net.name or lease.state != BOUND or lease.expiry <= utc or offer:
            return None
        change = renew(lease, mac, seconds=seconds, evidence=said, utc=utc)
    return _give(query, facts, net, address, seconds, ACK, change, reason)


def _seconds(query: Query, facts: Facts, net: Net) -> int:
    """Give the time of a lease; nearly always that of the network."""
    if _LEASE_TIME in query.message.options or facts.classes.timed:
        return lease_time(query, net, facts)
    return net.row.lease_time


def _give(  # noqa: PLR0917  by position, because keywords cost
    query: Query,
    facts: Facts,
    net: Net,
    address: int,
    seconds: int,
    kind: int,
    change: LeaseChange | Offer | None,
    reason: Reason,
) -> Reply | None:
    message, _, ours, _, _, _, _ = query
    _, _, _, _, _, _, _, _, _, _, giaddr, mac, _, _, options = message
    if CLIENT_FQDN in options and net.row.ddns_domain:
        return None
    if facts.boots.rows and facts.boots.of(options, mac):
        return None
    place = net.place(address)
    if place.pool is None or facts.table.is_withheld(address):
        return None
    classes = facts.classes.of(options, mac)
    if place.members is not None and place.members.isdisjoint(classes):
        return None
    server = facts.server_for(net, ours)
    written = facts.options.written.get((place.number, classes, server, options.get(_PARAMETERS, b""), seconds))
    if written is None:
        return None  # the long way writes it, once
    data = leased(message, kind, server, address, seconds, written)
    if giaddr and _AGENT not in options:
        to = _new(To, (RELAY, giaddr, SERVER_PORT, b""))
    else:
        to = destination(query, kind, address)
    detail: Detail = {"address": ip_text(address), "network": net.name}
    return _new(Reply, (data, to, change, reason, detail))
