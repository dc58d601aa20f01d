"""Machines that are made known: a reservation at the next free address, or a device that a person vouches for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ringboot import log, reasons
from ringboot.desk.devices import DeviceDesk
from ringboot.desk.errors import Busy, DeskError, Refused
from ringboot.desk.leases import LeaseDesk
from ringboot.desk.reservations import fits_hostname
from ringboot.fleet import devices
from ringboot.fleet.books import Books
from ringboot.model.address import ip_number, ip_text, mac_octets, norm_mac
from ringboot.model.device import Device
from ringboot.model.event import Event
from ringboot.model.registration import Registered
from ringboot.model.site import Reservation
from ringboot.setup.audit import taken_addresses
from ringboot.setup.kinds import Range

MOST = 1000  # machines at once
LONGEST_NAME = 63

Row = dict[str, Any]


class RegistrationDesk(LeaseDesk, DeviceDesk):
    """What `ringboot register` and the registration page need."""

    registering: asyncio.Lock  # two must not choose the same address

    async def register(self, row: Row, who: str) -> list[Row]:
        """Make machines known, all or none: {mac, network, address, fresh} of each.

        `row`: macs, and where they are wanted network, address (of a single one) and name.
        """
        made = await self.make_known(
            [str(each) for each in row["macs"]], who, str(row.get("name") or ""), row.get("network"), row.get("address")
        )
        return [{**each._asdict(), "network": each.network or None, "address": each.address or None} for each in made]

    async def make_known(
        self, macs: Sequence[str], who: str, name: str = "", network: str | None = None, address: str | None = None
    ) -> list[Registered]:
        """Do so; a machine that is known already stays what it is."""
        good = _checked_macs(macs)
        if address is not None and len(good) != 1:
            raise Refused("An address is for one machine.", {"address": "is for one machine"})
        if len(name) > LONGEST_NAME or not name.isprintable():
            why = f"must be at most {LONGEST_NAME} letters"
            raise Refused(f"The name {why}.", {"name": why})
        network = network or self.core.settings.register.network
        if address is not None and network is None:
            raise Refused("Say in which network the address is.", {"network": "is missing"})
        async with self.registering:
            if network is None:
                made = [await self._vouch(mac, who, name) for mac in good]
            else:
                made = await self._reserve(good, network, address, name)
        await self._tell(made, who, name)
        return made

    async def _reserve(self, macs: Sequence[str], network: str, address: str | None, name: str) -> list[Registered]:
        """Keep an address for each; `name` becomes the host's name where it can be one."""
        there = self._reserved_in(network)
        made: list[Registered] = []
        rows: list[Row] = []
        room = self._room(network)
        for mac in macs:
            mine = there.get(mac)
            if mine is not None and address in (None, mine.address):
                made.append(Registered(mac, network, mine.address, fresh=False))
                continue
            if mine is not None:
                why = f"{mac} has {mine.address} in {network} already"
                raise Refused(f"{why}. See: ringboot reservation remove", {"address": why})
            chosen = address or room.take(mac_octets(mac))
            if chosen is None:
                raise Busy(f"No address is left in {network}. Give [register] more, or remove reservations.")
            hostname = name if len(macs) == 1 and fits_hostname(name) else None
            rows.append({"network": network, "kind": "mac", "value": mac, "address": chosen, "hostname": hostname})
            made.append(Registered(mac, network, chosen))
        if rows:
            done = await self.import_reservations(rows, dry_run=False)
            if done["errors"]:
                fields = {str(each["field"]): str(each["error"]) for each in done["errors"]}
                raise Refused("; ".join(f"{field}: {why}" for field, why in fields.items()) + ".", fields)
        return made

    def _reserved_in(self, network: str) -> dict[str, Reservation]:
        rows = self.core.feed.reservations.values()
        return {row.value: row for row in rows if row.network == network and row.kind == "mac"}

    def _room(self, network: str) -> _Room:
        """Look which addresses may be kept for somebody."""
        core = self.core
        page = core.settings.register
        home = next((each for each in core.settings.dhcp.networks if each.called == network), None)
        if home is None:
            names = ", ".join(each.called for each in core.settings.dhcp.networks) or "none"
            raise Refused(f"No network is called {network}. The networks are {names}.", {"network": "is none of ours"})
        ranges = (page.addresses,) if page.network == network and page.addresses is not None else home.ranges
        reserved = {ip_number(row.address) for row in core.feed.reservations.values() if row.network == network}
        ours = [each for here in core.addresses().values() for each in here]
        barred = reserved | taken_addresses(core.settings, ours).keys() | {home.subnet.number, home.subnet.last}
        return _Room(ranges, barred, {lease.address: lease.mac for lease in core.world.leases.taken(core.utc())})

    async def _vouch(self, mac: str, who: str, name: str) -> Registered:
        """Let a machine be known as a device."""
        core, utc = self.core, self.core.utc()
        with core.db.reading() as books:
            found = books.devices.find("mac", mac)
            known = bool(found) and devices.is_known(books, found[0])
        if known:
            return Registered(mac, fresh=False)
        if not found:
            await self.add_device({"mac": mac, **({"description": name} if name else {})}, who)
            return Registered(mac)

        def write(books: Books) -> Device | None:
            device = next(iter(books.devices.find("mac", mac)), None)
            if device is not None:
                device = replace(device, added=who, description=name or device.description)
                books.devices.put(device, who, utc)
            return device

        device = await core.db.write(write)
        if device is not None:
            core.know(device)
            await core.feed.promise(f"{mac} is known")
        return Registered(mac)

    async def _tell(self, made: Iterable[Registered], who: str, name: str) -> None:
        """Write down what is news, and ask the machines to renew, as far as they let themselves be asked."""
        core, utc = self.core, self.core.utc()
        fresh = [each for each in made if each.fresh]
        events, held = [], []
        for each in fresh:
            place = f"{each.address} in {each.network}" if each.address else "it gets an address of the pools"
            detail = {"who": who, "named": f" as {name}" if name else "", "place": place}
            events.append(Event(utc, reasons.MADE_KNOWN.id, each.mac, None, each.address or None, detail))
            log.get().info("made known", mac=each.mac, by=who, place=place)
            held += [ip_text(row.address) for row in core.world.leases.of_mac(mac_octets(each.mac), utc)]
        if events:
            await core.tell(*events)
        if held:
            core.background.start(self._hint(held), "the hint to renew")

    async def _hint(self, addresses: list[str]) -> None:
        with suppress(DeskError):  # dhcp is away: they move when they renew by themselves
            await self.renew_leases(addresses)


