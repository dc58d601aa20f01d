"""How it stands with each device: what the fleet defines, over events, leases and configs, for a whole list at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ringboot.fleet import configs
from ringboot.fleet.books import Books
from ringboot.fleet.standing import FETCHED, REFUSED, Boot, Standing, standing
from ringboot.fleet.world import World
from ringboot.model.address import mac_octets
from ringboot.model.device import Device

Judge = Callable[[Device], Standing]


class Standings:
    """What devices fetched and were refused, read from the events: once all of them, then what is new."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # lists are read on several threads
        self._read = 0  # the last event that was read
        self._fetched: dict[str, float] = {}
        self._refused: dict[str, float] = {}  # the first time since then

    def judge(self, books: Books, world: World, utc: float) -> Judge:
        """Give what tells how it stands with a device at this moment."""
        with self._lock:
            self._catch_up(books)
        free = books.configs.unassigned()
        owners = books.files.owners()

        def told(device: Device) -> Standing:
            assigned = device.config is not None and device.config not in free
            boot = self._boot(world, device, utc)
            return standing(device, boot, assigned=assigned, has_files=device.id in owners, utc=utc)

        return told

    def of(self, books: Books, world: World, device: Device, utc: float) -> Standing:
        """Tell it of one device."""
        with self._lock:
            self._catch_up(books)
        config = books.configs.get(device.config) if device.config is not None else None
        fresh = config is not None and (config.transient or config.role == configs.AUTOCREATE)
        boot = self._boot(world, device, utc)
        has_files = bool(books.files.made_for(device.id))
        return standing(device, boot, assigned=device.config is not None and not fresh, has_files=has_files, utc=utc)

    def _boot(self, world: World, device: Device, utc: float) -> Boot:
        leases = world.leases.of_mac(mac_octets(device.mac), utc) if device.mac is not None else []
        leased = max((float(lease.start) for lease in leases), default=None)
        return Boot(leased, self._fetched.get(device.id), self._refused.get(device.id))

    def _catch_up(self, books: Books) -> None:
        for ident, device, utc, reason, own in books.events.asked(self._read, (*FETCHED, *REFUSED)):
            self._read = ident
            if reason in REFUSED:
                self._refused.setdefault(device, utc)
            elif own:
                self._fetched[device] = utc
                self._refused.pop(device, None)
