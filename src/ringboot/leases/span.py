"""The free addresses of one pool, found in O(1) however large and however full it is.

Hints, none of them the truth: a cursor over addresses nobody ever had, those behind the cursor that came back unused,
a heap of the remembered ones by the moment from which they are free, and a queue of those whose moment has come.
What a hint names is checked against the table when it is used, so that hints may be stale but never wrong.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Container, Iterable, Mapping
from heapq import heapify, heappop, heappush, heapreplace

from ringboot.model.lease import Lease

SPARE_STEPS = 64
_LOW = 0xFFFFFFFF  # a heap entry is one number, `free since` << 32 | address: a third of a tuple's size


class Span:
    """One pool: first to last address."""

    __slots__ = ("cursor", "first", "heap", "idle", "last", "loose", "network")

    def __init__(self, network: str, first: int, last: int) -> None:
        self.network = network
        self.first = first
        self.last = last
        self.cursor = first
        self.loose: dict[int, None] = {}
        self.heap: list[int] = []
        self.idle: OrderedDict[int, None] = OrderedDict()

    @property
    def shape(self) -> tuple[str, int, int]:
        """Give what makes two pools the same."""
        return self.network, self.first, self.last

    def free(
        self, leases: Mapping[int, Lease], offered: Container[int], withheld: Container[int], utc: float
    ) -> int | None:
        """Find an address to give: one nobody had, else the one that is free for the longest time."""
        while self.loose:
            address = next(reversed(self.loose))
            if address not in leases and address not in offered and address not in withheld:
                return address
            self.loose.popitem()
        while self.cursor <= self.last:
            address = self.cursor
            if address not in leases and address not in offered and address not in withheld:
                return address
            self.cursor += 1
        while True:
            while self.idle:
                address = next(iter(self.idle))
                lease = leases.get(address)
                if lease is not None and address not in offered and address not in withheld:
                    if lease.expiry <= utc:
                        return address
                    heappush(self.heap, entry(lease))
                del self.idle[address]
            if not self.tend(leases, utc, 1):
                return None

    def spare(
        self, key: bytes, leases: Mapping[int, Lease], offered: Container[int], withheld: Container[int], utc: float
    ) -> int | None:
        """Find a free address for a client that will not keep it: the same one whenever it asks, as long as it is free.

        Machines of one series have MACs in a row, and so get different ones: what is taken lies in a row, too, so
        that it is tried half a pool further on, then beside.
        """
        size = self.last + 1 - self.first
        start, half = int.from_bytes(key[-4:], "big"), (size + 1) // 2
        for step in range(min(2 * size, SPARE_STEPS)):
            address = self.first + (start + step * half + step // 2) % size
            if address in offered or address in withheld:
                continue
            lease = leases.get(address)
            if lease is None or lease.expiry <= utc:
                return address
        return self.free(leases, offered, withheld, utc)

    def tend(self, leases: Mapping[int, Lease], utc: float, steps: int) -> int:
        """Look after so many addresses whose moment has come; gives how many there were.

        Done a little with every change, so that a DISCOVER never finds the renewals of a whole day to look after.
        """
        heap = self.heap
        done = 0
        while done < steps and heap and heap[0] >> 32 <= utc:
            done += 1
            top = heap[0]
            lease = leases.get(top & _LOW)
            if lease is None or lease.expiry < top >> 32:
                heappop(heap)
            elif lease.expiry <= utc:
                heappop(heap)
                self.idle[lease.address] = None
            else:  # renewed meanwhile
                heapreplace(heap, entry(lease))
        return done

    def give_back(self, address: int, lease: Lease | None) -> None:
        """Hear that an address may be free, now or when its lease is over."""
        if lease is not None:
            heappush(self.heap, entry(lease))
        elif address < self.cursor:
            self.loose[address] = None

    def rebuild(self, leases: Mapping[int, Lease]) -> None:
        """Start the heap anew from the leases that lie in this pool."""
        self.heap = [entry(lease) for address, lease in leases.items() if self.covers(address)]
        heapify(self.heap)

    def ready(self, leases: Mapping[int, Lease], offered: Container[int], withheld: Container[int]) -> None:
        """Order a heap that was filled in any order, and walk the cursor, which no packet should wait for."""
        heapify(self.heap)
        self.free(leases, offered, withheld, 0)

    def covers(self, address: int) -> bool:
        """Say whether the address lies in this pool."""
        return self.first <= address <= self.last


def entry(lease: Lease) -> int:
    """Give the heap's entry for a remembered address."""
    return lease.expiry << 32 | lease.address


def fill(
    spans: Iterable[Span], span_of: Callable[[int], Span | None], leases: Mapping[int, Lease],
    offered: Container[int], withheld: Container[int],
) -> None:  # fmt: skip
    """Tell pools that are new, or all after loading, which of their addresses are remembered."""
    new = {span: span.heap for span in spans}
    for heap in new.values():
        heap.clear()
    for address, lease in leases.items() if new else ():
        span_here = span_of(address)
        if span_here in new:
            new[span_here].append(entry(lease))
    for span in new:
        span.ready(leases, offered, withheld)
