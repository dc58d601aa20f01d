"""The addresses of a network in runs that stand alike, so that also a /8 is a short list."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import NamedTuple

# States of an address, the one that counts first.
OURS, LEASED, DECLINED, RESERVED, EXCLUDED, FREE = "ours", "leased", "declined", "reserved", "excluded", "free"
STATES = (OURS, LEASED, DECLINED, RESERVED, EXCLUDED, FREE)


class Run(NamedTuple):
    """Addresses beside each other with one state, both ends included."""

    first: int
    last: int
    state: str


class Map(NamedTuple):
    """What decides the state of each address from `first` to `last`."""

    first: int
    last: int
    whole: bool = False  # of a /31 or /32, where no address is the subnet's or the broadcast's
    pools: tuple[tuple[int, int], ...] = ()  # in their order
    leased: frozenset[int] = frozenset()
    declined: frozenset[int] = frozenset()
    reserved: frozenset[int] = frozenset()
    ours: frozenset[int] = frozenset()

    def state(self, address: int) -> str:
        """Give the state of one address; excluded: it lies in no pool, or belongs to the subnet itself."""
        if address in self.ours:
            return OURS
        if not self.whole and address in (self.first, self.last):
            return EXCLUDED
        for state, addresses in ((LEASED, self.leased), (DECLINED, self.declined), (RESERVED, self.reserved)):
            if address in addresses:
                return state
        place = bisect_right(self.pools, (address, 0xFFFFFFFF)) - 1
        return FREE if place >= 0 and address <= self.pools[place][1] else EXCLUDED


def runs(here: Map, begin: int, limit: int) -> list[Run]:
    """Give so many runs from an address on; a run that goes on beyond them is whole."""
    return list(islice(_runs(here, begin), limit))


def _runs(here: Map, begin: int) -> Iterator[Run]:
    first, state = begin, here.state(begin)
    for address in _edges(here, begin):
        now = here.state(address)
        if now != state:
            yield Run(first, address - 1, state)
            first, state = address, now
    yield Run(first, here.last, state)


def _edges(here: Map, begin: int) -> Iterator[int]:
    """Give the addresses behind `begin` where the state may be another one, in their order."""
    special = (address for each in (here.leased, here.declined, here.reserved, here.ours) for address in each)
    near = sorted({at for address in special for at in (address, address + 1) if begin < at <= here.last})
    ends = sorted({at for pool in here.pools for at in (pool[0], pool[1] + 1) if begin < at <= here.last})
    subnet = [at for at in (here.first + 1, here.last) if begin < at <= here.last]
    return merge(near, ends, subnet)
