"""How many leases a pool and a circuit may have, and when a pool runs short.  Whoever has a lease is never refused."""

from __future__ import annotations

from ringboot import reasons
from ringboot.answer.case import Case
from ringboot.answer.decision import Detail
from ringboot.answer.facts import Facts
from ringboot.answer.network import Net, Place
from ringboot.model.address import ip_text
from ringboot.model.evidence import circuit_of, sub_options
from ringboot.model.lease import BOUND
from ringboot.model.site import Pool
from ringboot.model.whose import BY_NAME
from ringboot.reasons import Reason

_AGENT = 82


def may_begin(case: Case, net: Net, address: int) -> bool:
    """Say whether limits let this client have the address, if it has no live lease of it."""
    if not net.is_limited or _is_live(case, address):
        return True
    mine = case.client.reserved
    if mine is not None and mine.address == address:
        return True
    return not is_circuit_full(case, net) and not _is_full(net.place(address), case.facts, case.now.utc)


def full_pools(net: Net, facts: Facts, utc: float) -> frozenset[int]:
    """Give the places of the network's pools that have as many leases as they may."""
    return frozenset(at for at, (_, _, place) in enumerate(net.pools) if _is_full(place, facts, utc))


def is_circuit_full(case: Case, net: Net) -> bool:
    """Say whether the client's circuit has as many leases in the network as it may."""
    most, message = net.row.max_leases_per_circuit, case.query.message
    circuit = None if most is None else circuit_of(message.options, message.giaddr)
    if most is None or circuit is None:
        return False
    return case.facts.table.behind(net.name, circuit, case.now.utc) >= most


def why_limited(case: Case) -> tuple[Reason, Detail] | None:
    """Say which limit keeps a client from an address; None: none does."""
    _, client, facts, now = case
    for net in client.nets:
        told: Detail = {"network": net.name}
        if is_circuit_full(case, net):
            return reasons.CIRCUIT_FULL, {**told, "circuit": _told(case), "most": net.row.max_leases_per_circuit}
        for place in sorted(full_pools(net, facts, now.utc)):
            pool = net.row.pools[place]
            return reasons.POOL_LIMIT, {**told, "pool": pool_text(pool), "most": pool.max_leases}
    return None


def scarce_pool(net: Net, address: int, facts: Facts, utc: float) -> Pool | None:
    """Give the pool of an address if so much of it is leased that leases are to be short."""
    if net.row.scarce_lease_time is None:
        return None
    pool = net.place(address).pool
    if pool is None or facts.is_reserved(address):
        return None
    used = facts.table.in_pool(address, utc)
    return pool if used > net.row.scarce_above * (pool.last + 1 - pool.first) else None


def pool_text(pool: Pool) -> str:
    """Write a pool as people know it."""
    return f"{ip_text(pool.first)}-{ip_text(pool.last)}"


def _is_full(place: Place, facts: Facts, utc: float) -> bool:
    pool = place.pool
    if pool is None or pool.max_leases is None:
        return False
    return facts.table.in_pool(pool.first, utc) >= pool.max_leases


def _is_live(case: Case, address: int) -> bool:
    lease = case.facts.table.of_address(address)
    return lease is not None and lease.state == BOUND and lease.expiry > case.now.utc and case.client.owns(lease)


def _told(case: Case) -> str:
    told = sub_options(case.query.message.options.get(_AGENT, b""))
    rows = (("circuit-id", told.get(1)), ("remote-id", told.get(2)))
    return ", ".join(f"{kind} {BY_NAME[kind].write(value)}" for kind, value in rows if value is not None)
