"""What scripts ask of our wires: who is there (a scan), and leases for those who are (seeds)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ringboot import log
from ringboot.servers.dhcp.channel import Frame
from ringboot.servers.dhcp.door import Asker, Door
from ringboot.servers.dhcp.interfaces import Interfaces
from ringboot.servers.dhcp.seeding import seeds
from ringboot.servers.dhcp.sweep import Sweep
from ringboot.store.journal import JournalFailed

_WAIT = 1.0  # seconds for answers, where a scan does not say


class Says(Protocol):
    """The line to scripts, as far as answers go."""

    def send(self, frame: Frame) -> bool:
        """Queue a frame."""


class Survey:
    """Answers "scan" by and by, and "seed" at once."""

    def __init__(self, says: Says, door: Door, prober: Asker, interfaces: Interfaces) -> None:
        self._says = says
        self._door = door
        self._interfaces = interfaces
        self.sweep = Sweep(prober.ask, self._interface_of, self._scanned, lambda: door.facts.site.scan_rate)
        self.handlers: dict[str, Callable[[Frame], Frame | None]] = {"scan": self._scan, "seed": self._seed}

    def _interface_of(self, address: int) -> str | None:
        """Name the interface on whose wire an address lies."""
        nets = self._door.facts.nets
        net = nets.at(address)
        for name, link in self._interfaces.links.items():
            for ours in link.locals if net is not None and link.up else ():
                here = nets.at(ours)
                if here is not None and net in here.wire:
                    return name
        return None

    def _scan(self, frame: Frame) -> None:
        addresses = frame.get("addresses")
        seconds = frame.get("seconds", _WAIT)
        if not isinstance(addresses, list) or not isinstance(seconds, int | float):
            raise ValueError("a scan without addresses or seconds")
        self.sweep.begin(_ident(frame), [str(each) for each in addresses], float(seconds))

    def _scanned(self, ident: int, hits: dict[str, str], cannot: str) -> None:
        if cannot:
            log.get().warning("not all of a scan was possible", why=cannot)
        self._says.send({"t": "scanned", "id": ident, "hits": hits, "cannot": cannot})

    def _seed(self, frame: Frame) -> Frame:
        """Lease addresses to hosts that answered; all rows that are not refused, or none when the disk refuses."""
        ident, rows = _ident(frame), frame.get("rows")
        if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
            raise ValueError("seeds without rows")
        made, refused = seeds(rows, self._door.facts, self._door.clock.now())
        try:
            self._door.change(*made)
        except JournalFailed as error:
            refused |= {str(each.get("address")): f"cannot be written: {error}" for each in rows}
        answer: dict[str, Any] = {"t": "seeded", "id": ident, "refused": refused}
        return answer


def _ident(frame: Frame) -> int:
    ident = frame.get("id")
    if not isinstance(ident, int):
        raise ValueError("a frame without its number")
    return ident
