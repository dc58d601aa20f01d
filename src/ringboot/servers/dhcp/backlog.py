"""Messages that wait for their turn when more come than can be answered: a fair share for each circuit, bounded.

A circuit is what a relay calls the port (82.1, 82.2); without that it is one client, by its MAC.  A relay itself has
no share: a whole site may lie behind it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import NamedTuple

from ringboot import reasons
from ringboot.answer.query import Query
from ringboot.model.address import ip_wire
from ringboot.model.evidence import sub_options
from ringboot.reasons import Reason

SHARE = 16  # messages of one circuit that wait; one more takes the place of its oldest
PATIENCE = 4.0  # seconds after which a client has asked again (RFC 2131 4.1)
_REMEMBERED = 8_192
_AGENT = 82

Flow = tuple[int, bytes]
_circuits: dict[bytes, bytes] = {}


class Shed(NamedTuple):
    """A message that is left out, and why."""

    query: Query
    reason: Reason


class Backlog:
    """The waiting messages by circuit; the circuits take turns."""

    __slots__ = ("_count", "_flows", "_long", "_room", "crowded")

    def __init__(self, room: int) -> None:
        self._room = room
        self._count = 0
        self.crowded = 0  # messages left out so far though nobody had a second one here
        self._flows: OrderedDict[Flow, deque[tuple[Query, float]]] = OrderedDict()  # whose turn is next comes first
        self._long: OrderedDict[Flow, None] = OrderedDict()  # those of which more than one message waits

    def __len__(self) -> int:
        return self._count

    def put(self, query: Query, steady: float) -> Shed | None:
        """Let a message wait, and give the one that is left out for it."""
        flow = flow_of(query)
        line = self._flows.get(flow)
        if line is None:
            self._flows[flow] = deque(((query, steady),))
        else:
            before = _sent_before(line, query)
            if before is not None:
                older, line[before] = line[before], (query, steady)
                return Shed(older[0], reasons.SUPERSEDED)
            line.append((query, steady))
            if len(line) > SHARE:
                return Shed(line.popleft()[0], reasons.OVER_SHARE)
            self._long[flow] = None
        self._count += 1
        if self._count <= self._room:
            return None
        if not self._long:
            self.crowded += 1
        # Whoever has several here bears it; when nobody has, the oldest, whose client asks again first.
        return Shed(self._next(next(iter(self._long or self._flows)))[0], reasons.OVERLOADED)

    def take(self, most: int, steady: float) -> tuple[list[Query], list[Shed]]:
        """Give so many messages at most, one of each circuit in turn, and those that waited too long."""
        turn: list[Query] = []
        late: list[Shed] = []
        while self._count and len(turn) < most:
            query, since = self._next(next(iter(self._flows)))
            if steady - since > PATIENCE:
                late.append(Shed(query, reasons.GAVE_UP))
            else:
                turn.append(query)
        return turn, late

    def _next(self, flow: Flow) -> tuple[Query, float]:
        line = self._flows[flow]
        first = line.popleft()
        self._count -= 1
        if len(line) < 2:
            self._long.pop(flow, None)
        if line:
            self._flows.move_to_end(flow)
        else:
            del self._flows[flow]
        return first


def flow_of(query: Query) -> Flow:
    """Name the circuit that a message came from: the relay's address and what it says of the port, else the MAC."""
    message = query.message
    if message.giaddr and _AGENT in message.options:
        agent = message.options[_AGENT]
        circuit = _circuits.get(agent)
        if circuit is None:
            circuit = _circuit(agent)
        if circuit:
            return message.giaddr, circuit
    return 0, message.chaddr or ip_wire(query.peer)


def is_spread(queries: list[Query]) -> bool:
    """Say whether messages come from many clients: then nobody takes the share of another."""
    return 2 * len({query.message.chaddr for query in queries}) >= len(queries)


def _circuit(agent: bytes) -> bytes:
    if len(_circuits) >= _REMEMBERED:
        _circuits.clear()
    subs = sub_options(agent)
    port, remote = subs.get(1, b""), subs.get(2, b"")
    circuit = _circuits[agent] = bytes((len(port),)) + port + remote if port or remote else b""
    return circuit


def _sent_before(line: deque[tuple[Query, float]], query: Query) -> int | None:
    """Find the same message sent earlier: its client listens for an answer to either."""
    message = query.message
    for place, (older, _) in enumerate(line):
        if older.message.xid == message.xid and older.message.chaddr == message.chaddr:
            return place if older.message.options.get(53) == message.options.get(53) else None
    return None
