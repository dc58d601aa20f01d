"""How full each pool was as rows: one a minute for a day, the fullest of each quarter of an hour for a month."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import sqlalchemy as sa

from ringboot.fleet.books import PoolMoment
from ringboot.store.statement import Statement, upsert
from ringboot.store.tables import POOL_USE

_PUT = upsert(POOL_USE)
_COLUMNS = tuple(POOL_USE.c[name] for name in PoolMoment._fields)
_OF = Statement(
    sa.select(*_COLUMNS)
    .where(
        POOL_USE.c.network == sa.bindparam("network"),
        POOL_USE.c.step == sa.bindparam("step"),
        POOL_USE.c.utc >= sa.bindparam("since"),
    )
    .order_by(POOL_USE.c.utc, POOL_USE.c.pool)
)
_TRIM = Statement(
    sa.delete(POOL_USE).where(POOL_USE.c.step == sa.bindparam("step"), POOL_USE.c.utc < sa.bindparam("before"))
)


class UseBook:
    """The moments over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, step: int, rows: Iterable[PoolMoment]) -> None:
        """Keep moments of a series; one that is there is replaced."""
        _PUT.run_rows(self._connection, [{"step": step, **row._asdict()} for row in rows])

    def of(self, network: str, step: int, since: int) -> list[PoolMoment]:
        """Give a network's moments from a second on, in their order."""
        return [PoolMoment(*row) for row in _OF.run(self._connection, network=network, step=step, since=since)]

    def trim(self, step: int, before: int) -> None:
        """Forget the moments of a series that lie before a second."""
        _TRIM.run(self._connection, step=step, before=before)
