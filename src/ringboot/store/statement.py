"""SQL that is built by SQLAlchemy Core once and then run on the driver's own connection.

A select by Core's connection costs 70 us, the same text on the driver 9; main reads on its loop, and a new device
takes eight statements.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

_DIALECT = sqlite.dialect()
SLOTS = 64  # values in one IN list


class Statement:
    """One statement; its bound parameters are given by name."""

    def __init__(self, construct: sa.ClauseElement) -> None:
        compiled = construct.compile(dialect=_DIALECT)
        self.sql = str(compiled)
        self._order: Sequence[str] = getattr(compiled, "positiontup", None) or ()
        self._preset = {name: value for name, value in compiled.params.items() if value is not None}

    def _values(self, values: Mapping[str, Any]) -> list[Any]:
        return [values[name] if name in values else self._preset[name] for name in self._order]

    def run(self, connection: sqlite3.Connection, **values: Any) -> sqlite3.Cursor:
        """Run it; KeyError names a parameter that was not given."""
        return connection.execute(self.sql, self._values(values))

    def run_rows(self, connection: sqlite3.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it once for each row of parameters."""
        connection.executemany(self.sql, [self._values(row) for row in rows])


class Among:
    """A select whose column is one of any number of values, asked in lists of a fixed length."""

    def __init__(self, select: sa.Select[Any], column: sa.ColumnElement[Any]) -> None:
        self._one = Statement(select.where(column == sa.bindparam("v0")))
        slots: list[sa.BindParameter[str]] = [sa.bindparam(f"v{place}") for place in range(SLOTS)]
        self._many = Statement(select.where(column.in_(slots)))

    def run(self, connection: sqlite3.Connection, values: Sequence[str]) -> Iterator[Any]:
        """Give the rows for these values."""
        if len(values) == 1:
            yield from self._one.run(connection, v0=values[0])
            return
        for start in range(0, len(values), SLOTS):
            part = values[start : start + SLOTS]
            filled = [*part, *[part[-1]] * (SLOTS - len(part))]
            yield from self._many.run(connection, **{f"v{place}": value for place, value in enumerate(filled)})


def bound(table: sa.Table) -> dict[str, sa.BindParameter[Any]]:
    """Name one parameter for every column of a table."""
    return {column.name: sa.bindparam(column.name) for column in table.columns}


def insert(table: sa.Table) -> Statement:
    """Give the statement that adds a row."""
    return Statement(sa.insert(table).values(bound(table)))


def upsert(table: sa.Table) -> Statement:
    """Give the statement that adds a row, or replaces the one with its primary key."""
    statement = sqlite.insert(table).values(bound(table))
    others = {column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key}
    return Statement(statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=others))


def delete(table: sa.Table, *keys: str) -> Statement:
    """Give the statement that removes the rows with these columns' values."""
    return Statement(sa.delete(table).where(*(table.c[key] == sa.bindparam(key) for key in keys)))


def select(table: sa.Table, *keys: str, order: Sequence[str] = ()) -> Statement:
    """Give the statement that reads the rows with these columns' values."""
    found = sa.select(table).where(*(table.c[key] == sa.bindparam(key) for key in keys))
    return Statement(found.order_by(*(table.c[key] for key in order)))
