"""How full the pools were: looked at each minute, kept for a day, and the fullest of each quarter hour for a month."""

from __future__ import annotations

import asyncio
from typing import Any

from ringboot import log
from ringboot.desk.core import Core
from ringboot.desk.errors import NotFound
from ringboot.desk.pools import pool_uses
from ringboot.fleet.books import Books, PoolMoment
from ringboot.store.errors import StoreFailed

MINUTE, QUARTER = 60, 900  # seconds between two moments of a series
KEPT = {MINUTE: 24 * 3600, QUARTER: 30 * 24 * 3600}  # seconds

Row = dict[str, Any]


class Usage:
    """Writes down how full the pools are."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._fullest: dict[tuple[str, str], PoolMoment] = {}  # since the last quarter began
        self._quarter = 0

    async def run(self) -> None:
        """Look each minute, until cancelled."""
        while True:
            try:
                await self.look()
            except StoreFailed as error:
                log.get().error("how full the pools are was not written", why=str(error))
            await asyncio.sleep(MINUTE - self._core.utc() % MINUTE)

    async def look(self) -> None:
        """Write down the present moment, and the quarter hour that is over."""
        utc = int(self._core.utc())
        minute, quarter = utc - utc % MINUTE, utc - utc % QUARTER
        uses = await asyncio.to_thread(pool_uses, self._core)
        now = [PoolMoment(minute, use.network, use.pool, use.size, use.used, use.declined) for use in uses]
        over = list(self._fullest.values()) if quarter != self._quarter else []
        if over:
            self._fullest = {}
        self._quarter = quarter
        for each in now:
            key = each.network, each.pool
            before = self._fullest.get(key)
            if before is None or each.used >= before.used:
                self._fullest[key] = each._replace(utc=quarter)

        def write(books: Books) -> None:
            books.uses.put(MINUTE, now)
            books.uses.put(QUARTER, over)
            for step, seconds in KEPT.items():
                books.uses.trim(step, utc - seconds)

        await self._core.db.write(write)


class PoolDesk:
    """What `ringboot pool` needs."""

    core: Core

    async def pools(self) -> list[Row]:
        """Give every pool with how many of its addresses are taken."""
        return [use.row() for use in await asyncio.to_thread(pool_uses, self.core)]

    async def pool_history(self, network: str, step: int) -> list[Row]:
        """Give how full a network's pools were, a moment each `step` seconds (60 or 900), oldest first."""
        since = int(self.core.utc()) - KEPT[step]

        def read() -> list[Row]:
            with self.core.db.reading() as books:
                return [row._asdict() for row in books.uses.of(network, step, since)]

        rows = await asyncio.to_thread(read)
        if not rows and network not in {each.name for each in self.core.feed.site.networks}:
            raise NotFound(
                f"There is no network {network}, and none of that name is remembered. See: ringboot pool list"
            )
        return rows
