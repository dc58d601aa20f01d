"""Asks by ARP, once and slowly, who uses the addresses of the pools: at the start, and when addresses are added."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ringboot.servers.dhcp.asked import Asked

RATE = 100.0  # questions a second: each is a broadcast, which costs every host of a wire, and a radio most
EVERY = 0.1  # seconds between two handfuls
ANSWERS_WITHIN = 3.0  # seconds in which an answer counts


class Stretch(NamedTuple):
    """A run of addresses on the wire of an interface, both ends included."""

    interface: str
    first: int
    last: int


class Scan:
    """What is still to be asked, and what was asked a moment ago; bounded by the number of pools."""

    def __init__(self, ask: Callable[[str, int], Asked], cannot: Callable[[str], None]) -> None:
        """`cannot` is told of each interface, once, where nobody can be asked."""
        self._ask = ask
        self._cannot = cannot
        self._wanted: frozenset[Stretch] = frozenset()
        self._todo: deque[Stretch] = deque()
        self._asked: OrderedDict[tuple[str, int], float] = OrderedDict()
        self._last = 0.0
        self._unable: set[str] = set()
        self.asked = self.found = 0

    def want(self, stretches: Iterable[Stretch]) -> None:
        """Take what the pools are now: what was in none of them before is asked about."""
        wanted = frozenset(stretches)
        if wanted != self._wanted:
            self._todo = deque(each for each in self._todo if any(_holds(whole, each) for whole in wanted))
            for each in sorted(wanted - self._wanted):
                self._todo += _without(each, self._wanted)
            self._wanted = wanted

    @property
    def due(self) -> float | None:
        """Tell when the next handful is to be asked about, on the steady clock."""
        return self._last + EVERY if self._todo else None

    def step(self, steady: float, is_free: Callable[[int], bool]) -> None:
        """Ask about a handful of addresses, those of them that nobody has as far as we know."""
        while self._asked and next(iter(self._asked.values())) < steady - ANSWERS_WITHIN:
            self._asked.popitem(last=False)
        due = self.due
        if due is None or steady < due:
            return
        self._last = steady
        for _ in range(int(RATE * EVERY)):
            if not self._todo:
                return
            interface, address, last = self._todo.popleft()
            if is_free(address):
                if self._ask(interface, address) is not Asked.SENT:
                    if interface not in self._unable:
                        self._unable.add(interface)
                        self._cannot(interface)
                    continue  # nobody can be asked there: none of the rest, either
                self._unable.discard(interface)
                self._asked[interface, address] = steady
            self.asked += 1
            if address < last:
                self._todo.appendleft(Stretch(interface, address + 1, last))

    def answered(self, interface: str, addresses: Iterable[int]) -> list[int]:
        """Give those of the addresses that were asked about a moment ago; each once."""
        if not self._asked:
            return []
        return [each for each in addresses if self._asked.pop((interface, each), None) is not None]

    def row(self) -> dict[str, Any]:
        """Tell how far it is."""
        left = sum(each.last + 1 - each.first for each in self._todo)
        state = "running" if left else "done" if self._wanted else "off"
        return {
            "state": "not-possible" if self._unable and not left and not self.asked else state,
            "asked": self.asked,
            "left": left,
            "found": self.found,
            "not_possible_on": sorted(self._unable),
        }


def _holds(whole: Stretch, part: Stretch) -> bool:
    return whole.interface == part.interface and whole.first <= part.first and part.last <= whole.last


def _without(stretch: Stretch, others: Iterable[Stretch]) -> list[Stretch]:
    """Give the parts of a stretch that lie in none of the others."""
    left = [stretch]
    for other in others:
        if other.interface == stretch.interface:
            left = [part for each in left for part in _cut(each, other)]
    return left


def _cut(stretch: Stretch, other: Stretch) -> list[Stretch]:
    interface, first, last = stretch
    if other.last < first or last < other.first:
        return [stretch]
    parts = (Stretch(interface, first, other.first - 1), Stretch(interface, other.last + 1, last))
    return [part for part in parts if part.first <= part.last]
