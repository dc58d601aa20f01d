"""Every /24 that ever held a lease, in order: how pages of leases are read without sorting them all."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator


class Blocks:
    """Blocks of 256 addresses."""

    __slots__ = ("_sorted", "known")

    def __init__(self) -> None:
        self.known: set[int] = set()  # address >> 8; to be looked at before `add`, which takes longer
        self._sorted: list[int] = []

    def add(self, address: int) -> None:
        """Remember the block of an address that is not known."""
        self.known.add(address >> 8)
        insort(self._sorted, address >> 8)

    def addresses(self, after: int) -> Iterator[int]:
        """Give the addresses of all blocks behind one."""
        at = bisect_right(self._sorted, (after >> 8) - 1) if after >= 0 else 0
        for block in self._sorted[at:]:
            yield from range(max(block << 8, after + 1), (block + 1) << 8)
