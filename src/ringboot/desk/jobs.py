"""Work that takes a while: who began it, how far it is, what came of it; the newest are known after a restart, too."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from ringboot import log
from ringboot.desk.errors import DeskError
from ringboot.fleet.books import Books
from ringboot.model.job import DEVICES, DONE, FAILED, INTERRUPTED, OCTETS, RUNNING, STOPPED, JobRecord
from ringboot.store.errors import StoreFailed

KEPT = 200  # that ended
LARGEST = 1 << 16  # characters of a result that are kept over a restart
NOTE_EVERY = 1.0  # seconds between two notes of how far one is

Row = dict[str, Any]


@dataclass(slots=True)
class Job:
    """One piece of work."""

    id: str
    kind: str
    what: str
    who: str
    started: float
    jobs: Jobs
    state: str = RUNNING
    ended: float | None = None
    doing: str = ""
    done: int = 0
    total: int | None = None
    unit: str = DEVICES
    result: Any = None
    problem: str | None = None
    code: str | None = None  # of the problem
    again: Row | None = None  # {"action", "ids", "values"} by which it can be taken up
    noted: float = 0.0  # when its progress was last written
    loading: Row | None = None  # {what, octets, size}, kept up to date by who loads something

    def row(self) -> Row:
        """Give it as a row."""
        doing, done, total, unit = self.doing, self.done, self.total, self.unit
        if self.loading is not None:
            doing, done, total = self.loading["what"], self.loading["octets"], self.loading["size"]
            unit = OCTETS
        return {
            "id": self.id, "kind": self.kind, "what": self.what, "who": self.who, "state": self.state,
            "started": self.started, "ended": self.ended, "doing": doing, "done": done, "total": total, "unit": unit,
            "result": self.result, "problem": self.problem, "code": self.code, "link": None,
            "resumable": self.state == INTERRUPTED and self.again is not None,
        }  # fmt: skip

    def record(self) -> JobRecord:
        """Give what is written down of it."""
        result = self.result
        if isinstance(result, dict):  # without what may be long: one line for each device
            result = {key: value for key, value in result.items() if key != "items"}
        if len(json.dumps(result, default=str)) > LARGEST:
            result = None
        again = self.again if self.state in (RUNNING, INTERRUPTED) else None
        return JobRecord(
            self.id, self.kind, self.what, self.who, self.started, self.state, self.ended, self.doing, self.done,
            self.total, self.unit, result, self.problem, self.code, again,
        )  # fmt: skip


_CURRENT: ContextVar[Job | None] = ContextVar("job", default=None)


def tell(done: int, total: int | None, unit: str = DEVICES, doing: str = "") -> None:
    """Say how far the work is that this belongs to, if it is anybody's."""
    job = _CURRENT.get()
    if job is not None:
        job.done, job.total, job.unit, job.doing = done, total, unit, doing or job.doing
        job.jobs.note_progress(job)


def tell_again(action: str, ids: list[str], values: Row) -> None:
    """Say by what the work that this belongs to can be taken up, should the daemon end before it does."""
    job = _CURRENT.get()
    if job is not None:
        job.again = {"action": action, "ids": ids, "values": values}
        job.jobs.write(job)


def tell_loading(loading: Row | None) -> None:
    """Give the row in which somebody keeps how much of something was loaded; None: that is over."""
    job = _CURRENT.get()
    if job is not None:
        job.loading = loading


