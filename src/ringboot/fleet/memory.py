"""What was already seen and said, bounded, so that it is neither looked up nor told again."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import TypeVar

from ringboot.model.address import mac_octets
from ringboot.model.lease import LeaseChange

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_LEASES = 4  # remembered of one MAC
_Rows = tuple[tuple[int, bytes], ...]  # (address, evidence), the newest last


class Memory:
    """The DHCP evidence of each MAC and address that has been dealt with.

    What a batch learns counts at once, but only `keep` makes it last: after a commit that failed, `drop` it, so that
    the rows are dealt with again.  The writer's thread learns and forgets while another one keeps.
    """

    def __init__(self, size: int = 200_000) -> None:
        self._size = size  # MACs
        self._kept: dict[bytes, _Rows] = {}
        self._fresh: dict[bytes, _Rows] = {}
        self._lock = threading.Lock()

    def knows(self, change: LeaseChange) -> bool:
        """Tell whether this row says nothing new; an address newly bound must be the last one that was."""
        rows = self._fresh.get(change.mac)
        if rows is None:
            rows = self._kept.get(change.mac)
        if not rows:
            return False
        row = (change.address, change.evidence)
        return rows[-1] == row or (change.kind != "bound" and row in rows)

    def learn(self, change: LeaseChange) -> None:
        """Remember this row."""
        rows = self._fresh.get(change.mac)
        if rows is None:
            rows = self._kept.get(change.mac, ())
        row = (change.address, change.evidence)
        others = tuple(each for each in rows if each[0] != change.address)
        self._fresh[change.mac] = (row, *others)[:_LEASES] if change.kind != "bound" else (*others[1 - _LEASES :], row)

    def forget(self, mac: str | None) -> None:
        """Look at this MAC again when it is next seen: its device was changed by somebody else."""
        if mac is not None:
            octets = mac_octets(mac)
            with self._lock:
                self._kept.pop(octets, None)
                self._fresh.pop(octets, None)

    def clear(self) -> None:
        """Look at every device again: plugins or settings changed."""
        with self._lock:
            self._kept.clear()
            self._fresh.clear()

    def keep(self) -> None:
        """Make what was learnt last; the oldest is forgotten when there is too much."""
        with self._lock:
            for mac, rows in self._fresh.items():
                self._kept.pop(mac, None)
                self._kept[mac] = rows
            self._fresh.clear()
            while len(self._kept) > self._size:
                del self._kept[next(iter(self._kept))]

    def drop(self) -> None:
        """Forget what was learnt since the last `keep`."""
        with self._lock:
            self._fresh.clear()


class Quiet:
    """Says which event is worth telling: not the same thing twice in a minute, and not more than 30 of one host."""

    def __init__(self, seconds: float = 60.0, most: int = 30, size: int = 10_000) -> None:
        self._seconds = seconds
        self._most = most
        self._size = size
        self._told: dict[Hashable, float] = {}
        self._hosts: dict[str, tuple[float, int]] = {}  # since when, how many
        self._turns: dict[str, int] = {}  # device -> how often it was served

    def served(self, device: str) -> None:
        """Note that a device got a file: what it is refused from now on is another attempt, and is told anew."""
        _renew(self._turns, device, self._turns.get(device, 0) + 1, self._size)

    def first(self, said: Hashable, utc: float, host: str, device: str | None = None) -> bool:
        """Tell whether this has not been said lately, and note it."""
        key = (said, device, self._turns.get(device or "", 0))
        told = self._told.get(key)
        if told is not None and 0 <= utc - told < self._seconds:
            return False
        since, count = self._hosts.get(host, (utc, 0))
        if not 0 <= utc - since < self._seconds:
            since, count = utc, 0
        if count >= self._most:
            return False
        _renew(self._hosts, host, (since, count + 1), self._size)
        _renew(self._told, key, utc, self._size)
        return True


def _renew(table: dict[Key, Value], key: Key, value: Value, size: int) -> None:
    """Put a value at the young end; the oldest goes when there are too many."""
    table.pop(key, None)
    table[key] = value
    if len(table) > size:
        del table[next(iter(table))]
