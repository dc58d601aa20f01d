"""Who asked for which change, as rows: the newest 50,000."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ringboot.model.audit import AuditEntry
from ringboot.store.statement import Statement
from ringboot.store.tables import AUDIT

KEPT = 50_000

_VALUES = ("request", "before", "after")  # JSON
_TEXTS = ("who", "via", "method", "path", *_VALUES)  # where text is looked for
_COLUMNS = [column for column in AUDIT.columns if column.name != "id"] + [AUDIT.c.id]
_ADD = Statement(sa.insert(AUDIT).values({column.name: sa.bindparam(column.name) for column in _COLUMNS[:-1]}))
_TRIM = Statement(sa.delete(AUDIT).where(AUDIT.c.id <= sa.bindparam("last")))


class AuditBook:
    """The audit over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, entry: AuditEntry) -> None:
        """Append one, and let go the oldest; its id is given by the book."""
        row = {column.name: getattr(entry, column.name) for column in _COLUMNS[:-1]}
        row |= {key: _written(row[key]) for key in _VALUES}
        ident = _ADD.run(self._connection, **row).lastrowid
        _TRIM.run(self._connection, last=(ident or 0) - KEPT)

    def page(
        self,
        *,
        filters: Sequence[tuple[str, str]] = (),
        text: str = "",
        sort: str = "",
        descending: bool = False,
        limit: int = 100,
        offset: int = 0,
        since: float | None = None,
        until: float | None = None,
    ) -> tuple[int, list[AuditEntry]]:
        """Give how many there are, and a page of them, the newest first unless it is sorted."""
        wanted: list[sa.ColumnElement[bool]] = [
            sa.collate(sa.cast(AUDIT.c[key], sa.Text), "NOCASE") == value for key, value in filters
        ]
        if text:
            wanted.append(sa.or_(*(AUDIT.c[key].contains(text, autoescape=True) for key in _TEXTS)))
        wanted += [] if since is None else [AUDIT.c.utc >= since]
        wanted += [] if until is None else [AUDIT.c.utc < until]
        order = AUDIT.c[sort or "id"]
        by = (order.asc() if sort and not descending else order.desc(), AUDIT.c.id.desc())
        count = Statement(sa.select(sa.func.count()).select_from(AUDIT).where(*wanted))
        rows = Statement(sa.select(*_COLUMNS).where(*wanted).order_by(*by).limit(limit).offset(offset))
        total = int(count.run(self._connection).fetchone()[0])
        return total, [_entry(row) for row in rows.run(self._connection)]


def _written(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)  # so that text is found in it


def _entry(row: tuple[Any, ...]) -> AuditEntry:
    names = [column.name for column in _COLUMNS]
    values = dict(zip(names, row, strict=True))
    return AuditEntry(**values | {key: None if values[key] is None else json.loads(values[key]) for key in _VALUES})
