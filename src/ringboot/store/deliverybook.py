"""What webhooks are still to be told, as rows; and what was told and still holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import asdict

import sqlalchemy as sa

from ringboot.model.webhook import Delivery
from ringboot.store.statement import Statement, delete, select, upsert
from ringboot.store.tables import DELIVERY, TOLD

_OF_HOOK = DELIVERY.c.hook == sa.bindparam("hook")
_PUT = upsert(DELIVERY)
_TAKEN = delete(DELIVERY, "id")
_DUE = Statement(
    sa.select(DELIVERY)
    .where(_OF_HOOK, DELIVERY.c.due <= sa.bindparam("utc"))
    .order_by(DELIVERY.c.id)
    .limit(sa.bindparam("count"))
)
_COUNT = Statement(sa.select(DELIVERY.c.hook, sa.func.count()).group_by(DELIVERY.c.hook))
_TRIED = Statement(
    sa.select(DELIVERY.c.why)
    .where(_OF_HOOK, DELIVERY.c.why != sa.literal(""))
    .order_by(DELIVERY.c.due.desc())
    .limit(sa.bindparam("count"))
)
_OLDEST_TO_GO = (
    sa.select(DELIVERY.c.id)
    .where(_OF_HOOK)
    .order_by(DELIVERY.c.id.desc())
    .limit(1)
    .offset(sa.bindparam("kept"))
    .scalar_subquery()
)
_TRIM = Statement(sa.delete(DELIVERY).where(_OF_HOOK, DELIVERY.c.id <= _OLDEST_TO_GO))
_FORGET = delete(DELIVERY, "hook")

_SUBJECTS = select(TOLD, "kind")
_TELL = upsert(TOLD)
_UNTELL = delete(TOLD, "kind", "subject")


class DeliveryBook:
    """The messages over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, rows: Iterable[Delivery]) -> None:
        """Queue messages."""
        _PUT.run_rows(self._connection, map(asdict, rows))

    def due(self, hook: str, utc: float, limit: int) -> list[Delivery]:
        """Give those of a receiver that may be sent now, the oldest first."""
        return [Delivery(*row) for row in _DUE.run(self._connection, hook=hook, utc=utc, count=limit)]

    def settle(self, taken: Iterable[Delivery], later: Iterable[Delivery]) -> None:
        """Remove what was taken, and keep how it stands with the rest."""
        _TAKEN.run_rows(self._connection, ({"id": each.id} for each in taken))
        _PUT.run_rows(self._connection, map(asdict, later))

    def trim(self, hooks: Collection[str], most: int) -> dict[str, int]:
        """Drop the oldest of each receiver beyond so many, and all of others; gives how many of each were dropped."""
        dropped: dict[str, int] = {}
        for hook, count in _COUNT.run(self._connection).fetchall():
            if hook not in hooks:
                dropped[hook] = _FORGET.run(self._connection, hook=hook).rowcount
            elif count > most:
                dropped[hook] = _TRIM.run(self._connection, hook=hook, kept=most).rowcount
        return dropped

    def waiting(self) -> dict[str, tuple[int, str]]:
        """Count those of each receiver, with why the last try failed."""
        found: dict[str, tuple[int, str]] = {}
        for hook, count in _COUNT.run(self._connection).fetchall():
            tried = _TRIED.run(self._connection, hook=hook, count=1).fetchone()
            found[hook] = int(count), "" if tried is None else str(tried[0])
        return found


class ToldBook:
    """What was told, over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self, kind: str) -> set[str]:
        """Give the subjects of a kind."""
        return {str(subject) for _, subject, _ in _SUBJECTS.run(self._connection, kind=kind)}

    def put(self, kind: str, subject: str, utc: float) -> None:
        """Keep that it was told."""
        _TELL.run(self._connection, kind=kind, subject=subject, utc=utc)

    def remove(self, kind: str, subject: str) -> None:
        """Forget it: it holds no more."""
        _UNTELL.run(self._connection, kind=kind, subject=subject)
