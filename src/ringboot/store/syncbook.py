"""Jobs that let devices read their files again, as rows; the newest 50 are kept."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from ringboot.model.sync import RUNNING, TOLD, WAITING, SyncJob, SyncRow
from ringboot.store.statement import Statement, select, upsert
from ringboot.store.tables import SYNC_JOB, SYNC_ROW

KEPT = 50

_JOB = select(SYNC_JOB, "id")
_JOBS = Statement(sa.select(SYNC_JOB).order_by(SYNC_JOB.c.id.desc()))
_PUT_JOB = upsert(SYNC_JOB)
_PUT_ROW = upsert(SYNC_ROW)
_ROWS = select(SYNC_ROW, "job", order=("mac", "device"))
_NOT_DONE = sa.or_(SYNC_ROW.c.state == WAITING, SYNC_ROW.c.state == TOLD)
_OPEN = Statement(sa.select(SYNC_ROW).where(_NOT_DONE).order_by(SYNC_ROW.c.job, SYNC_ROW.c.device))
_TALLY = Statement(
    sa.select(SYNC_ROW.c.state, SYNC_ROW.c.reason, sa.func.count())
    .where(SYNC_ROW.c.job == sa.bindparam("job"))
    .group_by(SYNC_ROW.c.state, SYNC_ROW.c.reason)
)
_IS_OPEN = Statement(
    sa.select(SYNC_ROW.c.job).where(SYNC_ROW.c.job == sa.bindparam("job"), _NOT_DONE).limit(sa.bindparam("count"))
)
_OLD = (SYNC_JOB.c.id <= sa.bindparam("last"), SYNC_JOB.c.state != RUNNING)
_TRIM_ROWS = Statement(sa.delete(SYNC_ROW).where(SYNC_ROW.c.job.in_(sa.select(SYNC_JOB.c.id).where(*_OLD))))
_TRIM_JOBS = Statement(sa.delete(SYNC_JOB).where(*_OLD))


class SyncBook:
    """The jobs over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, utc: float, who: str) -> SyncJob:
        """Begin a job, and forget the oldest that ended."""
        newest = _JOBS.run(self._connection).fetchone()
        job = SyncJob(1 if newest is None else _job(newest).id + 1, utc, who)
        self.put_job(job)
        _TRIM_ROWS.run(self._connection, last=job.id - KEPT)
        _TRIM_JOBS.run(self._connection, last=job.id - KEPT)
        return job

    def job(self, job: int) -> SyncJob | None:
        """Give one."""
        row = _JOB.run(self._connection, id=job).fetchone()
        return None if row is None else _job(row)

    def jobs(self) -> list[SyncJob]:
        """Give all, the newest first."""
        return [_job(row) for row in _JOBS.run(self._connection)]

    def put_job(self, job: SyncJob) -> None:
        """Keep how it stands."""
        _PUT_JOB.run(self._connection, **asdict(job))

    def put(self, rows: Iterable[SyncRow]) -> None:
        """Keep how it stands with these devices."""
        _PUT_ROW.run_rows(self._connection, ({**asdict(row), "detail": json.dumps(row.detail)} for row in rows))

    def rows(self, job: int) -> list[SyncRow]:
        """Give the devices of a job, by MAC."""
        return [_row(row) for row in _ROWS.run(self._connection, job=job)]

    def open(self) -> list[SyncRow]:
        """Give the devices of all jobs that are not done with."""
        return [_row(row) for row in _OPEN.run(self._connection)]

    def is_open(self, job: int) -> bool:
        """Tell whether a job has devices that are not done with."""
        return _IS_OPEN.run(self._connection, job=job, count=1).fetchone() is not None

    def tally(self, job: int) -> list[tuple[str, str, int]]:
        """Count a job's devices by state and reason."""
        return [(str(state), str(reason), int(count)) for state, reason, count in _TALLY.run(self._connection, job=job)]


def _job(row: tuple[Any, ...]) -> SyncJob:
    return SyncJob(*row)


def _row(row: tuple[Any, ...]) -> SyncRow:
    job, device, mac, state, reason, detail, *rest = row
    return SyncRow(job, device, mac, state, reason, json.loads(detail), *rest)
