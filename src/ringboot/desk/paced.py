"""A queue that lets out so many a minute in all, and so many a minute of one address; addresses take turns."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

SLACK = 0.1  # seconds that who comes late may catch up with


class Rates(NamedTuple):
    """How many a minute."""

    overall: int
    address: int


class Paced(Generic[T]):
    """The queue; time is an argument, in seconds of a steady clock."""

    def __init__(self) -> None:
        self._count = count()
        self._lines: dict[str, list[tuple[float, int, T]]] = {}  # of each address: by when they may go
        self._ready: dict[str, float] = {}  # when the first of each line may go
        self._heads: list[tuple[float, int, str]] = []  # the same as a heap; what differs from `_ready` is outdated
        self._rest: dict[str, float] = {}  # until when an address is left alone
        self._clear = float("-inf")  # until when everybody waits

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def put(self, address: str, item: T, due: float) -> None:
        """Queue something that may go from a moment on."""
        heapq.heappush(self._lines.setdefault(address, []), (due, next(self._count), item))
        self._line_up(address)

    def take(self, now: float, rates: Rates, wanted: Callable[[T], bool]) -> T | None:
        """Let out the next one if it may go now; what is not wanted any more is dropped."""
        while now >= self._clear and (address := self._first()) is not None and self._ready[address] <= now:
            _, _, item = heapq.heappop(self._lines[address])
            is_wanted = wanted(item)
            if is_wanted:
                self._rest[address] = max(self._rest.get(address, now), now - SLACK) + 60.0 / rates.address
                self._clear = max(self._clear, now - SLACK) + 60.0 / rates.overall
            self._line_up(address)
            if is_wanted:
                return item
        return None

    def wait(self, now: float) -> float | None:
        """Tell in how many seconds the next one may go; None when there is none."""
        address = self._first()
        return None if address is None else max(0.0, self._clear - now, self._ready[address] - now)

    def _line_up(self, address: str) -> None:
        line = self._lines[address]
        if not line:
            del self._lines[address]
            self._ready.pop(address, None)
            return
        ready = max(line[0][0], self._rest.get(address, line[0][0]))
        if self._ready.get(address) != ready:
            self._ready[address] = ready
            heapq.heappush(self._heads, (ready, next(self._count), address))

    def _first(self) -> str | None:
        """Give the address whose turn is next."""
        while self._heads:
            ready, _, address = self._heads[0]
            if self._ready.get(address) == ready:
                return address
            heapq.heappop(self._heads)
        self._heads.clear()
        return None
