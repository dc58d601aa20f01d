"""The other DHCP servers that were met: who, where, since when, and whether to tell it."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from ringboot import reasons
from ringboot.model.event import Event

KEPT = 64  # a machine that forges answers must not fill our memory
TOLD = 16  # events within that time
TELL_EVERY = 3600.0  # seconds between two events about the same server; `explain` blames one for two hours
PRESENT = 7200.0  # seconds that one counts as being there


@dataclass(slots=True)
class Other:
    """A DHCP server that is not ours."""

    server: str
    interface: str
    first: float  # UTC, like the others
    last: float
    told: float
    times: int = 0
    allowed: bool = False  # the configuration says that it is there on purpose


class Others:
    """Remember them, the latest."""

    def __init__(self) -> None:
        self._met: dict[tuple[str, str], Other] = {}
        self._told: deque[float] = deque(maxlen=TOLD)

    def met(self, server: str, interface: str, utc: float, *, allowed: bool) -> bool:
        """Note one; say whether it is to be told: it was not told for an hour, and is not there on purpose."""
        other = self._met.pop((server, interface), None)
        if other is None:
            other = Other(server, interface, utc, utc, utc - TELL_EVERY)
        self._met[server, interface] = other
        if len(self._met) > KEPT:
            del self._met[next(iter(self._met))]
        other.last, other.times, other.allowed = utc, other.times + 1, allowed
        if allowed or utc - other.told < TELL_EVERY:
            return False
        if len(self._told) == TOLD and utc - self._told[0] < TELL_EVERY:
            return False
        other.told = utc
        self._told.append(utc)
        return True

    def rows(self) -> list[dict[str, Any]]:
        """Give a row for each, the latest last."""
        rows = [asdict(other) for other in self._met.values()]
        for row in rows:
            del row["told"]
        return rows

    def met_now(self) -> list[Event]:
        """Give the last meeting with each that is not there on purpose; events tell of a server once an hour."""
        return [
            Event(
                other.last, reasons.FOREIGN_SERVER.id, address=other.server,
                detail={"server": other.server, "interface": other.interface},
            )
            for other in self._met.values() if not other.allowed
        ]  # fmt: skip

    def present(self, utc: float) -> int:
        """Count those that are not there on purpose and were met lately."""
        return sum(not other.allowed and utc - other.last < PRESENT for other in self._met.values())
