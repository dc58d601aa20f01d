"""The slowest answers of the last minute: a few of each ten seconds, so that noting one costs next to nothing."""

from __future__ import annotations

from typing import NamedTuple

SLOT, SLOTS = 10.0, 6  # seconds, and how many of them are kept
KEPT = 8  # answers of a slot


class Slow(NamedTuple):
    """An answer that took long."""

    ms: float
    utc: float  # when it was given
    door: str  # dhcp | tftp | http
    what: str  # the file, or how many messages were answered together
    who: str  # the device's address; empty for messages that were answered together


class Slowest:
    """Keep them; `steady` is a clock that never jumps, in seconds."""

    def __init__(self) -> None:
        self._slots: dict[int, list[Slow]] = {}
        self._now = 0
        self._floor = 0.0  # seconds; what took no longer is not among the slowest of the present slot

    def is_slow(self, steady: float, seconds: float) -> bool:
        """Say whether an answer is worth noting; asked for every answer."""
        if steady >= self._now + SLOT:
            self._now = int(steady - steady % SLOT)
            self._floor = 0.0
            self._slots = {slot: rows for slot, rows in self._slots.items() if slot > self._now - SLOT * SLOTS}
        return seconds > self._floor

    def note(self, seconds: float, utc: float, door: str, what: str, who: str = "") -> None:
        """Note one that is."""
        rows = self._slots.setdefault(self._now, [])
        rows.append(Slow(round(seconds * 1000, 3), utc, door, what, who))
        if len(rows) > KEPT:
            rows.sort(reverse=True)
            rows.pop()
        if len(rows) == KEPT:
            self._floor = min(row.ms for row in rows) / 1000

    def rows(self, steady: float) -> list[Slow]:
        """Give those of the last minute, the slowest first."""
        since = steady - SLOT * SLOTS
        found = (row for slot, rows in self._slots.items() if slot + SLOT > since for row in rows)
        return sorted(found, reverse=True)[:KEPT]
