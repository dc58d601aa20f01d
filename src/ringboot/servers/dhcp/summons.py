"""Asks clients to renew, again and again until they do or have been asked often enough (RFC 3203 4, RFC 6704)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ringboot import reasons
from ringboot.answer.decision import UNICAST, To
from ringboot.answer.destination import CLIENT_PORT
from ringboot.answer.nonce import TICKS
from ringboot.dhcp.forcerenew import Addressee, forcerenew
from ringboot.model import evidence
from ringboot.model.address import ip_text, mac_text
from ringboot.model.lease import BOUND, Lease
from ringboot.reasons import Reason
from ringboot.servers.dhcp.door import Door, Sender

WAITS = (1.0, 2.0, 4.0, 8.0)  # seconds after each time
MOST = 4_096  # clients that are asked at a time
FORGOTTEN_AFTER = 60.0  # seconds after the last time
_ETHERNET = 1
_CLIENT_ID = 61

Row = dict[str, Any]
Way = Callable[[int], tuple[Sender, int] | None]  # to an address: the interface, and what we are called there


@dataclass(slots=True)
class _Summon:
    lease: Lease  # as it was then
    due: float  # steady
    times: int


class Summons:
    """Clients that are being asked to renew, by address."""

    def __init__(self, door: Door, way: Way) -> None:
        self._door = door
        self._way = way
        self._open: dict[int, _Summon] = {}
        self._replay = 0

    def __len__(self) -> int:
        return len(self._open)

    def begin(self, addresses: list[int]) -> list[Row]:
        """Ask the clients of these addresses, and tell of each how it stands; ValueError when they are too many."""
        new = [address for address in addresses if address not in self._open]
        if len(self._open) + len(new) > MOST:
            raise ValueError(f"{len(self._open)} clients are being asked already, and {MOST} can be at a time")
        rows = []
        for address in addresses:
            reason = self._begin(address)
            rows.append(self._row(address, reason))
        return rows

    def look(self, addresses: list[int]) -> list[Row]:
        """Tell how it stands with these; what is over is forgotten by that."""
        rows = []
        for address in addresses:
            summon = self._open.get(address)
            reason = reasons.NOT_LEASED if summon is None else self._state(address, summon)
            rows.append(self._row(address, reason))
            if reason is not reasons.BEING_ASKED:
                self._open.pop(address, None)
        return rows

    def tend(self, steady: float) -> None:
        """Ask again whom it is time for."""
        for address, summon in list(self._open.items()):
            if summon.due > steady:
                continue
            if summon.due + FORGOTTEN_AFTER <= steady:
                del self._open[address]
            elif summon.times < len(WAITS) and self._state(address, summon) is reasons.BEING_ASKED:
                self._send(address, summon, steady)

    def _begin(self, address: int) -> Reason:
        door = self._door
        now = door.clock.now()
        lease = door.facts.table.of_address(address)
        if lease is None or lease.state != BOUND or lease.expiry <= now.utc:
            return reasons.NOT_LEASED
        if not evidence.nonce_of(lease.evidence):
            return reasons.CANNOT_BE_ASKED
        summon = _Summon(lease, now.steady, 0)
        if not self._send(address, summon, now.steady):
            return reasons.OUT_OF_REACH
        self._open[address] = summon
        return reasons.BEING_ASKED

    def _state(self, address: int, summon: _Summon) -> Reason:
        """Tell how it stands: a lease object is replaced when something happens to it, never altered."""
        lease = self._door.facts.table.of_address(address)
        if lease is not summon.lease:
            renewed = lease is not None and lease.state == BOUND and lease.key == summon.lease.key
            return reasons.ASKED_AND_RENEWED if renewed else reasons.NOT_LEASED
        over = summon.times >= len(WAITS) and summon.due <= self._door.clock.now().steady
        return reasons.NOT_RENEWED if over else reasons.BEING_ASKED

    def _send(self, address: int, summon: _Summon, steady: float) -> bool:
        way = self._way(address)
        lease = summon.lease
        if way is None:
            return False
        port, server = way
        said = evidence.unpack(lease.evidence)
        to = Addressee(
            address, lease.key[0] or _ETHERNET, lease.mac, said.get(_CLIENT_ID), evidence.nonce_of(lease.evidence)
        )
        # Larger than what the ACK said, and than the last one, whatever the clock does.
        self._replay = max(self._replay + 1, int(self._door.clock.now().utc * TICKS))
        data = forcerenew(to, server, evidence.xid_of(lease.evidence), self._replay)
        if not port.send(data, To(UNICAST, address, CLIENT_PORT, b"")):
            return False
        summon.due = steady + WAITS[summon.times]
        summon.times += 1
        self._door.counters.outcome(reasons.BEING_ASKED.id)
        return True

    def _row(self, address: int, reason: Reason) -> Row:
        lease = self._door.facts.table.of_address(address)
        summon = self._open.get(address)
        detail = {"address": ip_text(address), "times": summon.times if summon else 0}
        return {
            "address": ip_text(address),
            "mac": mac_text(lease.mac) if lease is not None and lease.mac else None,
            "reason": reason.id,
            "text": reasons.tell(reason.id, detail),
            "help": reasons.advise(reason.id, detail),
        }
