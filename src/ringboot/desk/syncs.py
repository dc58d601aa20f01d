"""Jobs that let devices read their files again, as an administrator begins, watches and stops them."""

from __future__ import annotations

import asyncio
from typing import Any

from ringboot import reasons
from ringboot.desk.core import Core
from ringboot.desk.devices import DeviceDesk
from ringboot.desk.errors import NotFound
from ringboot.desk.listing import Query
from ringboot.desk.synchronize import Synchronizer
from ringboot.fleet.books import Books
from ringboot.model.sync import ENDED, TOLD, WAITING, SyncJob, SyncRow

EVERYBODY = 1 << 60

Row = dict[str, Any]


class SyncDesk(DeviceDesk):
    """What `ringboot device synchronize` and `ringboot sync` need."""

    core: Core
    synchronizer: Synchronizer

    async def synchronize(self, ids: list[str] | None, query: Query, who: str) -> Row:
        """Begin a job for the devices that are named, or else for those that the query finds; gives it."""
        if ids is None:
            found = await self.devices(query._replace(limit=EVERYBODY, offset=0))
            idents = [str(row["id"]) for row in found.items]
        else:
            with self.core.db.reading() as books:
                idents = [self._named(books, text).id for text in ids]
        job = await self.synchronizer.begin(idents, who)
        return await self.sync(job.id)

    async def syncs(self) -> list[Row]:
        """Give all jobs that are kept, the newest first."""

        def read() -> list[Row]:
            with self.core.db.reading() as books:
                return [_job_row(books, job) for job in books.syncs.jobs()]

        return await asyncio.to_thread(read)

    async def sync(self, ident: int) -> Row:
        """Give one: how many devices stand where, for which reasons, and how many a minute were told."""
        with self.core.db.reading() as books:
            return _job_row(books, _named(books, ident))

    async def sync_devices(self, ident: int) -> list[Row]:
        """Give each of its devices: {device, mac, state, reason, text, help, tries, told, ended}."""

        def read() -> list[Row]:
            with self.core.db.reading() as books:
                return [_device_row(row) for row in books.syncs.rows(_named(books, ident).id)]

        return await asyncio.to_thread(read)

    async def stop_sync(self, ident: int, who: str) -> Row:
        """End a job: devices that are not done with are left alone."""
        with self.core.db.reading() as books:
            _named(books, ident)
        await self.synchronizer.stop(ident, who)
        return await self.sync(ident)


def _named(books: Books, ident: int) -> SyncJob:
    job = books.syncs.job(ident)
    if job is None:
        raise NotFound(f"There is no job {ident}. See: ringboot sync list")
    return job


def _job_row(books: Books, job: SyncJob) -> Row:
    tally = books.syncs.tally(job.id)
    counts = dict.fromkeys((WAITING, TOLD, ENDED), 0)
    for state, _, count in tally:
        counts[state] += count
    ended = {reason: count for state, reason, count in tally if state == ENDED}
    done = ended.get(reasons.SYNC_DONE.id, 0)
    took = (job.last or 0.0) - (job.first or 0.0)
    return {
        "id": job.id,
        "state": job.state,
        "began": job.utc,
        "ended": job.ended,
        "who": job.who,
        "devices": sum(counts.values()),
        "waiting": counts[WAITING],
        "told": counts[TOLD],
        "done": done,
        "failed": counts[ENDED] - done,
        "reasons": ended,
        "sent": job.sent,
        "rate": round(60 * (job.sent - 1) / took, 1) if took > 0 else None,
    }


def _device_row(row: SyncRow) -> Row:
    return {
        "device": row.device,
        "mac": row.mac,
        "state": row.state,
        "reason": row.reason,
        "text": reasons.tell(row.reason, row.detail) if row.reason else "",
        "help": reasons.advise(row.reason, row.detail) if row.reason else "",
        "tries": row.tries,
        "told": row.told,
        "ended": row.ended,
    }