class _Room:
    """The addresses of ranges that are nobody's."""

    def __init__(self, ranges: Sequence[Range], barred: set[int], leased: dict[int, bytes]) -> None:
        self._ranges = ranges
        self._barred = barred
        self._leased = leased
        self._free = (each for run in ranges for each in range(run.first, run.last + 1) if self._is_free(each))

    def _is_free(self, address: int) -> bool:
        return address not in self._barred and address not in self._leased

    def take(self, mac: bytes) -> str | None:
        """Take the address that a machine has, if it is one of these, else the next free one; None: none is left."""
        held = (address for address, holder in self._leased.items() if holder == mac and address not in self._barred)
        own = next((each for each in held if any(run.first <= each <= run.last for run in self._ranges)), None)
        chosen = next(self._free, None) if own is None else own
        if chosen is None:
            return None
        self._barred.add(chosen)
        return ip_text(chosen)


def _checked_macs(macs: Sequence[str]) -> list[str]:
    wrong: dict[str, str] = {}
    good: list[str] = []
    for at, text in enumerate(macs):
        try:
            good.append(norm_mac(text))
        except ValueError as error:
            wrong[f"macs.{at}"] = str(error)
    if not macs or len(macs) > MOST:
        wrong["macs"] = f"must be 1 to {MOST} MACs"
    if wrong:
        raise Refused(f"{'; '.join(wrong.values())}.", wrong)
    return list(dict.fromkeys(good))
