"""Names of addresses in the DNS as rows."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from ringboot.model.dnsname import DnsName
from ringboot.store.statement import Statement, delete, select, upsert
from ringboot.store.tables import DNS_NAME

_C = DNS_NAME.c
_GET = select(DNS_NAME, "address")
_PUT = upsert(DNS_NAME)
_REMOVE = delete(DNS_NAME, "address")
_DUE = Statement(
    sa.select(DNS_NAME)
    .where(_C.waits == 1, _C.due <= sa.bindparam("utc"))
    .order_by(_C.due, _C.address)
    .limit(sa.bindparam("limit"))
)
_PAGE = Statement(
    sa.select(DNS_NAME).where(_C.address > sa.bindparam("after")).order_by(_C.address).limit(sa.bindparam("limit"))
)
_WAITING = Statement(sa.select(sa.func.count(), sa.func.sum(_C.problem != "")).where(_C.waits == 1))
_RETRY = Statement(sa.update(DNS_NAME).where(_C.waits == 1).values(due=0.0, tries=0))


class NameBook:
    """The names over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, address: str) -> DnsName | None:
        """Give that of an address."""
        row = _GET.run(self._connection, address=address).fetchone()
        return None if row is None else _name(row)

    def put(self, name: DnsName) -> None:
        """Add it or replace it; one that stands nowhere and is wanted nowhere is removed."""
        if name.is_done and not name.wanted:
            _REMOVE.run(self._connection, address=name.address)
        else:
            _PUT.run(self._connection, **asdict(name), waits=int(not name.is_done))

    def due(self, utc: float, limit: int) -> list[DnsName]:
        """Give those that are to be brought to the DNS now, the oldest first."""
        return [_name(row) for row in _DUE.run(self._connection, utc=utc, limit=limit)]

    def page(self, after: str, limit: int) -> list[DnsName]:
        """Give the next ones by address."""
        return [_name(row) for row in _PAGE.run(self._connection, after=after, limit=limit)]

    def waiting(self) -> tuple[int, int]:
        """Count those that wait, and of those the ones that failed before."""
        count, failed = _WAITING.run(self._connection).fetchone()
        return int(count), int(failed or 0)

    def retry(self) -> int:
        """Let all that wait be tried at once, and count them."""
        return _RETRY.run(self._connection).rowcount


def _name(row: tuple[Any, ...]) -> DnsName:
    return DnsName(*row[:-1])