class Jobs:
    """All that run, and the newest that ended."""

    def __init__(
        self, utc: Callable[[], float] = time.time, later: Callable[[Callable[[Books], None]], None] | None = None
    ) -> None:
        """`later` writes what nobody waits for; without it nothing is kept over a restart."""
        self._utc = utc
        self._later = later
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def restore(self, records: Iterable[JobRecord]) -> None:
        """Remember those of before the start; what ran then was interrupted."""
        for record in records:
            job = Job(record.id, record.kind, record.what, record.who, record.started, self)
            for key in ("state", "ended", "doing", "done", "total", "unit", "result", "problem", "code", "again"):
                setattr(job, key, getattr(record, key))
            if job.state == RUNNING:
                job.state, job.ended, job.code = INTERRUPTED, self._utc(), "interrupted"
                reached = f"{job.done} of {job.total} {job.unit} were done" if job.total else "nothing tells how far"
                job.problem = f"The daemon ended while this was done: {reached}."
                self.write(job)
            self._jobs[job.id] = job

    def write(self, job: Job) -> None:
        """Write down how one stands."""
        if self._later is not None:
            record = job.record()
            self._later(lambda books: books.jobs.put(record))

    def note_progress(self, job: Job) -> None:
        """Write down how far one is, now and then."""
        now = self._utc()
        if self._later is not None and not 0 <= now - job.noted < NOTE_EVERY:
            job.noted = now
            ident, done, total, doing = job.id, job.done, job.total, job.doing
            self._later(lambda books: books.jobs.stands(ident, done, total, doing))

    def take_up(self, ident: str) -> Row | None:
        """Give by what an interrupted one is done again, once: {"action", "ids", "values"}; None: it is not."""
        job = self._jobs.get(ident)
        if job is None or job.state != INTERRUPTED or job.again is None:
            return None
        again, job.again = job.again, None
        self.write(job)
        return again

    def all(self) -> list[Row]:
        """Give them, the newest first."""
        return [job.row() for job in reversed(self._jobs.values())]

    def get(self, ident: str) -> Row | None:
        """Give one."""
        job = self._jobs.get(ident)
        return job.row() if job is not None else None

    def progress(self) -> list[Row]:
        """Give how far those are that run, and those that ended within a minute."""
        keys = ("id", "kind", "what", "state", "done", "total", "unit", "doing")
        since = self._utc() - 60
        rows = [job.row() for job in self._jobs.values() if job.ended is None or job.ended > since]
        return [{key: row[key] for key in keys} for row in rows]

    async def run(self, kind: str, what: str, who: str, work: Awaitable[Any]) -> Any:
        """Do it and give what comes of it; as a part of the job that it is done for, if there is one."""
        if _CURRENT.get() is not None:
            return await work
        return await self._done(self._begin(kind, what, who), work)

    def start(self, kind: str, what: str, who: str, work: Awaitable[Any]) -> Row:
        """Begin it, let nobody wait, and give its row."""
        job = self._begin(kind, what, who)
        task = asyncio.create_task(self._alone(job, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job.row()

    def _begin(self, kind: str, what: str, who: str) -> Job:
        job = Job(f"{kind}-{secrets.token_hex(4)}", kind, what, who, self._utc(), self)
        self._jobs[job.id] = job
        self.write(job)
        over = [each.id for each in self._jobs.values() if each.ended is not None]
        for ident in over[: max(0, len(over) - KEPT)]:
            del self._jobs[ident]
        return job

    async def _alone(self, job: Job, work: Awaitable[Any]) -> None:
        try:
            await self._done(job, work)
        except (DeskError, StoreFailed):
            pass  # who began it reads it in the job
        except Exception as error:
            log.get().error("a job broke off by a fault of the program", job=job.id, why=repr(error))

    async def _done(self, job: Job, work: Awaitable[Any]) -> Any:
        token = _CURRENT.set(job)
        try:
            job.result = await work
            job.state = DONE
        except asyncio.CancelledError:
            job.state = STOPPED
            raise
        except Exception as error:
            known = isinstance(error, DeskError | StoreFailed)
            job.state, job.problem = FAILED, str(error) if known else "The daemon failed at this. Its log says where."
            job.code = error.code if isinstance(error, DeskError) else "failed"
            raise
        finally:
            _CURRENT.reset(token)
            job.ended, job.loading = self._utc(), None
            self.write(job)
        return job.result
