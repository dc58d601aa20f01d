"""All work that takes a while, in one list: jobs of this run, synchronisations and roll-outs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

from ringboot.desk.bulk import BulkDesk
from ringboot.desk.core import Core
from ringboot.desk.errors import NotFound, Refused
from ringboot.desk.listing import Query
from ringboot.desk.live import Live
from ringboot.desk.rollouts import RolloutDesk
from ringboot.model.job import DEVICES

LOOK_EVERY = 0.5  # seconds
STILL_HERE = 15.0  # seconds without news after which a proxy may think that nobody is there
SYNC, ROLLOUT = "sync-", "rollout-"

Row = dict[str, Any]


class JobDesk(BulkDesk, RolloutDesk):
    """What `ringboot job` needs."""

    core: Core
    live: Live

    async def run_job(self, kind: str, what: str, who: str, work: Awaitable[Any]) -> Any:
        """Do work as a job, and give what comes of it."""
        return await self.core.jobs.run(kind, what, who, work)

    async def begin_job(self, kind: str, what: str, who: str, work: Awaitable[Any]) -> Row:
        """Begin work as a job and give that."""
        return self.core.jobs.start(kind, what, who, work)

    async def jobs(self) -> list[Row]:
        """Give all that are remembered, the newest first."""
        rows = self.core.jobs.all()
        rows += [_of_sync(row) for row in await self.syncs()]
        rows += [_of_rollout(row) for row in await self.list_rollouts()]
        return sorted(rows, key=lambda row: float(row["started"]), reverse=True)

    async def job(self, ident: str) -> Row:
        """Give one."""
        number = ident.removeprefix(SYNC)
        if ident.startswith(SYNC) and number.isascii() and number.isdecimal() and len(number) < 16:
            return _of_sync(await self.sync(int(number)))
        if ident.startswith(ROLLOUT):
            return _of_rollout(await self.rollout(ident.removeprefix(ROLLOUT)))
        found = self.core.jobs.get(ident)
        if found is None:
            raise NotFound(f"There is no job {ident}; it ended long ago, or never was.")
        return found

    async def resume_job(self, ident: str, who: str) -> Row:
        """Do what was interrupted again, with those of its devices that are there, as another job; gives that.

        What was done already is done once more, which changes nothing.
        """
        row = await self.job(ident)
        again = self.core.jobs.take_up(ident) if row["resumable"] else None
        if again is None:
            raise Refused(f"Job {ident} cannot be taken up: it is {row['state']}. Begin the work anew.")
        with self.core.db.reading() as books:
            there = [device for device in again["ids"] if books.devices.get(device) is not None]
        work = self.bulk(again["action"], there, Query(), again["values"], who)
        return await self.begin_job(row["kind"], f"{len(there)} devices, after {ident}", who, work)

    async def follow_job(self, ident: str) -> AsyncIterator[tuple[str, Any]]:
        """Give ("job", row) at once and whenever it changes, until it has ended."""
        told: Row = {}
        quiet = 0.0
        while not self.live.is_closed:
            row = await self.job(ident)
            if row != told:
                told, quiet = row, 0.0
                yield "job", row
            elif quiet >= STILL_HERE:
                quiet = 0.0
                yield "", None
            if row["ended"] is not None:
                return
            quiet += LOOK_EVERY
            await asyncio.sleep(LOOK_EVERY)


def _of_sync(row: Row) -> Row:
    over = row["ended"] is not None
    return {
        "id": f"{SYNC}{row['id']}", "kind": "synchronize", "what": f"{row['devices']} devices", "who": row["who"],
        "state": row["state"], "started": row["began"], "ended": row["ended"], "doing": "",
        "done": row["done"] + row["failed"], "total": row["devices"], "unit": DEVICES,
        "result": {key: row[key] for key in ("done", "failed", "reasons")} if over else None,
        "problem": None, "code": None, "link": f"/syncs/{row['id']}", "resumable": False,
    }  # fmt: skip


def _of_rollout(row: Row) -> Row:
    over = row["ended"] is not None
    return {
        "id": f"{ROLLOUT}{row['id']}", "kind": "rollout", "what": f"{row['from']} to {row['to']}", "who": row["who"],
        "state": row["state"], "started": row["began"], "ended": row["ended"], "doing": row["why"],
        "done": row["moved"] + row["failed"] + row["skipped"], "total": row["devices"], "unit": DEVICES,
        "result": {key: row[key] for key in ("moved", "failed", "skipped", "reason")} if over else None,
        "problem": None, "code": None, "link": f"/rollouts/{row['id']}", "resumable": False,
    }  # fmt: skip
