"""Asks by ARP who uses the addresses of a list, as fast as a wire bears it; unlike `scan`, somebody waits for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ringboot.model.address import ip_number, ip_text, mac_text
from ringboot.servers.dhcp.asked import Asked

EVERY = 0.01  # seconds between two handfuls
TRIES = 2  # a question or an answer may be lost
MOST = 8192  # addresses of one list
AT_ONCE = 16  # lists
LONGEST = 10.0  # seconds that are waited for answers
NO_RIGHT = "nobody can be asked by ARP on {}: the right to raw sockets (CAP_NET_RAW) is missing"

Done = Callable[[int, dict[str, str], str], None]


@dataclass(slots=True)
class _List:
    """One list on its way."""

    ident: int
    wait: float  # seconds for answers behind the last question
    todo: deque[str]
    asked: dict[tuple[str, int], str] = field(default_factory=dict)
    hits: dict[int, bytes] = field(default_factory=dict)
    cannot: dict[str, None] = field(default_factory=dict)  # why, for some of it
    unable: set[str] = field(default_factory=set)  # interfaces
    tries: int = 1
    until: float | None = None  # the last question has been asked; steady


class Sweep:
    """Lists one after the other; what answers is whoever speaks for an address that was asked about."""

    def __init__(
        self,
        ask: Callable[[str, int], Asked],
        interface_of: Callable[[int], str | None],
        done: Done,
        rate: Callable[[], float],
    ) -> None:
        """`interface_of` names the interface whose wire holds an address; `done` is told id, hits and what hindered.

        `rate`: questions a second, as the site says at the moment.
        """
        self._ask = ask
        self._interface_of = interface_of
        self._done = done
        self._rate = rate
        self._lists: deque[_List] = deque()
        self._last = 0.0

    def __len__(self) -> int:
        """Say how many lists are on their way."""
        return len(self._lists)

    def begin(self, ident: int, addresses: Sequence[str], seconds: float) -> None:
        """Ask about these, and wait so many seconds for the answers."""
        if len(addresses) > MOST or len(self._lists) >= AT_ONCE:
            self._done(ident, {}, f"more than {MOST} addresses at once, or {AT_ONCE} lists")
            return
        self._lists.append(_List(ident, min(max(seconds, 0.0), LONGEST), deque(dict.fromkeys(addresses))))

    def clear(self) -> None:
        """Leave it: nobody waits for the answers any more."""
        self._lists.clear()

    @property
    def due(self) -> float | None:
        """Tell when there is something to do, on the steady clock."""
        if not self._lists:
            return None
        until = self._lists[0].until
        return self._last + self._pause if until is None else until

    @property
    def _pause(self) -> float:
        """Give the seconds between two handfuls: at least that of one question."""
        return max(EVERY, 1 / self._rate())

    def step(self, steady: float) -> None:
        """Ask the next handful, or say what came of a list."""
        due = self.due
        if due is None or steady < due:
            return
        first = self._lists[0]
        self._last = steady
        if first.until is None:
            self._ask_some(first, steady)
        if first.until is not None and (steady >= first.until or not first.asked):
            self._lists.popleft()
            hits = {ip_text(address): mac_text(mac) for address, mac in sorted(first.hits.items())}
            self._done(first.ident, hits, "; ".join([*first.cannot][:3]))

    def _ask_some(self, now: _List, steady: float) -> None:
        for _ in range(min(max(1, int(self._rate() * EVERY)), len(now.todo))):
            self._ask_one(now, now.todo.popleft())
        if now.todo:
            return
        if now.tries < TRIES and now.asked:
            now.tries += 1
            now.todo = deque(text for (_, address), text in now.asked.items() if address not in now.hits)
        if not now.todo:
            now.until = steady + now.wait

    def _ask_one(self, now: _List, text: str) -> None:
        try:
            address = ip_number(text)
        except ValueError as error:
            now.cannot[str(error)] = None
            return
        interface = self._interface_of(address)
        if address in now.hits or interface in now.unable:
            return
        if interface is None:
            now.cannot[f"{text} lies on no wire of ours"] = None
            return
        asked = self._ask(interface, address)
        if asked is Asked.SENT:
            now.asked[interface, address] = text
        elif asked is Asked.CANNOT_ASK:
            now.unable.add(interface)
            now.cannot[NO_RIGHT.format(interface)] = None

    def heard(self, interface: str, used: Mapping[int, Collection[bytes]]) -> None:
        """Take it that these MACs use these addresses."""
        if not self._lists:
            return
        first = self._lists[0]
        for address, macs in used.items():
            if (interface, address) in first.asked:
                first.hits.setdefault(address, min(macs))
