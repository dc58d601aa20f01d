"""How many live leases there are in a pool and behind a circuit; kept only where something depends on it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ringboot.leases.tally import Tally
from ringboot.model.evidence import circuit_in
from ringboot.model.lease import BOUND, Lease


class Watched(NamedTuple):
    """What is counted: pools by first and last address, and the circuits of these networks."""

    pools: tuple[tuple[int, int], ...]  # in order of address
    networks: frozenset[str]


class Watch:
    """The counts; every change of a lease is told to it."""

    __slots__ = ("_addresses", "_firsts", "_tallies", "watched")

    def __init__(self, watched: Watched, leases: Iterable[Lease]) -> None:
        self.watched = watched
        self._firsts = [first for first, _ in watched.pools]
        self._tallies = [Tally() for _ in watched.pools]
        # Of each circuit, all that may be live: the counting leaves out those that are over.
        self._addresses: dict[tuple[str, bytes], tuple[int, ...]] = {}
        for lease in leases:
            self.moved(None, lease)

    def moved(self, before: Lease | None, after: Lease | None) -> None:
        """Hear that one lease of an address was replaced by another."""
        lease = after or before
        if lease is None:
            return
        tally = self._tally(lease.address)
        if tally is not None:
            if before is not None:
                tally.take(before)
            if after is not None:
                tally.add(after)
        if self.watched.networks and not _is_prolonged(before, after):
            self._replace(before, after)

    def in_pool(self, address: int, utc: float) -> int:
        """Count the leases of the pool that an address lies in; 0 for one that is not watched."""
        tally = self._tally(address)
        return 0 if tally is None else tally.counts(int(utc))[BOUND]

    def behind(self, network: str, circuit: bytes, leases: Mapping[int, Lease], utc: float) -> int:
        """Count the leases of a network behind a circuit."""
        held = self._addresses.get((network, circuit), ())
        live = tuple(address for address in held if _is_live(leases.get(address), utc))
        if len(live) < len(held):
            self._keep((network, circuit), live)
        return len(live)

    def _tally(self, address: int) -> Tally | None:
        place = bisect_right(self._firsts, address) - 1
        return self._tallies[place] if place >= 0 and address <= self.watched.pools[place][1] else None

    def _replace(self, before: Lease | None, after: Lease | None) -> None:
        old, new = self._circuit(before), self._circuit(after)
        if before is not None and old is not None:
            self._keep(old, tuple(each for each in self._addresses.get(old, ()) if each != before.address))
        if after is not None and new is not None:
            self._keep(new, (*self._addresses.get(new, ()), after.address))

    def _circuit(self, lease: Lease | None) -> tuple[str, bytes] | None:
        if lease is None or lease.state != BOUND or lease.network not in self.watched.networks:
            return None
        circuit = circuit_in(lease.evidence)
        return None if circuit is None else (lease.network, circuit)

    def _keep(self, key: tuple[str, bytes], addresses: tuple[int, ...]) -> None:
        if addresses:
            self._addresses[key] = addresses
        else:
            self._addresses.pop(key, None)


def _is_live(lease: Lease | None, utc: float) -> bool:
    return lease is not None and lease.state == BOUND and lease.expiry > utc


def _is_prolonged(before: Lease | None, after: Lease | None) -> bool:
    """Say whether a lease that was live is only longer now: its circuit has it already."""
    if before is None or after is None or before.evidence is not after.evidence:
        return False
    return before.state == after.state == BOUND and before.expiry > after.expiry - after.seconds
