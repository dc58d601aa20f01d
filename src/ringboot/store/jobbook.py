"""Work that takes a while, as rows; the newest 200 are kept."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from ringboot.model.job import JobRecord
from ringboot.store.statement import Statement, select, upsert
from ringboot.store.tables import JOB

KEPT = 200
_RESULT, _AGAIN = (JOB.c.keys().index(name) for name in ("result", "again"))

_ALL = select(JOB, order=("started", "id"))
_PUT = upsert(JOB)
_STANDS = Statement(
    sa.update(JOB)
    .where(JOB.c.id == sa.bindparam("ident"))
    .values(done=sa.bindparam("reached"), total=sa.bindparam("all_of_it"), doing=sa.bindparam("now"))
)
_TRIM = Statement(
    sa.delete(JOB).where(
        JOB.c.id.not_in(sa.select(JOB.c.id).order_by(JOB.c.started.desc(), JOB.c.id).limit(sa.bindparam("kept")))
    )
)


class JobBook:
    """The jobs over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self) -> list[JobRecord]:
        """Give all, the oldest first."""
        return [_record(row) for row in _ALL.run(self._connection)]

    def put(self, job: JobRecord) -> None:
        """Add one or replace it, and forget the oldest."""
        row = asdict(job)
        for key in ("result", "again"):
            row[key] = None if row[key] is None else json.dumps(row[key])
        _PUT.run(self._connection, **row)
        _TRIM.run(self._connection, kept=KEPT)

    def stands(self, job: str, done: int, total: int | None, doing: str) -> None:
        """Keep how far one is."""
        _STANDS.run(self._connection, ident=job, reached=done, all_of_it=total, now=doing)


def _record(row: tuple[Any, ...]) -> JobRecord:
    values = list(row)
    for place in (_RESULT, _AGAIN):
        values[place] = None if values[place] is None else json.loads(values[place])
    return JobRecord(*values)
