"""Looks for what nobody reports: pools that run low, devices that are stuck; and tells it once, as events."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ringboot import log, reasons
from ringboot.desk.core import Core
from ringboot.desk.pools import LOW, PoolUse, pool_uses
from ringboot.fleet.books import Books
from ringboot.fleet.standing import STUCK, about
from ringboot.fleet.webhooks import quarantined
from ringboot.model.event import Event
from ringboot.model.lease import LeaseChange
from ringboot.store.errors import StoreFailed

EVERY = 30.0  # seconds between two looks
ROOM = 0.85  # the part of a pool that is taken below which it has room again

POOL = "pool-low"  # a kind in the book of what was told; STUCK is another
Change = tuple[str, str, Event | None, bool]  # kind, subject, what to tell, whether it holds


class Lookout:
    """The look-out of the main process."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._told: dict[str, set[str]] = {POOL: set(), STUCK: set()}

    def saw(self, books: Books, change: LeaseChange) -> None:
        """Note a change of a lease, in the transaction that deals with its row."""
        event = quarantined(change, self._core.feed.site.networks)
        if event is not None:
            books.events.add(event)

    async def run(self) -> None:
        """Look until cancelled."""
        await self.begin()
        while True:
            try:
                await self.look_at_pools()
                await self.look_at_devices()
            except StoreFailed as error:
                log.get().error("what was found cannot be told", why=str(error))
            await asyncio.sleep(EVERY)

    async def begin(self) -> None:
        """Read what was told before the last stop, and still held."""
        with self._core.db.reading() as books:
            self._told = {kind: books.told.all(kind) for kind in self._told}

    async def look_at_pools(self) -> None:
        """Tell which pools run low, and which have room again."""
        uses = await asyncio.to_thread(pool_uses, self._core)
        gone = self._told[POOL] - {_called(use) for use in uses}
        changes = [change for use in uses if (change := self._judged(use)) is not None]
        await self._tell([*changes, *((POOL, name, None, False) for name in sorted(gone))])

    def _judged(self, use: PoolUse) -> Change | None:
        was_low = _called(use) in self._told[POOL]
        taken = use.size - use.free
        is_low = bool(use.size) and taken >= (ROOM if was_low else LOW) * use.size
        if is_low == was_low:
            return None
        reason = reasons.POOL_LOW if is_low else reasons.POOL_RECOVERED
        percent = round(100 * taken / use.size) if use.size else 0
        detail = {"network": use.network, "pool": use.pool, "percent": percent, "free": use.free}
        return POOL, _called(use), Event(self._core.utc(), reason.id, detail=detail), is_low

    async def look_at_devices(self) -> None:
        """Tell which devices are stuck now that were not before; not while dhcp needs the processors."""
        if not self._core.pace.is_held_back:
            await self._tell(await asyncio.to_thread(self._stuck))

    def _stuck(self) -> list[Change]:
        core, utc = self._core, self._core.utc()
        with core.db.reading() as books:
            judge = core.standings.judge(books, core.world, utc)
            judged = [(device, judge(device)) for device in books.devices.heads()]
        stuck = {device.id: (device, stands.since or utc) for device, stands in judged if stands.state == STUCK}
        changes: list[Change] = [(STUCK, gone, None, False) for gone in sorted(self._told[STUCK] - stuck.keys())]
        for ident in sorted(stuck.keys() - self._told[STUCK]):
            device, since = stuck[ident]
            detail = {**about(device), "minutes": round((utc - since) / 60)}
            event = Event(utc, reasons.DEVICE_STUCK.id, device.mac, device.id, device.ip, detail)
            changes.append((STUCK, ident, event, True))
        return changes

    async def _tell(self, changes: Sequence[Change]) -> None:
        """Write events, and with them what holds now, so that nothing is told twice or never."""
        if not changes:
            return
        utc = self._core.utc()

        def write(books: Books) -> None:
            for kind, subject, event, holds in changes:
                if event is not None:
                    books.events.add(event)
                if holds:
                    books.told.put(kind, subject, utc)
                else:
                    books.told.remove(kind, subject)

        await self._core.db.write(write)
        for kind, subject, event, holds in changes:
            (self._told[kind].add if holds else self._told[kind].discard)(subject)
            if event is not None:
                log.tell("info", event.reason, event.detail, mac=event.mac)


def _called(use: PoolUse) -> str:
    return f"{use.network} {use.pool}"
