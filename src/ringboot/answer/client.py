"""Who asks, from where, and which networks may serve him."""

from __future__ import annotations

from typing import NamedTuple

from ringboot.answer.facts import Facts
from ringboot.answer.machine import machine_key
from ringboot.answer.network import Net, Reserved
from ringboot.answer.query import Query
from ringboot.answer.said import said
from ringboot.dhcp.message import Message
from ringboot.model.evidence import sub_options
from ringboot.model.lease import SEEDED, Lease, client_key
from ringboot.model.whose import names_of

SUBNET_SELECTION = 118  # RFC 3011
_CLIENT_ID, _AGENT = 61, 82
_LINK_SELECTION = 5  # of option 82 (RFC 3527)

_new = tuple.__new__  # a third of the cost of calling the class, once for every message


class Client(NamedTuple):
    """A client on a wire."""

    key: bytes
    mac: bytes
    client_id: bytes | None
    link: Net  # the network of the relay or of our interface
    nets: tuple[Net, ...]  # where it may be served, first choice first
    reserved: Reserved | None  # of the first of them
    known: bool

    def reserved_in(self, net: Net) -> Reserved | None:
        """Give the reservation if it is for this network."""
        mine = self.reserved
        return mine if mine is not None and mine.row.network in ("", net.name) else None

    def owns(self, lease: Lease) -> bool:
        """Say whether a lease is this client's: by its key, or, reserved by MAC, whatever identifier it uses now.

        A machine changes its identifier between boot ROM, loader and system; the reservation means the machine.
        So does every lease where the network says so, and one that was made for it before it asked (a seeded one).
        """
        if lease.key == self.key:
            return True
        if self.mac and lease.mac == self.mac and (self.link.ignores_ids or lease.key[:1] == SEEDED):
            return True
        mine = self.reserved
        return (
            mine is not None
            and mine.address == lease.address
            and mine.name == ("mac", self.mac)
            and self.mac == lease.mac
        )


def selection(message: Message, facts: Facts) -> bytes | None:
    """Give the address whose subnet a message is to be served from: as the relay says, else as the client says."""
    if message.giaddr and _AGENT in message.options:
        chosen = sub_options(message.options[_AGENT]).get(_LINK_SELECTION)
        if chosen is not None:
            return chosen
    return message.options.get(SUBNET_SELECTION) if facts.site.subnet_selection else None


def link_of(query: Query, facts: Facts) -> Net | None:
    """Find the network that a message comes from: the relay's, a unicast sender's own, else our interface's.

    RFC 2131 4.3.1; a relay that selects another link (RFC 3527) is taken at its word, or not answered, and so is a
    client that selects a subnet (RFC 3011), where that is allowed.
    """
    message = query.message
    selected = selection(message, facts)
    if selected is not None:
        return facts.nets.at(int.from_bytes(selected, "big")) if len(selected) == 4 else None
    if message.giaddr:
        return facts.nets.of_relay(message.giaddr)
    if message.ciaddr and query.unicast:
        net = facts.nets.at(message.ciaddr)
        if net is not None:
            return net
    for address in query.locals:
        net = facts.nets.at(address)
        if net is not None:
            return net
    return None


def is_on_wire(query: Query, net: Net) -> bool:
    """Say whether a network lies on the wire of the interface that a message came in by."""
    return not query.message.giaddr and any(each.holds(ours) for each in net.wire for ours in query.locals)


def identify(query: Query, link: Net, facts: Facts, utc: float) -> Client:
    """Tell who asks and where he may be served."""
    message = query.message
    client_id = message.options.get(_CLIENT_ID)
    mac = message.chaddr
    key = client_key(message.htype, mac, client_id, by_mac=link.ignores_ids)
    if facts.boots.rows:
        key = machine_key(message, key, link, facts, utc)
    if facts.reservations:
        found = link.reserved_on_wire(names_of(mac, said(query, facts)))
        if found is not None:
            net, reserved = found
            return Client(key, mac, client_id, link, _first(net, link.for_known), reserved, known=True)
    known = facts.is_known(mac, client_id)
    return _new(Client, (key, mac, client_id, link, link.for_known if known else link.for_unknown, None, known))


def _first(net: Net, others: tuple[Net, ...]) -> tuple[Net, ...]:
    if others and others[0] is net:
        return others
    return (net, *(other for other in others if other is not net))
