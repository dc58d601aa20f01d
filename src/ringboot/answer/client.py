"""Who asks, from where, and which networks may serve him."""

from __future__ import annotations

from typing import NamedTuple

from ringboot.answer.facts import Facts
from ringboot.answer.network import Net, Reserved
from ringboot.answer.query import Query
from ringboot.model.evidence import sub_options
from ringboot.model.lease import Lease, client_key

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

    def owns(self, lease: Lease) -> bool:
        """Say whether a lease is this client's: by its key, or, reserved by MAC, whatever identifier it uses now.

        A machine changes its identifier between boot ROM, loader and system; the reservation means the machine.
        """
        if lease.key == self.key:
            return True
        mine = self.reserved
        return (
            mine is not None
            and mine.address == lease.address
            and mine.row.kind == "mac"
            and mine.value == self.mac == lease.mac
        )


def link_of(query: Query, facts: Facts) -> Net | None:
    """Find the network that a message comes from: the relay's, a unicast sender's own, else our interface's.

    RFC 2131 4.3.1; a relay that selects another link (RFC 3527) is taken at its word, or not answered.
    """
    message = query.message
    if message.giaddr:
        agent = message.options.get(82)
        chosen = sub_options(agent).get(_LINK_SELECTION) if agent else None
        if chosen is None:
            return facts.nets.at(message.giaddr)
        return facts.nets.at(int.from_bytes(chosen, "big")) if len(chosen) == 4 else None
    if message.ciaddr and query.unicast:
        net = facts.nets.at(message.ciaddr)
        if net is not None:
            return net
    for address in query.locals:
        net = facts.nets.at(address)
        if net is not None:
            return net
    return None


def identify(query: Query, link: Net, facts: Facts) -> Client:
    """Tell who asks and where he may be served."""
    message = query.message
    client_id = message.options.get(61)
    mac = message.chaddr
    key = client_key(message.htype, mac, client_id)
    if facts.reservations:
        for net in link.wire:
            reserved = net.reserved_for(mac, client_id)
            if reserved is not None:
                return Client(key, mac, client_id, link, _first(net, link.for_known), reserved, known=True)
    known = facts.is_known(mac, client_id)
    return _new(Client, (key, mac, client_id, link, link.for_known if known else link.for_unknown, None, known))


def _first(net: Net, others: tuple[Net, ...]) -> tuple[Net, ...]:
    if others and others[0] is net:
        return others
    return (net, *(other for other in others if other is not net))
