"""A reservation that a script or a foreign source gives, for one message: where it puts its client."""

from __future__ import annotations

from ringboot import reasons
from ringboot.answer.address import is_open
from ringboot.answer.case import Case
from ringboot.answer.client import Client
from ringboot.answer.decision import Detail, Silence
from ringboot.answer.facts import Facts
from ringboot.answer.network import Net, Provided
from ringboot.answer.query import Now
from ringboot.model.address import ip_number, ip_text
from ringboot.model.lease import BOUND, Lease
from ringboot.model.scripting import Given

FROM_LEASE = "the lease"  # whose word it is while nobody can be asked


def provide(given: Given, client: Client, facts: Facts) -> Client | Silence:
    """Make a client one with this reservation; the reason why not, where the network cannot give it."""
    link = client.link
    detail: Detail = {"origin": given.origin, "address": given.address, "network": given.network or link.name}
    if not given.address:
        if not given.network:
            return _with(client, given, link.for_known, "", 0)
        home = facts.nets.by_name.get(given.network)
        if home is None or home not in link.wire or not home.pools:
            return Silence(reasons.GIVEN_NO_NETWORK, {**detail, "wire": link.name})
        return _with(client, given, (home,), home.name, 0)
    try:
        address = ip_number(given.address)
    except ValueError as error:
        return Silence(reasons.GIVEN_UNUSABLE, {**detail, "why": str(error)})
    net = facts.nets.at(address)
    if net is None or net not in link.wire or given.network not in ("", net.name):
        return Silence(reasons.GIVEN_ELSEWHERE, detail)
    if facts.is_own(address) or address in net.unusable():
        why = "it is this server's own" if facts.is_own(address) else "no host may have it"
        return Silence(reasons.GIVEN_UNUSABLE, {**detail, "why": why})
    mine = client.reserved
    if facts.is_reserved(address) and (mine is None or mine.address != address):
        return Silence(reasons.GIVEN_TAKEN, {**detail, "holder": "somebody else, by a reservation"})
    return _with(client, given, (net,), net.name, address)


def why_taken(case: Case) -> Silence | None:
    """Say who has the address that a client is given, if it is not free for it."""
    mine = case.client.reserved
    if not isinstance(mine, Provided) or not mine.address or is_open(case, mine.address):
        return None
    lease = case.facts.table.of_address(mine.address)
    holder = "quarantine" if lease is None or lease.state != BOUND else lease.mac.hex(":") or "a client without a MAC"
    detail: Detail = {
        "origin": mine.given.origin, "address": ip_text(mine.address), "network": mine.row.network, "holder": holder,
    }  # fmt: skip
    return Silence(reasons.GIVEN_TAKEN, detail)


def kept(client: Client, facts: Facts, now: Now) -> Given | None:
    """Give what a client is to have while nobody can be asked: what it was given last, or what it holds."""
    lease = live_lease(client, facts, now)
    given = facts.recalled.of((client.link.name, client.key))
    if given is not None or lease is None:
        return given
    net = facts.nets.by_name.get(lease.network)
    # What a pool gave it, or a reservation of ours, needs nobody's word.
    if net is None or client.reserved is not None or net.place(lease.address).pool is not None:
        return None
    return Given(FROM_LEASE, lease.network, ip_text(lease.address))


def live_lease(client: Client, facts: Facts, now: Now) -> Lease | None:
    """Give the lease that a client holds on its wire."""
    for net in client.link.wire:
        lease = facts.table.of_client(net.name, client.key)
        if lease is not None and lease.state == BOUND and lease.expiry > now.utc:
            return lease
    return None


def _with(client: Client, given: Given, nets: tuple[Net, ...], network: str, address: int) -> Client:
    name = ("mac", client.mac) if client.mac else ("client-id", client.client_id or b"")
    return client._replace(nets=nets, reserved=Provided(given, network, address, name), known=True)
