"""Reads the lease journal behind dhcp: a mirror of the leases, and in batches what each means for devices."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from ringboot import log
from ringboot.desk.core import Core
from ringboot.fleet.books import CURSOR, Books
from ringboot.fleet.way import Seen, dhcp_seen
from ringboot.model.address import ip_text, mac_text
from ringboot.model.lease import LeaseChange
from ringboot.store.errors import StoreFailed
from ringboot.store.journal_reader import JournalFailed, JournalReader

BATCH = 400  # rows in one write
BITE = 50  # while dhcp needs the processors: some milliseconds
SLICE = 200  # rows that the mirror takes before it lets others run: 3 ms
GAP = 0.01  # seconds between two slices while dhcp needs the processors: a burst would take one from it
IDLE = 1.0  # seconds after which the journal is looked at without being called
RETRY = 2.0  # seconds after a write that failed


class Follower:
    """Two cursors: the mirror's in memory, the devices' in fleet.db beside what was done with the rows."""

    def __init__(self, core: Core, folder: Path) -> None:
        self._core = core
        self._mirror = JournalReader(folder)
        self._rows = JournalReader(folder)  # used on the database's writer thread only
        self.on_seen: Callable[[Seen], None] = lambda _: None
        self.on_change: Callable[[Books, LeaseChange, float], None] = lambda *_: None  # on the writer's thread
        self._wake = asyncio.Event()
        self._at = 0
        self._done = 0  # the cursor of the devices, as it was last written

    def wake(self) -> None:
        """Look at the journal now: dhcp says that there is more."""
        self._wake.set()

    async def load(self, gap: float = 0.0) -> None:
        """Bring the mirror up to the last row: at the start, and before an address is said to be unknown.

        `gap`: seconds between two slices while dhcp needs the processors, where nobody waits for the mirror.
        """
        while True:
            if not self._step():
                return
            await asyncio.sleep(self._core.pace.rest_after(gap, gap))

    def compare(self) -> None:
        """Say so when the journal ends before what was read of it: it was restored from a backup, or is gone."""
        with self._core.db.reading() as books:
            self._done = read = books.numbers.get(CURSOR)
        last = self._mirror.last()
        if last < read:
            log.get().warning(
                "the lease journal is not the one that was read before: leases are missing. If nobody moved it away "
                "or restored it, stop the daemon and restore it from a backup",
                rows_read_before=read, rows_there=last,
            )  # fmt: skip

    def _step(self) -> bool:
        rows = self._mirror.read(self._at, SLICE)
        for seq, change in rows:
            self._core.world.leases.apply(change)
            self._at = seq
        self._tell_behind()
        return len(rows) == SLICE

    def _tell_behind(self) -> None:
        self._core.pace.behind = max(0, self._at - self._done)

    async def run(self) -> None:
        """Follow until cancelled, at the pace that dhcp leaves; who needs the mirror sooner loads it."""
        rested = 0.0
        while True:
            more = True
            try:
                began = time.monotonic()
                if began >= rested:
                    await self.load(GAP)
                    began = time.monotonic()
                    more = await self._deal()
                    rested = time.monotonic() + self._core.pace.rest_after(time.monotonic() - began)
            except (JournalFailed, StoreFailed) as error:
                log.get().error("the journal could not be followed", why=str(error))
                await asyncio.sleep(RETRY)
                continue
            await self._woken(rested - time.monotonic() if more else IDLE)

    async def _woken(self, within: float) -> None:
        """Wait until dhcp says that there is more, at most so many seconds; let others run in any case."""
        if within <= 0:
            await asyncio.sleep(0)
            return
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._wake.wait()

    async def _deal(self) -> bool:
        """Deal with one batch of rows; True when there may be more."""
        memory = self._core.world.memory
        try:
            seen, full, self._done = await self._core.db.write(self._batch)
        except BaseException:
            memory.drop()
            raise
        memory.keep()
        self._tell_behind()
        for each in seen:
            self.on_seen(each)
        return full

    def _batch(self, books: Books) -> tuple[list[Seen], bool, int]:
        cursor = books.numbers.get(CURSOR)
        most = BITE if self._core.pace.is_held_back else BATCH
        rows = self._rows.read(cursor, most)
        world, utc = self._core.world, self._core.utc()
        found = []
        for seq, change in rows:
            try:
                seen = dhcp_seen(books, world, change, utc)
                self.on_change(books, change, utc)
            except (ValueError, LookupError, TypeError) as error:
                # One row that nobody foresaw must not hold up all that follow it.
                log.get().error("a row of the journal could not be used", seq=seq, why=repr(error))
                continue
            log.get().debug("lease", change=change.kind, address=ip_text(change.address), mac=mac_text(change.mac))
            if seen is not None:
                found.append(seen)
        if rows:
            cursor = rows[-1][0]
            books.numbers.put(CURSOR, cursor)
        return found, len(rows) == most, cursor

    def close(self) -> None:
        """Close the mirror's file; the other reader belongs to the writer's thread and ends with it."""
        self._mirror.close()
