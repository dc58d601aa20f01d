"""Whose turn it is when the sockets hold more than is answered at a time: what may be lost waits, or is left out."""

from __future__ import annotations

from collections.abc import Iterable

from ringboot import reasons
from ringboot.answer.query import Query
from ringboot.leases.table import Table
from ringboot.servers.dhcp.backlog import Backlog, Shed, is_spread
from ringboot.servers.dhcp.port import Arrivals

# While the sockets hold more than a turn takes, so many messages wait, and so many of each kind are answered in a turn:
KEPT = 1_024
RENEWALS_A_TURN, OTHERS_A_TURN, DISCOVERS_A_TURN = 256, 128, 64


class Turns:
    """The messages that wait, by kind."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._renewals, self._others, self._discovers = Backlog(KEPT), Backlog(KEPT), Backlog(KEPT)

    @property
    def has_waiting(self) -> bool:
        """Say whether messages wait for a turn with room."""
        return bool(self._renewals or self._others or self._discovers)

    @property
    def crowded(self) -> int:
        """Count the DISCOVERs that were left out so far because too many clients ask."""
        return self._discovers.crowded

    def order(self, arrivals: Arrivals, more: bool, steady: float, shed: list[Shed]) -> Iterable[Query]:
        """Order a batch; when the sockets hold more, what may be lost waits: renewals least of all, DISCOVERs first.

        `shed` is given what is left out.
        """
        shed += (Shed(query, reasons.GAVE_UP) for query in arrivals.late)
        if not more and not self.has_waiting:
            return [*arrivals.renewals, *arrivals.middle, *arrivals.later]
        renewals: list[Query] = []
        others = arrivals.middle
        for query in arrivals.renewals:
            lease = self._table.of_address(query.message.ciaddr)
            # A renewal of what nobody has, or somebody else, does not go before what real clients ask.
            is_real = lease is not None and lease.mac == query.message.chaddr and _is_from_its_address(query)
            (renewals if is_real else others).append(query)
        room = 1 if more else 4
        return [
            *_turn(self._renewals, renewals, RENEWALS_A_TURN * room, steady, shed),
            *_turn(self._others, others, OTHERS_A_TURN * room, steady, shed),
            *_turn(self._discovers, arrivals.later, DISCOVERS_A_TURN * room, steady, shed),
        ]


def _turn(backlog: Backlog, fresh: list[Query], most: int, steady: float, shed: list[Shed]) -> list[Query]:
    """Give those whose turn it is: all, when they are few of many clients, else one of each circuit in turn."""
    if not backlog and len(fresh) <= most and is_spread(fresh):
        return fresh
    shed += (left for query in fresh if (left := backlog.put(query, steady)) is not None)
    turn, late = backlog.take(most, steady)
    shed += late
    return turn


def _is_from_its_address(query: Query) -> bool:
    """Say whether a renewal comes from the address that it is about, or through a relay (RFC 5107)."""
    return bool(query.message.giaddr) or query.peer == query.message.ciaddr
