"""Which address a client gets, and what an address that it names is to it."""

from __future__ import annotations

from typing import NamedTuple

from ringboot.answer.case import Case
from ringboot.answer.classes import ClassIds
from ringboot.answer.client import Client
from ringboot.answer.facts import Facts
from ringboot.answer.limits import full_pools, is_circuit_full, may_begin
from ringboot.answer.network import Net
from ringboot.answer.query import Now
from ringboot.answer.said import said
from ringboot.leases.offers import Offer
from ringboot.model.lease import BOUND, DECLINED, Lease, seed_key

# What an address is to the client that names it
YOURS = "yours"  # reserved for it, or leased or offered to it, now or formerly
FREE = "free"  # it could have it
TAKEN = "taken"  # somebody else's, in quarantine, or not given at all
MOVED = (
    "moved"  # its own, but by now it belongs elsewhere: it became known or unknown, got a reservation, a pool is gone
)
FOREIGN = "foreign"  # of another wire, or of a network of this wire that is not for it

_NONE: frozenset[int] = frozenset()
_new = tuple.__new__  # a third of the cost of calling the class


class Choice(NamedTuple):
    """An address for a client."""

    net: Net
    address: int


class Claim(NamedTuple):
    """A client's claim to an address."""

    verdict: str
    net: Net | None  # whose subnet holds the address, on the client's wire
    lease: Lease | None  # the client's own, live or not


def choose(case: Case, wanted: int) -> Choice | None:
    """Choose an address (RFC 2131 4.3.1): reserved, current, offered, previous, asked for (`wanted`), new."""
    _, client, facts, now = case
    mine = client.reserved
    if mine is not None and mine.address and is_open(case, mine.address):
        return Choice(client.nets[0], mine.address)
    for net, address in _candidates(case, wanted):
        if is_legal(case, net, address) and is_open(case, address) and may_begin(case, net, address):
            return Choice(net, address)
    for net in client.nets:
        closed = closed_pools(case, net)
        if net.is_limited:
            if is_circuit_full(case, net):
                continue
            closed |= full_pools(net, facts, now.utc)
        if may_hold(client, net, facts, now):
            found = facts.table.free(net.name, now.utc, now.steady, closed)
        else:
            found = facts.table.spare(net.name, client.key, now.utc, closed)
        if found is not None:
            return Choice(net, found)
    return None


def may_hold(client: Client, net: Net, facts: Facts, now: Now) -> bool:
    """Say whether an offer may keep its address for a client that never had it; for those that we know it always may.

    A flood of strangers that ask and never answer would keep all that is free.
    """
    return client.known or facts.table.may_hold(net.name, now.utc, now.steady)


def _candidates(case: Case, wanted: int) -> list[tuple[Net, int]]:
    _, client, facts, now = case
    table = facts.table
    current: list[tuple[Net, int]] = []
    offered: list[tuple[Net, int]] = []
    others: list[tuple[Net, int]] = []
    for net in client.nets:
        lease = table.of_client(net.name, client.key) or table.of_client(net.name, seed_key(client.mac))
        if lease is not None:
            is_live = lease.state == BOUND and lease.expiry > now.utc
            (current if is_live else others).append((net, lease.address))
        offer = table.offer_of(net.name, client.key, now.steady)
        if offer is not None:
            offered.append((net, offer.address))
    if wanted:
        others += [(net, wanted) for net in client.nets if net.holds(wanted)]
    return current + offered + others


def is_legal(case: Case, net: Net, address: int) -> bool:
    """Say whether the network gives this address to this client: it is in a pool that serves it, or reserved for it."""
    mine = case.client.reserved
    if mine is not None and mine.address == address:
        return True
    place = net.place(address)
    if place.pool is None or case.facts.table.is_withheld(address):
        return False
    return place.members is None or place.serves(_classes(case))


def closed_pools(case: Case, net: Net) -> frozenset[int]:
    """Give the places of the network's pools that do not serve this client."""
    return net.closed_to(_classes(case)) if net.is_gated else _NONE


def _classes(case: Case) -> ClassIds:
    return case.facts.classes.of(said(case.query, case.facts), case.client.mac)


def is_open(case: Case, address: int) -> bool:
    """Say whether nobody else holds the address or is offered it, and it is not in quarantine."""
    table = case.facts.table
    return _is_open(case, address, table.of_address(address), table.offered(address, case.now.steady))


def _is_open(case: Case, address: int, lease: Lease | None, offer: Offer | None) -> bool:
    client = case.client
    if lease is not None and lease.expiry > case.now.utc and _is_barred(lease, client):
        return False
    if offer is None or offer.key == client.key:
        return True
    return client.reserved is not None and client.reserved.address == address  # offered under its other identifier


def _is_barred(lease: Lease, client: Client) -> bool:
    """Say whether a lease that is not over keeps its address from this client."""
    if lease.state == BOUND:
        return not client.owns(lease)
    return lease.state == DECLINED


def own_lease(case: Case, address: int) -> Lease | None:
    """Give the client's lease of an address, live or remembered."""
    lease = case.facts.table.of_address(address)
    return lease if lease is not None and lease.state != DECLINED and case.client.owns(lease) else None


def judge(case: Case, address: int) -> Claim:
    """Say what an address that a client names is to it."""
    _, client, facts, now = case
    found = facts.table.of_address(address)
    lease = found if found is not None and found.state != DECLINED and client.owns(found) else None
    net = facts.nets.at(address)
    if net is None or net not in client.link.wire:
        return _new(Claim, (FOREIGN, None, lease))
    if net not in client.nets:
        return _new(Claim, (FOREIGN if lease is None else MOVED, net, lease))
    mine = client.reserved
    better = mine is not None and mine.address not in (0, address) and is_open(case, mine.address)
    if better or not is_legal(case, net, address):
        return _new(Claim, (TAKEN if lease is None else MOVED, net, lease))
    offer = facts.table.offered(address, now.steady)
    if not (_is_open(case, address, found, offer) and may_begin(case, net, address)):
        return _new(Claim, (TAKEN, net, lease))
    if lease is None and (mine is None or mine.address != address):
        return _new(Claim, (FREE if offer is None else YOURS, net, None))
    return _new(Claim, (YOURS, net, lease))
